package audit

import (
	"context"
	"log/slog"
	"time"

	"habeas/models"
)

// noteEvery is how often it is noted how far an export is.
const noteEvery = time.Second

// progress counts the rows that leave and notes their number.
type progress struct {
	Source
	exports *Exports
	run     models.ExportRun
	ctx     context.Context //nolint:containedctx // of the one export that it serves
	noted   time.Time
}

// EachRequest implements Source.
func (p *progress) EachRequest(ctx context.Context, from, to time.Time, t models.RequestType, fn func(r models.Request, tasks []byte) error) error {
	p.begin()
	return p.Source.EachRequest(ctx, from, to, t, func(r models.Request, tasks []byte) error { return p.counted(fn(r, tasks)) })
}

// EachEvent implements Source.
func (p *progress) EachEvent(ctx context.Context, from, to time.Time, t models.RequestType, fn func(body []byte) error) error {
	p.begin()
	return p.Source.EachEvent(ctx, from, to, t, func(body []byte) error { return p.counted(fn(body)) })
}

func (p *progress) begin() { p.run.Written, p.noted = 0, p.exports.Now() }

func (p *progress) counted(err error) error {
	p.run.Written++
	const look = 256 // a clock is not read for every row
	if p.run.Written%look == 0 && p.exports.Now().Sub(p.noted) >= noteEvery {
		p.noted = p.exports.Now()
		p.note(p.ctx, models.ExportRunning)
	}
	return err
}

// note stores how far the export is. If that fails, the export goes on.
func (p *progress) note(ctx context.Context, state models.ExportState) {
	p.run.State, p.run.SeenAt = state, p.exports.now()
	if err := p.exports.Store.SeeExport(ctx, p.run); err != nil {
		p.exports.Log.WarnContext(ctx, "progress of an export cannot be noted", slog.Any("error", err))
	}
}
