package models

import "time"

// ManualSystem is a system that staff described in the console or by the API: a
// person does its tasks. It is kept in the database; every other is a file.
type ManualSystem struct {
	System
	Revision  int          `json:"-"` // grows by one with every change
	History   []SystemStep `json:"history"`
	RetiredAt time.Time    `json:"retired_at,omitzero"` // no task is made for it since
}

// Retired reports whether no task is made for it any more.
func (s ManualSystem) Retired() bool { return !s.RetiredAt.IsZero() }

// SystemStep is something that was done with a manual system.
type SystemStep struct {
	Act SystemAct `json:"act"`
	By  string    `json:"by"` // staff id
	At  time.Time `json:"at"`
}

// SystemAct says what was done with a manual system.
type SystemAct string

// What is done with a manual system.
const (
	SystemAdded    SystemAct = "added"
	SystemChanged  SystemAct = "changed"
	SystemRetired  SystemAct = "retired"
	SystemRestored SystemAct = "restored" // in use again
)

// ManualSystemChanged stores a manual system as it then is. Before is the revision
// that it had when it was read, 0 for a new one; CodeStale if it has moved on.
type ManualSystemChanged struct {
	System ManualSystem
	Before int
}

func (ManualSystemChanged) effect() {}

// The kinds of events about manual systems. Detail names the system.
const (
	EventSystemAdded   EventKind = "system_added"
	EventSystemChanged EventKind = "system_changed"
	EventSystemRetired EventKind = "system_retired"
	EventSystemReused  EventKind = "system_reused"
)
