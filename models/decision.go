package models

import (
	"errors"
	"time"
)

// ErrJobDone reports that the effect of a job is already committed. The run
// that gets it stops without a trace.
var ErrJobDone = errors.New("the job is already done")

// Decision is the whole consequence of one command: the request as it then is,
// and everything to store with it in the same transaction.
type Decision struct {
	// Request is zero where the command is about no request or leaves it alone.
	Request Request
	// Before is the version the request had when it was read: 0 for a new one.
	// The store refuses with CodeStale if it has moved on.
	Before int

	Events   []Event
	Messages []Message
	Jobs     []Job
	Effects  []Effect
}

// Empty reports whether the command had no consequence at all.
func (d Decision) Empty() bool {
	return len(d.Events) == 0 && len(d.Messages) == 0 && len(d.Jobs) == 0 && len(d.Effects) == 0
}

// Stamp is what a decision takes from outside, so that the same command on the
// same case under the same stamp always has the same consequence.
type Stamp struct {
	Now        time.Time     // whole seconds in UTC
	NewID      func() string // a time-ordered UUID
	MailDomain string        // ends the Message-ID of every mail
	Trace      string        // the id of the HTTP request that this follows from; "" where none
	Origin     Origin
}

// Origin is what a command came under. Its effects are part of the decision: the
// command runs once, and on what whoever gave it had seen.
type Origin struct {
	Job      string // whose effect the command is; "" for none
	Once     *Once  // the idempotency key; nil for none
	LastSeen *int   // how many messages of the requester were seen; nil is any
	// Answer gives the answer to keep under Once; nil keeps none.
	Answer func(Decision) (status int, body []byte, err error)
}

// Log adds an event.
func (d *Decision) Log(s Stamp, e Event) {
	e.ID, e.At = s.NewID(), s.Now
	d.Events = append(d.Events, e)
}

// Send adds a message, with the job that delivers it if it is a mail.
func (d *Decision) Send(s Stamp, m Message) {
	if m.ID == "" {
		m.ID = s.NewID()
	}
	if m.CreatedAt.IsZero() {
		m.CreatedAt = s.Now
	}
	if m.Delivery == DeliveryQueued {
		// Not the message's own id, which the log names: who knows the Message-ID
		// of a mail has seen the mail.
		m.MailID = s.NewID() + "@" + s.MailDomain
		d.Plan(s, Job{Kind: JobSendMail, RequestID: m.RequestID, Subject: m.ID, UniqueKey: "mail/" + m.ID, RunAt: m.CreatedAt})
	}
	d.Messages = append(d.Messages, m)
}

// Plan adds a job. One that was due before now is due now: the reminder of a
// letter that was typed in late has kept nobody waiting.
func (d *Decision) Plan(s Stamp, j Job) {
	j.ID, j.State, j.CreatedAt, j.Trace = s.NewID(), JobPending, s.Now, s.Trace
	if j.RunAt.Before(s.Now) {
		j.RunAt = s.Now
	}
	d.Jobs = append(d.Jobs, j)
}

// Identify gives the rows of a decision that was written by hand what Log and
// Send give.
func (d *Decision) Identify(s Stamp) {
	for i := range d.Events {
		d.Events[i].ID = s.NewID()
	}
	messages := d.Messages
	d.Messages = nil
	for _, m := range messages {
		d.Send(s, m)
	}
}

// With adds an effect.
func (d *Decision) With(e Effect) { d.Effects = append(d.Effects, e) }

// EffectOf returns the first effect of type E, if the decision has one.
func EffectOf[E Effect](d Decision) (E, bool) {
	for _, e := range d.Effects {
		if found, ok := e.(E); ok {
			return found, true
		}
	}
	var none E
	return none, false
}
