package models

import "time"

// LegalHold keeps everything about its subject from being erased, anywhere,
// until it is lifted. It has nothing to do with a request that is on hold.
type LegalHold struct {
	ID      string
	Version int // grows by one with every change
	LegalHoldFacts
	LegalHoldContent
}

// LegalHoldFacts is what of a legal hold is not personal.
type LegalHoldFacts struct {
	// Reason is the code of the policy that the answer to a deletion carries.
	Reason   string           `json:"reason"`
	Kinds    []IdentifierKind `json:"kinds"` // of the identifiers that name its subject
	ReviewOn Date             `json:"review_on"`
	History  []LegalHoldStep  `json:"history"` // the first sets it
	LiftedAt time.Time        `json:"lifted_at,omitzero"`
}

// LegalHoldStep is something that was done with a legal hold.
type LegalHoldStep struct {
	Act      LegalHoldAct `json:"act"`
	By       string       `json:"by"` // staff id
	At       time.Time    `json:"at"`
	ReviewOn Date         `json:"review_on,omitzero"`
}

// LegalHoldAct says what was done with a legal hold.
type LegalHoldAct string

// What is done with a legal hold.
const (
	LegalHoldSet      LegalHoldAct = "set"
	LegalHoldReviewed LegalHoldAct = "reviewed"
	LegalHoldLifted   LegalHoldAct = "lifted"
)

// LegalHoldContent is what of a legal hold is personal. It is sealed.
type LegalHoldContent struct {
	Identifiers []Identifier `json:"identifiers"`     // any of them names the subject
	Notes       []string     `json:"notes,omitempty"` // what was said with each step of the history
}

// Stands reports whether the legal hold has not been lifted.
func (h LegalHold) Stands() bool { return h.LiftedAt.IsZero() }

// SetBy is the member of staff who set the legal hold.
func (h LegalHold) SetBy() string {
	if len(h.History) == 0 {
		return ""
	}
	return h.History[0].By
}

// LegalHoldIdentifiers lists what a subject can be named by.
func LegalHoldIdentifiers() []IdentifierKind {
	return []IdentifierKind{IdentifierEmail, IdentifierPhone, IdentifierExternal}
}

// LegalHolds are those that stand on somebody, and the state of all when that
// was looked up.
type LegalHolds struct {
	Known   bool // it was looked up
	Any     bool // one stands, on whomever
	On      []LegalHold
	Version int // changes with every legal hold that is set or lifted
}

// LegalHoldFilter selects legal holds. The newest come first.
type LegalHoldFilter struct {
	Lifted *bool
	After  Cursor
	Limit  int // 1 to 500
}

type (
	// LegalHoldChanged stores a legal hold as it then is. Before is the version it
	// had when it was read, 0 for a new one; CodeStale if it has moved on. Digests
	// are what a new one finds its subject by.
	LegalHoldChanged struct {
		Hold    LegalHold
		Before  int
		Digests [][]byte
	}
	// LegalHoldsSeen is CodeStale if a legal hold was set or lifted since they were
	// read at that version. What erases something carries it.
	LegalHoldsSeen struct{ Version int }
)

func (LegalHoldChanged) effect() {}
func (LegalHoldsSeen) effect()   {}

// The kinds of events about legal holds. Detail names the legal hold.
const (
	EventLegalHoldSet      EventKind = "legal_hold_set"
	EventLegalHoldReviewed EventKind = "legal_hold_reviewed"
	EventLegalHoldLifted   EventKind = "legal_hold_lifted"
	EventLegalHoldOpened   EventKind = "legal_hold_opened"
	EventLegalHoldReminded EventKind = "legal_hold_reminded"
	EventTaskHeld          EventKind = "task_held"     // a legal hold keeps it from erasing
	EventTaskReleased      EventKind = "task_released" // none does any more
)

// The job kinds of legal holds.
const (
	JobLegalHolds      JobKind = "legal_holds"       // have the tasks of requests follow
	JobLegalHoldReview JobKind = "legal_hold_review" // remind who set one to review it
)
