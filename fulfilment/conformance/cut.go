package conformance

import (
	"bytes"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Cutter stands between a connector and a server, and cuts the line. It may do
// so at some bytes that the connector says: before they arrive, or after they
// did and before the answer.
type Cutter struct {
	listener net.Listener
	target   string
	mark     []byte
	after    bool
	armed    atomic.Bool
	muted    atomic.Bool
	answered chan struct{}
	budget   atomic.Int64 // bytes until it cuts anyway; below 0: none
	mu       sync.Mutex
	open     []net.Conn
	// At, where there is one, is called at the mark before the line is cut. It is set
	// before Arm.
	At func()
}

// NewCutter listens for connections to a target.
func NewCutter(t testing.TB, target, mark string, after bool) *Cutter {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cutter{listener: l, target: target, mark: []byte(mark), after: after, answered: make(chan struct{}, 1)}
	c.budget.Store(-1)
	t.Cleanup(func() {
		_ = l.Close() // it only stops listening
		c.cut()
	})
	go c.accept()
	return c
}

// Address is where the connector connects to.
func (c *Cutter) Address() string { return c.listener.Addr().String() }

// Arm cuts the line at the next mark, once.
func (c *Cutter) Arm() { c.armed.Store(true) }

// ArmAfter cuts the line after so many bytes from the connector, once.
func (c *Cutter) ArmAfter(n int64) { c.budget.Store(n) }

func (c *Cutter) accept() {
	for {
		from, err := c.listener.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("tcp", c.target) //nolint:noctx // it ends with the test
		if err != nil {
			_ = from.Close() // the target is gone, and so is the line
			continue
		}
		c.mu.Lock()
		c.open = append(c.open, from, to)
		c.mu.Unlock()
		go c.forward(from, to)
		go c.back(from, to)
	}
}

// back carries answers. The one to the mark is read and kept.
func (c *Cutter) back(from, to net.Conn) {
	defer from.Close() //nolint:errcheck // the line is over
	buffer := make([]byte, 64<<10)
	for {
		n, err := to.Read(buffer)
		if c.muted.CompareAndSwap(true, false) {
			c.answered <- struct{}{}
			return
		}
		if err != nil {
			return
		}
		if _, err := from.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (c *Cutter) forward(from, to net.Conn) {
	defer to.Close() //nolint:errcheck // the line is over
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if left := c.budget.Load(); left >= 0 {
			if int64(n) > left {
				c.budget.Store(-1)
				c.cut()
				return
			}
			c.budget.Add(int64(-n))
		}
		if len(c.mark) > 0 && bytes.Contains(buffer[:n], c.mark) && c.armed.CompareAndSwap(true, false) {
			if c.after {
				c.muted.Store(true)
				_, _ = to.Write(buffer[:n])
				<-c.answered // the server has done it, or is gone
			}
			if c.At != nil {
				c.At()
			}
			c.cut()
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (c *Cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.open {
		_ = conn.Close() // some are
	}
	c.open = nil
}
