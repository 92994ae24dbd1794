package models

import "time"

// ExportRun is one export that somebody takes away by the console, and how far
// it is. It holds no personal data.
type ExportRun struct {
	ID        string
	By        string // staff id
	What      string // requests or events
	Format    string
	Period    Period
	CreatedAt time.Time
	Total     int // rows to write; 0: not known
	Written   int
	State     ExportState
	SeenAt    time.Time // when Written was noted last
}

// ExportState is where an export stands.
type ExportState string

// The states of an export.
const (
	ExportReady   ExportState = "ready"   // nobody has fetched it yet
	ExportRunning ExportState = "running" // rows are on their way
	ExportDone    ExportState = "done"    // every row left
	ExportBroken  ExportState = "broken"  // it was broken off: what arrived is no export
)
