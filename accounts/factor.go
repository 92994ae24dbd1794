package accounts

import (
	"context"
	"strings"

	"habeas/internal/secrets"
	"habeas/models"
)

// A recovery code has 120 random bits, so its plain hash is enough (ASVS
// 6.5.2).
const (
	recoveryCodes  = 10
	recoveryLength = 24
	recoveryGroup  = 6
)

// GiveFactor checks a one-time code, or a recovery code, the second step. The
// session gets a new secret, the browser is known from now on, and the person
// is in. A wrong or used code is CodeUnauthorized, as is a session that does not
// wait for one.
func (s *SignIn) GiveFactor(ctx context.Context, secret, code, device string) (Entry, error) {
	at, err := s.standing(ctx, secret)
	if err != nil {
		return Entry{}, err
	}
	if at.Stage != StageFactor {
		return Entry{}, signedOut()
	}
	who := at.Identity.Staff
	c := models.AccountChange{StaffID: who.ID, At: s.now()}
	tries, err := s.factorTries(ctx, who.ID, device)
	if err != nil {
		return Entry{}, err
	}
	if err := s.factor(ctx, &c, who, code, tries...); err != nil {
		return Entry{}, err
	}
	e := s.enter(&c, at.session, device)
	c.Events = append(c.Events, s.event(actorOf(who), who.ID, models.EventSignedIn, "session", at.session.ID))
	return e, s.finish(ctx, c, "second factor")
}

// factor counts a try and adds to c what uses up the code; a wrong one is
// CodeUnauthorized.
func (s *core) factor(ctx context.Context, c *models.AccountChange, who models.Staff, code string, tries ...models.Tries) error {
	if err := s.store.CountTries(ctx, s.now(), tries...); err != nil {
		return err
	}
	account, err := s.store.Account(ctx, who.ID)
	if err != nil {
		return err
	}
	c.Forgive = append(c.Forgive, s.inRow("factor", who.ID).Key)
	for _, t := range tries {
		c.Forgive = append(c.Forgive, t.Key)
	}
	if typed := models.NormaliseCode(code); len(typed) == recoveryLength {
		c.UseCode = secrets.Hash(typed)
		c.Events = append(c.Events, s.event(actorOf(who), who.ID, models.EventRecoveryUsed))
		s.notify(c, actorOf(who), models.NoticeUsed)
		return nil
	}
	step, ok := s.credentials.Step(account.Factor, code, s.now(), account.LastStep)
	if !ok || account.Factor == nil {
		return s.refuse(ctx, who.ID, "second factor")
	}
	c.UseStep = step
	return nil
}

// enter turns the session into one that is signed in, under a new secret, and
// makes the browser known.
func (s *core) enter(c *models.AccountChange, session models.StaffSession, device string) Entry {
	e := Entry{Stage: StageIn, Device: device}
	c.Turn = &models.SessionTurn{From: session.Hash}
	e.Secret, session.Hash = s.secrets.New("")
	session.SeenAt, session.SignedInAt, session.ConfirmedAt, session.Candidate = s.now(), s.now(), s.now(), nil
	c.Turn.To = session
	if device == "" {
		e.Device, c.Device = s.secrets.New("")
	} else {
		c.Device = secrets.Hash(device)
	}
	return e
}

// finish stores a step on the way in. That somebody else was faster with the
// same code, that it is no recovery code of this person, or that what was right
// is so no more, is refused as what is wrong.
func (s *core) finish(ctx context.Context, c models.AccountChange, step string) error {
	err := s.change(ctx, c)
	if models.CodeOf(err) == models.CodeConflict {
		return s.refuse(ctx, c.StaffID, step)
	}
	return err
}

// Enrolment is a second factor that is being set up.
type Enrolment struct {
	Typed   string // the secret, to be typed into an app
	Address string // what an app reads from the drawing
	Again   bool   // it will replace one
}

// Enrolment returns the second factor that the holder of the secret is setting
// up, or CodeUnauthorized. It is CodeConflict where none is being set up.
func (s *SignIn) Enrolment(ctx context.Context, secret string) (Enrolment, error) {
	at, err := s.enrolling(ctx, secret)
	if err != nil {
		return Enrolment{}, err
	}
	return Enrolment{
		Typed:   s.credentials.Typed(at.session.Candidate),
		Address: s.credentials.Address(at.session.Candidate, s.organisation, at.Identity.Staff.Email), Again: at.Stage == StageIn,
	}, nil
}

