package accounts

import (
	"context"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
)

// How long a link opens anything: that of an invitation, and
// that to choose a new password.
const (
	invitationLife = 24 * time.Hour
	resetLife      = 30 * time.Minute
)

// Newcomer is somebody to be invited. Mail says that they get the link by mail;
// else it is handed to them by whoever invites. Remember keeps the answer to a
// form, so that the same form again invites nobody else; its zero value does not.
type Newcomer struct {
	Name, Email string
	Role        models.Role
	Mail        bool
	Remember    Remembered[Invited]
}

// Acts on somebody take an idempotency key, which may be nil: under one they
// happen once.

// Invited is who was invited.
type Invited struct{ models.Staff }

// Invite adds a member of staff and returns the secret of the link with which
// they choose a password: once, within a day. CodeInvalid names what is wrong,
// CodeConflict says that name or address is taken.
func (p *People) Invite(ctx context.Context, by models.Actor, n Newcomer) (models.Staff, string, error) {
	m, err := p.newStaff(n.Name, n.Email, n.Role)
	if err != nil {
		return models.Staff{}, "", err
	}
	if err := canBeInvited(m); err != nil {
		return models.Staff{}, "", err
	}
	c := models.AccountChange{StaffID: m.ID, At: p.now(), Add: &m}
	c.Events = []models.Event{p.added(by, m)}
	secret := p.invite(&c, by, n.Mail, invitationLife)
	c.Once = n.Remember.Once
	if err := n.Remember.answer(Invited{m}); err != nil {
		return models.Staff{}, "", err
	}
	return m, secret, p.change(ctx, c)
}

func canBeInvited(m models.Staff) error {
	switch {
	case m.Email == "":
		return models.Invalid(models.FieldError{Field: "email", Code: "required", Message: "is required: it is what they sign in with"})
	case m.Role == models.RoleIntake:
		return models.Invalid(models.FieldError{Field: "role", Code: "role", Message: "a form backend signs in with a token"})
	case m.Disabled:
		return models.Errorf(models.CodeConflict, "they are disabled")
	}
	return nil
}

// invite adds a fresh invitation to c and returns its secret; the ones before
// end.
func (s *core) invite(c *models.AccountChange, by models.Actor, mail bool, life time.Duration) string {
	secret, hash := s.secrets.New("")
	c.Invite = &models.Invitation{ID: s.newID(), StaffID: c.StaffID, Hash: hash, CreatedAt: s.now(), ExpiresAt: s.now().Add(life)}
	c.Events = append(c.Events, s.event(by, c.StaffID, models.EventInvited, "invitation", c.Invite.ID))
	if mail {
		s.write(c, by, models.StaffInvitationLetter{Locale: staffLocale, Secret: secret, ExpiresAt: c.Invite.ExpiresAt, Again: life == resetLife})
	}
	return secret
}

// InviteAgain makes a new link for somebody who has not used theirs; the one
// before ends. CodeConflict if they have a password: then it is Reset.
func (p *People) InviteAgain(ctx context.Context, by models.Actor, who string, mail bool, once *models.Once) (models.Staff, string, error) {
	m, account, err := p.staffAndAccount(ctx, who)
	if err == nil {
		err = canBeInvited(m)
	}
	if err != nil {
		return models.Staff{}, "", err
	}
	if account.Password != "" {
		return models.Staff{}, "", models.Errorf(models.CodeConflict, "they have a password; reset it")
	}
	c := models.AccountChange{StaffID: m.ID, At: p.now()}
	c.Once = once
	life := invitationLife
	if account.Factor != nil { // the password was reset
		life, c.Forgive = resetLife, p.forgiveAll(m.ID)
	}
	secret := p.invite(&c, by, mail, life)
	return m, secret, p.change(ctx, c)
}

func (s *core) staffAndAccount(ctx context.Context, who string) (models.Staff, models.Account, error) {
	m, err := s.store.FindStaff(ctx, who)
	if err != nil {
		return models.Staff{}, models.Account{}, err
	}
	account, err := s.store.Account(ctx, m.ID)
	return m, account, err
}

