package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// mostConnections is how many connections there may be at once. One costs
	// 20 KiB or so before it has sent anything.
	mostConnections = 1024
	// mostOfNetwork is how many of them one network may keep: an IPv4 address or
	// the /64 of an IPv6 address. A trusted proxy may have all.
	mostOfNetwork = 256
	// grace is how long a new connection has to show a session or a token before it
	// may have to go.
	grace = 2 * time.Second
)

// connections bounds how many there are. Beyond the bound one makes room for a
// new one. It is one of the network that has most: one that is idle, else one
// without a session or a token, and of these the oldest. While all are new, the
// next ones wait to be accepted. So nobody locks others out by holding
// connections open, or by opening them.
type connections struct {
	most, ofNetwork int
	proxies         []netip.Prefix
	now             func() time.Time

	mu  sync.Mutex
	all []*connection // in the order in which they began or became idle
}

// connection is one of them.
type connection struct {
	net.Conn
	network string // what the bound of one network counts
	site    string // what decides who has most: somebody may have many networks
	proxy   bool
	since   time.Time
	idle    bool // since its last request
	proven  atomic.Bool
}

type connectionKey struct{}

func newConnections(most, ofNetwork int, proxies []netip.Prefix, now func() time.Time) *connections {
	return &connections{most: most, ofNetwork: ofNetwork, proxies: proxies, now: now}
}

// begun is the ConnContext of an http.Server, which accepts no other connection
// before it returns.
func (c *connections) begun(ctx context.Context, conn net.Conn) context.Context {
	one := c.describe(conn)
	over, wait := c.add(one)
	if wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		one.since = c.now()
		over = c.replace(one)
	}
	if over != nil {
		_ = over.Close() // the server notices
	}
	return context.WithValue(ctx, connectionKey{}, one)
}

func (c *connections) describe(conn net.Conn) *connection {
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		host = conn.RemoteAddr().String()
	}
	one := &connection{Conn: conn, network: Network(host), site: Site(host), since: c.now()}
	if ip, err := netip.ParseAddr(host); err == nil {
		one.proxy = slices.ContainsFunc(c.proxies, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
	}
	return one
}

// add takes a new connection, and returns the one that has to go for it. Where
// all is full of new ones it says how long to wait, and takes nothing.
func (c *connections) add(one *connection) (over *connection, wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	over = c.over(one)
	if over != nil && !over.idle {
		wait = grace - one.since.Sub(over.since)
	}
	switch {
	case wait > 0 && len(c.all) >= c.most:
		return nil, wait
	case wait > 0: // it has more than its share for a moment
		over = nil
	case over != nil:
		c.drop(over.Conn)
	}
	c.all = append(c.all, one)
	return over, 0
}

// replace takes a new connection that has waited.
func (c *connections) replace(one *connection) *connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	over := c.over(one)
	if over != nil {
		c.drop(over.Conn)
	}
	c.all = append(c.all, one)
	return over
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
	case len(c.all) >= c.most:
		most := 0
		for _, n := range site {
			most = max(most, n)
		}
		among = slices.DeleteFunc(slices.Clone(c.all), func(other *connection) bool { return site[other.site] != most })
	case !one.proxy && network[one.network] >= c.ofNetwork:
		among = slices.DeleteFunc(slices.Clone(c.all), func(other *connection) bool { return other.network != one.network })
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
