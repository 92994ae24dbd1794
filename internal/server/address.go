package server

import (
	"net"
	"net/netip"

	"github.com/labstack/echo/v4"
)

// extractor finds a client's address: that of the connection, unless it comes
// from a trusted proxy. Echo's default would let any client choose its own.
func extractor(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range trusted {
		p = p.Masked()
		options = append(options, echo.TrustIPRange(&net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

// Network returns what rate limits count by: an IPv4 address, or the /64 of an
// IPv6 address, since every IPv6 customer has at least that.
func Network(address string) string { return network(address, 64) }

// Site returns the wider network of an IPv6 address: its /48, which is the most
// that one customer is usually given. Of an IPv4 address it is that.
func Site(address string) string { return network(address, 48) }

func network(address string, bits int) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return p.String()
}
