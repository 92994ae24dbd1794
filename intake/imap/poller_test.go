package imap_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-imap/client"

	"habeas/intake"
	ours "habeas/intake/imap"
	"habeas/internal/testbed"
	"habeas/models"
)

func TestWhatLiesInTheMailboxIsTakenAndMoved(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	at := noon.Add(-3 * time.Hour)
	b.Append("INBOX", at, mail("one"), mail("two"))
	if pause := b.turn(b.poller, ""); pause != time.Minute {
		t.Errorf("it comes again after %s", pause)
	}
	if !slices.Equal(b.taker.kept, []string{mail("one"), mail("two")}) {
		t.Errorf("%q", b.taker.kept)
	}
	e := b.taker.last
	if e.Source != "imap" || !e.ReceivedAt.Equal(at) || e.FromKnown || e.TrustedHeaders ||
		!strings.HasPrefix(e.SourceEventID, "privacy@example.org@localhost/INBOX/") || !strings.HasSuffix(e.SourceEventID, "/2") {
		t.Errorf("%+v", e)
	}
	b.has("INBOX", 0)
	b.has("habeas-done", 2)
	b.turn(b.poller, "")
	if b.taker.calls != 2 {
		t.Errorf("%d were taken", b.taker.calls)
	}
	if !b.ledger.box.SucceededAt.Equal(noon) {
		t.Errorf("%+v", b.ledger.box)
	}
}

func TestEveryWayIn(t *testing.T) {
	t.Parallel()
	d := newBed(t)
	for name, url := range map[string]string{"STARTTLS": d.URL(), "TLS": d.TLSURL(), "plain, on this machine": d.PlainURL()} {
		p := d.another(url+"&done=Taken&delivered_to=trusted", "a")
		d.Append("INBOX", noon, mail(name))
		d.turn(p, "")
		if !d.taker.last.TrustedHeaders {
			t.Errorf("%s: %+v", name, d.taker.last)
		}
	}
	d.has("Taken", 3)
}

// A certificate that nobody vouches for, or of another name, is not accepted.
func TestAnotherServerIsNotReached(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.Append("INBOX", noon, mail("one"))
	bare, _, _ := strings.Cut(b.TLSURL(), "?")
	for _, url := range []string{bare, strings.Replace(b.TLSURL(), "localhost", "127.0.0.2", 1), strings.Replace(b.URL(), "localhost", "127.0.0.2", 1)} {
		b.turn(b.another(url, "a"), models.MailboxUnreachable)
	}
	b.has("INBOX", 1)
}

// Killed between the commit and the move, it finds the message again, knows it,
// and moves it.
func TestAMessageKeptAndNotMovedIsKnown(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.Append("INBOX", noon, mail("one"))
	ctx, cancel := context.WithCancel(t.Context())
	killed := b.another(b.URL(), "a", func(c *ours.Config) { c.Taker = &fatal{b.taker, cancel} })
	killed.Turn(ctx)
	b.has("INBOX", 1)
	b.turn(b.poller, "")
	b.has("INBOX", 0)
	b.has("habeas-done", 1)
	if len(b.taker.kept) != 1 || b.taker.calls != 2 {
		t.Errorf("%d kept in %d calls", len(b.taker.kept), b.taker.calls)
	}
}

// fatal ends its process once a message is kept.
type fatal struct {
	*taker
	die func()
}

func (f *fatal) Take(ctx context.Context, raw []byte, e intake.Envelope) (intake.Receipt, error) {
	r, err := f.taker.Take(ctx, raw, e)
	f.die()
	return r, err
}

// A mailbox that was restored has the same mails under other numbers.
func TestAnotherUIDValidityTakesNothingTwice(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.Append("INBOX", noon, mail("one"))
	b.turn(b.poller, "")
	before := b.taker.last.SourceEventID
	b.With(func(c *client.Client) error { // somebody puts it back
		if _, err := c.Select("habeas-done", false); err != nil {
			return err
		}
		all := new(imap.SeqSet)
		all.AddNum(1)
		return c.Move(all, "INBOX")
	})
	b.Stop("fast")
	b.NewValidity()
	b.Start()
	b.turn(b.poller, "")
	if b.taker.last.SourceEventID == before || len(b.taker.kept) != 1 {
		t.Errorf("%s, then %s: %d kept", before, b.taker.last.SourceEventID, len(b.taker.kept))
	}
	b.has("INBOX", 0)
}

