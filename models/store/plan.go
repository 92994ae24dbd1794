package store

import (
	"context"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// plan is one transaction, written down before it begins. As no statement
// needs the answer to another, PostgreSQL gets them all at once; and as it is
// only data, it can be run again from the start.
type plan struct {
	build *gorm.DB // writes SQL without running it
	steps []*step
}

// step is one statement and what its result means.
type step struct {
	sql   string
	args  []any
	want  int64 // rows it has to change, or any
	short error // if it changed another number
	taken error // if a unique key is taken
}

const anyRows = -1

func (s *Store) plan(ctx context.Context) *plan {
	return &plan{build: s.written.Session(&gorm.Session{DryRun: true, NewDB: true, Context: ctx})}
}

// insert adds all rows with one statement; of none it adds nothing.
func insert[T any](p *plan, rows []T, clauses ...clause.Expression) *step {
	if len(rows) == 0 {
		return &step{}
	}
	return p.add(p.build.Clauses(clauses...).Create(&rows))
}

// insertOne adds one row.
func insertOne[T any](p *plan, row T, clauses ...clause.Expression) *step {
	return insert(p, []T{row}, clauses...)
}

// unlessThere leaves rows alone whose key is there already.
func unlessThere(columns ...string) clause.OnConflict {
	c := clause.OnConflict{DoNothing: true}
	for _, name := range columns {
		c.Columns = append(c.Columns, clause.Column{Name: name})
	}
	return c
}

// exec adds a statement in the words of both dialects, with ? for arguments.
func (p *plan) exec(sql string, args ...any) *step {
	return p.add(p.build.Exec(sql, args...))
}

func (p *plan) add(tx *gorm.DB) *step {
	st := &step{sql: tx.Statement.SQL.String(), args: tx.Statement.Vars, want: anyRows}
	p.steps = append(p.steps, st)
	return st
}

// must says that the step changes exactly one row, or else the plan fails.
func (st *step) must(err error) { st.want, st.short = 1, err }

// mustAll says that the step changes exactly so many rows, or else the plan fails.
func (st *step) mustAll(rows int, err error) { st.want, st.short = int64(rows), err }

// unique says how the plan fails if a unique key of the step is taken.
func (st *step) unique(err error) { st.taken = err }

// check says what the result means of the step.
func (st *step) check(rows int64, err error) error {
	switch {
	case err != nil && st.taken != nil && duplicate(err):
		return st.taken
	case err != nil:
		return err
	case st.want != anyRows && st.want != rows:
		return st.short
	}
	return nil
}

// tries bounds how often a plan is run that lost against another, and patience
// for how long: whoever waited that long for a lock lost it to somebody who keeps it.
const (
	tries    = 5
	patience = 4 * time.Second
)

// run runs the plan, all or nothing. It runs it again only where the database
// says that it rolled back for the sake of another transaction: after any
// other error nobody knows whether it was committed.
func (s *Store) run(ctx context.Context, p *plan) error {
	once := s.enqueue
	if s.dialect == dialectPostgres {
		once = s.pipeline
	}
	late := time.After(patience)
	for try := 1; ; try++ {
		err := once(ctx, p)
		if !lost(err) || try == tries {
			return fault(err)
		}
		select {
		case <-ctx.Done():
			return fault(err)
		case <-late:
			return fault(err)
		case <-time.After(time.Duration(try) * (time.Millisecond + rand.N(10*time.Millisecond))): //nolint:gosec // jitter
		}
	}
}
