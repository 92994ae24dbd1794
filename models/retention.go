package models

import "time"

// OwnData names what the service keeps for itself and erases after a time that
// the policy sets.
type OwnData string

// What is kept for a time.
const (
	OwnRequests     OwnData = "requests"      // closed ones: as long as their type says
	OwnUnverified   OwnData = "unverified"    // requests that ended because nobody proved the mailbox
	OwnSpam         OwnData = "spam"          // requests that were marked as spam
	OwnMail         OwnData = "mail"          // received mail that led to no request, from the day that this was decided
	OwnStaffLetters OwnData = "staff_letters" // mails to staff and system owners about no single request
	OwnCodes        OwnData = "codes"         // used or expired codes, and sessions
	OwnJobs         OwnData = "jobs"          // done, of requests that are closed
	OwnLegalHolds   OwnData = "legal_holds"   // the subject and the reasons of a lifted legal hold
)

// AllOwnData lists what a policy gives a number of days for.
func AllOwnData() []OwnData {
	return []OwnData{OwnUnverified, OwnSpam, OwnMail, OwnStaffLetters, OwnCodes, OwnJobs, OwnLegalHolds}
}

// EventErased says that the personal data of a request was erased because its
// time was over. It changes no fact. EventOwnDataErased says the same of what
// belongs to no request, with counts.
const (
	EventErased        EventKind = "erased"
	EventOwnDataErased EventKind = "own_data_erased"
)

// The job kinds of retention.
const (
	JobRetention JobKind = "retention" // erase what is over, one day's, and plan the next day's
	JobErase     JobKind = "erase"     // erase the personal data of one closed request
	JobLeftovers JobKind = "leftovers" // delete files whose rows are gone
)

// Leftover is a file that is to be deleted: what it says is unreadable already,
// or nothing refers to it any more.
type Leftover struct {
	ID   string
	Kind LeftoverKind
	// Name is the key in the blob store or, of a mail, its Message-ID.
	Name  string
	Tries int // that failed
}

// LeftoverKind says where a leftover lies.
type LeftoverKind string

// The leftover kinds.
const (
	LeftoverBlob LeftoverKind = "blob"
	LeftoverMail LeftoverKind = "mail" // in the mail folder of the embedded mode
)

// ErasureCutoffs are the instants before which something must have ended to be
// erased now.
type ErasureCutoffs struct {
	Mail, StaffLetters, Codes, Jobs, LegalHolds time.Time
}

// Of returns the instant for one kind of own data.
func (c ErasureCutoffs) Of(what OwnData) time.Time {
	switch what { //nolint:exhaustive // requests have their own times
	case OwnMail:
		return c.Mail
	case OwnStaffLetters:
		return c.StaffLetters
	case OwnCodes:
		return c.Codes
	case OwnJobs:
		return c.Jobs
	case OwnLegalHolds:
		return c.LegalHolds
	}
	return time.Time{}
}

// Erasable selects closed requests whose personal data is not erased yet.
type Erasable struct {
	// Closed is before when requests have to be closed; Unverified the same for
	// those that nobody proved, and Spam for spam.
	Closed, Unverified, Spam time.Time
	After                    Cursor // of ClosedAt
	Limit                    int
}

type (
	// RequestErased destroys the key of a request and blanks what was sealed
	// under it and what finds it by address. Facts and events stay. It is
	// CodeStale where that was done before. Of its received mails KeepMails are not
	// erased with it: ids of those that a legal hold on their senders keeps.
	RequestErased struct {
		RequestID string
		KeepMails []string
	}
	// MailErased does the same for a received mail that belongs to no request
	// whose key is there. It is CodeStale where it does, or is done.
	MailErased struct{ MailID string }
	// OwnDataErased erases rows of one table that belong to no request, or to one
	// that does not need them. It is CodeStale where some are gone already, or are
	// not due any more by Before.
	OwnDataErased struct {
		What   OwnData
		Table  string
		Before time.Time
		IDs    []string
	}
)

func (RequestErased) effect() {}
func (MailErased) effect()    {}
func (OwnDataErased) effect() {}
