package models

import (
	"slices"
	"time"
)

// System is a place that holds personal data, as its file describes it.
type System struct {
	Key         string           `json:"key"`
	Name        string           `json:"name"`
	Owner       string           `json:"owner"` // mail address; "" is the staff themselves
	Kind        SystemKind       `json:"kind"`
	Actions     []Action         `json:"actions"`
	Categories  []string         `json:"categories,omitempty"`
	Identifiers []IdentifierKind `json:"identifiers,omitempty"`
	Instruction string           `json:"instruction,omitempty"` // for the owner of a manual one
	Register    []Processing     `json:"register,omitempty"`
	// BackupDays is how long backups keep what was erased; 0 is not known.
	BackupDays int `json:"backup_days,omitempty"`
	// Version is the content hash of its file.
	Version string `json:"version,omitempty"`
}

// Takes reports whether the system takes an action.
func (s System) Takes(a Action) bool { return slices.Contains(s.Actions, a) }

// Holds reports whether the system has data within one of the branches, or says
// of none what it has.
func (s System) Holds(branches []string) bool {
	if len(branches) == 0 || len(s.Categories) == 0 {
		return true
	}
	return slices.ContainsFunc(s.Categories, func(c string) bool {
		return slices.ContainsFunc(branches, func(b string) bool { return CategoryWithin(c, b) || CategoryWithin(b, c) })
	})
}

// Task is one action in one system for one request: facts that events and lists
// may show, and what is sealed.
type Task struct {
	ID        string
	RequestID string
	Reference string // of the request; not stored twice
	Version   int    // grows by one with every change
	TaskFacts
	TaskContent
	// Owner is the mail address of who does it, sealed by itself; "" is staff.
	// OwnerDigest stands for it where it may not be named.
	Owner, OwnerDigest string
	// Token is what the system calls the transaction that the preview with the
	// hash TokenOf was applied in.
	Token, TokenOf string
}

// TaskFacts is what of a task is not personal.
type TaskFacts struct {
	System     string      `json:"system"`
	SystemName string      `json:"system_name"`
	Kind       SystemKind  `json:"kind"`
	Action     Action      `json:"action"`
	State      TaskState   `json:"state"`
	Outcome    TaskOutcome `json:"outcome,omitempty"`
	Waits      TaskWait    `json:"waits,omitempty"` // why it is waiting
	DueOn      Date        `json:"due_on"`
	DueBy      time.Time   `json:"due_by"`         // the instant DueOn ends in the organisation's zone
	Days       int         `json:"days,omitempty"` // that it is due before the request is
	CreatedAt  time.Time   `json:"created_at"`
	EndedAt    time.Time   `json:"ended_at,omitzero"`
	By         string      `json:"by,omitempty"` // the staff who added it by hand; "" where the policy did
	// RestoredFrom is the age of the backup of the system that was restored, of a
	// task that erases again what came back with it.
	RestoredFrom time.Time `json:"restored_from,omitzero"`
	// Run counts how often the connector was told to begin, and Step is what it
	// is at, or was at last.
	Run   int      `json:"run,omitempty"`
	Step  TaskStep `json:"step,omitempty"`
	RunBy string   `json:"run_by,omitempty"` // the staff who had it run; "" where the policy did
	// Pending: the system said that it answers later.
	Pending bool `json:"pending,omitempty"`
	// Preview is the hash of the preview that waits, or was approved.
	Preview    string `json:"preview,omitempty"`
	ApprovedBy string `json:"approved_by,omitempty"`
	// ApprovedRole is the role that whoever approved it had.
	ApprovedRole Role           `json:"approved_role,omitempty"`
	Fault        ConnectorFault `json:"fault,omitempty"`      // of a failed one
	FaultCode    string         `json:"fault_code,omitempty"` // SQLSTATE, error number or HTTP status
	Found        int            `json:"found,omitempty"`      // records of the person
	Changed      int            `json:"changed,omitempty"`    // rows that were changed or deleted
	Kept         int            `json:"kept,omitempty"`       // fields that were kept
	Remaining    int            `json:"remaining,omitempty"`  // fields that a second find still saw
	Reasons      []string       `json:"reasons,omitempty"`    // of one that was refused or done in part
	Notified     bool           `json:"told,omitempty"`       // its owner had a mail about it, and needs no other
	Instructed   bool           `json:"instructed,omitempty"` // its owner had a mail that asks for it
	Stopped      bool           `json:"stopped,omitempty"`    // and one that says to wait for a legal hold
	Reminded     string         `json:"reminded,omitempty"`   // the last threshold that its owner was reminded of
	// Unreachable: a mail to the owner came back, and staff have to see to it.
	Unreachable bool `json:"unreachable,omitempty"`
	// After is the task whose erasure a find looks into afterwards; "" for none.
	After string   `json:"after,omitempty"`
	Files []string `json:"files,omitempty"` // ids of those that its owner proved it by
}

// TaskContent is what of a task is sealed under the key of its request.
type TaskContent struct {
	Note    string      `json:"note,omitempty"`    // what staff say to whoever does it
	Report  string      `json:"report,omitempty"`  // what whoever did it says
	Replies []TaskReply `json:"replies,omitempty"` // answers to mails about it
	// Corrected are the fields of the request that a correction found.
	Corrected []CorrectedField `json:"corrected,omitempty"`
	// FormerOwners are the mail addresses of those who were asked to do it before it got
	// another owner, and may be at it.
	FormerOwners []string `json:"former_owners,omitempty"`
	FaultText    string   `json:"fault_text,omitempty"`
	FaultSaid    string   `json:"fault_said,omitempty"` // what the system said of its fault
	// Derived are the identifiers that the system returned for others; nil where the
	// findings have to be asked.
	Derived []Identifier `json:"derived,omitzero"`
	// Key is the secret that masks and hashes are made with. It is destroyed
	// with the receipt.
	Key []byte `json:"key,omitempty"`
}