// One message that cannot be taken stops no other, and is not lost.
func TestOnePoisonedMessageStopsNobody(t *testing.T) {
	t.Parallel()
	for name, poison := range map[string]func() error{
		"fails":  func() error { return errors.New("cannot") },
		"panics": func() error { panic("poison") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			b.taker.script = func(raw string) error {
				if strings.Contains(raw, "poison") {
					return poison()
				}
				return nil
			}
			b.Append("INBOX", noon, mail("poison"), mail("one"))
			if pause := b.turn(b.poller, models.MailboxMessages); pause != time.Minute {
				t.Errorf("the others wait for %s", pause)
			}
			b.has("habeas-done", 1)
			// The next time it goes last.
			b.Append("INBOX", noon, mail("two"))
			b.turn(b.poller, models.MailboxMessages)
			b.has("habeas-done", 2)
			b.has("INBOX", 1)
			b.taker.script = nil
			b.turn(b.poller, "")
			if got := b.taker.kept; len(got) != 3 || got[2] != mail("poison") {
				t.Errorf("%q", got)
			}
			if strings.Contains(b.log.String(), "ann@") {
				t.Error("the log names a person")
			}
		})
	}
}

func TestWhatIsTooLargeIsPutAside(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.taker.script = func(raw string) error {
		if strings.Contains(raw, "refuse me") {
			return models.Errorf(models.CodeTooLarge, "too large")
		}
		return nil
	}
	big := mail("big") + strings.Repeat("x", 100_000) + "\r\n"
	b.Append("INBOX", noon, big, mail("refuse me"), mail("one"))
	b.turn(b.poller, "")
	b.has("habeas-refused", 2)
	b.has("habeas-done", 1)
	b.has("INBOX", 0)
	if len(b.bell.refused) != 2 || b.bell.size == 0 {
		t.Errorf("%v", b.bell.refused)
	}
}

// A message has room while it is taken, and only then.
func TestAMessageHasRoomWhileItIsTaken(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	room := intake.NewMemoryBudget(100_000)
	over, cancel := context.WithCancel(t.Context())
	cancel() // whoever has to wait gets none
	b.taker.script = func(string) error {
		if _, err := room.Reserve(over, 100_000); err == nil {
			t.Error("a message is taken that has no room")
		}
		return nil
	}
	b.Append("INBOX", noon, mail("one"), mail("two"))
	b.turn(b.another(b.URL(), "a", func(c *ours.Config) { c.Room = room }), "")
	b.has("habeas-done", 2)
	if _, err := room.Reserve(over, 100_000); err != nil {
		t.Errorf("the room was not given back: %v", err)
	}
}

func TestNothingIsMovedWhileTheDatabaseIsDown(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.taker.script = func(string) error { return models.Errorf(models.CodeUnavailable, "down") }
	b.Append("INBOX", noon, mail("one"), mail("two"))
	b.turn(b.poller, models.MailboxOurs)
	b.has("INBOX", 2)
	if b.taker.calls != 1 {
		t.Errorf("%d tries", b.taker.calls)
	}
	b.ledger.down = models.Errorf(models.CodeUnavailable, "down")
	if pause := b.poller.Turn(t.Context()); pause != time.Minute {
		t.Errorf("it comes again after %s", pause)
	}
	b.taker.script, b.ledger.down = nil, nil
	b.turn(b.poller, "")
	b.has("habeas-done", 2)
}

// Of two processes one reads; the other takes over once that one is gone.
func TestOneProcessReads(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	other := b.another(b.URL(), "b")
	b.turn(b.poller, "")
	b.Append("INBOX", noon, mail("one"))
	b.turn(other, "")
	b.has("INBOX", 1)
	b.clock.pass(10 * time.Minute) // it died
	b.turn(other, "")
	b.has("INBOX", 0)
	// One that ends gives the mailbox back at once.
	b.Append("INBOX", noon, mail("two"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	other.Run(ctx)
	b.turn(b.poller, "")
	b.has("INBOX", 0)
}

// Servers without MOVE, or without UIDPLUS, keep what others marked as deleted.
func TestServersThatKnowLess(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		option testbed.DovecotOption
		left   int // in the folder, marked as deleted
	}{
		"no MOVE":               {"imap_capability = IMAP4rev1 SASL-IR LITERAL+ UIDPLUS\n", 1},
		"neither MOVE nor more": {"imap_capability = IMAP4rev1\n", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, tc.option)
			b.Append("INBOX", noon, mail("of somebody"))
			b.With(func(c *client.Client) error {
				if _, err := c.Select("INBOX", false); err != nil {
					return err
				}
				all := new(imap.SeqSet)
				all.AddNum(1)
				return c.Store(all, imap.FormatFlagsOp(imap.AddFlags, true), []any{imap.DeletedFlag}, nil)
			})
			b.Append("INBOX", noon, mail("one"))
			for range 2 {
				b.turn(b.poller, "")
			}
			b.has("habeas-done", 1)
			b.has("INBOX", tc.left)
			if b.taker.calls != 1 {
				t.Errorf("%d were taken", b.taker.calls)
			}
		})
	}
}

