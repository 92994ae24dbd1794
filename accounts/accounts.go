// Package accounts is who works here and how they come in: people and their
// roles, signing in with two factors, sessions, invitations, the setup link, API
// tokens, and the limits on wrong tries. It knows nothing of requests, of SQL or
// of HTTP, and hashes nothing itself.
package accounts

import (
	"context"
	"io"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
)

// Config is what the accounts need. Kick may be left out.
type Config struct {
	Store       Store
	Credentials Credentials
	Keys        Keyring
	// Organisation is what an authenticator app calls the account, and what
	// nobody's password may be made of.
	Organisation string
	// MailDomain ends the Message-ID of every mail.
	MailDomain string
	Now        func() time.Time
	NewID      func() string // a time-ordered UUID
	// Random is what sessions, tokens, links and codes are drawn from.
	Random io.Reader
	// Kick tells the relay that jobs were committed; it must not block.
	Kick func()
}

// Accounts are all that staff accounts consist of. They are safe for concurrent
// use.
type Accounts struct {
	People   *People
	SignIn   *SignIn
	Sessions *Sessions
	Tokens   *Tokens
	Setup    *Setup
}

// People is the register of who works here: an administrator invites them, gives
// them another role, and locks them out.
type People struct{ *core }

// SignIn is the way in, step by step, and what one signs in with.
type SignIn struct{ *core }

// Sessions are the browsers in which people are signed in.
type Sessions struct{ *core }

// Tokens are the API tokens of people and programs.
type Tokens struct{ *core }

// Setup makes the first administrator.
type Setup struct{ *core }

// New returns the accounts in a store.
func New(c Config) *Accounts {
	at := &core{
		store: c.Store, credentials: c.Credentials, keys: c.Keys, organisation: c.Organisation, mailDomain: c.MailDomain,
		clock: c.Now, newID: c.NewID, kick: c.Kick, secrets: secrets.Source{Random: c.Random},
	}
	if at.kick == nil {
		at.kick = func() {}
	}
	return &Accounts{People: &People{at}, SignIn: &SignIn{at}, Sessions: &Sessions{at}, Tokens: &Tokens{at}, Setup: &Setup{at}}
}

// core is what they share.
type core struct {
	store        Store
	credentials  Credentials
	keys         Keyring
	organisation string
	mailDomain   string
	clock        func() time.Time
	newID        func() string
	kick         func()
	secrets      secrets.Source
}

// now is whole seconds in UTC: what every stored time is.
func (s *core) now() time.Time { return s.clock().UTC().Truncate(time.Second) }

// change stores what one act does to an account.
func (s *core) change(ctx context.Context, c models.AccountChange) error {
	c.Identify(models.Stamp{NewID: s.newID, MailDomain: s.mailDomain, Now: s.now(), Trace: models.Trace(ctx)})
	if err := s.store.CommitAccount(ctx, c); err != nil {
		return err
	}
	if len(c.Jobs) > 0 {
		s.kick()
	}
	return nil
}

// event is an event about the account of a member of staff, or "" for none.
func (s *core) event(by models.Actor, staffID string, kind models.EventKind, more ...string) models.Event {
	detail := map[string]string{}
	if staffID != "" {
		detail["staff"] = staffID
	}
	for i := 0; i+1 < len(more); i += 2 {
		detail[more[i]] = more[i+1]
	}
	return models.Event{ID: s.newID(), At: s.now(), Kind: kind, Actor: by, Detail: detail}
}

func actorOf(m models.Staff) models.Actor {
	return models.Actor{Kind: models.ActorStaff, ID: m.ID, Role: m.Role}
}

// warn is notify of somebody who may have no address: a program has none.
func (s *core) warn(c *models.AccountChange, by models.Actor, m models.Staff, what models.AccountNotice) {
	if m.Email != "" {
		s.notify(c, by, what)
	}
}

// notify mails a member of staff what changed, in case it was not they.
func (s *core) notify(c *models.AccountChange, by models.Actor, what models.AccountNotice) {
	s.write(c, by, models.StaffAccountLetter{Locale: staffLocale, What: what, At: s.now()})
}

func (s *core) write(c *models.AccountChange, by models.Actor, l models.Letter) {
	c.Messages = append(c.Messages, models.Message{
		Direction: models.Outgoing, Audience: models.ToStaff, Author: by, Staff: c.StaffID,
		Letter: l, CreatedAt: s.now(), Delivery: models.DeliveryQueued,
	})
}

// unlessFound replaces "not found" by what the asker may know.
func unlessFound(err error, shown *models.Error) error {
	if models.CodeOf(err) == models.CodeNotFound {
		return shown
	}
	return err
}
