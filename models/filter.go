package models

import "time"

// Filter selects requests; a zero field does not restrict.
type Filter struct {
	States   []State
	Types    []RequestType // one of them is among what is asked for
	Regime   string
	Assignee string // a staff id, or Unassigned
	Outcome  Outcome
	Overdue  bool // unanswered after the due instant, judged at Now
	// Waiting finds what waits for staff: open, in progress, in review, and
	// unverified where nobody can be asked by mail for a proof, where no machine
	// may ask (Unsent automatic), or where staff have to say first what is asked
	// for (type unsorted).
	Waiting      bool
	DueBefore    time.Time
	ReceivedFrom time.Time
	ReceivedTo   time.Time // exclusive
	Email        string    // found by blind index
	// Unsent finds what nobody wrote to the requester of, and is not closed.
	Suppressed bool
	// SimilarTo is the reference of a request: it finds the open ones of its type and
	// of its mailbox, however that is spelled.
	SimilarTo string
	Reference string
	Now       time.Time
	Sort      Sort
	After     Cursor
	// Backwards lists the page that ends before After, in the same order.
	Backwards bool
	Limit     int // 1 to 500
}

// Unassigned as Filter.Assignee finds requests that nobody is assigned to.
const Unassigned = "none"

// Period selects what is exported: requests by when they were received, events
// by when they happened. A zero field does not restrict.
type Period struct {
	From, To time.Time   // To is exclusive
	Type     RequestType // among what the request, or the event's request, asks for
}

// Sort orders a list.
type Sort string

// The orders.
const (
	SortRespondBy  Sort = "respond_by"  // most urgent first
	SortReceivedAt Sort = "received_at" // newest first
)

// Cursor is the last row of the page before: keyset pages cost the same at
// the end of a million rows as at the start. The zero Cursor is the first page.
type Cursor struct {
	At time.Time
	ID string
}

// IsZero reports whether c asks for the first page.
func (c Cursor) IsZero() bool { return c.ID == "" }

// Stats counts requests for the overview and the metrics.
type Stats struct {
	ByState  map[State]int
	ByType   map[RequestType]int // unanswered ones
	ByRegime map[string]int      // unanswered ones, by governing regime
	// ByTypeState counts every request, closed ones included.
	ByTypeState map[RequestType]map[State]int
	DueSoon     int // unanswered, due within 7 days
	Overdue     int
}