// CorrectedField is a field of a request as a system had it before its correction.
type CorrectedField struct {
	Field string  `json:"field"`           // of the request
	Place string  `json:"place,omitempty"` // in the system
	Found *string `json:"found"`           // nil is empty there, or withheld
	// Withheld: what was found is nothing that anybody may see.
	Withheld bool `json:"withheld,omitempty"`
}

// TaskStep is what a connector is asked for in one run.
type TaskStep string

// The steps.
const (
	StepFind    TaskStep = "find"
	StepPreview TaskStep = "preview"
	StepApply   TaskStep = "apply"
	// StepDirect is preview and apply at once, where nobody has to approve.
	StepDirect TaskStep = "direct"
)

// TaskWait says what a waiting task waits for.
type TaskWait string

// What a task waits for.
const (
	WaitIdentifier   TaskWait = "identifier"   // from another system
	WaitLegalHold    TaskWait = "legal_hold"   // one stands on the person
	WaitConfirmation TaskWait = "confirmation" // by the requester
	WaitCoolingOff   TaskWait = "cooling_off"  // the requester may still withdraw
)

// Cools reports whether it waits for the requester: for their confirmation, or
// until the time is over in which they may think again.
func (f TaskFacts) Cools() bool {
	return f.State == TaskWaiting && (f.Waits == WaitConfirmation || f.Waits == WaitCoolingOff)
}

// Manual reports whether a person does the task.
func (f TaskFacts) Manual() bool { return f.Kind == SystemManual }

// Former reports whether a task was about whom its request was taken to be from
// before staff put that right: what it found is not the requester's.
func (f TaskFacts) Former(r Request) bool { return f.CreatedAt.Before(r.RequesterSince) }

// Overdue reports whether the task is undone after its due instant.
func (f TaskFacts) Overdue(now time.Time) bool { return !f.State.Ended() && now.After(f.DueBy) }

// TaskResult is what a connector returned for a task. Body is JSON; findings
// and previews are personal as a whole.
type TaskResult struct {
	TaskID    string
	RequestID string
	Kind      TaskResultKind
	Run       int // the run that it came of
	At        time.Time
	Body      []byte
}

// TaskResultKind says what a result is. A task has one of each at most: the
// newest.
type TaskResultKind string

// The result kinds.
const (
	ResultFindings TaskResultKind = "findings"
	ResultPreview  TaskResultKind = "preview"
	ResultReceipt  TaskResultKind = "receipt"
)

// TaskFilter selects tasks of all requests. Zero fields do not restrict.
type TaskFilter struct {
	States   []TaskState
	Requests []string // ids
	System   string
	Owners   []string // digests of a mail address; one of them
	Assignee string   // a staff id: tasks of their requests; Unassigned: of nobody's
	NoOwner  bool     // those that staff do themselves
	Overdue  bool     // judged at Now
	Undone   bool     // not ended
	Now      time.Time
	After    Cursor
	Limit    int // 1 to 500
}

// TaskLoad is how many tasks of one owner in one system are undone, and how many
// of these are late. Owner is a mail address; "" is staff.
type TaskLoad struct {
	System, SystemName string
	Owner, OwnerDigest string
	Undone, Overdue    int
}

type (
	// TaskChanged stores a task as it then is. Before is the version it had when
	// it was read, 0 for a new one; CodeStale if it has moved on.
	TaskChanged struct {
		Task   Task
		Before int
	}
	// TaskResulted stores what a connector returned.
	TaskResulted struct{ Result TaskResult }
	// TasksSeen is CodeStale if a task of the request was added or changed since
	// they were read. Sum is that of their versions.
	TasksSeen struct {
		RequestID string
		Sum       int
	}
)

func (TaskChanged) effect()  {}
func (TaskResulted) effect() {}
func (TasksSeen) effect()    {}

// The kinds of events about tasks. None changes a fact of the request; Detail
// names task, system and action.
const (
	EventTaskAdded       EventKind = "task_added"
	EventTaskRun         EventKind = "task_run"
	EventTaskPreviewed   EventKind = "task_previewed"
	EventPreviewApproved EventKind = "preview_approved"
	EventTaskDone        EventKind = "task_done"
	EventTaskFailed      EventKind = "task_failed"
	EventTaskPending     EventKind = "task_pending"
	EventTaskWaiting     EventKind = "task_waiting"
	EventTaskCancelled   EventKind = "task_cancelled"
	EventTaskReassigned  EventKind = "task_reassigned"
	EventTaskRetried     EventKind = "task_retried"
	EventTaskDated       EventKind = "task_dated" // due on another day
	EventTaskReminded    EventKind = "task_reminded"
	EventFindingsOpened  EventKind = "findings_opened"
	EventPreviewOpened   EventKind = "preview_opened"
	EventSystemRestored  EventKind = "system_restored" // about no request: what was erased there since is erased again
)

// The job kinds of tasks.
const (
	JobRunTask    JobKind = "run_task"    // call a connector; its queue is its own
	JobOwnerMail  JobKind = "owner_mail"  // tell a system owner of their tasks, once a day
	JobRemindTask JobKind = "remind_task" // remind the owner of a task, and then staff
)
