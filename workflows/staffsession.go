package workflows

import (
	"context"
	"time"

	"habeas/models"
)

// How long sessions of staff last (security.md 3b).
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
func (s *Service) Fresh(i Identity) bool { return s.now().Before(i.ConfirmedAt.Add(confirmedFor)) }

// SignedIn returns who a session belongs to that is signed in with both
// factors, or CodeUnauthorized. The role is the one they have now.
func (s *Service) SignedIn(ctx context.Context, secret string) (Identity, error) {
	at, err := s.Standing(ctx, secret)
	if err != nil {
		return Identity{}, err
	}
	if at.Stage != StageIn {
		return Identity{}, models.Errorf(models.CodeUnauthorized, "nobody is signed in, or no longer")
	}
	if s.now().Sub(at.session.SeenAt) >= seenEvery {
		err = s.People.SeeStaffSession(ctx, at.session.ID, s.now())
	}
	return at.Identity, err
}

// Standing returns how far the holder of a secret has come with signing in.
func (s *Service) Standing(ctx context.Context, secret string) (Standing, error) {
	if secret == "" {
		return Standing{}, nil
	}
	session, member, err := s.People.StaffSession(ctx, HashSecret(secret))
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
	at.Identity = Identity{SessionID: session.ID, Staff: member, Role: member.Role, ConfirmedAt: session.ConfirmedAt, Drafts: len(waiting(session.Drafts))}
	if at.Stage = StageIn; !session.SignedInAt.IsZero() {
		return at, nil
	}
	account, err := s.People.Account(ctx, member.ID)
	if at.Stage = StageFactor; account.Factor == nil {
		at.Stage = StageEnrol
	}
	return at, err
}

// over reports whether a session has ended by itself.
func (s *Service) over(m models.StaffSession, role models.Role) bool {
	if m.SignedInAt.IsZero() {
		return !s.now().Before(m.CreatedAt.Add(factorTime))
	}
	idle, most := limitsOf(role)
	return !s.now().Before(m.SeenAt.Add(idle)) || !s.now().Before(m.SignedInAt.Add(most))
}

// OpenSession signs a member of staff in without asking for anything and
// returns the secret of the session. It is for tests and tools: people give
// their factors.
func (s *Service) OpenSession(ctx context.Context, staffID string) (string, error) {
	secret, session := s.newStaffSession(staffID, "")
	session.SignedInAt, session.ConfirmedAt = s.now(), s.now()
	return secret, s.People.CommitAccount(ctx, models.AccountChange{StaffID: staffID, At: s.now(), Open: &session})
}

func (s *Service) newStaffSession(staffID, browser string) (string, models.StaffSession) {
	secret, hash := newSecret("")
	return secret, models.StaffSession{
		ID: s.NewID(), StaffID: staffID, Hash: hash, CreatedAt: s.now(), SeenAt: s.now(), Browser: browser,
	}
}
