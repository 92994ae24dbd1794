// Package system reads the definitions of systems: one YAML file each, with the
// datasets it names beside it. It does not connect to anything.
package system

import (
	"slices"
	"time"

	"habeas/fulfilment/dataset"
	"habeas/models"
)

// Definition is one system as its file describes it.
type Definition struct {
	Key     string // how it is named in commands and requests
	Name    string
	Owner   string // mail address
	Kind    models.SystemKind
	Actions []models.Action
	// Categories are the data categories that it holds; those of its datasets
	// where it has any.
	Categories []string
	// Identifiers are the kinds that it takes.
	Identifiers []models.IdentifierKind
	// Instruction tells the owner of a manual system what to do.
	Instruction string
	Register    []models.Processing
	// BackupDays is how long its backups keep what was erased; 0 is not known.
	BackupDays int

	SQL      *SQL
	Webhook  *Webhook
	Datasets []*dataset.Dataset
	// Correct maps account fields of the policy to table.column.
	Correct map[string]string

	File    string
	Version string // the content hash of the file and its datasets
}

// SQL is how a database is reached.
type SQL struct {
	Driver      string // postgres, mysql or sqlite
	URL         string
	Password    string // "": that of the URL
	Rows        int    // find stops with a fault beyond it
	Timeout     time.Duration
	LockTimeout time.Duration
	Line        int
}

// Webhook is how a system is called.
type Webhook struct {
	URL     string
	Secret  string
	Timeout time.Duration
	Bytes   int // an answer beyond it is a fault
	Line    int
}

// What a file need not say.
const (
	defaultRows        = 10_000
	defaultTimeout     = 30 * time.Second
	defaultLockTimeout = 2 * time.Second
	defaultBytes       = 16 << 20
)

// Takes reports whether the system takes an action.
func (d *Definition) Takes(a models.Action) bool {
	return slices.Contains(d.Actions, a)
}
