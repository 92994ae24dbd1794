// Package sqlsystem reaches a system that is an SQL database: PostgreSQL, MySQL
// or MariaDB, or SQLite. It knows datasets and treatments, and neither requests
// nor tasks.
package sqlsystem

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"habeas/fulfilment"
	"habeas/fulfilment/system"
	"habeas/models"
)

// System is the connector of one database.
type System struct {
	def *system.Definition
	d   dialect
	db  *sql.DB
	now func() time.Time
	// treatments are what Check asks strategies of.
	treatments models.Treatments

	mu       sync.Mutex
	known    *model // as it was read last
	loadedAt time.Time
}

// modelLife is how long find trusts what it knows of the schema. Whatever
// changes something reads it anew.
const modelLife = time.Minute

// access is what a transaction is for.
type access bool

const (
	reading access = false
	writing access = true
)

var _ fulfilment.Connector = (*System)(nil)

// New returns the connector of a definition of kind sql. It connects when it is
// first asked.
func New(def *system.Definition, treatments models.Treatments, now func() time.Time) (*System, error) {
	d, ok := dialectOf(def.SQL.Driver)
	if !ok {
		return nil, fmt.Errorf("system %s: there is no driver %s", def.Key, def.SQL.Driver)
	}
	db, err := d.open(def.SQL)
	if err != nil {
		// The error of a driver quotes the address, with the password in it.
		return nil, &models.ConnectorError{Fault: models.FaultDefinition, Text: "the address of system " + def.Key + " cannot be used", Sealed: err.Error()}
	}
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(1)
	db.SetConnMaxIdleTime(time.Minute)
	return &System{def: def, d: d, db: db, now: now, treatments: treatments}, nil
}

// Close ends the connections.
func (s *System) Close() error { return s.db.Close() }

// work is one connection with one transaction on it, and the model as the
// database is now.
type work struct {
	*System
	c *sql.Conn
	m *model
}

// within runs do on a connection of its own, in a transaction that is rolled
// back unless do committed it. A definition that does not fit is refused.
func (s *System) within(ctx context.Context, write access, do func(context.Context, *work) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.def.SQL.Timeout)
	defer cancel()
	return s.connected(ctx, func(w *work) error {
		if _, err := w.c.ExecContext(ctx, s.d.begin(write == writing)); err != nil {
			return err
		}
		defer w.rollback()
		if err := w.learn(ctx, write); err != nil {
			return err
		}
		err := do(ctx, w)
		if err != nil {
			s.forget() // it may be because the schema is another now
		}
		return err
	})
}

// learn takes the model as it is known, or reads it.
func (w *work) learn(ctx context.Context, write access) error {
	w.mu.Lock()
	if write == reading && w.now().Sub(w.loadedAt) < modelLife {
		w.m = w.known
	}
	w.mu.Unlock()
	if w.m != nil {
		return nil
	}
	if err := w.load(ctx); err != nil {
		return err
	}
	for _, f := range w.m.faults {
		if !f.Advice {
			return w.unfit()
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known, w.loadedAt = w.m, w.now()
	return nil
}

func (s *System) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = nil
}

// unfit is the error of a model that has faults.
func (w *work) unfit() error {
	fault := &models.ConnectorError{Fault: models.FaultDefinition}
	for _, t := range w.m.tables {
		if t.rowSecurity {
			fault.Fault, fault.Table = models.FaultRowSecurity, t.String()
		}
	}
	for _, f := range w.m.faults {
		if !f.Advice {
			fault.Text = f.String()
			break
		}
	}
	return fault
}

// rollback ends what was begun. After a commit, or on a broken connection, it
// does nothing. The context of the work may be over.
func (w *work) rollback() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, err := w.c.ExecContext(ctx, "ROLLBACK"); err != nil {
		w.discard()
	}
}

// discard makes the pool close the connection, so that the server rolls back.
func (w *work) discard() {
	_ = w.c.Raw(func(any) error { return errBroken })
}

var errBroken = fmt.Errorf("habeas: %w", errBad())

func (s *System) connected(ctx context.Context, do func(*work) error) error {
	c, err := s.db.Conn(ctx)
	if err != nil {
		return s.faultOf(ctx, err)
	}
	defer c.Close() //nolint:errcheck // back to the pool
	if err := s.d.session(ctx, c, s.def.SQL.Timeout, s.def.SQL.LockTimeout); err != nil {
		return s.faultOf(ctx, err)
	}
	if err := do(&work{System: s, c: c}); err != nil {
		return s.faultOf(ctx, err)
	}
	return nil
}

func (w *work) load(ctx context.Context) error {
	var schemas []string
	for _, set := range w.def.Datasets {
		schema := set.Schema
		if w.def.SQL.Driver == "mysql" {
			schema = set.Database
		}
		schemas = append(schemas, schema)
	}
	cat, err := w.d.catalogue(ctx, w.c, schemas)
	if err != nil {
		return err
	}
	w.m = newModel(w.def.Datasets, cat)
	w.m.lite = w.def.SQL.Driver == "sqlite"
	return nil
}

// faultOf makes any error one that may be logged.
func (s *System) faultOf(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*models.ConnectorError](err); ok {
		return err
	}
	if _, ok := errors.AsType[hookError](err); ok {
		return err
	}
	if fault := s.d.fault(err); fault != nil {
		return fault
	}
	fault := &models.ConnectorError{Fault: models.FaultUnavailable, Text: "the database cannot be reached, or the connection broke off", Sealed: err.Error()}
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		fault.Fault, fault.Text = models.FaultTimeout, "the time limit is over"
	}
	return fault
}

// refuse is a refusal that names a place.
func refuse(fault models.ConnectorFault, r *relation, column, format string, args ...any) error {
	e := &models.ConnectorError{Fault: fault, Text: fmt.Sprintf(format, args...), Column: column}
	if r != nil {
		e.Table = r.String()
	}
	return e
}
