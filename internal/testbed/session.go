package testbed

import (
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one greeting and the mails that follow it.
type session struct {
	server *SMTPServer
	conn   *smtp.Conn
	user   string
	mail   Mail
}

func (s *SMTPServer) session(c *smtp.Conn) (smtp.Session, error) {
	x := &session{server: s, conn: c}
	if err := x.ask(StepHello, c.Hostname()); err != nil {
		return nil, err
	}
	return x, nil
}

// ask lets the script answer. It holds no lock, so that a slow answer delays
// one client only.
func (x *session) ask(step Step, arg string) error {
	x.server.mu.Lock()
	script := x.server.script
	x.server.mu.Unlock()
	err := script(step, arg)
	if errors.Is(err, ErrHangUp) {
		x.conn.Conn().Close() //nolint:errcheck // nobody listens any more
	}
	return err
}

func (x *session) AuthMechanisms() []string {
	if x.server.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != x.server.user || password != x.server.password {
			return smtp.ErrAuthFailed
		}
		x.user = user
		return nil
	}), nil
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	if x.user != x.server.user {
		return Reply(530, "Authentication required")
	}
	_, encrypted := x.conn.TLSConnectionState()
	x.mail = Mail{From: from, TLS: encrypted, User: x.user}
	return x.ask(StepMail, from)
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := x.ask(StepRcpt, to); err != nil {
		return err
	}
	x.mail.To = append(x.mail.To, to)
	return nil
}

func (x *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("reading mail: %w", err)
	}
	if err := x.ask(StepData, ""); err != nil {
		return err
	}
	x.mail.Data = data
	x.server.take(x.mail)
	return x.ask(StepTaken, "")
}

func (x *session) Reset() {
	x.mail = Mail{}
}

func (x *session) Logout() error {
	return nil
}
