package lmtp_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"habeas/intake"
	"habeas/intake/lmtp"
	"habeas/internal/testbed"
	"habeas/models"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// taker records what it is given and answers by its script.
type taker struct {
	mu     sync.Mutex
	script func(ctx context.Context, raw []byte) error
	taken  []delivery
}

type delivery struct {
	raw string
	e   intake.Envelope
}

func (k *taker) Take(ctx context.Context, raw []byte, e intake.Envelope) (intake.Receipt, error) {
	k.mu.Lock()
	script := k.script
	k.mu.Unlock()
	if script != nil {
		if err := script(ctx, raw); err != nil {
			return intake.Receipt{}, err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.taken = append(k.taken, delivery{string(raw), e})
	return intake.Receipt{ID: "m1", Outcome: "request"}, nil
}

func (k *taker) all() []delivery {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.taken
}

// bed is a server on a socket of its own.
type bed struct {
	t      *testing.T
	taker  *taker
	server *lmtp.Server
	path   string
	log    *bytes.Buffer
	served chan error
}

func newBed(t *testing.T, change ...func(*lmtp.Config)) *bed {
	t.Helper()
	b := &bed{t: t, taker: &taker{}, path: filepath.Join(t.TempDir(), "lmtp"), log: &bytes.Buffer{}, served: make(chan error, 1)}
	c := lmtp.Config{
		Taker: b.taker, Mailboxes: []string{"Privacy@Example.org", "bounces@example.org"},
		Now: func() time.Time { return noon }, Log: slog.New(slog.NewTextHandler(b.log, nil)),
	}
	for _, f := range change {
		f(&c)
	}
	b.server = lmtp.New(c)
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", b.path)
	if err != nil {
		t.Fatal(err)
	}
	go func() { b.served <- b.server.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = b.server.Shutdown(ctx)
	})
	return b
}

func (b *bed) client() *smtp.Client {
	b.t.Helper()
	c, err := new(net.Dialer).DialContext(b.t.Context(), "unix", b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	client := smtp.NewClientLMTP(c)
	b.t.Cleanup(func() { client.Close() })
	return client
}

// send brings a message and returns the answer for each recipient, by code.
func send(t *testing.T, c *smtp.Client, from, raw string, to ...string) map[string]int {
	t.Helper()
	if err := c.Mail(from, nil); err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	for _, r := range to {
		if err := c.Rcpt(r, nil); err != nil {
			codes[r] = code(t, err)
		}
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	answers, err := w.CloseWithLMTPResponse()
	for r := range answers {
		codes[r] = 250
	}
	if failed, ok := errors.AsType[smtp.LMTPDataError](err); ok {
		for r, e := range failed {
			codes[r] = e.Code
		}
	} else if err != nil {
		t.Fatal(err)
	}
	return codes
}

func code(t *testing.T, err error) int {
	t.Helper()
	e, ok := errors.AsType[*smtp.SMTPError](err)
	if !ok {
		t.Fatalf("no answer of a server: %v", err)
	}
	return e.Code
}

const message = "From: ann@example.net\r\nSubject: my data\r\n\r\nPlease.\r\n"

// One message to several of our addresses is taken once, and each has its own
// answer.
func TestOneMessageIsTakenOnceForAllOfItsRecipients(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	got := send(t, b.client(), "ann@example.net", message,
		"privacy@example.org", "PRIVACY+v1.abc.def@EXAMPLE.ORG", "bounces+v1.x.y@example.org")
	for to, code := range got {
		if code != 250 {
			t.Errorf("%s: %d", to, code)
		}
	}
	taken := b.taker.all()
	if len(got) != 3 || len(taken) != 1 {
		t.Fatalf("%d answers, %d messages", len(got), len(taken))
	}
	if d := taken[0]; d.raw != message || d.e.MailFrom != "ann@example.net" || !d.e.FromKnown || d.e.Source != "lmtp" ||
		len(d.e.RcptTo) != 3 || d.e.RcptTo[1] != "PRIVACY+v1.abc.def@EXAMPLE.ORG" || !d.e.ReceivedAt.Equal(noon) || d.e.TrustedHeaders {
		t.Errorf("%+v", d)
	}
}

func TestOurDomainIsKnownHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, written := range [][2]string{{"privacy@xn--bcher-kva.example", "Privacy+x@B\u00dcCHER.example"}, {"privacy@b\u00fccher.example", "privacy@xn--bcher-kva.example"}} {
		if !intake.Ours(written[1], written[:1]) {
			t.Errorf("%s is not ours", written[1])
		}
	}
	if intake.Ours("privacy@bucher.example", []string{"privacy@xn--bcher-kva.example"}) {
		t.Error("another domain is ours")
	}
}

func TestWhatIsNotForUsIsRefused(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.client()
	if err := c.Mail("ann@example.net", nil); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{
		"someone@example.org", "privacy@example.com", "privacy@example.org.evil.example", "privacy", "privacy@", "@example.org",
		"privacy%example.com@example.org", "xprivacy@example.org", "privacy-x@example.org", "victim@example.net",
	} {
		if err := c.Rcpt(to, nil); err == nil || code(t, err) != 550 && code(t, err) != 501 {
			t.Errorf("%s: %v", to, err)
		}
	}
	if _, err := c.Data(); err == nil {
		t.Error("a message for nobody is taken")
	}
	if err := c.Reset(); err != nil {
		t.Fatal(err)
	}
	if got := send(t, c, "ann@example.net", message, "privacy@example.org", "someone@example.org"); got["privacy@example.org"] != 250 || got["someone@example.org"] != 550 {
		t.Errorf("%v", got)
	}
}

func TestTheNullSenderIsKnown(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	send(t, b.client(), "", message, "privacy@example.org")
	if d := b.taker.all(); len(d) != 1 || d[0].e.MailFrom != "" || !d[0].e.FromKnown {
		t.Errorf("%+v", d)
	}
}

// Our own faults never make the sender's system give up.
func TestFaultsOfOurOwnAreTemporary(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]func(context.Context, []byte) error{
		"database is down": func(context.Context, []byte) error { return models.Errorf(models.CodeUnavailable, "down") },
		"a driver's words": func(context.Context, []byte) error { return errors.New("dial 10.0.0.5: ann@example.net") },
		"too many":         func(context.Context, []byte) error { return models.Errorf(models.CodeTooMany, "slowly") },
		"a panic":          func(_ context.Context, raw []byte) error { panic(string(raw)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			b.taker.script = script
			c := b.client()
			if got := send(t, c, "ann@example.net", message, "privacy@example.org", "privacy+a@example.org"); got["privacy@example.org"] != 451 || got["privacy+a@example.org"] != 451 {
				t.Errorf("%v", got)
			}
			b.taker.mu.Lock()
			b.taker.script = nil
			b.taker.mu.Unlock()
			if got := send(t, c, "ann@example.net", message, "privacy@example.org"); got["privacy@example.org"] != 250 {
				t.Errorf("afterwards: %v", got)
			}
			if strings.Contains(name, "panic") && strings.Contains(b.log.String(), "ann@") {
				t.Error("the log quotes the message")
			}
		})
	}
}

func TestTooLargeIsRefusedForGood(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *lmtp.Config) { c.MaxSize, c.Apology = 4096, "Use https://privacy.example.org instead" })
	c := b.client()
	if err := c.Mail("ann@example.net", &smtp.MailOptions{Size: 5000}); err == nil || code(t, err) != 552 {
		t.Errorf("announced: %v", err)
	}
	if got := send(t, c, "ann@example.net", message+strings.Repeat("x", 5000), "privacy@example.org"); got["privacy@example.org"] != 552 {
		t.Errorf("not announced: %v", got)
	}
	b.taker.script = func(context.Context, []byte) error { return models.Errorf(models.CodeTooLarge, "too large") }
	if got := send(t, c, "ann@example.net", message, "privacy@example.org"); got["privacy@example.org"] != 552 {
		t.Errorf("by the taker: %v", got)
	}
	if n := len(b.taker.all()); n != 0 {
		t.Errorf("%d were taken", n)
	}
}

