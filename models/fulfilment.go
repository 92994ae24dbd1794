package models

import (
	"slices"
	"time"
)

// Action is what a system is asked to do for one request.
type Action string

// The actions.
const (
	ActionFind     Action = "find"      // say what is there of the person
	ActionCorrect  Action = "correct"   // change fields of the person's own record
	ActionErase    Action = "erase"     // erase or anonymise it
	ActionStop     Action = "stop"      // no more marketing, no more sharing
	ActionTakeDown Action = "take_down" // remove something published
	ActionInform   Action = "inform"    // tell a recipient (GDPR Art. 19, 11 CCR § 7022(b))
)

// Actions lists every action.
func Actions() []Action {
	return []Action{ActionFind, ActionCorrect, ActionErase, ActionStop, ActionTakeDown, ActionInform}
}

// NeedsVerified reports whether an unverified identifier must never be sent
// for the action: it changes data or returns a copy of it.
func (a Action) NeedsVerified() bool {
	return a == ActionFind || a == ActionCorrect || a == ActionErase
}

// Changes reports whether the action changes data and so wants a preview.
func (a Action) Changes() bool { return a == ActionCorrect || a == ActionErase }

// TaskState is where a task stands.
type TaskState string

// The task states.
const (
	TaskOpen        TaskState = "open"         // nobody has begun
	TaskWaiting     TaskState = "waiting"      // for a hold, a cooling-off, or an identifier from another system
	TaskRunning     TaskState = "running"      // a connector is called
	TaskNeedsReview TaskState = "needs_review" // a preview waits for staff
	TaskApproved    TaskState = "approved"     // the preview may be applied
	TaskDone        TaskState = "done"         // ended; TaskOutcome says how
	TaskFailed      TaskState = "failed"       // the connector gave up; a person decides
	TaskCancelled   TaskState = "cancelled"    // the request was withdrawn or merged
)

// TaskStates lists every task state in the order of a life.
func TaskStates() []TaskState {
	return []TaskState{TaskOpen, TaskWaiting, TaskRunning, TaskNeedsReview, TaskApproved, TaskDone, TaskFailed, TaskCancelled}
}

// Ended reports whether nothing more will happen to a task in this state.
func (s TaskState) Ended() bool { return s == TaskDone || s == TaskCancelled }

// TaskOutcome says how a done task ended.
type TaskOutcome string

// The task outcomes.
const (
	TaskCompleted    TaskOutcome = "completed"
	TaskNothingFound TaskOutcome = "nothing_found"
	TaskPartly       TaskOutcome = "partly"
	TaskRefused      TaskOutcome = "refused"
)

// TaskOutcomes lists every task outcome.
func TaskOutcomes() []TaskOutcome {
	return []TaskOutcome{TaskCompleted, TaskNothingFound, TaskPartly, TaskRefused}
}

// SystemKind is how a system is reached.
type SystemKind string

// The system kinds.
const (
	SystemManual  SystemKind = "manual"
	SystemWebhook SystemKind = "webhook"
	SystemSQL     SystemKind = "sql"
)

// SystemKinds lists every system kind.
func SystemKinds() []SystemKind { return []SystemKind{SystemManual, SystemWebhook, SystemSQL} }

// IdentifierKind names what an identifier identifies by, in the words of a
// Fides dataset's identity: email, phone_number, external_id and others.
type IdentifierKind string

// The identifier kinds that Habeas itself knows; a dataset may name others.
const (
	IdentifierEmail    IdentifierKind = "email"
	IdentifierPhone    IdentifierKind = "phone_number"
	IdentifierExternal IdentifierKind = "external_id"
)

// Verification says how an identifier was verified.
type Verification string

// The verifications.
const (
	VerifiedNot     Verification = ""        // nobody proved it
	VerifiedMailbox Verification = "mailbox" // the code that was mailed to it was typed
	VerifiedStaff   Verification = "staff"   // staff checked it
	VerifiedSession Verification = "session" // signed in with the account
	VerifiedDerived Verification = "derived" // a system returned it for a verified one
)

