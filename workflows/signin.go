package workflows

import (
	"context"
	"errors"
	"strings"
	"time"

	"habeas/models"
)

// How many wrong tries are looked at before the next ones wait (security.md
// 3b). Behind one address there may be a whole office.
const (
	triesOfAccount = 5
	triesOfNetwork = 20
	// triesInRow is how many wrong ones in a row are looked at from browsers that
	// the account does not know, however slowly they come (NIST SP 800-63B-4
	// § 3.2.2). A browser that it knows, and an administrator's link, end that:
	// nobody is locked out for good.
	triesInRow = 100
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
	Draft    bool     // forms wait to be sent again
}

// SignIn checks address and password, the first step. The try is counted before
// it is looked at. Whoever is unknown, disabled, has no password or gives a
// wrong one gets the same CodeUnauthorized after the same work; CodeTooMany says
// how long to wait. While a password is hashed it may be taken away, or the
// person's sessions may be ended: then it was wrong. Other people's tries do not slow down a browser in which
// this person signed in before, so nobody can be locked out by a stranger.
func (s *Service) SignIn(ctx context.Context, a Attempt) (Entry, error) {
	member, account, err := s.accountOf(ctx, a.Email)
	if err != nil {
		return Entry{}, err
	}
	tries, err := s.passwordTries(ctx, member, a)
	if err != nil {
		return Entry{}, err
	}
	if err := s.People.CountTries(ctx, s.now(), tries...); err != nil {
		return Entry{}, err
	}
	right, stale, err := s.Credentials.Check(ctx, account.Password, a.Password)
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
		session.Candidate = s.Credentials.NewFactor()
	}
	if err := s.takeOver(ctx, &c, a.Session); err != nil {
		return Entry{}, err
	}
	if stale {
		if c.Password, err = s.Credentials.Hash(ctx, a.Password); err != nil {
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
func (s *Service) accountOf(ctx context.Context, email string) (models.Staff, models.Account, error) {
	member, err := s.People.StaffAt(ctx, email)
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return models.Staff{}, models.Account{}, err
	}
	account, err := s.People.Account(ctx, member.ID)
	return member, account, err
}

// passwordTries is under what a try with a password is counted: the first is
// forgiven by a right one. In a browser that several people use, each has a
// count of their own.
func (s *Service) passwordTries(ctx context.Context, m models.Staff, a Attempt) ([]models.Tries, error) {
	known, err := s.knows(ctx, m.ID, a.Device)
	if err != nil {
		return nil, err
	}
	if known {
		return []models.Tries{s.tries("device", m.ID+"\x00"+a.Device, triesOfAccount)}, nil
	}
	whom := m.ID
	if whom == "" {
		whom = strings.ToLower(strings.TrimSpace(a.Email))
	}
	return []models.Tries{s.tries("account", whom, triesOfAccount), s.tries("network", a.Network, triesOfNetwork), s.inRow("account", whom)}, nil
}

func (s *Service) knows(ctx context.Context, staffID, device string) (bool, error) {
	if device == "" || staffID == "" {
		return false, nil
	}
	return s.People.KnowsDevice(ctx, staffID, HashSecret(device), s.now())
}

// tries counts under a keyed digest: addresses of people, and of networks, are
// not kept.
func (s *Service) tries(kind, of string, free int) models.Tries {
	return models.Tries{Key: s.Keys.MAC("sign-in", []byte(kind+"\x00"+of)), Free: free}
}

// inRow counts wrong tries until a right one.
func (s *Service) inRow(kind, of string) models.Tries {
	t := s.tries(kind+" in a row", of, 0)
	t.Most = triesInRow
	return t
}

// forgiveAll has every wrong try of an account forgiven: an administrator gives
// the person a new way in.
func (s *Service) forgiveAll(staffID string) (keys [][]byte) {
	for _, kind := range []string{"account", "factor"} {
		keys = append(keys, s.tries(kind, staffID, 0).Key, s.inRow(kind, staffID).Key)
	}
	return keys
}

// takeOver ends the session that the browser had before, whosever it was, and
// takes along the forms that came too late, if it was the same person's. What
// somebody else left in a session that had ended by itself stays theirs.
func (s *Service) takeOver(ctx context.Context, c *models.AccountChange, secret string) error {
	if secret == "" {
		return nil
	}
	before, whose, err := s.People.StaffSession(ctx, HashSecret(secret))
	switch {
	case models.CodeOf(err) == models.CodeNotFound:
		return nil
	case err != nil:
		return err
	case before.StaffID == c.StaffID:
		c.Open.Drafts, c.Merged = tidy(before.Drafts), []string{before.ID}
	case !s.over(before, whose.Role):
		c.Oust = before.ID
		c.Events = append(c.Events, s.accountEvent(models.Actor{Kind: models.ActorSystem}, whose.ID, models.EventSessionsEnded, "session", before.ID))
	}
	return nil
}

// refuse records a failed try and returns what the one who tried may know. step
// says which of the factors was wrong.
func (s *Service) refuse(ctx context.Context, staffID, step string) error {
	detail := map[string]string{"step": step}
	if staffID != "" {
		detail["staff"] = staffID
	}
	e := s.observed(models.Actor{Kind: models.ActorSystem}, models.Request{}, models.EventSignInFailed, detail)
	if err := s.Store.Record(ctx, e); err != nil {
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

// change stores what one act does to an account.
func (s *Service) change(ctx context.Context, c models.AccountChange) error {
	s.identify(ctx, &c.Decision)
	if err := s.People.CommitAccount(ctx, c); err != nil {
		return err
	}
	if len(c.Jobs) > 0 {
		s.Kick()
	}
	return nil
}

// accountEvent is an event on how a member of staff signs in.
func (s *Service) accountEvent(by models.Actor, staffID string, kind models.EventKind, more ...string) models.Event {
	detail := map[string]string{"staff": staffID}
	for i := 0; i+1 < len(more); i += 2 {
		detail[more[i]] = more[i+1]
	}
	return s.observed(by, models.Request{}, kind, detail)
}

func actorOf(m models.Staff) models.Actor {
	return models.Actor{Kind: models.ActorStaff, ID: m.ID, Role: m.Role}
}

// warn is notify of somebody who may have no address: a program has none.
func (s *Service) warn(c *models.AccountChange, by models.Actor, m models.Staff, what models.AccountNotice) {
	if m.Email != "" {
		s.notify(c, by, what)
	}
}

// notify mails a member of staff what changed, in case it was not they.
func (s *Service) notify(c *models.AccountChange, by models.Actor, what models.AccountNotice) {
	s.write(c, by, models.StaffAccountLetter{Locale: staffLocale, What: what, At: s.now()})
}

// staffLocale is the language of the console and of what staff are mailed.
const staffLocale = "en"

func (s *Service) write(c *models.AccountChange, by models.Actor, l models.Letter) {
	c.Messages = append(c.Messages, models.Message{
		Direction: models.Outgoing, Audience: models.ToStaff, Author: by, Staff: c.StaffID,
		Letter: l, CreatedAt: s.now(), Delivery: models.DeliveryQueued,
	})
}
