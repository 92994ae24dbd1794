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
	return s.members(ctx, people)
}

// Member returns one of them by id.
func (s *Service) Member(ctx context.Context, id string) (Member, error) {
	m, err := s.People.FindStaff(ctx, id)
	if err != nil {
		return Member{}, err
	}
	if m.ID != id { // an address or a name
		return Member{}, models.Errorf(models.CodeNotFound, "there is no such member of staff")
	}
	all, err := s.members(ctx, []models.Staff{m})
	if err != nil {
		return Member{}, err
	}
	return all[0], nil
}

func (s *Service) members(ctx context.Context, people []models.Staff) ([]Member, error) {
	var ids []string
	for _, m := range people {
		ids = append(ids, m.ID)
	}
	last, err := s.People.LastSignIns(ctx, ids)
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
