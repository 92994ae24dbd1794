package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"habeas/models"
)

type exportRow struct {
	ID         string
	ByStaff    string
	What       string
	Format     string
	Type       models.RequestType
	PeriodFrom *time.Time
	PeriodTo   *time.Time
	CreatedAt  time.Time
	Total      int
	Written    int
	State      models.ExportState
	SeenAt     time.Time
}

func (exportRow) TableName() string { return "export_runs" }

func (row exportRow) run() models.ExportRun {
	return models.ExportRun{
		ID: row.ID, By: row.ByStaff, What: row.What, Format: row.Format, CreatedAt: stored(row.CreatedAt),
		Period: models.Period{From: orZero(row.PeriodFrom), To: orZero(row.PeriodTo), Type: row.Type},
		Total:  row.Total, Written: row.Written, State: row.State, SeenAt: stored(row.SeenAt),
	}
}

// AddExport keeps an export that is about to be fetched; one that is there
// already stays.
func (s *Store) AddExport(ctx context.Context, x models.ExportRun) error {
	p := s.plan(ctx)
	insertOne(p, exportRow{
		ID: x.ID, ByStaff: x.By, What: x.What, Format: x.Format, Type: x.Period.Type, PeriodFrom: orNull(x.Period.From), PeriodTo: orNull(x.Period.To),
		CreatedAt: stored(x.CreatedAt), Total: x.Total, State: x.State, SeenAt: stored(x.SeenAt),
	}, unlessThere("id"))
	return s.run(ctx, p)
}

// SeeExport notes how far an export is, with the event of its beginning if it
// begins: both or neither.
func (s *Store) SeeExport(ctx context.Context, x models.ExportRun, events ...models.Event) error {
	p := s.plan(ctx)
	p.exec("UPDATE export_runs SET written = ?, state = ?, seen_at = ? WHERE id = ?", x.Written, x.State, stored(x.SeenAt), x.ID).
		must(missing("such export"))
	p.events(events)
	return s.run(ctx, p)
}

// Export returns an export, or CodeNotFound.
func (s *Store) Export(ctx context.Context, id string) (models.ExportRun, error) {
	var row exportRow
	err := first(s.read(ctx).Where("id = ?", id), &row, "such export")
	return row.run(), err
}

// Exports returns the newest exports.
func (s *Store) Exports(ctx context.Context, limit int) ([]models.ExportRun, error) {
	var rows []exportRow
	if err := s.read(ctx).Order("created_at DESC, id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("listing exports: %w", fault(err))
	}
	list := make([]models.ExportRun, len(rows))
	for i, row := range rows {
		list[i] = row.run()
	}
	return list, nil
}

// CountEvents counts the events of a period, of every type.
func (s *Store) CountEvents(ctx context.Context, p models.Period) (int, error) {
	p.Type = ""
	where, args := during("at", p)
	var n int
	if err := s.read(ctx).Raw("SELECT count(*) FROM events WHERE "+strings.Join(where, " AND "), args...).Scan(&n).Error; err != nil {
		return 0, fmt.Errorf("counting events: %w", fault(err))
	}
	return n, nil
}
