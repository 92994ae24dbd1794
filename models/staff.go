package models

import (
	"slices"
	"time"
)

// Role is what a member of staff, or a token, may do: see Permit.
type Role string

// The roles.
const (
	RoleAdmin   Role = "admin"   // everything, and the registers of people and tokens
	RoleManager Role = "manager" // the whole work, jobs and exports
	RoleAgent   Role = "agent"   // works on requests
	RoleAuditor Role = "auditor" // reads the log and the figures, no personal data
	RoleIntake  Role = "intake"  // an organisation's own form backend: submits, nothing else
)

// Roles lists every role.
func Roles() []Role { return []Role{RoleAdmin, RoleManager, RoleAgent, RoleAuditor, RoleIntake} }

// Known reports whether r is one of Roles.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }

// Staff is somebody who works with requests, or a program that does. Name and
// Email are personal data and sealed at rest.
type Staff struct {
	ID        string
	Name      string // unique, without regard to case
	Email     string // "" for a program; mail for it goes to the team address
	Role      Role
	CreatedAt time.Time
	Disabled  bool
}

// Token is an API token. Only a hash of the secret is stored.
type Token struct {
	ID        string
	StaffID   string
	Role      Role
	Hash      []byte // SHA-256 of the secret, which has 256 random bits
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never, as of tokens that were made before all had an end
	RevokedAt time.Time // zero: not revoked
}

// Usable reports whether the token opens anything at now.
func (t Token) Usable(now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt))
}

// MailedCode proves a mailbox to whoever types it. Tries are counted before a
// guess is compared; a new code ends the one before.
type MailedCode struct {
	ID        string
	RequestID string
	Digest    []byte    // keyed digest: 40 bits are too few for a plain hash
	CreatedAt time.Time // set by the store
	ExpiresAt time.Time
	Tries     int
	Used      bool
}

// Session is what a typed code opens: 60 minutes with one request.
type Session struct {
	ID        string
	RequestID string
	Hash      []byte // SHA-256 of the token
	ExpiresAt time.Time
	SeenAt    time.Time // zero: lying idle does not end it
}
