package imap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"habeas/intake"
	"habeas/models"
)

const (
	// holdTime is how long a mailbox belongs to a process that does not say so
	// again. It says so before every message and before it moves one, which is
	// longer than either may take.
	holdTime = 10 * time.Minute
	// takeTimeout bounds how long a message is waited for.
	takeTimeout = 2 * time.Minute
	// longestPause bounds the wait after many failures.
	longestPause = 15 * time.Minute
	// Patience is how long a mailbox may go unread before people are told, and
	// again each day that it lasts.
	Patience = time.Hour
	again    = 24 * time.Hour

	source = "imap" // the name of this adapter

	defaultInterval = time.Minute
	defaultSize     = 25 << 20
)

// Ledger is where the processes that might read a mailbox tell each other.
type Ledger interface {
	// HoldMailbox is CodeConflict while another process has the mailbox.
	HoldMailbox(ctx context.Context, name, holder string, now, until time.Time) error
	ReleaseMailbox(ctx context.Context, name, holder string, now time.Time) error
	RecordMailbox(ctx context.Context, name string, at time.Time, fault models.MailboxFault) error
	Mailbox(ctx context.Context, name string) (models.Mailbox, error)
}

// Bell tells people. Each alarm has a key, and rings once.
type Bell interface {
	// MailboxSilent says that the mailbox could not be read since then.
	MailboxSilent(ctx context.Context, key string, since time.Time, fault models.MailboxFault) error
	// MailRefused says that a message of so many bytes is too large to take. The
	// source knows it by that name.
	MailRefused(ctx context.Context, source, name string, size int64) error
	// MailStuck says that a message cannot be taken, time and again. The folder
	// knows it by its UIDVALIDITY and UID.
	MailStuck(ctx context.Context, name string) error
}

// Config is what a Poller needs. What is zero gets its default, for Interval,
// MaxSize and Room; the rest is required.
type Config struct {
	Account Account
	Taker   intake.Taker
	Ledger  Ledger
	Bell    Bell
	Now     func() time.Time
	Log     *slog.Logger
	// Holder names this process among those that share the ledger.
	Holder string

	Interval time.Duration // between two looks; default a minute
	MaxSize  int64         // bytes of a message; default 25 MiB
	// Room is that of all mail of the process; default one of its own.
	Room *intake.MemoryBudget
}

// Poller reads one mailbox. Several, in several processes, take turns.
type Poller struct {
	c Config
	// troubled are messages that failed the last time, and in how many turns in a
	// row. They go last, so that one that breaks the connection holds nobody up.
	troubled map[event]int
	failures int // in a row
}

// event names a message within its mailbox.
type event struct{ validity, uid uint32 }

// New returns a Poller.
func New(c Config) *Poller {
	c.Interval = cmp.Or(c.Interval, defaultInterval)
	c.MaxSize = cmp.Or(c.MaxSize, defaultSize)
	c.Room = cmp.Or(c.Room, intake.NewMemoryBudget(intake.MemoryBudgetSize))
	return &Poller{c: c, troubled: map[event]int{}}
}

