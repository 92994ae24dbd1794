package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"habeas/models"
)

// Commit stores all of d or nothing. Besides what its fields and effects say it
// returns CodeConflict for a new request whose id or reference is taken, and for
// personal data of a request whose key is destroyed. A request that comes
// without its Content keeps the one it has.
func (s *Store) Commit(ctx context.Context, d models.Decision) error {
	w := s.write(ctx, d)
	if err := w.decision(); err != nil {
		return err
	}
	return s.run(ctx, w.plan)
}

// write is a decision on its way into a plan.
type write struct {
	*plan
	store  *Store
	d      models.Decision
	at     time.Time // when it was decided
	sealer *sealer
	key    []byte // of a new request, wrapped
	stored int    // effects that a piece of the store has taken
}

func (s *Store) write(ctx context.Context, d models.Decision) *write {
	w := &write{plan: s.plan(ctx), store: s, d: d, at: s.now(), sealer: s.newSealer(ctx)}
	if len(d.Events) > 0 {
		w.at = stored(d.Events[0].At) // all events of a decision have its time
	}
	return w
}

// decision writes the steps in the order in which every transaction takes its
// locks: the job, the idempotency key, the requests, then what belongs to them,
// and the state of the legal holds last.
// Each kind of effect has a file of its own.
func (w *write) decision() error {
	for _, piece := range []func() error{
		w.newKey,
		of(w, w.jobFinished),
		of(w, w.jobFailed),
		of(w, w.once),
		w.requests,
		of(w, w.lastSeen),
		of(w, w.tasksSeen),
		of(w, w.taskChanged),
		of(w, w.taskResulted),
		of(w, w.mailReceived),
		of(w, w.requesterReplaced),
		w.consequences,
		of(w, w.mailTried),
		of(w, w.codeUsed),
		of(w, w.codeIssued),
		of(w, w.sessionOpened),
		of(w, w.ownerCodeUsed),
		of(w, w.ownerCodeIssued),
		of(w, w.ownerSessionOpened),
		of(w, w.fileAdded),
		of(w, w.filesSeen),
		of(w, w.filesCounted),
		of(w, w.fileDeleted),
		of(w, w.mailRouted),
		of(w, w.mailMoved),
		of(w, w.messageMoved),
		of(w, w.mailStays),
		of(w, w.requestErased),
		of(w, w.mailErased),
		of(w, w.ownDataErased),
		of(w, w.suppressionChanged),
		of(w, w.mailboxErased),
		of(w, w.mailboxVerified),
		of(w, w.mailCounted),
		of(w, w.manualSystemChanged),
		of(w, w.legalHoldsSeen),
		of(w, w.legalHoldChanged),
	} {
		if err := piece(); err != nil {
			return err
		}
	}
	if missed := len(w.d.Effects) - w.stored; missed != 0 {
		return fmt.Errorf("no piece of the store takes %d of the effects", missed)
	}
	return nil
}

// of returns what writes the effects of one kind.
func of[E models.Effect](w *write, piece func(E) error) func() error {
	return func() error { return each(w, piece) }
}

// each writes the effects of one kind.
func each[E models.Effect](w *write, piece func(E) error) error {
	for _, e := range w.d.Effects {
		if e, ok := e.(E); ok {
			if err := piece(e); err != nil {
				return err
			}
			w.stored++
		}
	}
	return nil
}

// consequences writes what may follow from any command.
func (w *write) consequences() error {
	w.events(w.d.Events)
	if err := w.messages(w.sealer, w.d.Messages); err != nil {
		return err
	}
	w.jobs(w.d.Jobs)
	return nil
}

// events adds lines to the log.
func (p *plan) events(events []models.Event) {
	rows := make([]eventRow, len(events))
	for i, e := range events {
		rows[i] = newEventRow(e)
	}
	insert(p, rows)
}

// messages adds messages, each once for its key.
func (p *plan) messages(b *sealer, messages []models.Message) error {
	rows := make([]messageRow, len(messages))
	for i, m := range messages {
		var err error
		if rows[i], err = b.messageRow(m); err != nil {
			return err
		}
	}
	insert(p, rows, unlessThere("unique_key"))
	return nil
}

// jobs adds jobs, each once for its key.
func (p *plan) jobs(jobs []models.Job) {
	rows := make([]jobRow, len(jobs))
	for i, j := range jobs {
		rows[i] = newJobRow(j)
	}
	insert(p, rows, unlessThere("unique_key"))
}

// Record appends events that change no request.
func (s *Store) Record(ctx context.Context, events ...models.Event) error {
	p := s.plan(ctx)
	p.events(events)
	return s.run(ctx, p)
}

// first loads one row, or is a CodeNotFound error that names what is missing.
func first(tx *gorm.DB, row any, what string) error {
	res := tx.Limit(1).Find(row)
	if e, ok := errors.AsType[*pgconn.PgError](res.Error); ok && e.Code == stateEncoding {
		return missing(what) // nothing can be stored under bytes that are no text
	}
	if res.Error != nil {
		return fault(res.Error)
	}
	if res.RowsAffected == 0 {
		return missing(what)
	}
	return nil
}
