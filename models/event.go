package models

import (
	"slices"
	"strings"
	"time"
)

// ActorKind says what sort of actor did something.
type ActorKind string

// The actor kinds.
const (
	ActorSubject ActorKind = "subject" // the requester, through a proved session or a public form
	ActorStaff   ActorKind = "staff"
	ActorIntake  ActorKind = "intake" // an organisation's own form backend or mail hook
	ActorSystem  ActorKind = "system" // a job
	ActorOwner   ActorKind = "owner"  // of a system, without an account; ID is a digest of the address
)

// Actor is who does something: a kind and, for staff and intake, the staff id.
type Actor struct {
	Kind ActorKind `json:"kind"`
	ID   string    `json:"id,omitempty"`
	Role Role      `json:"role,omitempty"`
	// Token is the id of the API token that they came in with; never stored.
	Token string `json:"-"`
	// Ties are the ids of other staff, separated by blanks, who made or reset
	// since the request came in what the actor came in with; never stored.
	Ties string `json:"-"`
}

// Is reports whether the actor is the member of staff, or may be for all that
// anybody knows: that person made what the actor came in with.
func (a Actor) Is(staff string) bool {
	return staff != "" && (a.ID == staff || slices.Contains(strings.Fields(a.Ties), staff))
}

// EventKind names what happened.
type EventKind string

// The event kinds. Those below "observed" change no fact of a request and
// carry version 0.
const (
	EventSubmitted       EventKind = "submitted"
	EventMailboxProved   EventKind = "mailbox_proved"
	EventVerified        EventKind = "verified"
	EventAssigned        EventKind = "assigned"
	EventStarted         EventKind = "started"
	EventAsked           EventKind = "asked"
	EventAnswered        EventKind = "answered" // the requester replied to a question
	EventResumed         EventKind = "resumed"
	EventExtended        EventKind = "extended"
	EventProposed        EventKind = "proposed"
	EventDecided         EventKind = "decided"
	EventApproved        EventKind = "approved"
	EventReturned        EventKind = "returned"
	EventReopened        EventKind = "reopened"
	EventAppealed        EventKind = "appealed"
	EventMerged          EventKind = "merged"
	EventMarkedSpam      EventKind = "marked_spam"
	EventWithdrawn       EventKind = "withdrawn"
	EventExpired         EventKind = "expired"
	EventReminded        EventKind = "reminded"
	EventReminderSkipped EventKind = "reminder_skipped"
	EventMailBounced     EventKind = "mail_bounced"  // changes the request unless it was unreachable before
	EventClassified      EventKind = "classified"    // staff said what was asked for
	EventRequesterSet    EventKind = "requester_set" // staff said who the requester is

	// observed
	EventCodeSent       EventKind = "code_sent" // changes the request if nobody was written to before
	EventSessionOpened  EventKind = "session_opened"
	EventVerifyReminded EventKind = "verify_reminded"
	EventNoted          EventKind = "noted"
	EventReplied        EventKind = "replied"    // staff wrote to the requester; changes it likewise
	EventReceived       EventKind = "received"   // the requester wrote
	EventFileAdded      EventKind = "file_added" // Detail says whether the requester sees it
	EventFileRead       EventKind = "file_read"
	EventFileDeleted    EventKind = "file_deleted" // Detail says why
	EventAbsorbed       EventKind = "absorbed"     // a duplicate was merged into this request
	EventOpened         EventKind = "opened"       // staff looked at the personal data
	EventSearched       EventKind = "searched"     // staff looked for the requests of a mailbox; Detail says by what, and never by which
	EventMailSent       EventKind = "mail_sent"
	EventMailFailed     EventKind = "mail_failed"
	EventMailWithheld   EventKind = "mail_withheld"  // a legal hold kept it, or a part of it, from going out
	EventMailKept       EventKind = "mail_kept"      // a mail reached us and is stored
	EventMailPlaced     EventKind = "mail_placed"    // it became requests, or belongs to one
	EventMailHeld       EventKind = "mail_held"      // it waits for staff
	EventMailNoticed    EventKind = "mail_noticed"   // a notice about a mail of ours
	EventMailRepeated   EventKind = "mail_repeated"  // it came before
	EventMailOpened     EventKind = "mail_opened"    // staff looked at it
	EventMailDismissed  EventKind = "mail_dismissed" // staff want nothing done with it
	EventMailMoved      EventKind = "mail_moved"     // out of a case, or into another; Detail says which
	EventMailStopped    EventKind = "mail_stopped"   // the owner of the mailbox wants nothing from us
	EventMailAllowed    EventKind = "mail_allowed"   // and took that back
	EventExported       EventKind = "exported"
	EventStaffAdded     EventKind = "staff_added"
	EventTokenCreated   EventKind = "token_created"
	EventTokenRevoked   EventKind = "token_revoked"
	EventJobRetried     EventKind = "job_retried"
	EventRefused        EventKind = "access_refused" // somebody asked for what is not for their role; Detail names the route

	// of how staff sign in; Detail names whom it is about as staff
	EventSignedIn          EventKind = "signed_in"
	EventSignInFailed      EventKind = "sign_in_failed"
	EventConfirmed         EventKind = "confirmed" // gave both factors anew, for a sensitive act
	EventSignedOut         EventKind = "signed_out"
	EventSessionsEnded     EventKind = "sessions_ended"
	EventPasswordChanged   EventKind = "password_changed"
	EventFactorSet         EventKind = "second_factor_set"
	EventFactorRemoved     EventKind = "second_factor_removed"
	EventRecoveryMade      EventKind = "recovery_codes_made"
	EventRecoveryUsed      EventKind = "recovery_code_used"
	EventInvited           EventKind = "invited"
	EventInvitationRevoked EventKind = "invitation_revoked"
	EventRoleChanged       EventKind = "role_changed"
	EventStaffDisabled     EventKind = "staff_disabled"
	EventStaffEnabled      EventKind = "staff_enabled"
)

