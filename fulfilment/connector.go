// Package fulfilment carries a right out in the systems that hold the data.
// This package has the one interface that every kind of system implements; it
// does not know what a task's state is, nor when a connector is called.
package fulfilment

import (
	"context"

	"habeas/models"
)

// Connector reaches one system. Its errors are *models.ConnectorError, except
// for those of a hook. It is safe for concurrent use. Every call ends by the
// system's time limit or when ctx ends, whichever comes first.
type Connector interface {
	// Find returns everything of the person that the system holds.
	Find(ctx context.Context, call models.Call) (models.Findings, error)

	// Preview rehearses a call that changes data and returns what it would
	// change. It changes nothing. The same call on the same data gives the same
	// preview.
	Preview(ctx context.Context, call models.Call) (models.Preview, error)

	// Apply carries out exactly what the preview shows, all of it or nothing.
	// It is a FaultChanged if the data is no longer as the preview has it. After
	// FaultUncertain, or a crash, Resolve has to be asked before Apply may be
	// called again. Applied a second time it changes nothing and returns a
	// receipt that says Again.
	Apply(ctx context.Context, call models.Call, preview models.Preview, hooks Hooks) (models.Receipt, error)

	// Resolve says how an Apply ended of which nobody saw the end. token is what
	// Hooks.BeforeCommit was given, or "" if it was never called: then nothing
	// was applied.
	Resolve(ctx context.Context, call models.Call, preview models.Preview, token string) (models.Resolution, error)

	// Receipt is that of an Apply which Resolve says was applied.
	Receipt(ctx context.Context, call models.Call, preview models.Preview) (models.Receipt, error)

	// Check connects and returns what does not fit: privileges, tables, columns,
	// indexes. An error is that of the connection.
	Check(ctx context.Context) ([]Remark, error)

	Close() error
}

// Hooks are called by Apply.
type Hooks struct {
	// BeforeCommit stores the token that Resolve will need. It is called once,
	// when everything is done but nothing is committed. Its error rolls back.
	BeforeCommit func(ctx context.Context, token string) error
}

// Remark is one thing that Check found.
type Remark struct {
	// Bad: the system must not be used like this. Others are advice.
	Bad  bool
	File string
	Line int
	Text string
}
