package accounts

import (
	"context"
	"slices"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
)

// How long sessions of staff last.
const (
	factorTime   = 10 * time.Minute // from the password to the second factor
	confirmedFor = 5 * time.Minute  // a sensitive act after giving both factors
	seenEvery    = 15 * time.Second // noting each page would be a write for each
)

// limitsOf is how long a session of the role may lie idle, and last at most.
func limitsOf(role models.Role) (idle, most time.Duration) {
	if role == models.RoleAuditor {
		return 15 * time.Minute, 8 * time.Hour
	}
	return 30 * time.Minute, 12 * time.Hour
}

// Stage is how far somebody has come with signing in.
type Stage string

// The stages.
const (
	StageOut    Stage = ""       // not at all, or no longer
	StageFactor Stage = "factor" // the password was right; the second factor is missing
	StageEnrol  Stage = "enrol"  // likewise, and there is none: it has to be set up
	StageIn     Stage = "in"
)

// Standing is what the secret of a session tells.
type Standing struct {
	Stage    Stage
	Identity Identity // zero where nobody is known
	session  models.StaffSession
}

// Fresh reports whether both factors were given so short a time ago that a
// sensitive act needs no more.
func (s *Sessions) Fresh(i Identity) bool { return s.fresh(i) }

func (s *core) fresh(i Identity) bool { return s.now().Before(i.ConfirmedAt.Add(confirmedFor)) }

// SignedIn returns who a session belongs to that is signed in with both
// factors, or CodeUnauthorized. The role is the one they have now.
func (s *Sessions) SignedIn(ctx context.Context, secret string) (Identity, error) {
	at, err := s.standing(ctx, secret)
	if err != nil {
		return Identity{}, err
	}
	if at.Stage != StageIn {
		return Identity{}, models.Errorf(models.CodeUnauthorized, "nobody is signed in, or no longer")
	}
	if s.now().Sub(at.session.SeenAt) >= seenEvery {
		err = s.store.SeeStaffSession(ctx, at.session.ID, s.now())
	}
	return at.Identity, err
}

// Standing returns how far the holder of a secret has come with signing in.
func (s *Sessions) Standing(ctx context.Context, secret string) (Standing, error) {
	return s.standing(ctx, secret)
}

func (s *core) standing(ctx context.Context, secret string) (Standing, error) {
	if secret == "" {
		return Standing{}, nil
	}
	session, member, err := s.store.StaffSession(ctx, secrets.Hash(secret))
	if models.CodeOf(err) == models.CodeNotFound {
		return Standing{}, nil
	}
	if err != nil {
		return Standing{}, err
	}
	at := Standing{session: session}
	if !maySignIn(member) || s.over(session, member.Role) {
		return at, nil
	}
	at.Identity = Identity{SessionID: session.ID, Staff: member, Role: member.Role, ConfirmedAt: session.ConfirmedAt}
	if at.Stage = StageIn; !session.SignedInAt.IsZero() {
		return at, nil
	}
	account, err := s.store.Account(ctx, member.ID)
	if at.Stage = StageFactor; account.Factor == nil {
		at.Stage = StageEnrol
	}
	return at, err
}

// over reports whether a session has ended by itself.
func (s *core) over(m models.StaffSession, role models.Role) bool {
	if m.SignedInAt.IsZero() {
		return !s.now().Before(m.CreatedAt.Add(factorTime))
	}
	idle, most := limitsOf(role)
	return !s.now().Before(m.SeenAt.Add(idle)) || !s.now().Before(m.SignedInAt.Add(most))
}

// Open signs a member of staff in without asking for anything and
// returns the secret of the session. It is for tests and tools: people give
// their factors.
func (s *Sessions) Open(ctx context.Context, staffID string) (string, error) {
	secret, session := s.newStaffSession(staffID, "")
	session.SignedInAt, session.ConfirmedAt = s.now(), s.now()
	return secret, s.store.CommitAccount(ctx, models.AccountChange{StaffID: staffID, At: s.now(), Open: &session})
}

func (s *core) newStaffSession(staffID, browser string) (string, models.StaffSession) {
	secret, hash := s.secrets.New("")
	return secret, models.StaffSession{
		ID: s.newID(), StaffID: staffID, Hash: hash, CreatedAt: s.now(), SeenAt: s.now(), Browser: browser,
	}
}

// SessionOf is one line of the list of one's sessions.
type SessionOf struct {
	models.StaffSession
	Current bool
}

// List lists the sessions in which somebody is signed in, the one used last
// first.
func (s *Sessions) List(ctx context.Context, who Identity) ([]SessionOf, error) {
	all, err := s.store.StaffSessions(ctx, who.Staff.ID)
	var list []SessionOf
	for _, m := range all {
		if !s.over(m, who.Staff.Role) {
			list = append(list, SessionOf{StaffSession: m, Current: m.ID == who.SessionID})
		}
	}
	return list, err
}

// End ends one of one's sessions, and "*" all of them, this one too. Of
// an id that is none of theirs nothing is written down, as it may be any words:
// CodeNotFound.
func (s *Sessions) End(ctx context.Context, who Identity, id string) error {
	all, err := s.store.StaffSessions(ctx, who.Staff.ID)
	if err != nil {
		return err
	}
	if id != "*" && !slices.ContainsFunc(all, func(m models.StaffSession) bool { return m.ID == id }) {
		return models.Errorf(models.CodeNotFound, "no such session, or no longer")
	}
	return s.endSession(ctx, who, id)
}

func (s *core) endSession(ctx context.Context, who Identity, id string) error {
	kind := models.EventSessionsEnded
	if id == who.SessionID {
		kind = models.EventSignedOut
	}
	c := models.AccountChange{StaffID: who.Staff.ID, At: s.now(), End: id}
	c.Events = []models.Event{s.event(who.Actor(), who.Staff.ID, kind, "session", id)}
	return s.change(ctx, c)
}

// SignOut ends the session of a secret, however far it has come.
func (s *Sessions) SignOut(ctx context.Context, secret string) error {
	at, err := s.standing(ctx, secret)
	if err != nil || at.Stage == StageOut {
		return err
	}
	return s.endSession(ctx, at.Identity, at.session.ID)
}

// in returns the standing of somebody who is signed in, or CodeUnauthorized.
func (s *core) in(ctx context.Context, secret string) (Standing, error) {
	at, err := s.standing(ctx, secret)
	if err == nil && at.Stage != StageIn {
		err = signedOut()
	}
	return at, err
}

func signedOut() error {
	return models.Errorf(models.CodeUnauthorized, "nobody is signed in, or no longer")
}

func notFresh() error {
	return models.Errorf(models.CodeForbidden, "this needs password and second factor anew")
}

// EndAll ends all sessions of somebody else.
func (s *Sessions) EndAll(ctx context.Context, by models.Actor, staffID string, once *models.Once) error {
	m, err := s.store.FindStaff(ctx, staffID)
	if err != nil {
		return err
	}
	c := models.AccountChange{StaffID: m.ID, At: s.now(), End: "*"}
	c.Once = once
	c.Events = []models.Event{s.event(by, m.ID, models.EventSessionsEnded, "session", "*")}
	s.warn(&c, by, m, models.NoticeSessions)
	return s.change(ctx, c)
}