// However many large messages come at once, as many are in memory as have room.
// The others wait to be read, and none is lost.
func TestLargeMessagesWaitForRoom(t *testing.T) {
	t.Parallel()
	const size, many, fit = 400_000, 12, 2
	var inside testbed.Crowd
	full, goOn := make(chan struct{}, many), make(chan struct{})
	room := intake.NewMemoryBudget(fit * (size + 1000))
	b := newBed(t, func(c *lmtp.Config) { c.MaxSize, c.Room = size+1000, room })
	b.taker.script = func(context.Context, []byte) error {
		inside.Add(1)
		defer inside.Add(-1)
		full <- struct{}{}
		<-goOn
		return nil
	}
	answers := make(chan map[string]int)
	for i := range many {
		c := b.client()
		go func() {
			answers <- send(t, c, "ann@example.net", message+strings.Repeat("x\r\n", size/3)+strconv.Itoa(i), "privacy@example.org")
		}()
	}
	for range fit {
		<-full
	}
	over, cancel := context.WithCancel(t.Context())
	cancel() // whoever has to wait gets none
	if _, err := room.Reserve(over, size/2); err == nil {
		t.Error("there is more room than messages leave")
	}
	close(goOn)
	for range many {
		if got := <-answers; got["privacy@example.org"] != 250 {
			t.Errorf("%v", got)
		}
	}
	if n := len(b.taker.all()); n != many || inside.Most() != fit {
		t.Errorf("%d were taken, %d at once", n, inside.Most())
	}
}

