package workflows

import (
	"cmp"
	"context"
	"strings"
	"time"

	"habeas/internal/mailaddr"
	"habeas/models"
)

// Identity is who holds a token, or a session.
type Identity struct {
	TokenID     string
	SessionID   string
	Staff       models.Staff
	Role        models.Role // of the token, or of who is signed in
	ConfirmedAt time.Time   // when both factors of a session were given last
	Drafts      int         // how many forms wait in the session to be sent again
}

// Actor returns the identity as the actor of commands and events.
func (i Identity) Actor() models.Actor {
	kind := models.ActorStaff
	if i.Role == models.RoleIntake {
		kind = models.ActorIntake
	}
	return models.Actor{Kind: kind, ID: i.Staff.ID, Role: i.Role}
}

// Authenticate returns who holds an API token, or CodeUnauthorized.
func (s *Service) Authenticate(ctx context.Context, secret string) (Identity, error) {
	refused := models.Errorf(models.CodeUnauthorized, "the token is unknown, expired or revoked")
	if !strings.HasPrefix(secret, tokenPrefix) {
		return Identity{}, refused
	}
	t, member, err := s.People.TokenByHash(ctx, HashSecret(secret))
	if err != nil {
		return Identity{}, unlessFound(err, refused)
	}
	if !t.Usable(s.now()) || member.Disabled {
		return Identity{}, refused
	}
	return Identity{TokenID: t.ID, Staff: member, Role: t.Role}, nil
}

// Remembered tells how to store what somebody asked for under an idempotency
// key: Answer, which may be nil, puts the answer into Once.
type Remembered[T any] struct {
	Once   *Once
	Answer func(T) error
}

func (r Remembered[T]) answer(v T) error {
	if r.Once == nil || r.Answer == nil {
		return nil
	}
	return r.Answer(v)
}

// AddStaff adds a member of staff.
func (s *Service) AddStaff(ctx context.Context, by models.Actor, name, email string, role models.Role, r Remembered[models.Staff]) (models.Staff, error) {
	m, e, err := s.newStaff(by, name, email, role)
	if err != nil {
		return models.Staff{}, err
	}
	if err := r.answer(m); err != nil {
		return models.Staff{}, err
	}
	return m, s.People.AddStaff(ctx, m, r.Once, e)
}

func (s *Service) newStaff(by models.Actor, name, email string, role models.Role) (models.Staff, models.Event, error) {
	if !role.Known() {
		return models.Staff{}, models.Event{}, models.Invalid(models.FieldError{Field: "role", Code: "oneof", Message: "must be one of admin, manager, agent, auditor, intake"})
	}
	if err := mayBeCalled(name, email); err != nil {
		return models.Staff{}, models.Event{}, err
	}
	m := models.Staff{ID: s.NewID(), Name: strings.TrimSpace(name), Email: strings.TrimSpace(email), Role: role, CreatedAt: s.now()}
	return m, s.observed(by, models.Request{}, models.EventStaffAdded, map[string]string{"staff": m.ID, "role": string(role)}), nil
}

// mayBeCalled says what is wrong with how somebody is to be found. A name is
// never an address, and an address always is one that can be mailed, so that
// neither can be taken for the other.
func mayBeCalled(name, email string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return models.Invalid(models.FieldError{Field: "name", Code: "required", Message: "is required"})
	case strings.Contains(name, "@"):
		return models.Invalid(models.FieldError{Field: "name", Code: "address", Message: "must not contain @: nobody may be named like an address"})
	case strings.TrimSpace(email) != "" && !mailaddr.Valid(strings.TrimSpace(email)):
		return models.Invalid(models.FieldError{Field: "email", Code: "invalid", Message: "must be an email address"})
	}
	return nil
}

// NewToken is a fresh token with its secret, which is shown once.
type NewToken struct {
	models.Token
	Secret string
}

