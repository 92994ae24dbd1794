package notifications_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas/internal/testbed"
	"habeas/notifications"
)

const short = 300 * time.Millisecond

func outgoing(t testing.TB, to ...string) notifications.Outgoing {
	t.Helper()
	if len(to) == 0 {
		to = []string{"maria.example+gdpr@example.net"}
	}
	r := renderer(t)
	m, err := r.Render(notifications.Samples("en")["code"])
	if err != nil {
		t.Fatal(err)
	}
	o, err := r.Compose(notifications.Envelope{MailID: "0192f3c4-5d6e@example.com", At: sentAt(), To: to}, m)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func sentAt() time.Time { return time.Date(2026, time.October, 21, 9, 30, 0, 0, time.UTC) }

// client returns a sender for the server at addr that waits for nothing long.
func client(t *testing.T, url string) *notifications.SMTP {
	t.Helper()
	m, err := notifications.NewSMTP(url, "habeas.example.com")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func sendError(t *testing.T, err error) *notifications.SendError {
	t.Helper()
	e, ok := errors.AsType[*notifications.SendError](err)
	if !ok {
		t.Fatalf("Send = %v (%T), want a SendError", err, err)
	}
	return e
}

// The table of what each answer at each step means: may it be tried again?
func TestAnswersByStep(t *testing.T) {
	t.Parallel()
	temporary := []string{"421 closing", "450 greylisted", "451 later", "452 full", "hangup", "", "garbage", "250 out of place"}
	final := []string{"550 unknown", "551 elsewhere", "552 too big", "553 bad name", "554 no"}
	login := []string{"530 log in first", "535 wrong password"}
	for _, step := range []string{"greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot"} {
		about := step == "MAIL" || step == "RCPT" || step == "DATA" || step == "dot" // this very mail
		for _, answer := range append(append(append([]string{}, temporary...), final...), login...) {
			good := answer == "250 out of place" && step != "greeting" && step != "DATA"
			if good {
				continue
			}
			want := true
			for _, f := range final {
				want = want && (f != answer || !about)
			}
			t.Run(step+" "+answer, func(t *testing.T) {
				t.Parallel()
				changes := map[string]string{step: answer}
				if step == "EHLO" {
					changes["HELO"] = answer
				}
				s := newRawServer(t, changes)
				m := client(t, "smtp://"+s.addr+"?tls=none")
				m.Hurry(short)
				e := sendError(t, m.Send(t.Context(), outgoing(t)))
				if e.Temporary != want || e.Delivered != 0 {
					t.Errorf("%+v, want temporary %v", e, want)
				}
				if code, _, _ := strings.Cut(answer, " "); len(code) == 3 && answer != "250 out of place" && e.Error()[:3] != code {
					t.Errorf("Error() = %q, want it to begin with %s", e.Error(), code)
				}
				if _, taken := s.heard(); taken != 0 {
					t.Errorf("%d mails taken", taken)
				}
			})
		}
	}
}

func TestSendsOverTLSOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scheme string
		option testbed.SMTPOption
	}{"STARTTLS": {"smtp://", testbed.StartTLS}, "implicit": {"smtps://", testbed.ImplicitTLS}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testbed.SMTP(t, c.option, testbed.Login("habeas@example.com", "se cret"))
			url := c.scheme + "habeas%40example.com:se%20cret@" + s.Addr()

			stranger := client(t, url)
			e := sendError(t, stranger.Send(t.Context(), outgoing(t)))
			if !e.Temporary || !strings.Contains(e.Words, "no trusted TLS") || len(s.Mails()) != 0 {
				t.Errorf("an unknown certificate: %+v and %d mails", e, len(s.Mails()))
			}

			m := client(t, url)
			m.Trust(s.Roots())
			if err := m.Send(t.Context(), outgoing(t)); err != nil {
				t.Fatal(err)
			}
			if got := s.Wait(1)[0]; !got.TLS || got.User != "habeas@example.com" {
				t.Errorf("TLS %v, user %q", got.TLS, got.User)
			}

			thief := client(t, strings.Replace(url, "se%20cret", "guess", 1))
			thief.Trust(s.Roots())
			if e := sendError(t, thief.Send(t.Context(), outgoing(t))); !e.Temporary || e.Code != 535 {
				t.Errorf("a wrong password: %+v, want a temporary 535", e)
			}
		})
	}
}

