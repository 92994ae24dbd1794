package accounts

import (
	"context"

	"habeas/internal/secrets"
	"habeas/models"
)

// Arm returns the secret of a one-time setup link, or "" if there is staff
// already.
func (s *Setup) Arm(ctx context.Context) (string, error) {
	secret, hash := s.secrets.New("")
	armed, err := s.store.ArmSetup(ctx, hash)
	if err != nil || !armed {
		return "", err
	}
	return secret, nil
}

// Open reports whether a setup link is still good.
func (s *Setup) Open(ctx context.Context, secret string) (bool, error) {
	return s.store.SetupOpen(ctx, secrets.Hash(secret))
}

// Use makes the first administrator with the link that serve prints, once, and
// returns a session in which they set up their second factor. CodeNotFound for a
// link that is wrong or used, CodeInvalid for what was typed.
func (s *Setup) Use(ctx context.Context, secret, name, email, password, browser string) (Entry, error) {
	c, err := s.first(ctx, secret, name, email)
	if err != nil {
		return Entry{}, err
	}
	if err := canBeInvited(*c.Add); err != nil {
		return Entry{}, err
	}
	if c.Password, err = s.choose(ctx, *c.Add, password); err != nil {
		return Entry{}, err
	}
	e := s.begin(&c, models.Account{}, browser)
	c.Events = append(c.Events, s.event(actorOf(*c.Add), c.StaffID, models.EventPasswordChanged))
	return e, s.change(ctx, c)
}

// UseForToken makes the first administrator and returns an API token of theirs,
// for a script.
func (s *Setup) UseForToken(ctx context.Context, secret, name, email string) (string, error) {
	c, err := s.first(ctx, secret, name, email)
	if err != nil {
		return "", err
	}
	token, t := s.newToken(c.StaffID, models.RoleAdmin, 0)
	c.Token = &t
	c.Events = append(c.Events, s.event(actorOf(*c.Add), c.StaffID, models.EventTokenCreated, "token", t.ID, "role", string(t.Role)))
	return token, s.change(ctx, c)
}

// first adds the first administrator by the link, if it is good.
func (s *Setup) first(ctx context.Context, secret, name, email string) (models.AccountChange, error) {
	open, err := s.Open(ctx, secret)
	if err != nil {
		return models.AccountChange{}, err
	}
	if !open {
		return models.AccountChange{}, models.Errorf(models.CodeNotFound, "the link is wrong or used")
	}
	m, err := s.newStaff(name, email, models.RoleAdmin)
	if err != nil {
		return models.AccountChange{}, err
	}
	return models.AccountChange{
		StaffID: m.ID, At: s.now(), Add: &m, Setup: secrets.Hash(secret),
		Decision: models.Decision{Events: []models.Event{s.added(actorOf(m), m)}},
	}, nil
}
