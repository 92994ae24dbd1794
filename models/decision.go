package models

import (
	"errors"
	"time"
)

// ErrJobDone says that the effect of a job is already committed; the run that
// gets it stops without a trace.
var ErrJobDone = errors.New("the job is already done")

// Decision is the whole consequence of one command: the request as it then
// is, and everything to store with it in the same transaction.
type Decision struct {
	Request  Request
	Events   []Event
	Messages []Message
	Jobs     []Job

	Code     *MailedCode // a fresh code; ends the ones before
	CodeUsed string      // the code that was typed
	Session  *Session    // what it opened
	File     *File
	Delivery *MailResult // what became of a mail
	// Mail is a received mail as it then is. The store refuses with CodeConflict
	// if somebody else has placed it meanwhile.
	Mail *ReceivedMail

	// Alike is the mailbox of a new request in its canonical form: a hint at what
	// belongs together, and no identity.
	Alike string
	// Brake counts the mail in Messages that goes to an unproved mailbox.
	Brake *Brake
	// Proved is the mailbox, in its canonical form, that was proved just now:
	// what it was sent before counts no more.
	Proved string
	Wish   *MailWish
}

// Empty reports whether the command had no consequence at all.
func (d Decision) Empty() bool {
	return len(d.Events) == 0 && len(d.Messages) == 0 && len(d.Jobs) == 0 &&
		d.Code == nil && d.CodeUsed == "" && d.Session == nil && d.File == nil && d.Delivery == nil && d.Mail == nil &&
		d.Brake == nil && d.Proved == "" && d.Wish == nil
}

// Stamp is what every row of a decision gets when it is stored.
type Stamp struct {
	NewID      func() string // a time-ordered UUID
	MailDomain string        // ends the Message-ID of every mail
	At         time.Time
	Trace      string // the id of the HTTP request that it follows from, or ""
}

// Identify gives every new row its id, and every mail the job that sends it.
func (d *Decision) Identify(by Stamp) {
	for i := range d.Events {
		d.Events[i].ID = by.NewID()
	}
	for i := range d.Messages {
		m := &d.Messages[i]
		m.ID = by.NewID()
		if m.Delivery != DeliveryQueued {
			continue
		}
		m.MailID = m.ID + "@" + by.MailDomain
		d.Jobs = append(d.Jobs, Job{
			Kind: JobSendMail, RequestID: m.RequestID, Subject: m.ID, UniqueKey: "mail/" + m.ID, RunAt: m.CreatedAt,
		})
	}
	for i := range d.Jobs {
		j := &d.Jobs[i]
		j.ID, j.State, j.CreatedAt, j.Trace = by.NewID(), JobPending, by.At, by.Trace
		// The reminder of a letter that lay around was due days ago, but nobody
		// has kept it waiting.
		if j.RunAt.Before(j.CreatedAt) {
			j.RunAt = j.CreatedAt
		}
	}
}

// MailResult is the result of one try to send a mail. Message is the message
// as it then is.
type MailResult struct {
	Message Message
	// Forget says that the letter changed, to forget a code, and is stored anew.
	Forget bool
}

// Commit is a Decision on its way into the store.
type Commit struct {
	Decision
	// Before is the version the request had when it was read: 0 for a new one.
	// The store refuses with CodeStale if it has moved on.
	Before int
	// Heard is how many messages of the requester whoever decided has read; nil
	// is any. The store refuses with CodeStale if one has come since.
	Heard *int
	// JobDone is the id of the job whose effect this is: marked done in the
	// same transaction, which fails with ErrJobDone if it already was.
	JobDone string
	// JobFailed is the job whose try failed, as it then is: pending again, or
	// dead. ErrJobDone if it is not pending in the store.
	JobFailed *Job
	// Once makes the command happen once under an idempotency key.
	Once *Once
}

// Once is an idempotency key and the answer that was given under it.
type Once struct {
	Scope    string // who used the key: a token id, or "public"
	Key      string
	BodyHash []byte // SHA-256 of method, path and body
	Answer   []byte // sealed at rest; the same again for the same body
	Status   int
}