// WayInEvents lists the kinds of events that give somebody a way in: whoever
// causes one may hold what opens the account, or the token.
func WayInEvents() []EventKind {
	return []EventKind{
		EventStaffAdded, EventInvited, EventTokenCreated, EventPasswordChanged, EventFactorSet, EventFactorRemoved, EventRecoveryMade,
	}
}

// Event is one line of the audit log. It holds no personal data: ids, codes
// and dates only.
type Event struct {
	ID        string
	RequestID string // "" for what concerns no single request
	Reference string // of that request; "" likewise
	// Version of the request after the event; 0 for one that changed nothing.
	// Several events of one command share a version, ordered by ID.
	Version int
	At      time.Time
	Kind    EventKind
	Actor   Actor
	From    State
	To      State
	Policy  string // content hash of the policy version the request is under
	Change  Change
	Detail  map[string]string // ids and codes: message, template, threshold, file, format…
}

// Change is what one event did to the facts of a request. A nil field did not
// change; Facts.With applies it.
type Change struct {
	Initial        *Facts         `json:"initial,omitempty"` // of the first event only
	State          *State         `json:"state,omitempty"`
	Outcome        *Outcome       `json:"outcome,omitempty"`
	Level          *Level         `json:"level,omitempty"`
	Assignee       *string        `json:"assignee,omitempty"`
	Deadline       *Deadline      `json:"deadline,omitempty"`
	Extended       *bool          `json:"extended,omitempty"`
	ExtendedFrom   *Date          `json:"extended_from,omitempty"`
	Pauses         *[]Pause       `json:"pauses,omitempty"`
	Items          *[]ItemFacts   `json:"items,omitempty"`
	Proposal       *Proposal      `json:"proposal,omitempty"`
	Decision       *Proposal      `json:"decision,omitempty"`
	Appeal         *Appeal        `json:"appeal,omitempty"`
	MergedInto     *string        `json:"merged_into,omitempty"`
	Moved          *bool          `json:"moved,omitempty"`
	Reminded       *[]string      `json:"reminded,omitempty"`
	Unreachable    *bool          `json:"unreachable,omitempty"`
	Suppressed     *Suppression   `json:"suppressed,omitempty"`
	Type           *RequestType   `json:"type,omitempty"`
	Rights         *[]RequestType `json:"rights,omitempty"`
	Country        *string        `json:"country,omitempty"`
	Region         *string        `json:"region,omitempty"`
	DataClass      *string        `json:"data_class,omitempty"`
	ClosedAt       *time.Time     `json:"closed_at,omitempty"`
	ReceivedAt     *time.Time     `json:"received_at,omitempty"`
	ReceivedOn     *Date          `json:"received_on,omitempty"`
	Undesignated   *bool          `json:"undesignated,omitempty"`
	Authority      *Level         `json:"authority,omitempty"`
	Absorbed       *[]string      `json:"absorbed,omitempty"`
	Released       *[]string      `json:"released,omitempty"`
	RequesterSince *time.Time     `json:"requester_since,omitempty"`
	Erasure        *Erasure       `json:"erasure,omitempty"`
	Package        *Package       `json:"package,omitempty"`
}

// Empty reports whether the change changes nothing.
func (c Change) Empty() bool { return c == Change{} }

// With returns the facts after the change.
func (f Facts) With(c Change) Facts {
	if c.Initial != nil {
		f = *c.Initial
	}
	set(&f.State, c.State)
	set(&f.Outcome, c.Outcome)
	set(&f.Level, c.Level)
	set(&f.Assignee, c.Assignee)
	set(&f.Deadline, c.Deadline)
	set(&f.Extended, c.Extended)
	set(&f.ExtendedFrom, c.ExtendedFrom)
	set(&f.Pauses, c.Pauses)
	set(&f.Items, c.Items)
	set(&f.Proposal, c.Proposal)
	set(&f.Decision, c.Decision)
	set(&f.MergedInto, c.MergedInto)
	set(&f.Moved, c.Moved)
	set(&f.Reminded, c.Reminded)
	set(&f.ClosedAt, c.ClosedAt)
	set(&f.Appeal, c.Appeal)
	set(&f.Unreachable, c.Unreachable)
	set(&f.Suppressed, c.Suppressed)
	set(&f.Type, c.Type)
	set(&f.Rights, c.Rights)
	set(&f.Country, c.Country)
	set(&f.Region, c.Region)
	set(&f.DataClass, c.DataClass)
	set(&f.ReceivedAt, c.ReceivedAt)
	set(&f.ReceivedOn, c.ReceivedOn)
	set(&f.Undesignated, c.Undesignated)
	set(&f.Authority, c.Authority)
	set(&f.Absorbed, c.Absorbed)
	set(&f.Released, c.Released)
	set(&f.RequesterSince, c.RequesterSince)
	set(&f.Erasure, c.Erasure)
	set(&f.Package, c.Package)
	return f
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}