// Identifier is what a system is asked by. Value is personal.
type Identifier struct {
	Kind     IdentifierKind `json:"kind"`
	Value    string         `json:"value"`
	Verified Verification   `json:"verified,omitempty"`
	// Origin is the system that returned a derived identifier.
	Origin string `json:"origin,omitempty"`
}

// Call is one task put to a connector. It is personal as a whole.
type Call struct {
	// Task is the task's id, by which a system knows a call that comes twice.
	Task        string
	Action      Action
	Identifiers []Identifier
	// Treatments say what an erasure does with each category.
	Treatments Treatments
	// Corrections are the fields to set, by data category or by the name that
	// the system's file maps to a column.
	Corrections []Correction
	// Key is the task's own secret of 32 bytes. Masks and hashes are made with
	// it, so it has to be the same over all calls of a task and is destroyed
	// with the receipt.
	Key []byte
	At  time.Time
	// Callback is where a system that answers later posts to, or "".
	Callback string
}

// Answered is what a system posted after it had said that its answer follows: one
// of the three.
type Answered struct {
	Findings *Findings
	Preview  *Preview
	Receipt  *Receipt
}

// Answers reports whether it is an answer to the step.
func (a Answered) Answers(s TaskStep) bool {
	switch s {
	case StepFind:
		return a.Findings != nil
	case StepPreview:
		return a.Preview != nil
	case StepApply:
		return a.Receipt != nil
	case StepDirect:
		return a.Preview != nil || a.Receipt != nil
	}
	return false
}

// Correction is one field that the person wants to have right. It is personal.
type Correction struct {
	Field    string  `json:"field"`
	Category string  `json:"category,omitempty"`
	Value    *string `json:"value"` // nil empties the field
}

// Findings is what one system holds of a person. It is personal as a whole.
type Findings struct {
	System  string    `json:"system"`
	Version string    `json:"version"` // the content hash of the system's definition
	At      time.Time `json:"at"`
	Records []Finding `json:"records"`
	// Derived are identifiers of other kinds that the person's records name.
	Derived []Identifier `json:"derived,omitempty"`
}

// Empty reports whether nothing of the person is there. A record of somebody
// else that is only shown for context is nothing.
func (f Findings) Empty() bool {
	return !slices.ContainsFunc(f.Records, func(r Finding) bool { return !r.Boundary })
}

// Finding is one record of one system.
type Finding struct {
	Dataset string  `json:"dataset,omitempty"`
	Table   string  `json:"table"`
	Key     []Field `json:"key,omitempty"` // empty where the table has none
	// Boundary: the record names somebody else. What is theirs is withheld, and
	// it is never changed.
	Boundary bool    `json:"boundary,omitempty"`
	Fields   []Field `json:"fields"`
}

// Withheld says why a field's value is not shown.
type Withheld string

// WithheldOther is for what may be somebody else's. In a boundary record the
// value is not there; in the person's own it is, and staff may decide that it
// is the person's, too.
const WithheldOther Withheld = "other_person"

// WithheldNever is for what the policy lets nobody disclose, by data category.
// The value is not there.
const WithheldNever Withheld = "never_disclose"

// Field is one field of a record. A nil Value is NULL, or withheld.
type Field struct {
	Name       string   `json:"name"`
	Value      *string  `json:"value"`
	Categories []string `json:"categories,omitempty"`
	// Personal: it is about the person; other fields make the record readable.
	Personal bool     `json:"personal,omitempty"`
	Withheld Withheld `json:"withheld,omitempty"`
	// HideName: the dataset keeps the name of the field from the person.
	HideName bool `json:"hide_name,omitempty"`
}

// Verdict is what becomes of one personal field.
type Verdict string

// The verdicts. Every personal field that find shows gets exactly one.
const (
	VerdictErased    Verdict = "erased"    // emptied, or gone with its row
	VerdictMasked    Verdict = "masked"    // replaced by a value that says nothing
	VerdictCorrected Verdict = "corrected" // set to what the person asked for
	VerdictKept      Verdict = "kept"      // see Kept
)

