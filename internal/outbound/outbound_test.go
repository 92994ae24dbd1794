package outbound_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"habeas/internal/outbound"
)

// inside are addresses that lead to ourselves, to our neighbours or nowhere,
// in every spelling that leads there.
var inside = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.255.0.9",
	"169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1",
	"192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250",
	"240.0.0.1", "255.255.255.255", "192.31.196.1", "192.52.193.1", "192.175.48.1",
	"::", "::1", "::2", "::127.0.0.1", "::10.0.0.1", // IPv4-compatible
	"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::ffff:100.64.0.1", // mapped
	"::ffff:0:127.0.0.1",                                          // translated
	"64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::8.8.8.8", // NAT64
	"64:ff9b:1::1", "100::1", "100:0:0:1::1", // local NAT64, discard
	"2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", // Teredo
	"2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff:ffff::1", "2001:db8::1", "3fff::1", "3fff:fff::1",
	"2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::1", "2002:808:808::1", // 6to4
	"2a00:1450:4001::5efe:a00:1", "2a00:1450:4001::200:5efe:10.0.0.1", // ISATAP
	"2620:4f:8000::1", "5f00::1", "4000::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "ff0e::1",
	"2a00:1450:4001:80e::200e%eth0",
}

var public = []string{
	"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1", "169.253.255.255",
	"172.15.255.255", "172.32.0.1", "192.0.1.1", "192.167.255.255", "192.169.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255",
	"2a00:1450:4001:80e::200e", "2606:4700:4700::1111", "2001:200::1", "2001:4860:4860::8888", "2003::1", "::ffff:8.8.8.8", "3ffe::1",
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for _, s := range inside {
		if outbound.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as public", s)
		}
	}
	for _, s := range public {
		if !outbound.Public(netip.MustParseAddr(s)) {
			t.Errorf("%s does not count as public", s)
		}
	}
	if outbound.Public(netip.Addr{}) {
		t.Error("no address counts as public")
	}
}

// Nothing inside is connected to, by number, by name, or in a spelling that
// only some parsers read as an address.
func TestNobodyInsideIsCalled(t *testing.T) {
	t.Parallel()
	called := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.Host }))
	t.Cleanup(server.Close)
	port := netip.MustParseAddrPort(server.Listener.Addr().String()).Port()
	client := outbound.NewClient(outbound.Transport(port), 1000)
	hosts := []string{
		"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "127.1", "2130706433", "0x7f000001",
		"0177.0.0.1", "127.0.0.1.", "localhost.", "LOCALHOST", "①②⑦.⓪.⓪.①", "127%2e0%2e0%2e1",
	}
	for _, host := range hosts {
		for _, user := range []string{"", "sns.eu-west-1.amazonaws.com@"} {
			address := "http://" + user + host + ":" + strings.TrimPrefix(server.URL[strings.LastIndexByte(server.URL, ':'):], ":") + "/"
			if got, err := client.Get(t.Context(), address); err == nil {
				t.Errorf("%s answered %q", address, got)
			}
		}
	}
	select {
	case host := <-called:
		t.Errorf("%s was called", host)
	default:
	}
}

// A name is resolved once, and what it turned out to be is what is judged: one
// that answers first so and then otherwise gains nothing.
func TestANameThatLeadsInside(t *testing.T) {
	t.Parallel()
	tr := outbound.Transport(443)
	for _, address := range append(inside, "localhost") {
		if strings.Contains(address, ":") {
			address = "[" + address + "]"
		}
		conn, err := tr.DialContext(t.Context(), "tcp", address+":443")
		if err == nil {
			_ = conn.Close()
			t.Errorf("%s was dialled", address)
		}
		if !errors.Is(err, outbound.ErrInside) && !strings.Contains(err.Error(), "no such host") && !strings.Contains(err.Error(), "lookup") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := tr.DialContext(t.Context(), "tcp", "1.1.1.1:25"); !errors.Is(err, outbound.ErrInside) {
		t.Errorf("another port: %v", err)
	}
}

// TestClient answers in ways that a client must not follow.
func TestClient(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/long":
			_, _ = w.Write(make([]byte, 17))
		default:
			_, _ = w.Write(make([]byte, 16))
		}
	}))
	t.Cleanup(server.Close)
	tr := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}, //nolint:forcetypeassert // its own
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if strings.HasPrefix(address, "169.") {
				t.Errorf("%s was called", address)
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}
	client := outbound.NewClient(tr, 16)
	if got, err := client.Get(t.Context(), server.URL+"/"); err != nil || len(got) != 16 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	for _, path := range []string{"/redirect", "/gone", "/long"} {
		if _, err := client.Get(t.Context(), server.URL+path); !errors.Is(err, outbound.ErrAnswer) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
