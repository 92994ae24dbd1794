package server //nolint:testpackage // what a connection does before it has a request is inside

import (
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// from is a connection from an address.
type from struct {
	net.Conn
	address string
}

func (f *from) RemoteAddr() net.Addr { return f }
func (f *from) Network() string      { return "tcp" }
func (f *from) String() string       { return net.JoinHostPort(f.address, "4711") }

type crowd struct {
	*connections
	t *testing.T
}

// crowded is a crowd that is older than the grace of new connections at every
// look.
func crowded(t *testing.T, most, ofNetwork int, proxies ...netip.Prefix) crowd {
	now := time.Unix(1_000_000, 0)
	return crowd{newConnections(most, ofNetwork, proxies, func() time.Time { now = now.Add(grace); return now }), t}
}

// takes begins a connection and says which has to go for it.
func (c crowd) takes(address string, over *connection) *connection {
	c.t.Helper()
	one := c.describe(&from{address: address})
	if got, wait := c.add(one); got != over || wait != 0 {
		c.t.Errorf("for one from %s another connection has to go: %v, want %v; or it waits %s", address, got, over, wait)
	}
	c.changed(one.Conn, http.StateActive)
	return one
}

// Of one network there are few connections. The idle ones go first, then the
// oldest without a session; the new one never does.
func TestAnIdleOrAnOldConnectionMakesRoom(t *testing.T) {
	t.Parallel()
	c := crowded(t, 100, 3)
	first, second, third := c.takes("192.0.2.1", nil), c.takes("192.0.2.1", nil), c.takes("192.0.2.1", nil)
	c.takes("192.0.2.2", nil)
	first.proven.Store(true)
	c.changed(third.Conn, http.StateIdle)
	fourth := c.takes("192.0.2.1", third)
	fifth := c.takes("192.0.2.1", second)
	c.takes("192.0.2.1", fourth)
	c.changed(fifth.Conn, http.StateClosed)
	c.takes("192.0.2.1", nil)
}

// When all is full, one of the network that has most goes, all of whose
// connections are at work.
func TestTheBiggestNetworkMakesRoom(t *testing.T) {
	t.Parallel()
	c := crowded(t, 6, 5)
	person := c.takes("192.0.2.9", nil)
	big := []*connection{c.takes("2001:db8:1:1::1", nil), c.takes("2001:db8:1:2::1", nil), c.takes("2001:db8:1:3::1", nil)}
	c.takes("192.0.2.8", nil)
	c.takes("192.0.2.8", nil)
	c.takes("192.0.2.7", big[0])
	c.changed(person.Conn, http.StateIdle)
	c.changed(big[2].Conn, http.StateClosed)
	c.takes("2001:db8:1:4::1", nil)
	c.takes("2001:db8:1:5::1", big[1])
}

// All connections of a trusted proxy are of many clients.
func TestATrustedProxyMayHaveAllConnections(t *testing.T) {
	t.Parallel()
	c := crowded(t, 4, 2, netip.MustParsePrefix("10.0.0.0/8"))
	first := c.takes("10.1.2.3", nil)
	for range 3 {
		c.takes("10.1.2.3", nil)
	}
	c.takes("10.1.2.3", first)
}

// Whoever opens many connections at once pushes out none that had no time yet to
// show its session.
func TestANewConnectionHasAMoment(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	c := crowd{newConnections(4, 2, nil, func() time.Time { return now }), t}
	person := c.takes("192.0.2.1", nil)
	for range 3 {
		c.takes("192.0.2.1", nil)
	}
	now = now.Add(grace / 2)
	if over, wait := c.add(c.describe(&from{address: "192.0.2.1"})); over != nil || wait != grace/2 {
		t.Errorf("%v goes, or the next waits %s", over, wait)
	}
	person.proven.Store(true)
	now = now.Add(grace / 2)
	if over, _ := c.add(c.describe(&from{address: "192.0.2.1"})); over == nil || over == person {
		t.Errorf("%v goes", over)
	}
}
