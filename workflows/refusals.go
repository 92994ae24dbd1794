package workflows

import (
	"context"
	"time"

	"habeas/models"
)

// NoteRefusal records that somebody who is known asked for what is not for their
// role (ASVS 16.3.2): once for each person, route and hour of the clock, so that
// nobody fills the log. route is a pattern, never a path, which may hold
// anything. Whoever asks may hang up before it is recorded.
func (s *Service) NoteRefusal(ctx context.Context, who Identity, route string) error {
	ctx = context.WithoutCancel(ctx)
	key := "refused/" + who.Staff.ID + "/" + route + "/" + s.now().Truncate(time.Hour).Format(time.RFC3339)
	once := &Once{Scope: "system", Key: key, BodyHash: HashSecret(key)}
	before, err := s.Answered(ctx, once)
	if err != nil || before != nil {
		return err
	}
	e := s.observed(who.Actor(), models.Request{}, models.EventRefused, map[string]string{"route": route})
	if who.TokenID != "" {
		e.Detail["token"] = who.TokenID
	}
	err = s.Store.Commit(ctx, Commit{Decision: Decision{Events: []models.Event{e}}, Once: once})
	if models.CodeOf(err) == models.CodeInFlight {
		return nil // the same, just now
	}
	return err
}
