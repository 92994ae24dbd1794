package accounts

import (
	"context"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
)

// NoteRefusal records that somebody who is known asked for what is not for their
// role (ASVS 16.3.2): once for each person, route and hour of the clock, so that
// nobody fills the log. route is a pattern, never a path, which may hold
// anything. Whoever asks may hang up before it is recorded.
func (p *People) NoteRefusal(ctx context.Context, who Identity, route string) error {
	ctx = context.WithoutCancel(ctx)
	key := "refused/" + who.Staff.ID + "/" + route + "/" + p.now().Truncate(time.Hour).Format(time.RFC3339)
	once := &models.Once{Scope: "system", Key: key, BodyHash: secrets.Hash(key)}
	_, err := p.store.Answered(ctx, once.Scope, once.Key)
	if models.CodeOf(err) != models.CodeNotFound {
		return err
	}
	c := models.AccountChange{At: p.now(), Once: once}
	c.Events = []models.Event{p.event(who.Actor(), "", models.EventRefused, "route", route)}
	if who.TokenID != "" {
		c.Events[0].Detail["token"] = who.TokenID
	}
	err = p.change(ctx, c)
	if models.CodeOf(err) == models.CodeInFlight {
		return nil // the same, just now
	}
	return err
}
