package workflows

import (
	"context"
	"time"

	"habeas/models"
)

// What can be taken away.
const (
	ExportRequests = "requests"
	ExportEvents   = "events"
)

// PrepareExport keeps an export for somebody to fetch, after counting its
// rows. The same id again is the same export.
func (s *Service) PrepareExport(ctx context.Context, by models.Actor, x models.ExportRun) error {
	x.By, x.CreatedAt, x.SeenAt, x.State, x.Written = by.ID, s.now(), s.now(), models.ExportReady, 0
	switch {
	case x.What == ExportRequests:
		n, err := s.Store.CountReceived(ctx, []models.Period{x.Period})
		if err != nil {
			return err
		}
		x.Total = n[0]
	case x.Period.Type == "":
		n, err := s.Store.CountEvents(ctx, x.Period)
		if err != nil {
			return err
		}
		x.Total = n
	}
	return s.Store.AddExport(ctx, x)
}

// Export returns an export. One that no row was written of for a minute
// although it runs was broken off with its process.
func (s *Service) Export(ctx context.Context, id string) (models.ExportRun, error) {
	x, err := s.Store.Export(ctx, id)
	return s.alive(x), err
}

// ExportList returns the newest exports.
func (s *Service) ExportList(ctx context.Context, limit int) ([]models.ExportRun, error) {
	list, err := s.Store.Exports(ctx, limit)
	for i := range list {
		list[i] = s.alive(list[i])
	}
	return list, err
}

func (s *Service) alive(x models.ExportRun) models.ExportRun {
	const silent = time.Minute
	if x.State == models.ExportRunning && s.now().Sub(x.SeenAt) > silent {
		x.State = models.ExportBroken
	}
	return x
}

// BeginExport records that somebody takes an export away, before the first
// byte leaves: if that cannot be recorded, nothing does.
func (s *Service) BeginExport(ctx context.Context, by models.Actor, x models.ExportRun) error {
	detail := map[string]string{"what": x.What, "format": x.Format, "type": string(x.Period.Type)}
	for name, at := range map[string]time.Time{"from": x.Period.From, "to": x.Period.To} {
		if !at.IsZero() {
			detail[name] = at.UTC().Format(time.RFC3339)
		}
	}
	x.State, x.Written, x.SeenAt = models.ExportRunning, 0, s.now()
	return s.Store.SeeExport(ctx, x, s.observed(by, models.Request{}, models.EventExported, detail))
}

// SeeExport notes how far an export is.
func (s *Service) SeeExport(ctx context.Context, x models.ExportRun) error {
	x.SeenAt = s.now()
	return s.Store.SeeExport(ctx, x)
}