// An hour without success rings once, and again each day that it lasts.
func TestSilenceRings(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.turn(b.poller, "")
	wrong := b.another(strings.Replace(b.URL(), ":secret@", ":wrong@", 1), "a")
	var pauses []time.Duration
	for range 6 {
		pauses = append(pauses, b.turn(wrong, models.MailboxLogin).Round(time.Minute))
	}
	if want := []time.Duration{2, 4, 8, 15, 15, 15}; !slices.Equal(minutes(pauses), want) {
		t.Errorf("it waits for %v", pauses)
	}
	b.clock.pass(time.Hour - time.Second)
	b.turn(wrong, models.MailboxLogin)
	b.rings(0)
	b.clock.pass(time.Second)
	for range 3 {
		b.turn(wrong, models.MailboxLogin)
	}
	b.rings(1)
	if b.bell.fault != models.MailboxLogin {
		t.Errorf("it says %q", b.bell.fault)
	}
	for range 3 {
		b.clock.pass(8 * time.Hour)
		b.turn(wrong, models.MailboxLogin)
	}
	b.rings(2)
	b.turn(b.poller, "")
	b.rings(2)
	// The next outage is another one.
	b.Stop("fast")
	b.clock.pass(2 * time.Hour)
	b.turn(b.poller, models.MailboxUnreachable)
	b.rings(3)
	b.Start()
	b.turn(b.poller, "")
}

// rings wants so many alarms. The same one may ring again: who hears it knows
// it by its key.
func (b *bed) rings(n int) {
	b.t.Helper()
	if len(b.bell.silent) != n {
		b.t.Errorf("it rang %v, want %d", b.bell.silent, n)
	}
}

func minutes(all []time.Duration) []time.Duration {
	var m []time.Duration
	for _, d := range all {
		m = append(m, d/time.Minute)
	}
	return m
}

// Somebody has to notice that nobody reads, even if it is not their turn.
func TestASilentHolderRings(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.turn(b.poller, "")
	b.clock.pass(2 * time.Hour)
	b.ledger.until = b.clock.now().Add(time.Minute) // it holds, and does nothing
	b.another(b.URL(), "b").Turn(t.Context())
	b.rings(1)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.Append("INBOX", noon, mail("one"))
	for url, ok := range map[string]bool{
		b.URL(): true, b.TLSURL(): true, strings.Replace(b.URL(), ":secret@", ":wrong@", 1): false, strings.Replace(b.URL(), "/INBOX", "/Nowhere", 1): false,
	} {
		a, err := ours.ParseURL(url)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Check(t.Context()); (err == nil) != ok || err != nil && strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s: %v", url, err)
		}
	}
	b.has("INBOX", 1)
}

func TestURLs(t *testing.T) {
	t.Parallel()
	for url, good := range map[string]bool{
		"imaps://a%40b.example:p@mail.example":                   true,
		"imaps://a:p@mail.example:1993/Privacy?done=x&refused=y": true,
		"imap://a:p@mail.example/INBOX":                          true,
		"imap://a:p@127.0.0.1/INBOX?tls=none":                    true,
		"imap://a:p@mail.example/INBOX?tls=none":                 false,
		"imaps://a:p@localhost/INBOX?tls=none":                   false,
		"imaps://a:p@mail.example/INBOX?delivered_to=trusted":    true,
		"imaps://a:p@mail.example/INBOX?delivered_to=yes":        false,
		"imaps://a:p@mail.example/INBOX?done=INBOX":              false,
		"imaps://a:p@mail.example/INBOX?insecure=1":              false,
		"imaps://a:p@mail.example/INBOX?ca=/does/not/exist":      false,
		"imaps://a@mail.example/INBOX":                           false,
		"imaps://mail.example/INBOX":                             false,
		"pop3://a:p@mail.example":                                false,
		"imaps://a:hunter2@mail.example:port/%zz":                false,
	} {
		a, err := ours.ParseURL(url)
		if (err == nil) != good {
			t.Errorf("%s: %v", url, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") || strings.Contains(a.Name(), ":p@") {
			t.Errorf("%s tells the password: %v", url, err)
		}
	}
}