// CreateToken makes an API token for the member of staff with the name, who is
// added if there is none, and told of it otherwise. What r keeps of it is without the secret. It
// ends by itself, after 90 days where life is zero; more than 365 are
// CodeInvalid. A zero life never expires.
func (s *Service) CreateToken(ctx context.Context, by models.Actor, name string, role models.Role, life time.Duration, r Remembered[NewToken]) (NewToken, error) {
	if life < 0 || life > longestToken {
		return NewToken{}, models.Invalid(models.FieldError{Field: "expires_in_days", Code: "range", Message: "must be 365 at most"})
	}
	c := models.AccountChange{At: s.now()}
	owner, err := s.People.FindStaff(ctx, name)
	if models.CodeOf(err) == models.CodeNotFound || !role.Known() {
		var e models.Event
		owner, e, err = s.newStaff(by, name, "", role)
		c.Add, c.Events = &owner, append(c.Events, e)
	}
	if err != nil {
		return NewToken{}, err
	}
	secret, t := s.newToken(owner.ID, role, life)
	if err := r.answer(NewToken{Token: t}); err != nil {
		return NewToken{}, err
	}
	c.StaffID, c.Token, c.Once = owner.ID, &t, r.Once
	c.Events = append(c.Events, s.accountEvent(by, owner.ID, models.EventTokenCreated, "token", t.ID, "role", string(role)))
	s.warn(&c, by, owner, models.NoticeProgram)
	return NewToken{Token: t, Secret: secret}, s.change(ctx, c)
}

func (s *Service) newToken(staffID string, role models.Role, life time.Duration) (string, models.Token) {
	secret, _ := newSecret(tokenPrefix)
	secret += checksum(secret)
	return secret, models.Token{
		ID: s.NewID(), StaffID: staffID, Role: role, Hash: HashSecret(secret), CreatedAt: s.now(), ExpiresAt: s.now().Add(cmp.Or(life, tokenLife)),
	}
}

// RevokeToken ends a token at once.
func (s *Service) RevokeToken(ctx context.Context, by models.Actor, id string) error {
	e := s.observed(by, models.Request{}, models.EventTokenRevoked, map[string]string{"token": id})
	return s.People.RevokeToken(ctx, id, s.now(), e)
}

// ArmSetup returns the secret of a one-time setup link, or "" if there is
// staff already.
func (s *Service) ArmSetup(ctx context.Context) (string, error) {
	secret, hash := newSecret("")
	armed, err := s.People.ArmSetup(ctx, hash)
	if err != nil || !armed {
		return "", err
	}
	return secret, nil
}

// SetupOpen reports whether a setup link is still good.
func (s *Service) SetupOpen(ctx context.Context, secret string) (bool, error) {
	return s.People.SetupOpen(ctx, HashSecret(secret))
}

// UseSetup makes the first admin and returns an API token for them, once.
func (s *Service) UseSetup(ctx context.Context, secret, name, email string) (string, error) {
	m := models.Staff{ID: s.NewID(), Name: strings.TrimSpace(name), Email: strings.TrimSpace(email), Role: models.RoleAdmin, CreatedAt: s.now()}
	if err := mayBeCalled(name, email); err != nil {
		return "", err
	}
	token, t := s.newToken(m.ID, models.RoleAdmin, 0)
	by := models.Actor{Kind: models.ActorStaff, ID: m.ID, Role: models.RoleAdmin}
	return token, s.People.UseSetup(ctx, HashSecret(secret), m, t,
		s.observed(by, models.Request{}, models.EventStaffAdded, map[string]string{"staff": m.ID, "role": string(m.Role)}),
		s.observed(by, models.Request{}, models.EventTokenCreated, map[string]string{"token": t.ID, "staff": m.ID, "role": string(m.Role)}))
}

// ResolveStaff returns the id of who "me", an id, a name or an address names;
// "" stays "". Unknown and disabled staff are an error on the field assignee.
func (s *Service) ResolveStaff(ctx context.Context, by models.Actor, who string) (string, error) {
	switch who {
	case "":
		return "", nil
	case "me":
		return by.ID, nil
	}
	unknown := models.Invalid(models.FieldError{Field: "assignee", Code: "unknown", Message: "there is no such member of staff"})
	m, err := s.People.FindStaff(ctx, who)
	if err != nil {
		return "", unlessFound(err, unknown)
	}
	if m.Disabled || !models.Permit(m.Role, models.MayWork) {
		return "", models.Invalid(models.FieldError{Field: "assignee", Code: "role", Message: "this member of staff cannot work on requests"})
	}
	return m.ID, nil
}
