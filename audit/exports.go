package audit

import (
	"context"
	"io"
	"log/slog"
	"time"

	"habeas/models"
)

// What can be taken away.
const (
	ExportRequests = "requests"
	ExportEvents   = "events"
)

// Store keeps the exports of the console, how far each is, and the log. What it
// cannot find is a models.CodeNotFound error.
type Store interface {
	// AddExport keeps an export; one that is there already stays.
	AddExport(ctx context.Context, x models.ExportRun) error
	// SeeExport notes how far an export is, with the event of its beginning.
	SeeExport(ctx context.Context, x models.ExportRun, events ...models.Event) error
	Export(ctx context.Context, id string) (models.ExportRun, error)
	// Exports returns the newest ones.
	Exports(ctx context.Context, limit int) ([]models.ExportRun, error)
	CountReceived(ctx context.Context, periods []models.Period) ([]int, error)
	CountEvents(ctx context.Context, p models.Period) (int, error)
	// Record appends events that change no request.
	Record(ctx context.Context, events ...models.Event) error
}

// Exports hands requests and the log out, and records who takes what away.
type Exports struct {
	Store  Store
	Source Source
	Zone   *time.Location // of the organisation
	Now    func() time.Time
	NewID  func() string
	Log    *slog.Logger
}

func (e *Exports) now() time.Time { return e.Now().UTC().Truncate(time.Second) }

// Record notes that somebody takes an export away. Nothing of it may leave
// before.
func (e *Exports) Record(ctx context.Context, by models.Actor, x models.ExportRun) error {
	return e.Store.Record(ctx, e.event(by, x))
}

func (e *Exports) event(by models.Actor, x models.ExportRun) models.Event {
	detail := map[string]string{"what": x.What, "format": x.Format, "type": string(x.Period.Type)}
	for name, at := range map[string]time.Time{"from": x.Period.From, "to": x.Period.To} {
		if !at.IsZero() {
			detail[name] = at.UTC().Format(time.RFC3339)
		}
	}
	return models.Event{ID: e.NewID(), At: e.now(), Kind: models.EventExported, Actor: by, Detail: detail}
}

// Write writes an export that was recorded.
func (e *Exports) Write(ctx context.Context, w io.Writer, x models.ExportRun) error {
	return e.write(ctx, w, x, e.Source)
}

func (e *Exports) write(ctx context.Context, w io.Writer, x models.ExportRun, from Source) (err error) {
	if x.What == ExportEvents {
		_, err = WriteEvents(ctx, w, from, x.Period, Format(x.Format))
	} else {
		_, err = WriteRequests(ctx, w, from, x.Period, Format(x.Format), e.Now(), e.Zone)
	}
	return err
}

// Prepare keeps an export for somebody to fetch, after counting its rows. The
// same id again is the same export.
func (e *Exports) Prepare(ctx context.Context, by models.Actor, x models.ExportRun) error {
	x.By, x.CreatedAt, x.SeenAt, x.State, x.Written = by.ID, e.now(), e.now(), models.ExportReady, 0
	switch {
	case x.What == ExportRequests:
		n, err := e.Store.CountReceived(ctx, []models.Period{x.Period})
		if err != nil {
			return err
		}
		x.Total = n[0]
	case x.Period.Type == "":
		n, err := e.Store.CountEvents(ctx, x.Period)
		if err != nil {
			return err
		}
		x.Total = n
	}
	return e.Store.AddExport(ctx, x)
}

// Find returns a prepared export. One that runs although no row of it was
// written for a minute was broken off with its process.
func (e *Exports) Find(ctx context.Context, id string) (models.ExportRun, error) {
	x, err := e.Store.Export(ctx, id)
	return e.alive(x), err
}

// List returns the newest of them.
func (e *Exports) List(ctx context.Context, limit int) ([]models.ExportRun, error) {
	list, err := e.Store.Exports(ctx, limit)
	for i := range list {
		list[i] = e.alive(list[i])
	}
	return list, err
}

func (e *Exports) alive(x models.ExportRun) models.ExportRun {
	const silent = time.Minute
	if x.State == models.ExportRunning && e.now().Sub(x.SeenAt) > silent {
		x.State = models.ExportBroken
	}
	return x
}

// Begin records that somebody fetches a prepared export. Nothing of it may leave
// before.
func (e *Exports) Begin(ctx context.Context, by models.Actor, x models.ExportRun) error {
	x.State, x.Written, x.SeenAt = models.ExportRunning, 0, e.now()
	return e.Store.SeeExport(ctx, x, e.event(by, x))
}

// Fetch writes a prepared export that has begun. It notes how far it is for
// whoever looks, and returns it as it then stands.
func (e *Exports) Fetch(ctx context.Context, w io.Writer, x models.ExportRun) (models.ExportRun, error) {
	p := &progress{Source: e.Source, exports: e, run: x, ctx: ctx}
	err := e.write(ctx, w, x, p)
	state := models.ExportDone
	if err != nil {
		state = models.ExportBroken
	}
	p.note(context.WithoutCancel(ctx), state) // also if who fetched it is gone
	return p.run, err
}