func TestNeverFallsBackToPlain(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t) // offers no STARTTLS
	m := client(t, "smtp://"+s.Addr())
	if e := sendError(t, m.Send(t.Context(), outgoing(t))); !e.Temporary || !strings.Contains(e.Words, "STARTTLS") {
		t.Errorf("%+v", e)
	}
	strict := client(t, "smtps://"+s.Addr())
	strict.Hurry(short)
	if e := sendError(t, strict.Send(t.Context(), outgoing(t))); !e.Temporary {
		t.Errorf("%+v", e)
	}
	refusing := newRawServer(t, map[string]string{"EHLO": "250-raw\r\n250 STARTTLS", "STARTTLS": "454 not now"})
	if e := sendError(t, client(t, "smtp://"+refusing.addr).Send(t.Context(), outgoing(t))); !e.Temporary || e.Code != 454 {
		t.Errorf("%+v", e)
	}
	lines, taken := refusing.heard()
	if n := len(s.Mails()) + taken; n != 0 || strings.Contains(strings.Join(lines, "\n"), "MAIL") {
		t.Errorf("%d mails went in the clear; said %q", n, lines)
	}
}

func TestTrustsAnAuthorityFromAFile(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t, testbed.ImplicitTLS)
	c, err := tls.Dial("tcp", s.Addr(), &tls.Config{RootCAs: s.Roots(), ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.ConnectionState().PeerCertificates[0].Raw})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := client(t, "smtps://"+s.Addr()+"?ca="+file).Send(t.Context(), outgoing(t)); err != nil {
		t.Fatal(err)
	}
}

func TestMailURLs(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"smtp://mail.example.com":                               "",
		"smtps://u:p@mail.example.com":                          "",
		"smtp://u:p@[::1]:25?tls=none":                          "",
		"smtp://mailpit:1025?tls=none":                          "",
		"smtp://u:hunter2@mail.example.com?tls=none":            "without TLS",
		"smtps://mail.example.com?tls=none":                     "options",
		"smtp://mail.example.com?tls=off":                       "options",
		"smtp://u:hunter2@mail.example.com?cafile=x":            "options",
		"smtp://u:hunter2@mail.example.com?ca=/does/not/exist":  "certificate authority",
		"http://u:hunter2@mail.example.com":                     "scheme",
		"smtp://u:hunter2@":                                     "want smtp",
		"smtp://u:hunter2%zz@mail.example.com":                  "want smtp",
		"mail.example.com:25":                                   "want smtp",
		"smtp://u:hunter2@mail.example.com/folder?tls=none#top": "want smtp",
	} {
		_, err := notifications.NewSMTP(url, "")
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", url, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", url, err, want)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("the password is in %v", err)
		}
	}
}

func TestConnectionIsKeptAndRenewed(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	m := client(t, "smtp://"+s.Addr()+"?tls=none")
	for range 20 {
		if err := m.Send(t.Context(), outgoing(t)); err != nil {
			t.Fatal(err)
		}
	}
	if s.Connections() != 1 || m.Idle() != 1 {
		t.Errorf("20 mails over %d connections, %d idle; want 1 and 1", s.Connections(), m.Idle())
	}
	// A refused recipient does not spoil it for the next mail.
	s.Script(func(step testbed.Step, arg string) error {
		if step == testbed.StepRcpt && strings.HasPrefix(arg, "gone") {
			return testbed.Reply(550, "no such user <"+arg+">")
		}
		return nil
	})
	if e := sendError(t, m.Send(t.Context(), outgoing(t, "gone@example.net"))); e.Temporary || strings.Contains(e.Error(), "gone") {
		t.Errorf("%+v", e)
	}
	if err := m.Send(t.Context(), outgoing(t)); err != nil {
		t.Fatal(err)
	}
	if s.Connections() != 1 {
		t.Errorf("%d connections, want 1", s.Connections())
	}
}

// A server drops idle connections. The next mail must not fail for it, nor go
// twice.
func TestStaleConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]error{"hangs up": testbed.ErrHangUp, "says goodbye": testbed.Reply(421, "idle too long")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testbed.SMTP(t)
			m := client(t, "smtp://"+s.Addr()+"?tls=none")
			if err := m.Send(t.Context(), outgoing(t)); err != nil {
				t.Fatal(err)
			}
			var once sync.Once
			s.Script(func(step testbed.Step, _ string) (err error) {
				if step == testbed.StepMail {
					once.Do(func() { err = answer })
				}
				return err
			})
			if err := m.Send(t.Context(), outgoing(t)); err != nil {
				t.Fatal(err)
			}
			if n := len(s.Wait(2)); n != 2 || s.Connections() != 2 {
				t.Errorf("%d mails over %d connections, want 2 over 2", n, s.Connections())
			}
		})
	}
}

