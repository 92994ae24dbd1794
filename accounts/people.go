package accounts

import (
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
}

// Actor returns the identity as the actor of commands and events.
func (i Identity) Actor() models.Actor {
	kind := models.ActorStaff
	if i.Role == models.RoleIntake {
		kind = models.ActorIntake
	}
	return models.Actor{Kind: kind, ID: i.Staff.ID, Role: i.Role, Token: i.TokenID}
}

// Staff returns everybody, in the order in which they came. Who is disabled is
// there too: they may have worked on what is looked at.
func (p *People) Staff(ctx context.Context) ([]models.Staff, error) { return p.store.Staff(ctx) }

// Find finds a member of staff by id, email address or name.
func (p *People) Find(ctx context.Context, who string) (models.Staff, error) {
	return p.store.FindStaff(ctx, who)
}

// Add adds a member of staff, who has no way in yet.
func (p *People) Add(ctx context.Context, by models.Actor, name, email string, role models.Role, r Remembered[models.Staff]) (models.Staff, error) {
	m, err := p.newStaff(name, email, role)
	if err != nil {
		return models.Staff{}, err
	}
	if err := r.answer(m); err != nil {
		return models.Staff{}, err
	}
	c := models.AccountChange{StaffID: m.ID, At: p.now(), Add: &m, Once: r.Once}
	c.Events = []models.Event{p.added(by, m)}
	return m, p.change(ctx, c)
}

func (s *core) newStaff(name, email string, role models.Role) (models.Staff, error) {
	if err := mayHaveRole(role); err != nil {
		return models.Staff{}, err
	}
	if err := mayBeCalled(name, email); err != nil {
		return models.Staff{}, err
	}
	return models.Staff{ID: s.newID(), Name: strings.TrimSpace(name), Email: strings.TrimSpace(email), Role: role, CreatedAt: s.now()}, nil
}

func (s *core) added(by models.Actor, m models.Staff) models.Event {
	return s.event(by, m.ID, models.EventStaffAdded, "role", string(m.Role))
}

func mayHaveRole(role models.Role) error {
	if role.Known() {
		return nil
	}
	return models.Invalid(models.FieldError{Field: "role", Code: "oneof", Message: "must be one of admin, manager, agent, auditor, intake"})
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

// Resolve returns the id of who "me", an id, a name or an address names;
// "" stays "". Unknown and disabled staff are an error on the field assignee.
func (p *People) Resolve(ctx context.Context, by models.Actor, who string) (string, error) {
	switch who {
	case "":
		return "", nil
	case "me":
		return by.ID, nil
	}
	unknown := models.Invalid(models.FieldError{Field: "assignee", Code: "unknown", Message: "there is no such member of staff"})
	m, err := p.store.FindStaff(ctx, who)
	if err != nil {
		return "", unlessFound(err, unknown)
	}
	if m.Disabled || !models.Permit(m.Role, models.MayOwn) {
		return "", models.Invalid(models.FieldError{Field: "assignee", Code: "role", Message: "this member of staff cannot work on requests"})
	}
	return m.ID, nil
}

// ChangeRole gives somebody another role. Their sessions and API tokens end at
// once: what they opened was the old role's. Nobody changes their own.
func (p *People) ChangeRole(ctx context.Context, by models.Actor, staffID string, role models.Role, once *models.Once) error {
	m, err := p.other(ctx, by, staffID)
	if err != nil {
		return err
	}
	if err := mayHaveRole(role); err != nil {
		return err
	}
	if role == m.Role {
		return nil
	}
	c := models.AccountChange{StaffID: m.ID, At: p.now(), Role: role, End: "*", RevokeTokens: true, Revoke: role == models.RoleIntake}
	c.Once = once
	c.Events = []models.Event{p.event(by, m.ID, models.EventRoleChanged, "from", string(m.Role), "to", string(role))}
	p.warn(&c, by, m, models.NoticeRole)
	return p.change(ctx, c)
}

// SetDisabled locks somebody out at once, with sessions, tokens and invitation,
// or lets them in again. Nobody does it to themselves.
func (p *People) SetDisabled(ctx context.Context, by models.Actor, staffID string, disabled bool, once *models.Once) error {
	m, err := p.other(ctx, by, staffID)
	if err != nil || m.Disabled == disabled {
		return err
	}
	c := models.AccountChange{StaffID: m.ID, At: p.now(), Disabled: &disabled}
	c.Once = once
	kind, what := models.EventStaffEnabled, models.NoticeEnabled
	if disabled {
		kind, what, c.End, c.Revoke, c.RevokeTokens = models.EventStaffDisabled, models.NoticeDisabled, "*", true, true
	}
	c.Events = []models.Event{p.event(by, m.ID, kind)}
	p.warn(&c, by, m, what)
	return p.change(ctx, c)
}

func (s *core) other(ctx context.Context, by models.Actor, staffID string) (models.Staff, error) {
	m, err := s.store.FindStaff(ctx, staffID)
	if err == nil && m.ID == by.ID {
		err = models.Errorf(models.CodeOtherPerson, "another administrator has to do this")
	}
	return m, err
}
