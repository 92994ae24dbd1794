package workflows

import (
	"context"
	"slices"
	"time"

	"habeas/models"
)

// in returns the standing of somebody who is signed in, or CodeUnauthorized.
func (s *Service) in(ctx context.Context, secret string) (Standing, error) {
	at, err := s.Standing(ctx, secret)
	if err == nil && at.Stage != StageIn {
		err = signedOut()
	}
	return at, err
}

// Confirm takes both factors anew, for sensitive acts of the next minutes. The
// session gets a new secret. What is wrong is CodeUnauthorized and does not end
// the session.
func (s *Service) Confirm(ctx context.Context, secret, password, code, device string) (Entry, error) {
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
	e.Secret, c.Turn.To.Hash = newSecret("")
	c.Turn.To.SeenAt, c.Turn.To.ConfirmedAt = s.now(), s.now()
	c.Events = append(c.Events, s.accountEvent(actorOf(who), who.ID, models.EventConfirmed, "session", at.session.ID))
	return e, s.finish(ctx, c, "confirm")
}

func (s *Service) confirmTries(staffID string) models.Tries {
	return s.tries("confirm", staffID, triesOfAccount)
}

// passwordOf counts a try and checks the password of somebody signed in.
func (s *Service) passwordOf(ctx context.Context, staffID, password, step string) error {
	if err := s.People.CountTries(ctx, s.now(), s.confirmTries(staffID)); err != nil {
		return err
	}
	account, err := s.People.Account(ctx, staffID)
	if err != nil {
		return err
	}
	right, _, err := s.Credentials.Check(ctx, account.Password, password)
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
func (s *Service) ChangePassword(ctx context.Context, secret, current, password string) (Entry, error) {
	at, err := s.in(ctx, secret)
	if err != nil {
		return Entry{}, err
	}
	who := at.Identity.Staff
	if current == password {
		return Entry{}, weak("same")
	}
	if err := s.judge(who, password); err != nil {
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
	e.Secret, c.Turn.To.Hash = newSecret("")
	c.Events = []models.Event{s.accountEvent(actorOf(who), who.ID, models.EventPasswordChanged)}
	s.notify(&c, actorOf(who), models.NoticePassword)
	return e, s.change(ctx, c)
}

// choose judges a new password and returns its hash; one that may not be chosen
// is CodeInvalid on the field password.
func (s *Service) choose(ctx context.Context, who models.Staff, password string) (string, error) {
	if err := s.judge(who, password); err != nil {
		return "", err
	}
	hash, err := s.Credentials.Hash(ctx, password)
	return hash, hashFault(err)
}

func (s *Service) judge(who models.Staff, password string) error {
	if fault := s.Credentials.Judge(password, "Habeas", s.Organisation, who.Name, who.Email); fault != "" {
		return weak(fault)
	}
	return nil
}

func weak(code string) error {
	message := map[string]string{
		"short":  "must have at least 15 characters",
		"long":   "must have at most 256 characters",
		"common": "is one of the first that others would try; use several words that do not belong together",
		"own":    "must not be made of the name of the product, of the organisation or of yourself",
		"same":   "must be another than the present one",
	}[code]
	return models.Invalid(models.FieldError{Field: "password", Code: code, Message: message})
}

// SessionOf is one line of the list of one's sessions.
type SessionOf struct {
	models.StaffSession
	Current bool
}

// Sessions lists the sessions in which somebody is signed in, the one used last
// first.
func (s *Service) Sessions(ctx context.Context, who Identity) ([]SessionOf, error) {
	all, err := s.People.StaffSessions(ctx, who.Staff.ID)
	var list []SessionOf
	for _, m := range all {
		if !s.over(m, who.Staff.Role) {
			list = append(list, SessionOf{StaffSession: m, Current: m.ID == who.SessionID})
		}
	}
	return list, err
}

// EndSession ends one of one's sessions, and "*" all of them, this one too. Of
// an id that is none of theirs nothing is written down, as it may be any words:
// CodeNotFound.
func (s *Service) EndSession(ctx context.Context, who Identity, id string) error {
	all, err := s.People.StaffSessions(ctx, who.Staff.ID)
	if err != nil {
		return err
	}
	if id != "*" && !slices.ContainsFunc(all, func(m models.StaffSession) bool { return m.ID == id }) {
		return models.Errorf(models.CodeNotFound, "no such session, or no longer")
	}
	return s.endSession(ctx, who, id)
}

func (s *Service) endSession(ctx context.Context, who Identity, id string) error {
	kind := models.EventSessionsEnded
	if id == who.SessionID {
		kind = models.EventSignedOut
	}
	c := models.AccountChange{StaffID: who.Staff.ID, At: s.now(), End: id}
	c.Events = []models.Event{s.accountEvent(who.Actor(), who.Staff.ID, kind, "session", id)}
	return s.change(ctx, c)
}

// SignOut ends the session of a secret, however far it has come.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	at, err := s.Standing(ctx, secret)
	if err != nil || at.Stage == StageOut {
		return err
	}
	return s.endSession(ctx, at.Identity, at.session.ID)
}

// AccountFacts is what may be known of how somebody signs in.
type AccountFacts struct {
	PasswordAt time.Time // zero: none is chosen yet
	FactorAt   time.Time // zero: none is set up yet
	Recovery   int       // recovery codes that are left
}

// AccountFacts returns it of a member of staff.
func (s *Service) AccountFacts(ctx context.Context, staffID string) (AccountFacts, error) {
	a, err := s.People.Account(ctx, staffID)
	return AccountFacts{a.PasswordAt, a.FactorAt, a.Recovery}, err
}