// A message for which there is no room in time comes again, and so does one
// that is larger than was announced.
func TestWithoutRoomItComesAgain(t *testing.T) {
	t.Parallel()
	room := intake.NewMemoryBudget(1 << 20)
	b := newBed(t, func(c *lmtp.Config) { c.Room, c.Patience = room, 10*time.Millisecond })
	others, err := room.Reserve(t.Context(), 1<<19)
	if err != nil {
		t.Fatal(err)
	}
	c := b.client()
	large := message + strings.Repeat("x\r\n", 200_000)
	for raw, want := range map[string]int{message: 250, large: 451} {
		if got := send(t, c, "ann@example.net", raw, "privacy@example.org"); got["privacy@example.org"] != want {
			t.Errorf("%d bytes: %v, want %d", len(raw), got, want)
		}
	}
	others.Release()
	if got := send(t, c, "ann@example.net", large, "privacy@example.org"); got["privacy@example.org"] != 250 {
		t.Errorf("with room: %v", got)
	}
	if all := b.taker.all(); len(all) != 2 || all[1].raw != large {
		t.Errorf("%d were taken", len(all))
	}
	if _, err := room.Reserve(t.Context(), 1<<20); err != nil {
		t.Errorf("the room was not given back: %v", err)
	}
}

// A line that an old client never broke is kept as it is.
func TestLongLinesAreTaken(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	raw := message + strings.Repeat("x", 100_000) + "\r\n"
	if got := send(t, b.client(), "ann@example.net", raw, "privacy@example.org"); got["privacy@example.org"] != 250 {
		t.Fatalf("%v", got)
	}
	if b.taker.all()[0].raw != raw {
		t.Error("it was changed")
	}
}

// Only CR LF . CR LF ends a message: with a bare LF a second one, in the name
// of anybody, could be hidden in the first.
func TestBareLineFeedsSmuggleNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c, err := new(net.Dialer).DialContext(t.Context(), "unix", b.path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	answers := bufio.NewReader(c)
	say := func(s string) {
		if _, err := c.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	hear := func(want string) {
		t.Helper()
		for {
			line, err := answers.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if len(line) > 3 && line[3] == '-' {
				continue
			}
			if !strings.HasPrefix(line, want) {
				t.Fatalf("%q, want %s", line, want)
			}
			return
		}
	}
	hear("220")
	for _, step := range [][2]string{
		{"LHLO x\r\n", "250"}, {"MAIL FROM:<ann@example.net>\r\n", "250"}, {"RCPT TO:<privacy@example.org>\r\n", "250"}, {"DATA\r\n", "354"},
	} {
		say(step[0])
		hear(step[1])
	}
	hidden := "a\n.\nMAIL FROM:<victim@example.net>\nRCPT TO:<privacy@example.org>\nDATA\nb\r\n.\nc\n.\r\nd\r\n"
	say(hidden + ".\r\n")
	hear("250")
	say("NOOP\r\n")
	hear("250")
	if d := b.taker.all(); len(d) != 1 || !strings.Contains(d[0].raw, "victim@example.net") {
		t.Errorf("%+v", d)
	}
}

func TestRecipientsBeyondTheLimitComeAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.client()
	if err := c.Mail("ann@example.net", nil); err != nil {
		t.Fatal(err)
	}
	for i := range 101 {
		err := c.Rcpt(fmt.Sprintf("privacy+%d@example.org", i), nil)
		if i < 100 && err != nil || i == 100 && (err == nil || code(t, err)/100 != 4) {
			t.Fatalf("recipient %d: %v", i+1, err)
		}
	}
}