// RevokeInvitation ends the open link of somebody.
func (p *People) RevokeInvitation(ctx context.Context, by models.Actor, staffID string, once *models.Once) error {
	m, err := p.store.FindStaff(ctx, staffID)
	if err != nil {
		return err
	}
	c := models.AccountChange{StaffID: m.ID, At: p.now(), Revoke: true}
	c.Once = once
	c.Events = []models.Event{p.event(by, m.ID, models.EventInvitationRevoked)}
	return p.change(ctx, c)
}

// Reset takes the password of somebody away, ends their sessions and returns
// the secret of a link to choose a new one. The second factor stays required
// (T35); with lostFactor it is taken away too, and has to be set up anew before
// anything else.
func (p *People) Reset(ctx context.Context, by models.Actor, who string, lostFactor, mail bool, once *models.Once) (models.Staff, string, error) {
	m, account, err := p.staffAndAccount(ctx, who)
	if err == nil {
		err = canBeInvited(m)
	}
	if err != nil {
		return models.Staff{}, "", err
	}
	if m.ID == by.ID {
		return models.Staff{}, "", models.Errorf(models.CodeOtherPerson, "another administrator has to do this")
	}
	c := models.AccountChange{StaffID: m.ID, At: p.now(), DropPassword: true, DropFactor: lostFactor, End: "*", RevokeTokens: lostFactor, Forgive: p.forgiveAll(m.ID)}
	c.Once = once
	c.Events = []models.Event{p.event(by, m.ID, models.EventSessionsEnded, "session", "*")}
	what := models.NoticeReset
	if lostFactor && account.Factor != nil {
		c.Events = append(c.Events, p.event(by, m.ID, models.EventFactorRemoved))
		what = models.NoticeRemoved
	}
	p.notify(&c, by, what)
	secret := p.invite(&c, by, mail, resetLife)
	return m, secret, p.change(ctx, c)
}

// InvitationOpen reports whether the link of an invitation is still good.
func (s *SignIn) InvitationOpen(ctx context.Context, secret string) (bool, error) {
	i, err := s.store.Invitation(ctx, secrets.Hash(secret))
	if models.CodeOf(err) == models.CodeNotFound {
		return false, nil
	}
	return err == nil && i.Usable(s.now()), err
}

// AcceptInvitation chooses a password with the link of an invitation, once, and
// returns a session that waits for the second factor. CodeNotFound for a link
// that is wrong, used or expired.
func (s *SignIn) AcceptInvitation(ctx context.Context, secret, password, browser string) (Entry, error) {
	missing := models.Errorf(models.CodeNotFound, "the link is wrong, used or expired")
	i, err := s.store.Invitation(ctx, secrets.Hash(secret))
	if err != nil {
		return Entry{}, unlessFound(err, missing)
	}
	m, account, err := s.staffAndAccount(ctx, i.StaffID)
	if err != nil {
		return Entry{}, unlessFound(err, missing)
	}
	if !i.Usable(s.now()) || !maySignIn(m) {
		return Entry{}, missing
	}
	c := models.AccountChange{StaffID: m.ID, At: s.now(), UseInvitation: i.Hash, End: "*"}
	if c.Password, err = s.choose(ctx, m, password); err != nil {
		return Entry{}, err
	}
	e := s.begin(&c, account, browser)
	c.Events = []models.Event{s.event(actorOf(m), m.ID, models.EventPasswordChanged, "invitation", i.ID)}
	if hadFactor(account) {
		s.notify(&c, actorOf(m), models.NoticePassword)
	}
	return e, s.change(ctx, c)
}

// hadFactor reports whether somebody had a second factor before, also where it
// was taken away since: what they choose by a link is then no first one.
func hadFactor(a models.Account) bool { return a.LastStep != 0 }

// begin opens a session that waits for the second factor.
func (s *core) begin(c *models.AccountChange, account models.Account, browser string) Entry {
	secret, session := s.newStaffSession(c.StaffID, browser)
	if account.Factor == nil {
		session.Candidate = s.credentials.NewFactor()
	}
	c.Open = &session
	return Entry{Secret: secret, Stage: stageOf(account)}
}
