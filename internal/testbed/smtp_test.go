package testbed_test

import (
	"crypto/tls"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"habeas/internal/testbed"
)

const letter = "Subject: hello\r\n\r\n.leading dot\r\n"

func TestSMTPKeepsWhatItTakes(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	c := dial(t, s)
	for range 2 {
		if err := c.SendMail("a@example.org", []string{"b@example.org", "ç@example.org"}, strings.NewReader(letter)); err != nil {
			t.Fatal(err)
		}
	}
	mails := s.Wait(2)
	m := mails[0]
	if m.From != "a@example.org" || strings.Join(m.To, " ") != "b@example.org ç@example.org" || string(m.Data) != letter || m.TLS || m.User != "" {
		t.Errorf("took %+v", m)
	}
	if len(mails) != 2 || len(s.Mails()) != 2 || s.Connections() != 1 {
		t.Errorf("%d mails over %d connections, want 2 over 1", len(mails), s.Connections())
	}
}

func TestSMTPAnswersByScript(t *testing.T) {
	t.Parallel()
	for _, step := range []testbed.Step{testbed.StepHello, testbed.StepMail, testbed.StepRcpt, testbed.StepData} {
		for _, code := range []int{451, 550} {
			t.Run(string(step), func(t *testing.T) {
				t.Parallel()
				s := testbed.SMTP(t)
				s.Script(func(at testbed.Step, _ string) error {
					if at == step {
						return testbed.Reply(code, "not now")
					}
					return nil
				})
				err := dial(t, s).SendMail("a@example.org", []string{"b@example.org"}, strings.NewReader(letter))
				var refused *smtp.SMTPError
				if !errors.As(err, &refused) || refused.Code != code {
					t.Errorf("SendMail = %v, want %d", err, code)
				}
				if n := len(s.Mails()); n != 0 {
					t.Errorf("%d mails were taken", n)
				}
				s.Script(func(testbed.Step, string) error { return nil })
				if err := dial(t, s).SendMail("a@example.org", []string{"b@example.org"}, strings.NewReader(letter)); err != nil {
					t.Errorf("after the script: %v", err)
				}
			})
		}
	}
}

func TestSMTPRefusesOneRecipientOfTwo(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	s.Script(func(step testbed.Step, arg string) error {
		if step == testbed.StepRcpt && arg == "gone@example.org" {
			return testbed.Reply(550, "no such user")
		}
		return nil
	})
	c := dial(t, s)
	if err := c.Mail("a@example.org", nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("gone@example.org", nil); err == nil {
		t.Error("the recipient was accepted")
	}
	if err := c.Rcpt("b@example.org", nil); err != nil {
		t.Fatal(err)
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(letter)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if to := s.Wait(1)[0].To; len(to) != 1 || to[0] != "b@example.org" {
		t.Errorf("recipients are %q", to)
	}
}

// The two ways a connection can end after the content are the same for the
// client and differ in what happened.
func TestSMTPHangsUp(t *testing.T) {
	t.Parallel()
	for step, taken := range map[testbed.Step]int{testbed.StepMail: 0, testbed.StepData: 0, testbed.StepTaken: 1} {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			s := testbed.SMTP(t)
			s.Script(func(at testbed.Step, _ string) error {
				if at == step {
					return testbed.ErrHangUp
				}
				return nil
			})
			err := dial(t, s).SendMail("a@example.org", []string{"b@example.org"}, strings.NewReader(letter))
			var refused *smtp.SMTPError
			if err == nil || errors.As(err, &refused) {
				t.Errorf("SendMail = %v, want a broken connection", err)
			}
			if n := len(s.Mails()); n != taken {
				t.Errorf("%d mails were taken, want %d", n, taken)
			}
		})
	}
}

func TestSMTPSlowAnswerDelaysOneClientOnly(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	release := make(chan struct{})
	s.Script(func(step testbed.Step, arg string) error {
		if step == testbed.StepMail && arg == "slow@example.org" {
			<-release
		}
		return nil
	})
	slow, quick := dial(t, s), dial(t, s)
	slow.CommandTimeout = time.Minute
	done := make(chan error)
	go func() {
		done <- slow.SendMail("slow@example.org", []string{"b@example.org"}, strings.NewReader(letter))
	}()
	if err := quick.SendMail("quick@example.org", []string{"b@example.org"}, strings.NewReader(letter)); err != nil {
		t.Fatal(err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if m := s.Wait(2); m[0].From != "quick@example.org" || m[1].From != "slow@example.org" {
		t.Errorf("took %s, then %s", m[0].From, m[1].From)
	}
}

func TestSMTPTLSAndLogin(t *testing.T) {
	t.Parallel()
	encryptions := map[string]struct {
		option testbed.SMTPOption
		dial   func(string, *tls.Config) (*smtp.Client, error)
	}{
		"STARTTLS": {testbed.StartTLS, smtp.DialStartTLS},
		"implicit": {testbed.ImplicitTLS, smtp.DialTLS},
	}
	for name, e := range encryptions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testbed.SMTP(t, e.option, testbed.Login("ada", "secret"))
			if c, err := e.dial(s.Addr(), &tls.Config{MinVersion: tls.VersionTLS12}); err == nil {
				if err := c.Noop(); err == nil {
					t.Error("a client that does not know the certificate got in")
				}
				c.Close()
			}
			c, err := e.dial(s.Addr(), &tls.Config{RootCAs: s.Roots(), ServerName: "localhost", MinVersion: tls.VersionTLS12})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			if err := c.Mail("a@example.org", nil); err == nil {
				t.Error("mail was accepted without a login")
			}
			if err := c.Auth(sasl.NewPlainClient("", "ada", "guess")); err == nil {
				t.Error("a wrong password was accepted")
			}
			if err := c.Auth(sasl.NewPlainClient("", "ada", "secret")); err != nil {
				t.Fatal(err)
			}
			if err := c.SendMail("a@example.org", []string{"b@example.org"}, strings.NewReader(letter)); err != nil {
				t.Fatal(err)
			}
			if m := s.Wait(1)[0]; !m.TLS || m.User != "ada" {
				t.Errorf("TLS %v, user %q", m.TLS, m.User)
			}
		})
	}
}

func TestSMTPWithSTARTTLSKeepsPasswordsOffTheWire(t *testing.T) {
	t.Parallel()
	c := dial(t, testbed.SMTP(t, testbed.StartTLS, testbed.Login("ada", "secret")))
	if err := c.Auth(sasl.NewPlainClient("", "ada", "secret")); err == nil {
		t.Error("a login without encryption was accepted")
	}
}

func dial(t *testing.T, s *testbed.SMTPServer) *smtp.Client {
	t.Helper()
	c, err := smtp.Dial(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}
