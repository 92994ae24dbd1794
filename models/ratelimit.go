package models

import "time"

// The limits on mail to one unverified mailbox. They cannot be set.
const (
	MailboxMails    = 3                // within MailboxWindow
	MailboxWindow   = 24 * time.Hour   // since the mailbox was last verified
	MailboxInterval = 10 * time.Minute // between two mails that answer mail
)

// MailCounted counts one mail to an unverified mailbox. The store refuses the
// decision where that mail would exceed a rate limit: anybody can write a
// stranger's address into a form.
type MailCounted struct {
	Mailbox string // in its canonical form
	Domain  string // of Mailbox, in A-labels
	// Interval: at most one mail in MailboxInterval.
	Interval bool
	// Group is what PerDomain and PerHour count together. 0 is no limit.
	Group              string
	PerDomain, PerHour int
	// Owner is the mailbox as it is written. PerDomain and PerHour do not apply if
	// its owner verified it for another request.
	Owner string
	// Public: anybody can ask for this mail. Without a Solved challenge it cannot
	// use the reserve of PerHour.
	Public bool
	// Solved is the challenge that was solved for it. PerDomain does not apply.
	Solved *SolvedChallenge
}

// SolvedChallenge is a proof of work: something that whoever floods us cannot
// afford for each of ten thousand requests. It is good for one.
type SolvedChallenge struct {
	ID string    // of the challenge
	At time.Time // when it was issued
}

// Reserve is how many of perHour mails are kept for requests with a solved
// challenge, for staff and for an organisation's own form. A flood without
// challenges uses up the rest.
func Reserve(perHour int) int { return perHour / 4 }

// TotalLimit is how many mails of the group the hour may have had before this
// one, or 0 where there is no limit.
func (m MailCounted) TotalLimit() int {
	if m.Public && m.Solved == nil {
		return m.PerHour - Reserve(m.PerHour)
	}
	return m.PerHour
}

// DomainLimit is how many mails the domain may have had in the hour, or 0.
func (m MailCounted) DomainLimit() int {
	if m.Solved != nil {
		return 0
	}
	return m.PerDomain
}

// MailUsage is how much of the limits on one mail is used up.
type MailUsage struct {
	Suppressed bool        // the mailbox is on the suppression list
	Last       []time.Time // the last mails to it, the newest first; MailboxMails at most
	Verified   bool        // its owner verified it for another request
	Domain     int         // mails to its domain in this hour
	Total      int         // mails of its group in this hour
	Spent      bool        // the solved challenge was used before
}

// After is the usage for m once another mail of the same decision is counted.
func (u MailUsage) After(other, m MailCounted, now time.Time) MailUsage {
	if other.Mailbox == m.Mailbox {
		u.Last = append([]time.Time{now}, u.Last[:min(len(u.Last), MailboxMails-1)]...)
	}
	if other.Group == m.Group {
		u.Total++
		if other.Domain == m.Domain {
			u.Domain++
		}
	}
	return u
}

// Exceeds returns the limit that the mail would exceed at a usage, as the error
// that the store refuses it with, or nil.
func (m MailCounted) Exceeds(u MailUsage, now time.Time) error {
	recent := len(u.Last) >= MailboxMails && u.Last[MailboxMails-1].After(now.Add(-MailboxWindow))
	soon := m.Interval && len(u.Last) > 0 && u.Last[0].After(now.Add(-MailboxInterval))
	full := func(n, limit int) bool { return limit > 0 && n >= limit && !u.Verified }
	switch {
	case u.Suppressed || recent || soon:
		return ErrMailboxLimit
	case m.Solved != nil && u.Spent:
		return ErrChallengeSpent
	case full(u.Domain, m.DomainLimit()):
		return ErrDomainLimit
	case full(u.Total, m.TotalLimit()):
		return ErrTotalLimit
	}
	return nil
}

// Why the store refuses a decision with MailCounted. Nothing of it is stored.
var (
	// ErrMailboxLimit: the mailbox had MailboxMails such mails within
	// MailboxWindow since it was last verified, or one within MailboxInterval, or
	// is on the suppression list.
	ErrMailboxLimit = Errorf(CodeTooMany, "the mailbox gets no further mail until somebody verifies it")
	// ErrDomainLimit: the domain had as many as allowed this hour.
	ErrDomainLimit = Errorf(CodeTooMany, "the domain gets no further mail this hour")
	// ErrTotalLimit: so did everybody together.
	ErrTotalLimit = Errorf(CodeTooMany, "no further mail to unverified mailboxes goes out this hour")
	// ErrHourFull: something was counted as often as it may be in an hour.
	ErrHourFull = Errorf(CodeTooMany, "no more of this within the hour")
	// ErrChallengeSpent: the challenge was solved for another request before.
	ErrChallengeSpent = Errorf(CodeTooMany, "the challenge was used before")
)

// Suppression says why a request was filed without a word to the requester.
type Suppression string

// The reasons.
const (
	SuppressedAutomatic Suppression = "automatic" // it came in a mail that no machine may answer
	SuppressedMailbox   Suppression = "mailbox"   // the mailbox has had enough mail from us that nobody proved to want
	SuppressedListed    Suppression = "never"     // its owner wants none
	SuppressedDomain    Suppression = "domain"    // its domain had too much this hour
	SuppressedTotal     Suppression = "all"       // everybody together had
	SuppressedClient    Suppression = "crowd"     // too many requests came from one network address within an hour
)

// Suppressions lists them.
func Suppressions() []Suppression {
	return []Suppression{SuppressedAutomatic, SuppressedMailbox, SuppressedListed, SuppressedDomain, SuppressedTotal, SuppressedClient}
}
