package server //nolint:testpackage // what a connection does before it has a request is inside

import (
	"net"
	"net/http"
	"testing"
)

// Of more connections than there may be the one that was idle longest goes; one
// that is at work stays, and where all are, the new one goes.
func TestIdleConnectionsMakeRoom(t *testing.T) {
	t.Parallel()
	c := newConnections(2)
	conns := make([]net.Conn, 5)
	for i := range conns {
		conns[i], _ = net.Pipe()
	}
	want := func(got, want net.Conn) {
		t.Helper()
		if got != want {
			t.Errorf("another connection has to go: %v, want %v", got, want)
		}
	}
	want(c.note(conns[0], http.StateNew), nil)
	want(c.note(conns[1], http.StateNew), nil)
	want(c.note(conns[0], http.StateActive), nil)
	want(c.note(conns[2], http.StateNew), conns[1])
	want(c.note(conns[1], http.StateClosed), nil)
	want(c.note(conns[2], http.StateActive), nil)
	want(c.note(conns[3], http.StateNew), conns[3])
	want(c.note(conns[3], http.StateClosed), nil)
	want(c.note(conns[0], http.StateIdle), nil)
	want(c.note(conns[4], http.StateNew), conns[0])
}
