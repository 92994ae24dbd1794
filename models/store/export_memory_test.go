package store_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"habeas/audit"
	"habeas/migrations"
	"habeas/models"
	"habeas/policies"
)

// looked is a tally that looks at the live heap now and then.
type looked struct {
	*policies.Tally
	n    int
	heap uint64
}

func (l *looked) Add(f models.Facts) {
	l.Tally.Add(f)
	if l.n++; l.n%10_000 == 0 {
		l.heap = max(l.heap, liveHeap())
	}
}

func liveHeap() uint64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// The figures of a year are counted row by row: the requests are never held
// together. Not parallel: it measures the heap of the process.
func TestTheFiguresHoldNoRequests(t *testing.T) {
	const rows = 50_000
	b := newBed(t, migrations.SQLite)
	r := b.submitted(t, func(r *models.Request) {
		r.State, r.Outcome, r.ClosedAt = models.StateClosed, models.OutcomeFulfilled, noon.Add(72*time.Hour)
	})
	b.exec(t, `INSERT INTO requests (id, reference, version, type, state, outcome, level, assignee, country, governing, received_at, respond_by, closed_at, facts)
		WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
		SELECT 'copy-' || i, 'HB-COPY-' || i, version, type, state, outcome, level, assignee, country, governing, received_at, respond_by, closed_at, facts
		FROM n, requests WHERE id = '`+r.ID+`'`)
	p, err := policies.Load(nil)
	must(t, err)
	l := &looked{Tally: p.Tally(2026, noon, time.UTC, "en")}
	before := liveHeap()
	f, err := (&audit.Exports{Source: b.Store}).Figures(context.Background(), l)
	must(t, err)
	if row := f.Reports[0].Rows[0]; row.Received != rows || row.Whole != rows || *row.MedianDays != 3 || *row.MeanDays != 3 {
		t.Errorf("%+v", row)
	}
	if grown := int64(l.heap) - int64(before); grown > 4<<20 {
		t.Errorf("the live heap grew by %d KiB for %d requests", grown>>10, rows)
	}
}
