package models

import "time"

// TaskNews says why staff hear of a task.
type TaskNews string

// The news of a task.
const (
	TaskNewsFailed      TaskNews = "failed"      // its connector gave up
	TaskNewsLate        TaskNews = "late"        // it was done although it was cancelled meanwhile
	TaskNewsRemaining   TaskNews = "remaining"   // a find afterwards still saw something
	TaskNewsAllDone     TaskNews = "all_done"    // it was the last of its request
	TaskNewsDueSoon     TaskNews = "due_soon"    // nobody has done it
	TaskNewsOverdue     TaskNews = "overdue"     // likewise, after its date
	TaskNewsReplied     TaskNews = "replied"     // somebody answered a mail about it
	TaskNewsCameBack    TaskNews = "came_back"   // data of the person is there again after an erasure
	TaskNewsUnreachable TaskNews = "unreachable" // its owner cannot be reached by mail
)

// AllTaskNews lists every kind of news.
func AllTaskNews() []TaskNews {
	return []TaskNews{TaskNewsFailed, TaskNewsLate, TaskNewsRemaining, TaskNewsAllDone, TaskNewsDueSoon, TaskNewsOverdue, TaskNewsReplied, TaskNewsCameBack, TaskNewsUnreachable}
}

type (
	// StaffTaskLetter tells staff of a task that needs them.
	StaffTaskLetter struct {
		About
		What      TaskNews       `json:"what"`
		System    string         `json:"system"`
		Action    Action         `json:"action"`
		DueOn     Date           `json:"due_on"`
		RespondOn Date           `json:"respond_on"`
		Fault     ConnectorFault `json:"fault,omitempty"`
	}
	// OwnerTasksLetter lists the open tasks of a system owner, who has no account.
	OwnerTasksLetter struct {
		Locale string      `json:"locale"`
		Owner  string      `json:"owner"` // mail address
		Tasks  []OwnerTask `json:"tasks"`
	}
	// OwnerHoldLetter tells a system owner, who was told to erase something, to stop
	// because a legal hold stands, or to go on because none does any more.
	OwnerHoldLetter struct {
		Locale string    `json:"locale"` // "": that of the service
		Owner  string    `json:"owner"`  // mail address
		Task   OwnerTask `json:"task"`
		Stands bool      `json:"stands"`
	}
	// OwnerTask is a line of such a list. It says nothing of the person.
	OwnerTask struct {
		ID        string `json:"id"`
		Reference string `json:"reference"`
		System    string `json:"system"`
		Action    Action `json:"action"`
		DueOn     Date   `json:"due_on"`
		DaysLeft  int    `json:"days_left"`
		First     bool   `json:"first,omitempty"` // no mail asked its owner for it before
	}
	// OwnerCodeLetter carries the code that opens one task to the owner of its
	// system.
	OwnerCodeLetter struct {
		Locale    string    `json:"locale"`
		Owner     string    `json:"owner"` // mail address
		Task      OwnerTask `json:"task"`
		Code      string    `json:"code"`
		ExpiresAt time.Time `json:"expires_at"`
	}
)

// Template implements Letter.
func (StaffTaskLetter) Template() string { return "staff_task" }

// Template implements Letter.
func (OwnerTasksLetter) Template() string { return "owner_tasks" }

// Template implements Letter.
func (OwnerHoldLetter) Template() string { return "owner_legal_hold" }

// Template implements Letter.
func (OwnerCodeLetter) Template() string { return "owner_code" }

// OwnedTasks are those that a letter to a system owner is about.
func OwnedTasks(l Letter) []OwnerTask {
	switch l := l.(type) {
	case OwnerTasksLetter:
		return l.Tasks
	case *OwnerTasksLetter:
		return l.Tasks
	case OwnerCodeLetter:
		return []OwnerTask{l.Task}
	case *OwnerCodeLetter:
		return []OwnerTask{l.Task}
	case OwnerHoldLetter:
		return []OwnerTask{l.Task}
	case *OwnerHoldLetter:
		return []OwnerTask{l.Task}
	}
	return nil
}

// OwnerAddress is where a letter to a system owner goes.
func OwnerAddress(l Letter) string {
	switch l := l.(type) {
	case OwnerTasksLetter:
		return l.Owner
	case *OwnerTasksLetter:
		return l.Owner
	case OwnerCodeLetter:
		return l.Owner
	case *OwnerCodeLetter:
		return l.Owner
	case OwnerHoldLetter:
		return l.Owner
	case *OwnerHoldLetter:
		return l.Owner
	}
	return ""
}