// Operation is what happens to a whole row.
type Operation string

// The operations.
const (
	OperationUpdate Operation = "update"
	OperationDelete Operation = "delete"
	OperationKeep   Operation = "keep"
)

// Preview is what an action would change, row by row and field by field. It is
// personal as a whole.
type Preview struct {
	System  string `json:"system"`
	Version string `json:"version"` // the content hash of the system's definition
	Action  Action `json:"action"`
	// Rows are in the order of the statements; kept rows come last.
	Rows []RowChange `json:"rows"`
	// Hash commits to all of it under the task's key. Apply refuses when the
	// world has changed since.
	Hash string `json:"hash"`
}

// Changes counts the rows that are changed or deleted.
func (p Preview) Changes() int {
	n := 0
	for _, r := range p.Rows {
		if r.Operation != OperationKeep {
			n++
		}
	}
	return n
}

// RowChange is what happens to one row.
type RowChange struct {
	Dataset   string        `json:"dataset,omitempty"`
	Table     string        `json:"table"`
	Key       []Field       `json:"key,omitempty"` // empty where the table has none, which is kept
	Operation Operation     `json:"operation"`
	Fields    []FieldChange `json:"fields"`
}

// FieldChange is what happens to one field of a row.
type FieldChange struct {
	Name       string   `json:"name"`
	Categories []string `json:"categories,omitempty"`
	Verdict    Verdict  `json:"verdict"`
	Strategy   string   `json:"strategy,omitempty"` // by its Fides name
	For        string   `json:"for,omitempty"`      // the field of the request that it corrects
	Before     *string  `json:"before"`
	After      *string  `json:"after"` // of a deleted row: nil
	Kept       *Kept    `json:"kept,omitempty"`
	// Withheld says why neither value is there; "" where both are shown.
	Withheld Withheld `json:"withheld,omitempty"`
}

// KeptReason is why something is kept although it was asked to be erased.
type KeptReason string

// The reasons that a connector finds by itself; a policy names others.
const (
	KeptShared   KeptReason = "shared"        // other records point at it
	KeptOther    KeptReason = "others_rights" // it may be somebody else's
	KeptReadOnly KeptReason = "read_only"     // the dataset says that it is never touched
	KeptNoKey    KeptReason = "no_key"        // its table has no key to name the row by
	KeptJoins    KeptReason = "joins_rows"    // a key that names nobody once everything else is gone
	// KeptPreserved: the dataset says so, by the strategy preserve.
	KeptPreserved KeptReason = "preserved"
)

// Kept is a retention exception.
type Kept struct {
	Reason   KeptReason `json:"reason"`
	Citation string     `json:"citation,omitempty"`
	// Months is how long it is kept from the end of the year it was made in; 0
	// where the citation has no term.
	Months int `json:"months,omitempty"`
}

// Receipt is what an action changed. It holds nothing personal.
type Receipt struct {
	System     string      `json:"system"`
	Version    string      `json:"version"`
	Action     Action      `json:"action"`
	Outcome    TaskOutcome `json:"outcome"`
	Commitment string      `json:"commitment"` // the preview's hash
	At         time.Time   `json:"at"`
	Tables     []Counts    `json:"tables"`
	// Erased counts the values that are gone, by data category and verdict.
	Erased []CategoryCount `json:"erased,omitempty"`
	Kept   []KeptCount     `json:"kept,omitempty"`
	// Masked counts the values that were written in place of others, by field.
	Masked []FieldCount `json:"masked,omitempty"`
	// After is what a second find saw; nil where it could not be asked.
	After *Afterwards `json:"after,omitempty"`
	// Again: it had been applied before, and was only recognised.
	Again bool `json:"again,omitempty"`
}

// Counts is what happened in one table.
type Counts struct {
	Table   string `json:"table"`
	Updated int    `json:"updated,omitempty"`
	Deleted int    `json:"deleted,omitempty"`
	Kept    int    `json:"kept,omitempty"`
}

