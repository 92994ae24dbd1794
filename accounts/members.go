package accounts

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
func (p *People) Members(ctx context.Context) ([]Member, error) {
	people, err := p.store.Staff(ctx)
	if err != nil {
		return nil, err
	}
	return p.members(ctx, people)
}

// Member returns one of them by id.
func (p *People) Member(ctx context.Context, id string) (Member, error) {
	m, err := p.store.FindStaff(ctx, id)
	if err != nil {
		return Member{}, err
	}
	if m.ID != id { // an address or a name
		return Member{}, models.Errorf(models.CodeNotFound, "there is no such member of staff")
	}
	all, err := p.members(ctx, []models.Staff{m})
	if err != nil {
		return Member{}, err
	}
	return all[0], nil
}

func (p *People) members(ctx context.Context, people []models.Staff) ([]Member, error) {
	var ids []string
	for _, m := range people {
		ids = append(ids, m.ID)
	}
	last, err := p.store.LastSignIns(ctx, ids)
	if err != nil {
		return nil, err
	}
	open, err := p.store.Invitations(ctx, p.now())
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
		if all[i].AccountFacts, err = p.Facts(ctx, m.ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// AccountFacts is what may be known of how somebody signs in.
type AccountFacts struct {
	PasswordAt time.Time // zero: none is chosen yet
	FactorAt   time.Time // zero: none is set up yet
	Recovery   int       // recovery codes that are left
}

// Facts returns it of a member of staff.
func (p *People) Facts(ctx context.Context, staffID string) (AccountFacts, error) {
	a, err := p.store.Account(ctx, staffID)
	return AccountFacts{a.PasswordAt, a.FactorAt, a.Recovery}, err
}
