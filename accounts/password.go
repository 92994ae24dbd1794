package accounts

import (
	"context"

	"habeas/models"
)

// Confirm takes both factors anew, for sensitive acts of the next minutes. The
// session gets a new secret. What is wrong is CodeUnauthorized and does not end
// the session.
func (s *SignIn) Confirm(ctx context.Context, secret, password, code, device string) (Entry, error) {
	at, err := s.in(ctx, secret)
	if err != nil {
		return Entry{}, err
	}
	who := at.Identity.Staff
	if err := s.passwordOf(ctx, who.ID, password, "confirm"); err != nil {
		return Entry{}, err
	}
	tries, err := s.factorTries(ctx, who.ID, device)
	if err != nil {
		return Entry{}, err
	}
	c := models.AccountChange{StaffID: who.ID, At: s.now(), Forgive: [][]byte{s.confirmTries(who.ID).Key}}
	if err := s.factor(ctx, &c, who, code, tries...); err != nil {
		return Entry{}, err
	}
	e := Entry{Stage: StageIn}
	c.Turn = &models.SessionTurn{From: at.session.Hash, To: at.session}
	e.Secret, c.Turn.To.Hash = s.secrets.New("")
	c.Turn.To.SeenAt, c.Turn.To.ConfirmedAt = s.now(), s.now()
	c.Events = append(c.Events, s.event(actorOf(who), who.ID, models.EventConfirmed, "session", at.session.ID))
	return e, s.finish(ctx, c, "confirm")
}

// passwordOf counts a try and checks the password of somebody signed in.
func (s *core) passwordOf(ctx context.Context, staffID, password, step string) error {
	if err := s.store.CountTries(ctx, s.now(), s.confirmTries(staffID)); err != nil {
		return err
	}
	account, err := s.store.Account(ctx, staffID)
	if err != nil {
		return err
	}
	right, _, err := s.credentials.Check(ctx, account.Password, password)
	if err != nil {
		return hashFault(err)
	}
	if !right {
		return s.refuse(ctx, staffID, step)
	}
	return nil
}

// ChangePassword replaces the password of somebody signed in, who has to give
// the current one: CodeUnauthorized if it is wrong. Their other sessions end,
// this one gets a new secret. A new password that may not be chosen is
// CodeInvalid on the field password.
func (s *SignIn) ChangePassword(ctx context.Context, secret, current, password string) (Entry, error) {
	at, err := s.in(ctx, secret)
	if err != nil {
		return Entry{}, err
	}
	who := at.Identity.Staff
	if current == password {
		return Entry{}, weak("same")
	}
	if err := s.validatePassword(who, password); err != nil {
		return Entry{}, err
	}
	if err := s.passwordOf(ctx, who.ID, current, "change of password"); err != nil {
		return Entry{}, err
	}
	c := models.AccountChange{
		StaffID: who.ID, At: s.now(), End: "*", Keep: at.session.ID, Forgive: [][]byte{s.confirmTries(who.ID).Key},
		Turn: &models.SessionTurn{From: at.session.Hash, To: at.session},
	}
	if c.Password, err = s.choose(ctx, who, password); err != nil {
		return Entry{}, err
	}
	e := Entry{Stage: StageIn}
	e.Secret, c.Turn.To.Hash = s.secrets.New("")
	c.Events = []models.Event{s.event(actorOf(who), who.ID, models.EventPasswordChanged)}
	s.notify(&c, actorOf(who), models.NoticePassword)
	return e, s.change(ctx, c)
}

// choose judges a new password and returns its hash; one that may not be chosen
// is CodeInvalid on the field password.
func (s *core) choose(ctx context.Context, who models.Staff, password string) (string, error) {
	if err := s.validatePassword(who, password); err != nil {
		return "", err
	}
	hash, err := s.credentials.Hash(ctx, password)
	return hash, hashFault(err)
}

func (s *core) validatePassword(who models.Staff, password string) error {
	if fault := s.credentials.Weakness(password, "Habeas", s.organisation, who.Name, who.Email); fault != "" {
		return weak(fault)
	}
	return nil
}

func weak(code string) error {
	message := map[string]string{
		"short":  "must have at least 15 characters",
		"long":   "must have at most 256 characters",
		"common": "is too easy to guess; use several words that do not belong together",
		"own":    "must not be built from the name of the product, of the organisation or of yourself",
		"same":   "must be another than the present one",
	}[code]
	return models.Invalid(models.FieldError{Field: "password", Code: code, Message: message})
}
