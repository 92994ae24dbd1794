package server

import (
	"net"
	"net/http"
	"slices"
	"sync"
)

// mostConnections is how many connections there may be at once. One costs 20 KiB
// or so before it has sent anything.
const mostConnections = 1024

// connections bounds how many there are: beyond the bound the one that has been
// idle longest makes room for a new one, so that nobody keeps others out by
// holding connections open.
type connections struct {
	most int

	mu   sync.Mutex
	all  map[net.Conn]bool
	idle []net.Conn // that no request is under way on, the oldest first
}

func newConnections(most int) *connections { return &connections{most: most, all: map[net.Conn]bool{}} }

// changed is the ConnState of an http.Server.
func (c *connections) changed(conn net.Conn, s http.ConnState) {
	if over := c.note(conn, s); over != nil {
		_ = over.Close() // the server notices
	}
}

// note keeps the books, and returns the connection that has to go.
func (c *connections) note(conn net.Conn, s http.ConnState) net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = slices.DeleteFunc(c.idle, func(i net.Conn) bool { return i == conn })
	switch s {
	case http.StateNew:
		c.all[conn] = true
		c.idle = append(c.idle, conn)
	case http.StateIdle:
		c.idle = append(c.idle, conn)
	case http.StateClosed, http.StateHijacked:
		delete(c.all, conn)
	case http.StateActive:
	}
	if len(c.all) <= c.most || s != http.StateNew {
		return nil
	}
	oldest := c.idle[0] // the new one, if all others are at work
	c.idle = c.idle[1:]
	delete(c.all, oldest)
	return oldest
}
