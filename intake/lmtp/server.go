package lmtp

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"

	"habeas/intake"
)

// The limits of section 4 of the rules for mail, where a Config sets none.
const (
	defaultSize        = 25 << 20
	defaultRecipients  = 100
	defaultConnections = 20 // as many as Postfix opens to one destination

	readTimeout  = 5 * time.Minute // for a command, and for a whole message
	writeTimeout = time.Minute
	// takeTimeout bounds how long the sender waits for the commit. Postfix waits
	// ten minutes for the answer to a message.
	takeTimeout = 2 * time.Minute
	// defaultPatience is how long a message waits for room, while its sender
	// waits to be read. Postfix does so for three minutes.
	defaultPatience = 2 * time.Minute

	// longestLine bounds a line. RFC 5321 allows 1,000 bytes and clients write
	// longer ones; a request is not lost over that. A command is read whole
	// before it is understood, so there has to be a bound.
	longestLine = 1 << 20
)

// Config is what a Server needs. What is zero gets its default, but for Taker,
// Mailboxes, Now and Log.
type Config struct {
	Taker intake.Taker
	// Mailboxes lists the addresses that are taken, each with all of its
	// plus-addresses.
	Mailboxes []string
	Now       func() time.Time
	Log       *slog.Logger

	Hostname    string // in the greeting; default "localhost"
	MaxSize     int64  // bytes of a message; default 25 MiB
	MaxRecipts  int    // of one transaction; more get 452 and come in another; default 100
	Connections int    // at a time; the rest waits; default 20
	// Room is that of all mail of the process; default one of its own.
	Room     *intake.MemoryBudget
	Patience time.Duration // with a room that is full; then 451; default 2 minutes
	// Apology is a sentence for who sends too much: where else to turn to.
	Apology string
}

// Server speaks LMTP. Serve it on a socket of this machine only: it asks
// nobody who they are.
type Server struct {
	c    Config
	smtp *smtp.Server

	// taking is the context of every message being taken.
	taking context.Context //nolint:containedctx // go-smtp has none to give
	cancel context.CancelFunc

	mu        sync.Mutex
	closing   bool
	listening net.Listener
	accepting sync.WaitGroup // is over once no connection comes any more
	open      map[*conn]bool // whether it is at a message
}

// New returns a Server.
func New(c Config) *Server {
	c.Hostname = cmp.Or(c.Hostname, "localhost")
	c.MaxSize = cmp.Or(c.MaxSize, defaultSize)
	c.MaxRecipts = cmp.Or(c.MaxRecipts, defaultRecipients)
	c.Connections = cmp.Or(c.Connections, defaultConnections)
	c.Room = cmp.Or(c.Room, intake.NewMemoryBudget(intake.MemoryBudgetSize))
	c.Patience = cmp.Or(c.Patience, defaultPatience)
	s := &Server{c: c, open: map[*conn]bool{}}
	s.taking, s.cancel = context.WithCancel(context.Background())
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.session))
	s.smtp.LMTP = true
	s.smtp.Domain = c.Hostname
	s.smtp.MaxMessageBytes = c.MaxSize
	s.smtp.MaxRecipients = c.MaxRecipts
	s.smtp.MaxLineLength = longestLine
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = readTimeout, writeTimeout
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.ErrorLog = log.New(io.Discard, "", 0) // its lines quote clients; a panic is logged by the session
	return s
}

// Serve answers on l, once, until Shutdown, and then returns nil.
func (s *Server) Serve(l net.Listener) error {
	l = listener{netutil.LimitListener(l, s.c.Connections), s}
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return l.Close()
	}
	s.listening = l
	s.accepting.Add(1)
	s.mu.Unlock()
	defer s.accepting.Done()
	err := s.smtp.Serve(l)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil
	}
	return err
}

// stopListening returns once no connection comes any more. The library waits
// for those it knows, and must not be given new ones meanwhile.
func (s *Server) stopListening() {
	s.mu.Lock()
	s.closing = true
	l := s.listening
	s.mu.Unlock()
	if l != nil {
		_ = l.Close() // it may be closed already
	}
	s.accepting.Wait()
}

// Shutdown takes no more messages: who asks gets 421 and comes again. It waits
// for those that are on their way; once ctx is over they are cut off, without
// an answer, so that their sender keeps them.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stopListening()
	defer s.cancel()
	done := make(chan error, 1)
	go func() { done <- s.smtp.Shutdown(ctx) }()
	for {
		s.dismissIdle()
		select {
		case err := <-done:
			if ctx.Err() != nil {
				s.cancel()
				s.cut()
			}
			if errors.Is(err, net.ErrClosed) {
				return nil // the listener, by us
			}
			return err
		case <-time.After(50 * time.Millisecond): // one that was busy may be idle now
		}
	}
}

// dismissIdle ends the connections that are at no message. The library answers
// 421 to a client whose time to speak is over.
func (s *Server) dismissIdle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c, busy := range s.open {
		if !busy {
			_ = c.SetReadDeadline(time.Unix(1, 0)) // it may be closed already
		}
	}
}

func (s *Server) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		_ = c.Conn.Close() // nobody is left to tell
	}
}

// begin marks a connection as busy, or reports false where no message is taken
// any more.
func (s *Server) begin(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.open[c] = true
	return true
}

// end marks a connection as idle.
func (s *Server) end(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, open := s.open[c]; open {
		s.open[c] = false
	}
}

// listener tells its server of every connection.
type listener struct {
	net.Listener
	server *Server
}

func (l listener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{raw, l.server}
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	l.server.open[c] = false
	return c, nil
}

// conn is one connection of a server.
type conn struct {
	net.Conn
	server *Server
}

func (c *conn) Close() error {
	c.server.mu.Lock()
	delete(c.server.open, c)
	c.server.mu.Unlock()
	return c.Conn.Close()
}
