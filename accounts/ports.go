package accounts

import (
	"context"
	"time"

	"habeas/models"
)

// Store keeps staff, how they sign in, their sessions and tokens, and the setup
// link. Each method is one transaction. What it cannot find is a
// models.CodeNotFound error.
type Store interface {
	// CommitAccount stores all of c or nothing. See the fields of
	// models.AccountChange for the errors it returns.
	CommitAccount(ctx context.Context, c models.AccountChange) error
	Account(ctx context.Context, staffID string) (models.Account, error)
	// CountTries counts a try under each key before it is looked at, or is
	// CodeTooMany, which says how long, while one of them has to wait.
	CountTries(ctx context.Context, now time.Time, tries ...models.Tries) error
	// Record appends events that change nothing.
	Record(ctx context.Context, events ...models.Event) error
	// Answered returns what was stored under an idempotency key.
	Answered(ctx context.Context, scope, key string) (models.Once, error)

	// FindStaff finds by id, email address or name, StaffAt by address alone.
	FindStaff(ctx context.Context, who string) (models.Staff, error)
	StaffAt(ctx context.Context, email string) (models.Staff, error)
	Staff(ctx context.Context) ([]models.Staff, error)
	// LastSignIns returns when members of staff signed in last, by id.
	LastSignIns(ctx context.Context, ids []string) (map[string]time.Time, error)
	// TokenByHash returns a token, usable or not, and its owner.
	TokenByHash(ctx context.Context, hash []byte) (models.Token, models.Staff, error)
	Tokens(ctx context.Context) ([]models.Token, error)
	RevokeToken(ctx context.Context, id string, at time.Time, e models.Event) error
	// ArmSetup stores the hash of a setup link if there is no staff and none
	// was ever used; it reports whether it did.
	ArmSetup(ctx context.Context, hash []byte) (bool, error)
	// SetupOpen reports whether a setup link would work.
	SetupOpen(ctx context.Context, hash []byte) (bool, error)

	// StaffSession returns a session, ended or not, and whose it is.
	StaffSession(ctx context.Context, hash []byte) (models.StaffSession, models.Staff, error)
	StaffSessions(ctx context.Context, staffID string) ([]models.StaffSession, error)
	SeeStaffSession(ctx context.Context, id string, at time.Time) error
	// KeepCandidate stores the candidate of a session.
	KeepCandidate(ctx context.Context, m models.StaffSession) error
	// KnowsDevice reports whether the member of staff signed in before in the
	// browser that has the secret of the hash.
	KnowsDevice(ctx context.Context, staffID string, hash []byte, now time.Time) (bool, error)

	// Invitation returns an invitation, usable or not.
	Invitation(ctx context.Context, hash []byte) (models.Invitation, error)
	Invitations(ctx context.Context, now time.Time) ([]models.Invitation, error)
}

// Keyring makes keyed digests of things too short for a plain hash, and seals
// what is given out of our hands.
type Keyring interface {
	MAC(purpose string, value []byte) []byte
	Seal(plain []byte, place string) ([]byte, error)
	Open(sealed []byte, place string) ([]byte, error)
}

// Credentials is what proves who somebody is. See package internal/credential.
type Credentials interface {
	// Hash and Check fail with an error that says Busy while too many passwords
	// are being hashed. Check of no hash takes as long and is never right; stale
	// says that the hash should be made anew.
	Hash(ctx context.Context, password string) (string, error)
	Check(ctx context.Context, hash, password string) (ok, stale bool, err error)
	// Weakness returns why a password may not be chosen, as a code, or "". own are
	// names that others would think of.
	Weakness(password string, own ...string) string

	// NewFactor returns the secret of a second factor, Typed how it is typed
	// into an app, and Address what an app reads from a drawing.
	NewFactor() []byte
	Typed(secret []byte) string
	Address(secret []byte, issuer, account string) string
	// Step returns the time step of a code, if it is of now and newer than after.
	Step(secret []byte, code string, now time.Time, after int64) (step int64, ok bool)
}
