package testbed

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Mail is a message that a [SMTPServer] took.
type Mail struct {
	From string   // of the envelope
	To   []string // of the envelope
	Data []byte   // header and body, lines ending in CRLF
	TLS  bool     // it came encrypted
	User string   // who had logged in
}

// Step is a moment at which a script may answer.
type Step string

// The steps of a session. Each comes with an argument: the name the client
// greets with, the sender, the recipient, and nothing for the last two.
const (
	StepHello Step = "hello"
	StepMail  Step = "mail"
	StepRcpt  Step = "rcpt"
	// StepData comes after the content; a mail that is refused here was not
	// taken.
	StepData Step = "data"
	// StepTaken comes when the mail is taken and before the client is told. To
	// hang up here is to lose the answer.
	StepTaken Step = "taken"
)

// ErrHangUp as the answer of a script closes the connection without a word.
var ErrHangUp = errors.New("hang up")

// Reply returns the answer that refuses a step: for a while with a code from
// 400, for good with one from 500.
func Reply(code int, text string) error {
	return &smtp.SMTPError{Code: code, Message: text}
}

// SMTPServer takes mail on a port of the loopback interface and keeps it in
// memory. Its methods may be called concurrently.
type SMTPServer struct {
	t        testing.TB
	addr     string
	roots    *x509.CertPool
	implicit bool
	user     string
	password string

	mu          sync.Mutex
	script      func(Step, string) error
	mails       []Mail
	connections int
	arrived     chan struct{} // closed and replaced with every mail
}

// SMTPOption changes what a server offers; without one there is neither
// encryption nor login.
type SMTPOption func(*SMTPServer, *smtp.Server)

// StartTLS makes the server offer encryption, with a certificate for localhost
// that [SMTPServer.Roots] vouches for.
func StartTLS(s *SMTPServer, srv *smtp.Server) {
	srv.TLSConfig, s.roots = certificate(s.t)
}

// ImplicitTLS makes the server speak nothing but TLS, as on port 465.
func ImplicitTLS(s *SMTPServer, srv *smtp.Server) {
	StartTLS(s, srv)
	s.implicit = true
}

// Login makes the server take mail only after AUTH PLAIN with this name and
// password; with StartTLS it wants the encryption first.
func Login(user, password string) SMTPOption {
	return func(s *SMTPServer, _ *smtp.Server) { s.user, s.password = user, password }
}

// SMTP starts a mail server that lasts as long as the test.
func SMTP(t testing.TB, options ...SMTPOption) *SMTPServer {
	t.Helper()
	s := &SMTPServer{t: t, arrived: make(chan struct{}), script: func(Step, string) error { return nil }}
	srv := smtp.NewServer(smtp.BackendFunc(s.session))
	srv.Domain = "localhost"
	srv.EnableSMTPUTF8 = true
	srv.ErrorLog = log.New(io.Discard, "", 0)
	for _, o := range options {
		o(s, srv)
	}
	srv.AllowInsecureAuth = srv.TLSConfig == nil
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("starting a mail server: %v", err)
	}
	s.addr = l.Addr().String()
	l = counted{Listener: l, server: s}
	if s.implicit {
		l = tls.NewListener(l, srv.TLSConfig)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := srv.Serve(l); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("mail server: %v", err)
		}
	})
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("stopping the mail server: %v", err)
		}
		wg.Wait()
	})
	return s
}

// Addr returns host and port.
func (s *SMTPServer) Addr() string {
	return s.addr
}

// Roots returns what a client must trust to talk TLS to the server, nil if it
// does not.
func (s *SMTPServer) Roots() *x509.CertPool {
	return s.roots
}

// Script lets f answer from now on, at every step of every session, possibly
// of several at once. Nil lets the step pass; see [Reply] and [ErrHangUp]. To
// be a slow server, let f sleep.
func (s *SMTPServer) Script(f func(step Step, arg string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = f
}

// Mails returns what has been taken, in order of arrival.
func (s *SMTPServer) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Wait returns the mails as soon as there are n, and fails the test if that
// takes more than ten seconds.
func (s *SMTPServer) Wait(n int) []Mail {
	s.t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		s.mu.Lock()
		mails, arrived := slices.Clone(s.mails), s.arrived
		s.mu.Unlock()
		if len(mails) >= n {
			return mails
		}
		select {
		case <-arrived:
		case <-timeout:
			s.t.Fatalf("%d mails arrived, want %d", len(mails), n)
		}
	}
}

// Connections returns how often a client has connected.
func (s *SMTPServer) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

func (s *SMTPServer) take(m Mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	close(s.arrived)
	s.arrived = make(chan struct{})
}

// counted counts the connections it accepts for a server.
type counted struct {
	net.Listener
	server *SMTPServer
}

func (l counted) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.server.mu.Lock()
		l.server.connections++
		l.server.mu.Unlock()
	}
	return c, err
}
