package models

import "time"

// OwnerCode proves to one task that somebody reads the mailbox of its owner,
// who has no account. Tries are counted before a comparison.
type OwnerCode struct {
	ID          string
	TaskID      string
	OwnerDigest string // of the mailbox that it was mailed to
	Digest      []byte // keyed: 40 bits are too few for a plain hash
	ExpiresAt   time.Time
	Tries       int
}

// OwnerSession is what a typed OwnerCode opens: one task, for as long as the
// mailbox is its owner's.
type OwnerSession struct {
	ID          string
	TaskID      string
	OwnerDigest string
	Hash        []byte // SHA-256 of the token
	ExpiresAt   time.Time
}

type (
	// OwnerCodeIssued stores a fresh code and ends the ones before for its task.
	OwnerCodeIssued struct{ Code OwnerCode }
	// OwnerCodeUsed ends the code that was typed. It is CodeNotFound if it was used
	// before, or is not the newest.
	OwnerCodeUsed struct{ ID string }
	// OwnerSessionOpened stores the session that a code opened.
	OwnerSessionOpened struct{ Session OwnerSession }
)

func (OwnerCodeIssued) effect()    {}
func (OwnerCodeUsed) effect()      {}
func (OwnerSessionOpened) effect() {}

// The kinds of events about the page of a system owner. None changes anything.
const (
	EventOwnerCodeSent EventKind = "owner_code_sent"
	EventOwnerSignedIn EventKind = "owner_signed_in" // typed the code of a task
	EventTaskOpened    EventKind = "task_opened"     // the owner looked at it, and at whom it is about
)

// JobOwnerCode mails the code of a task to its owner, if there is such a task.
const JobOwnerCode JobKind = "owner_code"
