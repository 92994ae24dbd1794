package notifications

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"
)

// Limits of the conversation with a server. The reply to the end of the data
// gets longer than a command: a server that is slow to store a mail has it, and
// giving up there means sending it twice (RFC 5321 § 4.5.3.2.6).
const (
	connectTimeout = 10 * time.Second
	commandTimeout = 30 * time.Second
	storedTimeout  = 2 * time.Minute
	idleTimeout    = 30 * time.Second // an open connection without work
	mostIdle       = 8                // connections kept open
	mostMails      = 100              // on one connection
)

// timeouts can be shortened by tests.
type timeouts struct{ connect, command, stored, idle time.Duration }

// SMTP sends through a mail server. It keeps connections open for a while, one
// for each concurrent Send, because dialling costs more than sending. It is
// safe for concurrent use.
type SMTP struct {
	target   smtpTarget
	hello    string
	timeouts timeouts

	mu     sync.Mutex
	idle   []*session
	closed bool
}

// NewSMTP reads a mail URL and connects to nothing yet: smtp://user:pass@host:587
// demands STARTTLS, smtps://host:465 is TLS from the start, ?ca=path trusts one
// more authority, and smtp://localhost:1025?tls=none is for a laboratory. hello
// is the name this side gives itself; "" is the machine's.
func NewSMTP(rawURL, hello string) (*SMTP, error) {
	target, err := parseSMTPURL(rawURL)
	if err != nil {
		return nil, err
	}
	if hello == "" {
		if hello, err = os.Hostname(); err != nil {
			hello = "localhost"
		}
	}
	if !plainToken(hello) {
		return nil, errors.New("the name for HELO is not a host name")
	}
	return &SMTP{
		target: target, hello: hello,
		timeouts: timeouts{connectTimeout, commandTimeout, storedTimeout, idleTimeout},
	}, nil
}

// Send implements Sender. What goes wrong before the server was asked about
// this mail (no connection, no trusted TLS, a wrong password) is temporary: it
// is the operator's to mend, and no mail is lost meanwhile.
func (m *SMTP) Send(ctx context.Context, o Outgoing) error {
	if s := m.take(); s != nil {
		err := s.deliver(ctx, o)
		stale := s.stale() && ctx.Err() == nil
		m.put(s)
		if !stale {
			return err
		}
		// The server had closed the idle connection. It never saw this mail.
	}
	s, err := m.dial(ctx)
	if err != nil {
		return failure(ctx, false, err, o)
	}
	defer m.put(s)
	return s.deliver(ctx, o)
}

// Check connects, protects the connection and logs in, as a mail would, and
// sends nothing.
func (m *SMTP) Check(ctx context.Context) error {
	s, err := m.dial(ctx)
	if err != nil {
		return failure(ctx, false, err, Outgoing{})
	}
	m.put(s)
	return nil
}

// take returns the idle connection used last, or nil.
func (m *SMTP) take() *session {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.idle) == 0 {
		return nil
	}
	s := m.idle[len(m.idle)-1]
	m.idle = m.idle[:len(m.idle)-1]
	s.timer.Stop()
	return s
}

// put keeps a connection for the next mail, or closes it.
func (m *SMTP) put(s *session) {
	m.mu.Lock()
	keep := !m.closed && !s.broken && s.mails < mostMails && len(m.idle) < mostIdle
	if keep {
		m.idle = append(m.idle, s)
		s.timer = time.AfterFunc(m.timeouts.idle, func() { m.expire(s) })
	}
	m.mu.Unlock()
	if !keep {
		s.quit()
	}
}

// expire closes a connection unless somebody took it in the meantime.
func (m *SMTP) expire(s *session) {
	m.mu.Lock()
	i := slices.Index(m.idle, s)
	if i >= 0 {
		m.idle = slices.Delete(m.idle, i, i+1)
	}
	m.mu.Unlock()
	if i >= 0 {
		s.quit()
	}
}

// Close closes the idle connections; those at work close when they are done.
func (m *SMTP) Close() error {
	m.mu.Lock()
	idle := m.idle
	m.idle, m.closed = nil, true
	m.mu.Unlock()
	for _, s := range idle {
		s.timer.Stop()
		s.quit()
	}
	return nil
}
