package imap_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas/intake"
	"habeas/intake/imap"
	"habeas/internal/testbed"
	"habeas/models"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// clock is the time, as the test sets it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// taker keeps mails as the real one does: by event and by content, once.
type taker struct {
	script func(raw string) error
	kept   []string // their content
	events map[string]bool
	last   intake.Envelope
	calls  int
}

func (k *taker) Take(_ context.Context, raw []byte, e intake.Envelope) (intake.Receipt, error) {
	k.calls++
	if k.script != nil {
		if err := k.script(string(raw)); err != nil {
			return intake.Receipt{}, err
		}
	}
	k.last = e
	again := k.events[e.SourceEventID] || strings.Contains(strings.Join(k.kept, "\x00"), string(raw))
	k.events[e.SourceEventID] = true
	if !again {
		k.kept = append(k.kept, string(raw))
	}
	return intake.Receipt{ID: "m", Outcome: "request", Repeated: again}, nil
}

// ledger is a database with one row.
type ledger struct {
	box    models.Mailbox
	holder string
	until  time.Time
	down   error
}

func (l *ledger) HoldMailbox(_ context.Context, name, holder string, now, until time.Time) error {
	if l.down != nil {
		return l.down
	}
	if l.box.Name == "" {
		l.box = models.Mailbox{Name: name, Since: now}
	}
	if l.holder != holder && l.until.After(now) {
		return models.Errorf(models.CodeConflict, "another")
	}
	l.holder, l.until = holder, until
	return nil
}

func (l *ledger) ReleaseMailbox(_ context.Context, _, holder string, now time.Time) error {
	if l.holder == holder {
		l.holder, l.until = "", now
	}
	return l.down
}

func (l *ledger) RecordMailbox(_ context.Context, _ string, at time.Time, fault models.MailboxFault) error {
	l.box.Fault = fault
	if fault == "" {
		l.box.SucceededAt = at
	}
	return l.down
}

func (l *ledger) Mailbox(context.Context, string) (models.Mailbox, error) { return l.box, l.down }

// bell counts what rings, by key.
type bell struct {
	silent, refused, stuck map[string]int
	fault                  models.MailboxFault
	size                   int64
}

func (b *bell) MailboxSilent(_ context.Context, key string, _ time.Time, fault models.MailboxFault) error {
	b.silent[key]++
	b.fault = fault
	return nil
}

func (b *bell) MailRefused(_ context.Context, source, name string, size int64) error {
	b.refused[source+" "+name]++
	b.size = size
	return nil
}

func (b *bell) MailStuck(_ context.Context, name string) error {
	b.stuck[name]++
	return nil
}

// bed is a poller beside a real server.
type bed struct {
	*testbed.DovecotServer
	t      *testing.T
	clock  *clock
	taker  *taker
	ledger *ledger
	bell   *bell
	log    *bytes.Buffer
	poller *imap.Poller
}

func newBed(t *testing.T, options ...testbed.DovecotOption) *bed {
	t.Helper()
	b := &bed{
		DovecotServer: testbed.OwnDovecot(t, options...), t: t, clock: &clock{at: noon}, ledger: &ledger{}, log: &bytes.Buffer{},
		taker: &taker{events: map[string]bool{}},
		bell:  &bell{silent: map[string]int{}, refused: map[string]int{}, stuck: map[string]int{}},
	}
	b.poller = b.another(b.URL(), "a")
	return b
}

// another returns a second process that reads the same mailbox.
func (b *bed) another(url, holder string, change ...func(*imap.Config)) *imap.Poller {
	b.t.Helper()
	account, err := imap.ParseURL(url)
	if err != nil {
		b.t.Fatal(err)
	}
	c := imap.Config{
		Account: account, Taker: b.taker, Ledger: b.ledger, Bell: b.bell, Holder: holder,
		Now: b.clock.now, Log: slog.New(slog.NewTextHandler(b.log, nil)), MaxSize: 100_000,
	}
	for _, f := range change {
		f(&c)
	}
	return imap.New(c)
}

// turn lets a poller read once, and wants the fault.
func (b *bed) turn(p *imap.Poller, fault models.MailboxFault) time.Duration {
	b.t.Helper()
	pause := p.Turn(b.t.Context())
	if b.ledger.box.Fault != fault {
		b.t.Fatalf("the fault is %q, want %q\n%s", b.ledger.box.Fault, fault, b.log)
	}
	return pause
}

// has wants so many mails in a folder.
func (b *bed) has(folder string, n int) {
	b.t.Helper()
	if got := len(b.Mails(folder)); got != n {
		b.t.Errorf("%d mails in %s, want %d", got, folder, n)
	}
}

func mail(subject string) string {
	return "From: ann@example.net\r\nTo: privacy@example.org\r\nSubject: " + subject + "\r\n\r\nPlease, " + subject + ".\r\n"
}