// A message that breaks off was never sent.
func TestABrokenOffMessageIsNotTaken(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c, err := new(net.Dialer).DialContext(t.Context(), "unix", b.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write([]byte("LHLO x\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<privacy@example.org>\r\nDATA\r\nSubject: half")); err != nil {
		t.Fatal(err)
	}
	c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := b.server.Shutdown(ctx); err != nil { // once its connection is over
		t.Fatal(err)
	}
	if n := len(b.taker.all()); n != 0 {
		t.Errorf("%d were taken", n)
	}
}

// A server that stops lets a message end that is on its way, and sends
// everybody else away with a 421.
func TestShutdown(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	arrived, goOn := make(chan struct{}), make(chan struct{})
	b.taker.script = func(context.Context, []byte) error { close(arrived); <-goOn; return nil }
	busy, idle := b.client(), b.client()
	if err := idle.Noop(); err != nil {
		t.Fatal(err)
	}
	answered := make(chan map[string]int, 1)
	go func() { answered <- send(t, busy, "ann@example.net", message, "privacy@example.org") }()
	<-arrived
	stopped := make(chan error, 1)
	go func() { stopped <- b.server.Shutdown(t.Context()) }()
	// The idle one is told to go.
	for {
		if err := idle.Noop(); err != nil {
			if e, ok := errors.AsType[*smtp.SMTPError](err); ok && e.Code != 421 {
				t.Error(err)
			}
			break
		}
	}
	select {
	case err := <-stopped:
		t.Fatalf("it stopped in the middle of a message: %v", err)
	default:
	}
	close(goOn)
	if got := <-answered; got["privacy@example.org"] != 250 {
		t.Errorf("%v", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if err := <-b.served; err != nil {
		t.Error(err)
	}
}

// Whoever comes while a server stops is let in and waited for, or not let in.
func TestShutdownAmongNewcomers(t *testing.T) {
	t.Parallel()
	for range 30 {
		b := newBed(t)
		var newcomers sync.WaitGroup
		start := make(chan struct{})
		for range 8 {
			newcomers.Go(func() {
				<-start
				for {
					c, err := new(net.Dialer).DialContext(t.Context(), "unix", b.path)
					if err != nil {
						return // nobody listens any more
					}
					_ = c.Close() // a guest may leave at once
				}
			})
		}
		close(start)
		if err := b.server.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		newcomers.Wait()
		if err := <-b.served; err != nil {
			t.Error(err)
		}
	}
}

// Once the grace is over, what is still at work is cut off and not answered.
func TestShutdownCutsOff(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	arrived := make(chan struct{})
	b.taker.script = func(ctx context.Context, _ []byte) error { close(arrived); <-ctx.Done(); return ctx.Err() }
	c := b.client()
	answered := make(chan error, 1)
	go func() {
		if err := errors.Join(c.Mail("ann@example.net", nil), c.Rcpt("privacy@example.org", nil)); err != nil {
			answered <- err
			return
		}
		w, err := c.Data()
		if err == nil {
			_, err = w.CloseWithLMTPResponse()
		}
		answered <- err
	}()
	<-arrived
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.server.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := <-answered; err == nil {
		t.Error("it was acknowledged")
	}
}

func TestArrival(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header string
		want   time.Time
	}{
		"none":            {"", noon},
		"two hours ago":   {"Return-Path: <a@b>\r\nReceived: from a (x; y)\r\n\tby b id 1; Tue, 24 Nov 2026 11:00:00 +0100 (CET)\r\nReceived: by c; Mon, 23 Nov 2026 10:00:00 +0000\r\n", noon.Add(-2 * time.Hour)},
		"bare line feeds": {"received: by b; Tue, 24 Nov 2026 11:00:00 +0000\nX: y\n", noon.Add(-time.Hour)},
		"the future":      {"Received: by b; Wed, 25 Nov 2026 11:00:00 +0000\r\n", noon},
		"a year ago":      {"Received: by b; Mon, 24 Nov 2025 11:00:00 +0000\r\n", noon},
		"no date":         {"Received: by b; yesterday\r\n", noon},
		"in the body":     {"X: y\r\n\r\nReceived: by b; Tue, 24 Nov 2026 11:00:00 +0000\r\n", noon},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			send(t, b.client(), "ann@example.net", tc.header+message, "privacy@example.org")
			if got := b.taker.all()[0].e.ReceivedAt; !got.Equal(tc.want) {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}
