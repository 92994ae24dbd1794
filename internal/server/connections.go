package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// mostConnections is how many connections there may be at once. One costs
	// 20 KiB or so before it has sent anything.
	mostConnections = 1024
	// mostOfNetwork is how many of them one network may have: an IPv4 address or
	// the /64 of an IPv6 address. A trusted proxy may have all.
	mostOfNetwork = 256
)

// connections bounds how many there are. Beyond the bound one makes room for a
// new one. It is one of the network that has most: one that is idle, else one
// without a session or a token, and of these the oldest. So nobody locks others
// out by holding connections open.
type connections struct {
	most, ofNetwork int
	proxies         []netip.Prefix

	mu  sync.Mutex
	all []*connection // in the order in which they began or became idle
}

// connection is one of them.
type connection struct {
	net.Conn
	network string // what the bound of one network counts
	site    string // what decides who has most: somebody may have many networks
	proxy   bool
	idle    bool // since its last request
	proven  atomic.Bool
}

type connectionKey struct{}

func newConnections(most, ofNetwork int, proxies []netip.Prefix) *connections {
	return &connections{most: most, ofNetwork: ofNetwork, proxies: proxies}
}

// begun is the ConnContext of an http.Server.
func (c *connections) begun(ctx context.Context, conn net.Conn) context.Context {
	one, over := c.add(conn)
	if over != nil {
		_ = over.Close() // the server notices
	}
	return context.WithValue(ctx, connectionKey{}, one)
}

// add takes a new connection, and returns the one that has to go for it.
func (c *connections) add(conn net.Conn) (one, over *connection) {
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		host = conn.RemoteAddr().String()
	}
	one = &connection{Conn: conn, network: Network(host), site: Site(host)}
	if ip, err := netip.ParseAddr(host); err == nil {
		one.proxy = slices.ContainsFunc(c.proxies, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if over = c.over(one); over != nil {
		c.drop(over.Conn)
	}
	c.all = append(c.all, one)
	return one, over
}

// over returns what has to go for a new connection.
func (c *connections) over(one *connection) *connection {
	if len(c.all) < min(c.most, c.ofNetwork) {
		return nil
	}
	network, site := map[string]int{}, map[string]int{}
	for _, other := range c.all {
		network[other.network]++
		site[other.site]++
	}
	var among []*connection
	switch {
	case !one.proxy && network[one.network] >= c.ofNetwork:
		among = slices.DeleteFunc(slices.Clone(c.all), func(other *connection) bool { return other.network != one.network })
	case len(c.all) >= c.most:
		most := 0
		for _, n := range site {
			most = max(most, n)
		}
		among = slices.DeleteFunc(slices.Clone(c.all), func(other *connection) bool { return site[other.site] != most })
	default:
		return nil
	}
	return slices.MinFunc(among, func(a, b *connection) int { return a.worth() - b.worth() })
}

// worth is 0 for the connections that go first.
func (c *connection) worth() int {
	switch {
	case c.idle:
		return 0
	case !c.proven.Load():
		return 1
	}
	return 2
}

// changed is the ConnState of an http.Server.
func (c *connections) changed(conn net.Conn, s http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch s {
	case http.StateNew: // begun saw it
	case http.StateIdle:
		if one := c.drop(conn); one != nil {
			one.idle = true
			one.proven.Store(false)
			c.all = append(c.all, one)
		}
	case http.StateActive:
		for _, one := range c.all {
			one.idle = one.idle && one.Conn != conn
		}
	case http.StateClosed, http.StateHijacked:
		c.drop(conn)
	}
}

// drop forgets a connection.
func (c *connections) drop(conn net.Conn) *connection {
	i := slices.IndexFunc(c.all, func(one *connection) bool { return one.Conn == conn })
	if i < 0 {
		return nil
	}
	one := c.all[i]
	c.all = slices.Delete(c.all, i, i+1)
	return one
}
