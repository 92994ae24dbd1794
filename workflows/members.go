package workflows

import (
	"context"
	"time"

	"habeas/models"
)

// Member is a member of staff as an administrator sees them.
type Member struct {
	models.Staff
	AccountFacts
	LastSignIn   time.Time // zero: never
	InvitedUntil time.Time // when their open link ends; zero: they have none
}

// Members returns everybody, in the order in which they came.
func (s *Service) Members(ctx context.Context) ([]Member, error) {
	people, err := s.People.Staff(ctx)
	if err != nil {
		return nil, err
	}
	last, err := s.People.LastSignIns(ctx)
	if err != nil {
		return nil, err
	}
	open, err := s.People.Invitations(ctx, s.now())
	if err != nil {
		return nil, err
	}
	invited := map[string]time.Time{}
	for _, i := range open {
		invited[i.StaffID] = i.ExpiresAt
	}
	all := make([]Member, len(people))
	for i, m := range people {
		all[i] = Member{Staff: m, LastSignIn: last[m.ID], InvitedUntil: invited[m.ID]}
		if all[i].AccountFacts, err = s.AccountFacts(ctx, m.ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Tokens returns every API token, without its secret.
func (s *Service) Tokens(ctx context.Context) ([]models.Token, error) { return s.People.Tokens(ctx) }
