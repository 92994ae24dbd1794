package models

import "time"

// Account is how a member of staff signs in. All of it is secret: the hash and
// the factor are sealed at rest.
type Account struct {
	StaffID    string
	Password   string    // argon2id in the PHC format; "" until one is chosen
	PasswordAt time.Time // when it was chosen
	Factor     []byte    // the secret of the second factor; nil until it is set up
	FactorAt   time.Time
	LastStep   int64 // the newest time step whose code was used
	Recovery   int   // recovery codes that are left
	Endings    int64 // how often all that was open ended at once: it was reset, disabled, given another role…
}

// StaffSession is a browser in which somebody signs in, or has. It opens
// nothing before SignedInAt.
type StaffSession struct {
	ID          string
	StaffID     string
	Hash        []byte // SHA-256 of the secret, which has 256 random bits
	CreatedAt   time.Time
	SeenAt      time.Time // of the last page, give or take a few seconds
	SignedInAt  time.Time // zero: the second factor was not given yet
	ConfirmedAt time.Time // when both factors were given last
	Browser     string    // for the list of sessions, such as "Firefox on Linux"; sealed at rest
	Candidate   []byte    // a second factor that is being set up; sealed at rest
}

// Invitation is a link with which a member of staff chooses a password: once,
// within a day.
type Invitation struct {
	ID        string
	StaffID   string
	Hash      []byte // SHA-256 of the secret, which has 256 random bits
	CreatedAt time.Time
	ExpiresAt time.Time
	EndedAt   time.Time // zero: neither used nor revoked nor replaced
}

// Usable reports whether the invitation opens anything at now.
func (i Invitation) Usable(now time.Time) bool { return i.EndedAt.IsZero() && now.Before(i.ExpiresAt) }

// AccountNotice is what somebody is told about in case it was not they who did
// it.
type AccountNotice string

// The notices.
const (
	NoticePassword AccountNotice = "changed"  // a new password
	NoticeFactor   AccountNotice = "factor"   // a new second factor
	NoticeRemoved  AccountNotice = "removed"  // an administrator took the second factor away
	NoticeReset    AccountNotice = "reset"    // an administrator took the password away
	NoticeRecovery AccountNotice = "recovery" // new recovery codes
	NoticeUsed     AccountNotice = "used"     // a recovery code was used
	NoticeRole     AccountNotice = "role"     // an administrator changed the role
	NoticeProgram  AccountNotice = "program"  // an API token was made in their name
	NoticeSessions AccountNotice = "sessions" // an administrator ended all sessions
	NoticeDisabled AccountNotice = "disabled" // an administrator locked them out
	NoticeEnabled  AccountNotice = "enabled"  // an administrator let them in again
)

// Tries says how many wrong tries of one key are looked at before the next
// ones have to wait: 2, 4, 8… seconds, a quarter of an hour at most. After a
// quarter of an hour without any the count begins anew.
type Tries struct {
	Key  []byte // a keyed digest
	Free int
	// Most, where it is not 0, stands in place of Free: so many in a row are
	// looked at, however slowly they come, and then none.
	Most int
}

// AccountChange is what one act does to how a member of staff signs in, on its
// way into the store: all of it or nothing. A field that is zero changes
// nothing. Of its Decision only events, messages and jobs are stored.
type AccountChange struct {
	Decision
	StaffID string
	At      time.Time

	// Checked is the account as it was when a password was found right: since
	// then hashing took its time. CodeConflict if the password is another now,
	// or if all sessions ended.
	Checked *Account
	// Within is the hash of the session in which it happens: CodeConflict if
	// that has ended.
	Within []byte

	Add           *Staff     // a new member of staff: CodeConflict if name or address is taken
	Once          *Once      // it happens once under this idempotency key
	Setup         []byte     // hash of the setup link it uses up: CodeNotFound if wrong or used
	Token         *Token     // a new API token
	Role          Role       // the new one
	Disabled      *bool      // whether they may still sign in
	Password      string     // the new hash
	Rehash        *time.Time // Password replaces one chosen then, and is the same: nothing if it was changed meanwhile
	UseInvitation []byte     // hash: CodeNotFound unless it is usable
	Invite        *Invitation
	Revoke        bool // end invitations that are open

	DropPassword bool // the old one opens nothing any more
	RevokeTokens bool // all API tokens of theirs

	Factor     []byte   // the new secret of the second factor
	DropFactor bool     // there is none any more, nor a recovery code
	Recovery   [][]byte // hashes of new recovery codes, in place of the old
	UseStep    int64    // CodeConflict unless it is newer than the last one used
	UseCode    []byte   // hash of a recovery code: CodeConflict unless it is unused

	Open *StaffSession // a new session
	Turn *SessionTurn  // CodeConflict unless the session is as it was
	// End is a session of theirs to end, "*" for all but Keep, and Oust one,
	// whosever it is.
	End, Keep, Oust string
	Device          []byte   // hash of the secret of a browser that signed in, to be known by
	Forgive         [][]byte // keys of Tries that begin anew
	Refund          [][]byte // keys of Tries that a right one is taken off again
}

// SessionTurn turns a session into what it is next, under a new secret.
type SessionTurn struct {
	From []byte // the hash it has now
	To   StaffSession
}
