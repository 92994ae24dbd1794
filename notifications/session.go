package notifications

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"habeas/internal/mailaddr"
)

// session is one connection to the server. It belongs to one Send at a time.
type session struct {
	conn     net.Conn // the raw one, below TLS
	client   *smtp.Client
	timeouts timeouts
	timer    *time.Timer // closes it when idle
	mails    int         // how many were tried on it
	heard    bool        // the server answered about the present mail
	broken   bool        // not to be used again
}

// stale reports that the server dropped an idle connection before it heard of
// the present mail.
func (s *session) stale() bool { return s.broken && !s.heard && s.mails > 1 }

// dial connects, protects the connection and logs in.
func (m *SMTP) dial(ctx context.Context) (*session, error) {
	t := m.target
	dialer := net.Dialer{Timeout: m.timeouts.connect}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(t.host, t.port))
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	s := &session{conn: conn, timeouts: m.timeouts}
	if err := s.open(ctx, t, m.hello); err != nil {
		_ = conn.Close() // the first error says more
		return nil, err
	}
	return s, nil
}

// open does everything before the first mail. There is no way from a failed
// TLS to a plain conversation.
func (s *session) open(ctx context.Context, t smtpTarget, hello string) error {
	wire := s.conn
	if t.transport == implicitTLS {
		secured := tls.Client(s.conn, t.tls)
		wire = secured
		err := s.step(ctx, s.timeouts.connect, func() error { return secured.HandshakeContext(ctx) })
		if err != nil {
			return tlsError{err}
		}
	}
	err := s.step(ctx, s.timeouts.command, func() (err error) {
		s.client, err = smtp.NewClient(wire, t.host)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.step(ctx, s.timeouts.command, func() error { return s.client.Hello(hello) }); err != nil {
		return err
	}
	if t.transport == startTLS {
		if ok, _ := s.client.Extension("STARTTLS"); !ok {
			return tlsError{errors.New("the server does not offer STARTTLS")}
		}
		if err := s.step(ctx, s.timeouts.command, func() error { return s.client.StartTLS(t.tls) }); err != nil {
			return tlsError{err}
		}
	}
	return s.login(ctx, t)
}

// login proves who we are by the best mechanism both sides know.
func (s *session) login(ctx context.Context, t smtpTarget) error {
	if t.user == "" {
		return nil
	}
	_, offered := s.client.Extension("AUTH")
	mechanisms := strings.Fields(strings.ToUpper(offered))
	var auth smtp.Auth
	switch {
	case slices.Contains(mechanisms, "SCRAM-SHA-256"):
		auth = smtp.ScramSHA256Auth(t.user, t.password)
	case slices.Contains(mechanisms, "PLAIN"):
		auth = smtp.PlainAuth("", t.user, t.password, t.host, false)
	case slices.Contains(mechanisms, "LOGIN"):
		auth = smtp.LoginAuth(t.user, t.password, t.host, false)
	default:
		return errNoLogin
	}
	return s.step(ctx, s.timeouts.command, func() error { return s.client.Auth(auth) })
}

var errNoLogin = errors.New("the mail server offers no login that we know")

// deliver sends one mail: one MAIL, one RCPT for each recipient, one DATA.
// A recipient refused does not keep the others from getting it.
func (s *session) deliver(ctx context.Context, o Outgoing) error {
	s.mails++
	s.heard = false
	to, faults := s.takable(o.To)
	if err := s.envelope(o.From, to, faults); err != nil {
		return err
	}
	err := s.step(ctx, s.timeouts.command, func() error { return s.client.Mail(angle(o.From)) })
	s.heard = err == nil || (replied(err) && codeOf(err) != serviceClosing)
	if err != nil {
		return s.abandon(ctx, o, err)
	}
	for _, address := range to {
		err := s.step(ctx, s.timeouts.command, func() error { return s.client.Rcpt(angle(address)) })
		if err != nil && s.broken {
			return s.abandon(ctx, o, err)
		}
		if err != nil {
			faults = append(faults, fault{address, err})
		}
	}
	if len(faults) == len(o.To) {
		return refusal(s.abandon(ctx, o, worst(faults)), faults, 0)
	}
	if err := s.data(ctx, o.Raw); err != nil {
		return s.abandon(ctx, o, err)
	}
	if len(faults) == 0 {
		return nil
	}
	return refusal(failure(ctx, true, worst(faults), o), faults, len(o.To)-len(faults))
}

// takable returns the recipients whom the server can be asked for, and what is
// wrong with the others. Addresses are checked once more, for no line of theirs
// may become a command.
func (s *session) takable(all []string) (to []string, faults []fault) {
	modern, _ := s.client.Extension("SMTPUTF8")
	for _, address := range all {
		switch {
		case checkAddress(address) != nil:
			faults = append(faults, fault{address, errNoAddress})
		case mailaddr.International(address) && !modern:
			faults = append(faults, fault{address, errInternational})
		default:
			to = append(to, address)
		}
	}
	return to, faults
}

// envelope refuses what the server need not be asked about, and asks for
// SMTPUTF8 only where it is needed.
func (s *session) envelope(from string, to []string, faults []fault) error {
	modern, _ := s.client.Extension("SMTPUTF8")
	switch {
	case checkAddress(from) != nil:
		return &SendError{Words: errNoAddress.Error()}
	case mailaddr.International(from) && !modern:
		return &SendError{Words: errInternational.Error()}
	case len(to) == 0 && len(faults) == 0:
		return &SendError{Words: "there is nobody to send it to"}
	case len(to) == 0:
		return refusal(&SendError{Words: faults[0].err.Error()}, faults, 0)
	}
	s.client.SkipSMTPUTF8(!slices.ContainsFunc(append([]string{from}, to...), mailaddr.International))
	return nil
}

// data sends the message. Where writing fails, the final dot must not follow:
// it would deliver half a mail.
func (s *session) data(ctx context.Context, raw []byte) error {
	var end func() error
	err := s.step(ctx, s.timeouts.command, func() error {
		w, err := s.client.Data()
		if err != nil {
			return err //nolint:wrapcheck // the reply is judged by its type
		}
		end = w.Close
		_, err = w.Write(raw)
		return err //nolint:wrapcheck // likewise
	})
	if err != nil {
		return err
	}
	return s.step(ctx, s.timeouts.stored, end)
}

// abandon takes the mail back from the server and says why it failed.
func (s *session) abandon(ctx context.Context, o Outgoing, err error) *SendError {
	if !s.broken {
		s.broken = s.step(ctx, s.timeouts.command, s.client.Reset) != nil
	}
	return failure(ctx, true, err, o)
}

// step runs one exchange with the server and cuts the connection when its time
// is over or ctx ends. Anything but a proper reply leaves the connection in an
// unknown state, so it is not used again; so does 421, by which a server says
// that it is closing.
func (s *session) step(ctx context.Context, limit time.Duration, exchange func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = s.conn.Close() })
	err := exchange()
	if !stop() {
		s.broken = true
		if err != nil {
			return ctx.Err()
		}
	}
	if err != nil && (!replied(err) || codeOf(err) == serviceClosing) {
		s.broken = true
	}
	return err
}

// quit says goodbye if the server still listens.
func (s *session) quit() {
	if !s.broken {
		_ = s.step(context.Background(), time.Second, s.client.Quit) // it is going anyway
	}
	_ = s.conn.Close()
}

// angle returns the address as a command takes it: <local@domain>.
func angle(address string) string { return "<" + address + ">" }

// codeOf returns the server's three digits, or 0.
func codeOf(err error) int {
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		return reply.Code
	}
	return 0
}

func replied(err error) bool { return codeOf(err) != 0 }
