package models

import "time"

// Effect is something to store with a decision besides its request, events,
// messages and jobs. Each kind has a file of its own in package store. To add
// one, write its type here, list it in Effects, and store it there.
type Effect interface{ effect() }

// Effects returns an empty effect of every kind.
func Effects() []Effect {
	return []Effect{
		JobFinished{},
		JobFailed{},
		Once{},
		LastSeen{},
		RequestChanged{},
		CodeIssued{},
		CodeUsed{},
		SessionOpened{},
		RequesterReplaced{},
		FileAdded{},
		FileDeleted{},
		FilesSeen{},
		FilesCounted{},
		MailTried{},
		MailReceived{},
		MailRouted{},
		MailMoved{},
		MessageMoved{},
		MailStays{},
		MailCounted{},
		MailboxVerified{},
		SuppressionChanged{},
		MailboxErased{},
		TaskChanged{},
		TaskResulted{},
		TasksSeen{},
		OwnerCodeIssued{},
		OwnerCodeUsed{},
		OwnerSessionOpened{},
		RequestErased{},
		MailErased{},
		OwnDataErased{},
		LegalHoldChanged{},
		ManualSystemChanged{},
		LegalHoldsSeen{},
	}
}

type (
	// JobFinished marks a job done. It is ErrJobDone if it already was.
	JobFinished struct{ ID string }
	// JobFailed records a failed try: the job is pending again, or dead. It is
	// ErrJobDone if the job is not pending in the store.
	JobFailed struct{ Job Job }
	// Once makes a command happen once under an idempotency key, and keeps the
	// answer that was given. It is CodeInFlight if the key is taken.
	Once struct {
		Scope    string // who used the key: a token id, or "public"
		Key      string
		BodyHash []byte // SHA-256 of method, path and body
		Answer   []byte // sealed at rest; the same again for the same body
		Status   int
	}
	// LastSeen is CodeStale if the requester has written since whoever decided
	// last read the request. Messages is how many messages they have seen.
	LastSeen struct{ Messages int }
	// RequestChanged stores another request that the command changes, as it then
	// is. Before is the version it had when it was read; CodeStale if it has
	// moved on.
	RequestChanged struct {
		Request Request
		Before  int
	}

	// CodeIssued stores a fresh code and ends the ones before.
	CodeIssued struct{ Code MailedCode }
	// CodeUsed ends the code that was typed. It is CodeNotFound if it was used
	// before.
	CodeUsed struct{ ID string }
	// SessionOpened stores the session that a code opened.
	SessionOpened struct{ Session Session }
	// RequesterReplaced ends all that the former requester has of a request: its
	// codes, its sessions, and the letters that did not go out. It comes before
	// what the new one gets.
	RequesterReplaced struct{ RequestID string }
	// FileAdded stores a file whose bytes already lie in the blob store. Before is
	// how many files the request had when that was decided; CodeStale if it has
	// more by now.
	FileAdded struct {
		File   File
		Before int
	}
	// FileDeleted takes a file out of a request. It is CodeStale if it is gone.
	FileDeleted struct{ RequestID, ID string }
	// FilesSeen is CodeStale unless the request has all of these files.
	FilesSeen struct {
		RequestID string
		IDs       []string
	}
	// FilesCounted is CodeStale if files were added to the request, or deleted, since
	// it was read: it had so many.
	FilesCounted struct {
		RequestID string
		Count     int
	}

	// MailTried stores the outcome of one try to send a mail, or of a bounce.
	// Message is the message as it then is.
	MailTried struct {
		Message Message
		// Forget says that the letter changed, to forget a code, and is stored anew.
		Forget bool
	}
	// MailReceived stores a mail whose bytes lie sealed in the blob store under
	// Key, which is wrapped. It is CodeConflict if its source delivered it before
	// under the same name.
	MailReceived struct {
		Mail ReceivedMail
		Key  []byte
	}
	// MailRouted stores a received mail as it now is. It is CodeConflict if
	// somebody else has routed it meanwhile.
	MailRouted struct{ Mail ReceivedMail }

	// MailMoved stores a mail that was placed, as it now is. From is the request
	// that it leaves; "" where that was made of it. It is CodeConflict if the mail
	// is not placed there any more.
	MailMoved struct {
		Mail ReceivedMail
		From string
	}
	// MessageMoved takes the words out of a message whose mail belongs elsewhere.
	MessageMoved struct {
		RequestID, ID string
		Flags         []MessageFlag
	}
	// MailStays is CodeConflict if the mail does not belong to the request any more.
	MailStays struct{ MailID, RequestID string }

	// MailboxVerified forgets what was counted of a mailbox, and takes it off the
	// suppression list: its owner has just proved that they want our mail.
	// It is also on no list of erased mailboxes any more, if the request was filed
	// after that.
	MailboxVerified struct {
		Mailbox string // in its canonical form
		Filed   time.Time
	}
	// MailboxErased puts a mailbox whose owner had their data erased on the suppression
	// list, and counts from the latest erasure.
	MailboxErased struct{ Mailbox string } // in its canonical form
	// SuppressionChanged puts a mailbox on the suppression list or takes it off.
	SuppressionChanged struct {
		Mailbox    string // in its canonical form
		Suppressed bool
	}
)

func (JobFinished) effect()        {}
func (JobFailed) effect()          {}
func (Once) effect()               {}
func (LastSeen) effect()           {}
func (RequestChanged) effect()     {}
func (CodeIssued) effect()         {}
func (CodeUsed) effect()           {}
func (SessionOpened) effect()      {}
func (RequesterReplaced) effect()  {}
func (FileAdded) effect()          {}
func (FileDeleted) effect()        {}
func (FilesSeen) effect()          {}
func (FilesCounted) effect()       {}
func (MailTried) effect()          {}
func (MailReceived) effect()       {}
func (MailRouted) effect()         {}
func (MailMoved) effect()          {}
func (MessageMoved) effect()       {}
func (MailStays) effect()          {}
func (MailCounted) effect()        {}
func (MailboxVerified) effect()    {}
func (SuppressionChanged) effect() {}
func (MailboxErased) effect()      {}
