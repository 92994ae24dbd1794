package models

import "time"

// TaskReply is what somebody answered to a mail about a task. Flags say why it
// may not be the owner's own. It is personal.
type TaskReply struct {
	At    time.Time     `json:"at"`
	Text  string        `json:"text"`
	Mail  string        `json:"mail"` // id of the received mail
	Flags []MessageFlag `json:"flags,omitempty"`
}

// The kinds of events about what comes of mails to owners. Detail names task,
// system and action.
const (
	EventTaskReplied    EventKind = "task_replied"      // somebody answered a mail about it
	EventOwnerUnreached EventKind = "owner_unreachable" // a mail to the owner came back
)

// JobOwnerUnreached gives a task to staff whose owner a mail did not reach.
const JobOwnerUnreached JobKind = "owner_unreachable"