func (s *core) enrolling(ctx context.Context, secret string) (Standing, error) {
	at, err := s.standing(ctx, secret)
	switch {
	case err != nil:
		return at, err
	case at.Stage == StageIn && !s.fresh(at.Identity):
		return at, notFresh()
	case at.Stage != StageIn && at.Stage != StageEnrol:
		return at, signedOut()
	case at.session.Candidate == nil:
		return at, models.Errorf(models.CodeConflict, "no second factor is being set up")
	}
	return at, nil
}

// RenewFactor begins to set up a second factor in place of the one there is.
// It needs both factors anew: CodeForbidden.
func (s *SignIn) RenewFactor(ctx context.Context, secret string) error {
	at, err := s.in(ctx, secret)
	if err != nil {
		return err
	}
	if !s.fresh(at.Identity) {
		return notFresh()
	}
	at.session.Candidate = s.credentials.NewFactor()
	return s.store.KeepCandidate(ctx, at.session)
}

// SetFactor ends setting up a second factor with a code from the app, and
// returns recovery codes. Other sessions end. A wrong code is CodeUnauthorized.
func (s *SignIn) SetFactor(ctx context.Context, secret, code, device string) (Entry, error) {
	at, err := s.enrolling(ctx, secret)
	if err != nil {
		return Entry{}, err
	}
	who := at.Identity.Staff
	tries := s.tries("enrol", at.session.ID, triesOfAccount)
	if err := s.store.CountTries(ctx, s.now(), tries); err != nil {
		return Entry{}, err
	}
	step, ok := s.credentials.Step(at.session.Candidate, code, s.now(), 0)
	if !ok {
		return Entry{}, s.refuse(ctx, who.ID, "new second factor")
	}
	account, err := s.store.Account(ctx, who.ID)
	if err != nil {
		return Entry{}, err
	}
	c := models.AccountChange{
		StaffID: who.ID, At: s.now(), Factor: at.session.Candidate, UseStep: step,
		End: "*", Keep: at.session.ID, Forgive: [][]byte{tries.Key},
	}
	e := s.enter(&c, at.session, device)
	e.Recovery, c.Recovery = s.newRecovery()
	by := actorOf(who)
	c.Events = append(c.Events, s.event(by, who.ID, models.EventFactorSet), s.event(by, who.ID, models.EventRecoveryMade))
	if hadFactor(account) {
		s.notify(&c, by, models.NoticeFactor)
	}
	if at.Stage != StageIn {
		c.Events = append(c.Events, s.event(by, who.ID, models.EventSignedIn, "session", at.session.ID))
	}
	return e, s.finish(ctx, c, "new second factor")
}

// NewRecovery makes new recovery codes in place of the old, and shows them this
// once. It needs both factors anew: CodeForbidden.
func (s *SignIn) NewRecovery(ctx context.Context, secret string) ([]string, error) {
	at, err := s.in(ctx, secret)
	if err != nil {
		return nil, err
	}
	if !s.fresh(at.Identity) {
		return nil, notFresh()
	}
	who := at.Identity.Staff
	c := models.AccountChange{StaffID: who.ID, At: s.now(), Within: at.session.Hash}
	var codes []string
	codes, c.Recovery = s.newRecovery()
	c.Events = []models.Event{s.event(actorOf(who), who.ID, models.EventRecoveryMade)}
	s.notify(&c, actorOf(who), models.NoticeRecovery)
	return codes, s.change(ctx, c)
}

// newRecovery returns recovery codes as people read them, and their hashes.
func (s *core) newRecovery() (codes []string, hashes [][]byte) {
	for range recoveryCodes {
		plain := s.secrets.Code(models.Crockford, recoveryLength)
		hashes = append(hashes, secrets.Hash(plain))
		var groups []string
		for i := 0; i < len(plain); i += recoveryGroup {
			groups = append(groups, plain[i:i+recoveryGroup])
		}
		codes = append(codes, strings.Join(groups, "-"))
	}
	return codes, hashes
}
