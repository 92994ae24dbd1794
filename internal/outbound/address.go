// Package outbound makes calls to servers whose address somebody else had a
// say in. It does not know what they are for. Every connection is checked after
// the name was resolved, so neither a name nor a number leads inside.
package outbound

import (
	"net/netip"
	"slices"
)

// Public reports whether an address belongs to the public internet. What leads
// inside by another name is inside: an IPv4 address mapped into IPv6, behind
// NAT64, 6to4, Teredo or ISATAP. Sources: the IANA registries of special-purpose
// addresses of both protocols.
func Public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	in := func(p netip.Prefix) bool { return p.Contains(a) }
	if a.Is4() {
		return !slices.ContainsFunc(special4(), in)
	}
	return global6().Contains(a) && !slices.ContainsFunc(special6(), in) && !isatap(a)
}

// global6 is all that the IANA has given out for the internet; the rest, with
// loopback, unique local, link-local, multicast and NAT64, is not it.
func global6() netip.Prefix { return netip.MustParsePrefix("2000::/3") }

func special6() []netip.Prefix {
	return prefixes(
		"2001::/23",     // protocol assignments: Teredo, ORCHID, benchmarking
		"2001:db8::/32", // documentation
		"2002::/16",     // 6to4: any IPv4 address may be in it
		"2620:4f:8000::/48",
		"3fff::/20", // documentation
	)
}

func special4() []netip.Prefix {
	return prefixes(
		"0.0.0.0/8",
		"10.0.0.0/8",
		"100.64.0.0/10", // carrier-grade NAT
		"127.0.0.0/8",
		"169.254.0.0/16", // link-local, and the metadata of clouds
		"172.16.0.0/12",
		"192.0.0.0/24",
		"192.0.2.0/24", // documentation
		"192.31.196.0/24",
		"192.52.193.0/24",
		"192.88.99.0/24", // 6to4 relays
		"192.168.0.0/16",
		"192.175.48.0/24",
		"198.18.0.0/15",   // benchmarking
		"198.51.100.0/24", // documentation
		"203.0.113.0/24",  // documentation
		"224.0.0.0/4",     // multicast
		"240.0.0.0/4",     // reserved, and broadcast
	)
}

func prefixes(all ...string) []netip.Prefix {
	var found []netip.Prefix
	for _, s := range all {
		found = append(found, netip.MustParsePrefix(s))
	}
	return found
}

// isatap reports whether the interface part of an address holds an IPv4 one,
// which a router may unpack (RFC 5214).
func isatap(a netip.Addr) bool {
	b := a.As16()
	return b[8]&^0x02 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}