// Run reads the mailbox again and again until ctx ends, and then gives it back.
func (p *Poller) Run(ctx context.Context) {
	defer p.release(ctx)
	for {
		pause := p.Turn(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// Turn reads the mailbox once, if it is this process's turn, sounds the alarm
// if it is time, and says when to come again.
func (p *Poller) Turn(ctx context.Context) (pause time.Duration) {
	err := p.hold(ctx)
	if err == nil {
		err = p.read(ctx)
		p.record(ctx, err)
	} else if models.CodeOf(err) == models.CodeConflict {
		err = nil // another process reads
	}
	if ctx.Err() != nil {
		return 0
	}
	p.watch(ctx)
	return p.pause(err)
}

// pause is how long to wait. A server that does not let us in is left alone for
// longer each time. A fault of our own, or of one message, is no reason to let
// the others wait.
func (p *Poller) pause(err error) time.Duration {
	f, ok := errors.AsType[*fault](err)
	if !ok || f.code == models.MailboxMessages || f.code == models.MailboxOurs {
		p.failures = 0
		return p.c.Interval
	}
	p.failures++
	return min(p.c.Interval<<min(p.failures, 10), max(p.c.Interval, longestPause))
}

func (p *Poller) hold(ctx context.Context) error {
	now := p.c.Now()
	return p.c.Ledger.HoldMailbox(ctx, p.c.Account.Name(), p.c.Holder, now, now.Add(holdTime))
}

func (p *Poller) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := p.c.Ledger.ReleaseMailbox(ctx, p.c.Account.Name(), p.c.Holder, p.c.Now()); err != nil {
		p.c.Log.WarnContext(ctx, "the mailbox was not given back; others read it in a few minutes", slog.Any("error", err))
	}
}

// record writes down how reading went. That it was interrupted says nothing.
func (p *Poller) record(ctx context.Context, err error) {
	if err != nil && ctx.Err() != nil {
		return
	}
	code := models.MailboxFault("")
	if err != nil {
		code = models.MailboxOurs
		if f, ok := errors.AsType[*fault](err); ok {
			code = f.code
		}
		p.c.Log.WarnContext(ctx, "the mailbox was not read to its end", slog.String("fault", string(code)), slog.Any("error", err))
	}
	if err := p.c.Ledger.RecordMailbox(ctx, p.c.Account.Name(), p.c.Now(), code); err != nil {
		p.c.Log.ErrorContext(ctx, "how reading the mailbox went was not recorded", slog.Any("error", err))
	}
}

// watch sounds the alarm where the mailbox has been silent for too long,
// whoever was to read it: once for each outage and each day of it.
func (p *Poller) watch(ctx context.Context) {
	box, err := p.c.Ledger.Mailbox(ctx, p.c.Account.Name())
	if err != nil {
		return // the database is away, and others say so
	}
	since := box.SilentSince()
	over := p.c.Now().Sub(since) - Patience
	if over < 0 {
		return
	}
	key := fmt.Sprintf("%s/%d", since.UTC().Format(time.RFC3339), over/again)
	if err := p.c.Bell.MailboxSilent(ctx, key, since, box.Fault); err != nil {
		p.c.Log.ErrorContext(ctx, "the alarm about the mailbox was not sounded", slog.Any("error", err))
	}
}

// mostSessions bounds how often a turn connects anew because a message broke
// the connection. What it leaves goes first the next time.
const mostSessions = 10

// read takes everything that lies in the folder. A message that breaks the
// connection is left for later, and the others are taken over a new one.
func (p *Poller) read(ctx context.Context) error {
	s, err := open(ctx, p.c.Account)
	if err != nil {
		return err
	}
	defer func() { s.close() }()
	uids, err := s.list()
	if err != nil {
		return err
	}
	var failed []error
	sessions := 1
	for _, uid := range p.inOrder(s.validity, uids) {
		if err := p.hold(ctx); err != nil {
			return faulty(models.MailboxOurs, "holding the mailbox", err)
		}
		err := p.take(ctx, s, uid)
		if err == nil {
			delete(p.troubled, event{s.validity, uid})
			continue
		}
		if models.CodeOf(err) == models.CodeUnavailable {
			return faulty(models.MailboxOurs, "keeping a message", err) // the rest would fail as well
		}
		if ctx.Err() != nil {
			return err
		}
		if err := p.note(ctx, event{s.validity, uid}); err != nil {
			return faulty(models.MailboxOurs, "telling of a message", err)
		}
		if !errors.Is(err, errGone) {
			failed = append(failed, err)
		}
		if !s.lost() {
			continue
		}
		if sessions++; sessions > mostSessions {
			break
		}
		if s, err = p.anew(ctx, s); err != nil {
			return err
		}
	}
	if len(failed) > 0 {
		return faulty(models.MailboxMessages, fmt.Sprintf("%d messages", len(failed)), failed[0])
	}
	return nil
}

// anew opens a new session in place of one that is over.
func (p *Poller) anew(ctx context.Context, s *session) (*session, error) {
	next, err := open(ctx, p.c.Account)
	if err != nil {
		return s, err
	}
	s.close()
	if next.validity != s.validity {
		return next, faulty(models.MailboxFolder, "opening the folder", errors.New("its messages have other numbers now"))
	}
	return next, nil
}

// note remembers that a message failed. When it did so the last time, too, staff
// are told, once.
func (p *Poller) note(ctx context.Context, e event) error {
	p.troubled[e]++
	if p.troubled[e] < 2 {
		return nil
	}
	p.c.Log.WarnContext(ctx, "a mail in the mailbox cannot be taken", slog.Uint64("uid", uint64(e.uid)), slog.Int("turns", p.troubled[e]))
	return p.c.Bell.MailStuck(ctx, fmt.Sprintf("%d/%d", e.validity, e.uid))
}

// inOrder puts those that failed the last time behind the others, and forgets
// those that are gone.
func (p *Poller) inOrder(validity uint32, uids []uint32) []uint32 {
	last := map[event]int{}
	var first, later []uint32
	for _, uid := range uids {
		e := event{validity, uid}
		if turns := p.troubled[e]; turns > 0 {
			last[e], later = turns, append(later, uid)
		} else {
			first = append(first, uid)
		}
	}
	p.troubled = last
	return slices.Concat(first, later)
}

// take hands one message in and moves it. To be killed between the two is
// harmless: the same event comes again and is known.
func (p *Poller) take(ctx context.Context, s *session, uid uint32) error {
	size, at, err := s.facts(uid)
	if err != nil {
		return err
	}
	if int64(size) > p.c.MaxSize {
		return p.refuse(ctx, s, uid, int64(size))
	}
	stay, err := p.enter(ctx, int64(size))
	if err != nil {
		return err
	}
	defer stay.Release()
	raw, err := whole(s, uid, int(size))
	if err != nil {
		return err
	}
	receipt, err := p.hand(ctx, raw, p.envelope(s, uid, at))
	if models.CodeOf(err) == models.CodeTooLarge {
		return p.refuse(ctx, s, uid, int64(len(raw)))
	}
	if err != nil {
		return err
	}
	p.c.Log.InfoContext(ctx, "mail", slog.String("source", source), slog.String("mail_id", receipt.ID),
		slog.String("outcome", string(receipt.Outcome)), slog.Bool("repeated", receipt.Repeated))
	if err := p.hold(ctx); err != nil {
		return faulty(models.MailboxOurs, "holding the mailbox", err)
	}
	return s.move(uid, p.c.Account.done)
}

// whole returns the bytes of a message that has so many as the server says. Of
// one that comes short it asks again. Some servers say what they guess: what is
// short by a tenth at most, and as long each time, is all there is.
func whole(s *session, uid uint32, size int) ([]byte, error) {
	raw, err := s.body(uid)
	if err != nil || len(raw) > 0 && len(raw) >= size {
		return raw, err
	}
	first := len(raw)
	if raw, err = s.body(uid); err != nil {
		return nil, err
	}
	if n := len(raw); n == 0 || n < size && (n != first || n < size-size/10) {
		return nil, fmt.Errorf("of a message of %d bytes %d came", size, n)
	}
	return raw, nil
}

// enter waits for room, as long as for the taking. Without any the message waits
// in the mailbox.
func (p *Poller) enter(ctx context.Context, size int64) (*intake.Reservation, error) {
	ctx, cancel := context.WithTimeout(ctx, takeTimeout)
	defer cancel()
	return p.c.Room.Reserve(ctx, size)
}

// hand gives a message to the taker. A panic over one message is a failure of
// that one.
func (p *Poller) hand(ctx context.Context, raw []byte, e intake.Envelope) (r intake.Receipt, err error) {
	defer func() {
		if v := recover(); v != nil { // its words may quote the message
			err = fmt.Errorf("taking a message panicked: %T", v)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, takeTimeout)
	defer cancel()
	return p.c.Taker.Take(ctx, raw, e)
}

func (p *Poller) envelope(s *session, uid uint32, at time.Time) intake.Envelope {
	// When its server got it; clocks run from then. A date from tomorrow, or
	// from before there was mail, is none.
	if now := p.c.Now(); at.Year() < 1990 || at.After(now) {
		at = now
	}
	return intake.Envelope{
		ReceivedAt: at, Source: source, SourceEventID: p.eventID(s, uid), TrustedHeaders: p.c.Account.trusted,
	}
}

func (p *Poller) eventID(s *session, uid uint32) string {
	return fmt.Sprintf("%s/%d/%d", p.c.Account.Name(), s.validity, uid)
}

// refuse tells staff of a message that is never taken, and then puts it aside.
func (p *Poller) refuse(ctx context.Context, s *session, uid uint32, size int64) error {
	p.c.Log.WarnContext(ctx, "a mail is too large and was put aside", slog.String("source", source), slog.Int64("bytes", size))
	if err := p.c.Bell.MailRefused(ctx, source, fmt.Sprintf("%d/%d", s.validity, uid), size); err != nil {
		return err
	}
	return s.move(uid, p.c.Account.refused)
}