// KeptCount is how many fields are kept for one reason.
type KeptCount struct {
	Table    string     `json:"table"`
	Field    string     `json:"field"`
	Category string     `json:"category,omitempty"`
	Reason   KeptReason `json:"reason"`
	Citation string     `json:"citation,omitempty"`
	Months   int        `json:"months,omitempty"` // as in Kept
	Count    int        `json:"count"`
}

// Afterwards is what a second find saw, in counts.
type Afterwards struct {
	At      time.Time `json:"at"`
	Records int       `json:"records"`
	// Remaining are personal fields that are there and are not listed as kept:
	// a person has to look.
	Remaining int `json:"remaining"`
	// Values are all that is there, by table and field.
	Values []FieldCount `json:"values,omitempty"`
}

// Resolution is how an apply ended of which nobody saw the end.
type Resolution string

// The resolutions.
const (
	ResolvedApplied Resolution = "applied"     // all of it
	ResolvedNot     Resolution = "not_applied" // nothing of it
	ResolvedLater   Resolution = "later"       // it still runs: ask again
	// Nobody can tell, and it may be sent again: the system carries it out once.
	ResolvedRepeat  Resolution = "repeat"
	ResolvedUnclear Resolution = "unclear" // neither is true of the rows: a person decides
)

// ConnectorFault says why a connector did not do what it was asked to.
type ConnectorFault string

// The faults.
const (
	FaultUnavailable ConnectorFault = "unavailable"  // not reached, or it broke off; tried again
	FaultTimeout     ConnectorFault = "timeout"      // the time limit is over; tried again
	FaultLocked      ConnectorFault = "locked"       // somebody holds the rows; tried again
	FaultCredentials ConnectorFault = "credentials"  // it does not know us
	FaultPrivilege   ConnectorFault = "privilege"    // the account may not
	FaultDefinition  ConnectorFault = "definition"   // the system's file does not fit the system
	FaultRefused     ConnectorFault = "refused"      // the system refuses: a constraint, a trigger, a rule
	FaultSideEffect  ConnectorFault = "side_effect"  // a cascade or trigger reaches rows outside the preview
	FaultChanged     ConnectorFault = "changed"      // it is no longer as the preview showed it
	FaultTooMuch     ConnectorFault = "too_much"     // more than the bound
	FaultGarbage     ConnectorFault = "garbage"      // an answer that cannot be read
	FaultUncertain   ConnectorFault = "uncertain"    // applied or not: Resolve says
	FaultPending     ConnectorFault = "pending"      // the answer follows by a callback
	FaultIdentifier  ConnectorFault = "identifier"   // no identifier of a kind that the system takes
	FaultUnsupported ConnectorFault = "unsupported"  // the system does not take this action
	FaultRowSecurity ConnectorFault = "row_security" // it hides rows, so that nothing found would be a lie
)

// ConnectorError is the error of a connector. Its text names tables, columns
// and codes, never a value.
type ConnectorError struct {
	Fault      ConnectorFault
	Text       string
	Code       string // SQLSTATE, error number or HTTP status
	Table      string
	Column     string
	Constraint string
	// Sealed is what the system said. It may quote rows: seal it or drop it.
	Sealed string
}

// Error returns the text that may be logged.
func (e *ConnectorError) Error() string { return string(e.Fault) + ": " + e.Text }

// Retry reports whether a later try may do better.
func (e *ConnectorError) Retry() bool {
	return e.Fault == FaultUnavailable || e.Fault == FaultTimeout || e.Fault == FaultLocked
}

// Processing is what the register says of some categories in one system
// (GDPR Art. 15(1), Civ. Code § 1798.110).
type Processing struct {
	Categories []string `json:"categories"`
	Purpose    string   `json:"purpose,omitempty"`
	Recipients []string `json:"recipients,omitempty"`
	Retention  string   `json:"retention,omitempty"`
	Source     string   `json:"source,omitempty"`
	Transfers  string   `json:"transfers,omitempty"`
	// AutomatedDecisions says which there are, and how they work; or that there
	// are none.
	AutomatedDecisions string `json:"automated_decisions,omitempty"`
}
