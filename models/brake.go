package models

import "time"

// Brake counts one mail to a mailbox that nobody has proved, and refuses the
// commit it stands in where that mail would be too many: anybody can write a
// stranger's address into a form.
type Brake struct {
	Mailbox string // in its canonical form
	Domain  string // of Mailbox, in A-labels
	// Paced: at most one in ten minutes.
	Paced bool
	// Group is what PerDomain and PerHour count together. 0 is no limit.
	Group              string
	PerDomain, PerHour int
	// Owner is the mailbox as it is written. Where its owner proved it for
	// another request, PerDomain and PerHour do not hold it up.
	Owner string
	// Anybody asked for it: without Work it may not have what of PerHour is spare.
	Anybody bool
	// Work was done for it: PerDomain does not hold it up.
	Work *Work
}

// Work is a proof that a computer worked for a while: what somebody who floods
// us cannot do for each of ten thousand requests. It is good for one.
type Work struct {
	ID string    // of the challenge
	At time.Time // when that was set
}

// Spare is how many of perHour mails are kept for those who did Work for
// theirs, for staff and for an organisation's own form: a flood without uses up
// the rest.
func Spare(perHour int) int { return perHour / 4 }

// Why a commit with a Brake is refused. Nothing of it is stored then.
var (
	// ErrMailboxBraked: the mailbox had three such mails within 24 hours since
	// it was last proved, or one within ten minutes where they are paced, or
	// its owner wants none.
	ErrMailboxBraked = Errorf(CodeTooMany, "the mailbox gets no further mail until somebody proves it")
	// ErrDomainBraked: the domain had as many as allowed this hour.
	ErrDomainBraked = Errorf(CodeTooMany, "the domain gets no further mail this hour")
	// ErrAllBraked: so had everybody together.
	ErrAllBraked = Errorf(CodeTooMany, "no further mail to unproved mailboxes goes out this hour")
	// ErrHourFull: something was counted as often as it may be in an hour.
	ErrHourFull = Errorf(CodeTooMany, "no more of this within the hour")
	// ErrWorkSpent: the work was done for another request before.
	ErrWorkSpent = Errorf(CodeTooMany, "the proof of work was used before")
)

// Unsent says why a request was filed without a word to the requester.
type Unsent string

// The reasons.
const (
	UnsentAutomatic Unsent = "automatic" // it came in a mail that no machine may answer
	UnsentMailbox   Unsent = "mailbox"   // the mailbox has had enough mail from us that nobody proved to want
	UnsentNever     Unsent = "never"     // its owner wants none
	UnsentDomain    Unsent = "domain"    // its domain had too much this hour
	UnsentAll       Unsent = "all"       // everybody together had
	UnsentCrowd     Unsent = "crowd"     // too many requests came from one network address within an hour
)

// Unsents lists them.
func Unsents() []Unsent {
	return []Unsent{UnsentAutomatic, UnsentMailbox, UnsentNever, UnsentDomain, UnsentAll, UnsentCrowd}
}

// MailWish says whether a mailbox wants mail that its owner did not prove to
// have asked for.
type MailWish struct {
	Mailbox string // in its canonical form
	Never   bool
}
