package accounts

import (
	"context"
	"errors"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
)

// Attempt is what somebody gives to sign in.
type Attempt struct {
	Email    string
	Password string
	Network  string // the client's, for counting
	Browser  string // what it calls itself, in a few words
	Device   string // the secret that a browser was given when somebody signed in, or ""
	Session  string // the secret of a session that ended in this browser, or ""
}

// Entry is a step on the way in: what the browser is given.
type Entry struct {
	Secret   string // of the session, which has a new one with every step
	Stage    Stage
	Device   string   // for a browser that is known from now on; "" for no change
	Recovery []string // new recovery codes, shown this once
}

// GivePassword checks address and password, the first step. The try is counted before
// it is looked at. Whoever is unknown, disabled, has no password or gives a
// wrong one gets the same CodeUnauthorized after the same work; CodeTooMany says
// how long to wait. While a password is hashed it may be taken away, or the
// person's sessions may be ended: then it was wrong. Other people's tries do not slow down a browser in which
// this person signed in before, so nobody can be locked out by a stranger.
func (s *SignIn) GivePassword(ctx context.Context, a Attempt) (Entry, error) {
	member, account, err := s.accountOf(ctx, a.Email)
	if err != nil {
		return Entry{}, err
	}
	tries, err := s.passwordTries(ctx, member, a)
	if err != nil {
		return Entry{}, err
	}
	if err := s.store.CountTries(ctx, s.now(), tries...); err != nil {
		return Entry{}, err
	}
	right, stale, err := s.credentials.Check(ctx, account.Password, a.Password)
	if err != nil {
		return Entry{}, hashFault(err)
	}
	if !right || !maySignIn(member) {
		return Entry{}, s.refuse(ctx, member.ID, "password")
	}
	secret, session := s.newStaffSession(member.ID, a.Browser)
	c := models.AccountChange{
		StaffID: member.ID, At: s.now(), Checked: &account, Open: &session,
		Forgive: [][]byte{tries[0].Key, s.inRow("account", member.ID).Key},
	}
	for _, t := range tries[1:] {
		if t.Most == 0 {
			c.Refund = append(c.Refund, t.Key)
		}
	}
	if account.Factor == nil {
		session.Candidate = s.credentials.NewFactor()
	}
	if err := s.takeOver(ctx, &c, a.Session); err != nil {
		return Entry{}, err
	}
	if stale {
		if c.Password, err = s.credentials.Hash(ctx, a.Password); err != nil {
			return Entry{}, hashFault(err)
		}
		c.Rehash = &account.PasswordAt
	}
	return Entry{Secret: secret, Stage: stageOf(account)}, s.finish(ctx, c, "password")
}

func stageOf(a models.Account) Stage {
	if a.Factor == nil {
		return StageEnrol
	}
	return StageFactor
}

// maySignIn reports whether somebody works with the console: a form backend has
// a token.
func maySignIn(m models.Staff) bool {
	return m.ID != "" && !m.Disabled && models.Permit(m.Role, models.MaySignIn)
}

// accountOf finds who signs in by the address, and nobody without an error.
func (s *core) accountOf(ctx context.Context, email string) (models.Staff, models.Account, error) {
	member, err := s.store.StaffAt(ctx, email)
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return models.Staff{}, models.Account{}, err
	}
	account, err := s.store.Account(ctx, member.ID)
	return member, account, err
}

// takeOver ends the session that the browser had before, whosever it was.
func (s *core) takeOver(ctx context.Context, c *models.AccountChange, secret string) error {
	if secret == "" {
		return nil
	}
	before, whose, err := s.store.StaffSession(ctx, secrets.Hash(secret))
	switch {
	case models.CodeOf(err) == models.CodeNotFound:
		return nil
	case err != nil:
		return err
	}
	c.Oust = before.ID
	if before.StaffID != c.StaffID && !s.over(before, whose.Role) {
		c.Events = append(c.Events, s.event(models.Actor{Kind: models.ActorSystem}, whose.ID, models.EventSessionsEnded, "session", before.ID))
	}
	return nil
}

// refuse records a failed try and returns what the one who tried may know. step
// says which of the factors was wrong.
func (s *core) refuse(ctx context.Context, staffID, step string) error {
	e := s.event(models.Actor{Kind: models.ActorSystem}, staffID, models.EventSignInFailed, "step", step)
	if err := s.store.Record(ctx, e); err != nil {
		return err
	}
	return wrongCredentials()
}

func wrongCredentials() error {
	return models.Errorf(models.CodeUnauthorized, "what was given does not open the account")
}

// hashFault gives the error of too much work its code.
func hashFault(err error) error {
	busy, ok := errors.AsType[interface {
		error
		Busy() bool
	}](err)
	if ok && busy.Busy() {
		e := models.Errorf(models.CodeTooMany, "too many people sign in just now")
		e.After = 2 * time.Second
		return e
	}
	return err
}

// staffLocale is the language of the console and of what staff are mailed.
const staffLocale = "en"