func TestIdleConnectionsEnd(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	m := client(t, "smtp://"+s.Addr()+"?tls=none")
	m.Hurry(short)
	if err := m.Send(t.Context(), outgoing(t)); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(3 * time.Minute); m.Idle() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the connection stays open")
		}
	}
	if err := m.Send(t.Context(), outgoing(t)); err != nil {
		t.Fatal(err)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	m := client(t, "smtp://"+s.Addr()+"?tls=none")
	o := outgoing(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				if err := m.Send(t.Context(), o); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(s.Mails()); n != 200 || s.Connections() > 8 {
		t.Errorf("%d mails over %d connections, want 200 over at most 8", n, s.Connections())
	}
}

// One bad address among several staff: the others get the mail once, and the
// caller is told who did not, and who may get it later.
func TestSomeRecipientsRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		refuse    map[string]int
		more      string // one more recipient
		delivered int
		temporary bool
		code      int
		refused   string // a + is one that may be taken later
	}{
		"one for good":              {map[string]int{"b@example.net": 550}, "", 2, false, 550, "b@example.net"},
		"one for now":               {map[string]int{"b@example.net": 451}, "", 2, false, 451, "b@example.net+"},
		"one each way":              {map[string]int{"a@example.net": 550, "c@example.net": 452}, "", 1, false, 452, "a@example.net c@example.net+"},
		"one that is no address":    {nil, "d@example.net> NOTIFY=NEVER", 3, false, 0, "d@example.net> NOTIFY=NEVER"},
		"one by us, one by them":    {map[string]int{"b@example.net": 451}, "d@", 2, false, 451, "d@ b@example.net+"},
		"all for good":              {map[string]int{"a@example.net": 550, "b@example.net": 550, "c@example.net": 553}, "", 0, false, 550, "a@example.net b@example.net c@example.net"},
		"all, and one only for now": {map[string]int{"a@example.net": 550, "b@example.net": 451, "c@example.net": 550}, "", 0, true, 451, "a@example.net b@example.net+ c@example.net"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testbed.SMTP(t)
			s.Script(func(step testbed.Step, arg string) error {
				if code := tt.refuse[arg]; step == testbed.StepRcpt && code != 0 {
					return testbed.Reply(code, "not "+arg)
				}
				return nil
			})
			m := client(t, "smtp://"+s.Addr()+"?tls=none")
			o := outgoing(t, "a@example.net", "b@example.net", "c@example.net")
			if tt.more != "" {
				o.To = append(o.To, tt.more)
			}
			e := sendError(t, m.Send(t.Context(), o))
			var refused []string
			for _, r := range e.Refused {
				refused = append(refused, r.To+map[bool]string{true: "+"}[r.Temporary])
			}
			if e.Delivered != tt.delivered || e.Temporary != tt.temporary || e.Code != tt.code || strings.Join(refused, " ") != tt.refused {
				t.Errorf("%+v, want %+v", e, tt)
			}
			if strings.Contains(e.Error(), "@") {
				t.Errorf("an address is in %q", e.Error())
			}
			mails := s.Mails()
			if len(mails) != min(tt.delivered, 1) || (len(mails) == 1 && len(mails[0].To) != tt.delivered) {
				t.Errorf("took %d mails", len(mails))
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	e := sendError(t, client(t, "smtp://"+addr+"?tls=none").Send(t.Context(), outgoing(t)))
	if !e.Temporary || e.Words != "the mail server refused the connection" {
		t.Errorf("%+v", e)
	}
	e = sendError(t, client(t, "smtp://nowhere.invalid?tls=none").Send(t.Context(), outgoing(t)))
	if !e.Temporary || e.Words != "the name of the mail server cannot be resolved" {
		t.Errorf("%+v", e)
	}
}

func TestStopsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"greeting", "MAIL", "DATA", "dot"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s := newRawServer(t, map[string]string{step: ""}) // silent
			ctx, cancel := context.WithTimeout(t.Context(), short)
			defer cancel()
			start := time.Now()
			err := client(t, "smtp://"+s.addr+"?tls=none").Send(ctx, outgoing(t))
			if e := sendError(t, err); !e.Temporary || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%+v", e)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// The answer to a mail is lost: the second try carries the same Message-ID and
// indeed the same bytes, so that readers can tell.
func TestRetryIsTheSameMail(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	var once sync.Once
	s.Script(func(step testbed.Step, _ string) (err error) {
		if step == testbed.StepTaken {
			once.Do(func() { err = testbed.ErrHangUp })
		}
		return err
	})
	m := client(t, "smtp://"+s.Addr()+"?tls=none")
	if e := sendError(t, m.Send(t.Context(), outgoing(t))); !e.Temporary {
		t.Fatalf("%+v", e)
	}
	if err := m.Send(t.Context(), outgoing(t)); err != nil { // composed anew
		t.Fatal(err)
	}
	mails := s.Wait(2)
	if !bytes.Equal(mails[0].Data, mails[1].Data) || !strings.Contains(string(mails[0].Data), "<0192f3c4-5d6e@example.com>") {
		t.Errorf("the second try differs:\n%s\n%s", mails[0].Data, mails[1].Data)
	}
}

func TestInternationalAddresses(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	if err := client(t, "smtp://"+s.Addr()+"?tls=none").Send(t.Context(), outgoing(t, "jürgen@example.net")); err != nil {
		t.Fatal(err)
	}
	if got := s.Wait(1)[0].To; got[0] != "jürgen@example.net" {
		t.Errorf("sent to %q", got)
	}
	old := newRawServer(t, nil) // without SMTPUTF8
	if e := sendError(t, client(t, "smtp://"+old.addr+"?tls=none").Send(t.Context(), outgoing(t, "jürgen@example.net"))); e.Temporary {
		t.Errorf("%+v", e)
	}
}

// A domain with umlauts goes to every server, in A-labels; only what stands in
// front of the at sign needs SMTPUTF8.
func TestDomainsGoOutInALabels(t *testing.T) {
	t.Parallel()
	c := config(t)
	c.From, c.Bounce = "privacy@b\u00fccher.example", "bounce@b\u00fccher.example"
	r, err := notifications.New(c)
	if err != nil {
		t.Fatal(err)
	}
	o, err := r.Compose(notifications.Envelope{
		MailID: "id@xn--bcher-kva.example", At: sentAt(), ReplyTo: "privacy+x@b\u00fccher.example",
		To: []string{"maria@m\u00fcnchen.example", "Ada@Example.net"},
	}, notifications.Mail{Subject: "Hello", Text: "Hello", HTML: "<p>Hello</p>"})
	if err != nil {
		t.Fatal(err)
	}
	old := newRawServer(t, nil) // without SMTPUTF8
	if err := client(t, "smtp://"+old.addr+"?tls=none").Send(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	lines, taken := old.heard()
	said := strings.Join(lines, "\n")
	for _, want := range []string{
		"MAIL FROM:<bounce@xn--bcher-kva.example>", "RCPT TO:<maria@xn--mnchen-3ya.example>", "RCPT TO:<Ada@Example.net>", "To: <maria@xn--mnchen-3ya.example>, <Ada@Example.net>",
		"<privacy@xn--bcher-kva.example>", "Reply-To: <privacy+x@xn--bcher-kva.example>", "X-Loop: habeas/privacy@xn--bcher-kva.example",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %s", want, said)
		}
	}
	if taken != 1 || strings.Contains(said, "\u00fc") {
		t.Errorf("%d taken; said %s", taken, said)
	}
	if a, b := notifications.Instance("Privacy@b\u00fccher.example"), notifications.Instance("privacy@xn--bcher-kva.example"); a != b {
		t.Errorf("one installation is %s and %s", a, b)
	}
}

func TestServersWordsLoseTheirAddresses(t *testing.T) {
	t.Parallel()
	known := []string{"Maria.Example+gdpr@Example.net", "no-reply@example.com"}
	for words, want := range map[string]string{
		"5.1.1 <maria.example+gdpr@example.net>: Recipient address rejected": "5.1.1 [address] Recipient address rejected",
		"5.1.1 maria.example unknown at example.net":                         "5.1.1 [address] unknown at [address]",
		`no "odd name"@example.net here`:                                     "no [address] here",
		"Mailbox MARIA.EXAMPLE is full, see https://h.example/?to=x%40y.org": "Mailbox [address] is full, see [address]",
		"SRS0=maria.example=40example.net":                                   "[address]",
		"other@example.org is not here\r\nnor there":                         "[address] is not here nor there",
		"4.7.1 Greylisted, try again in 300 seconds":                         "4.7.1 Greylisted, try again in 300 seconds",
		"用户 maria.example@example.net 不存在":                                   "用户 [address] 不存在",
	} {
		got := notifications.Redact(words, known...)
		if got != want {
			t.Errorf("%q became %q, want %q", words, got, want)
		}
	}
}

func TestRetryTable(t *testing.T) {
	t.Parallel()
	first := sentAt()
	now, tries := first, 1
	var waits []string
	for {
		at, ok := notifications.Retry(tries, first, now)
		if !ok {
			break
		}
		if tries < 6 {
			waits = append(waits, at.Sub(now).String())
		}
		now = at
		tries++
	}
	if got := strings.Join(waits, " "); got != "1m0s 5m0s 30m0s 2h0m0s 2h0m0s" {
		t.Errorf("waits %s", got)
	}
	if total := now.Sub(first); total > 5*24*time.Hour || total < 5*24*time.Hour-2*time.Hour {
		t.Errorf("the last try is %v after the first", total)
	}
	if at, ok := notifications.Retry(0, first, first); !ok || at.Sub(first) != time.Minute {
		t.Errorf("Retry(0) = %v %v", at, ok)
	}
}
