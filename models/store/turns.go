package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// turns hands plans to SQLite's one writer. Plans that arrive while another is
// written wait and then share one transaction, each behind a savepoint of its
// own, so that one sync to the disk commits them all. Nobody is answered before
// that sync.
type turns struct {
	mu      sync.Mutex
	waiting []*turn
	writing bool
	// prepared holds the statements seen so far, by their text. Only the one
	// who writes touches it.
	prepared map[string]*sql.Stmt
}

type turn struct {
	ctx  context.Context //nolint:containedctx // of the caller who waits
	plan *plan
	done chan error
}

const (
	// mostTurns bounds the plans of one transaction, and so how long one waits.
	mostTurns = 64
	// mostPrepared bounds the statements kept; there are few dozen texts, but
	// for lists of varying length.
	mostPrepared = 200
	// turnLimit bounds a transaction. It is nobody's context that ends it: a
	// caller who leaves must not take the others' work along.
	turnLimit = 10 * time.Second
)

// inTurn runs a plan, alone or together with others.
func (s *Store) inTurn(ctx context.Context, p *plan) error {
	t := &turn{ctx: ctx, plan: p, done: make(chan error, 1)}
	s.turns.mu.Lock()
	s.turns.waiting = append(s.turns.waiting, t)
	first := !s.turns.writing
	s.turns.writing = true
	s.turns.mu.Unlock()
	if first {
		go s.takeTurns()
	}
	return <-t.done
}

// takeTurns writes until nobody waits.
func (s *Store) takeTurns() {
	for {
		s.turns.mu.Lock()
		n := min(len(s.turns.waiting), mostTurns)
		group := s.turns.waiting[:n:n]
		s.turns.waiting = s.turns.waiting[n:]
		s.turns.writing = n > 0
		s.turns.mu.Unlock()
		if n == 0 {
			return
		}
		results := make([]error, n)
		err := s.together(group, results)
		for i, t := range group {
			if err != nil {
				results[i] = err
			}
			t.done <- results[i]
		}
	}
}

// together runs the plans of a group in one transaction. results says of each
// whether it holds; an error means that none does.
func (s *Store) together(group []*turn, results []error) error {
	ctx, cancel := context.WithTimeout(context.Background(), turnLimit)
	defer cancel()
	if err := s.prepare(ctx, group); err != nil {
		return err
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	for i, t := range group {
		if results[i] = t.ctx.Err(); results[i] != nil {
			continue
		}
		if results[i], err = s.apart(ctx, tx, t.plan); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// apart runs a plan behind a savepoint. failed says why the plan does not
// hold; err, that the transaction itself is broken.
func (s *Store) apart(ctx context.Context, tx *sql.Tx, p *plan) (failed, err error) {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT turn"); err != nil {
		return nil, err
	}
	if failed = s.steps(ctx, tx, p); failed != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO turn"); err != nil {
			return nil, err
		}
	}
	_, err = tx.ExecContext(ctx, "RELEASE turn")
	return failed, err
}

// steps runs a plan statement by statement; there is no round trip to save.
func (s *Store) steps(ctx context.Context, tx *sql.Tx, p *plan) error {
	for _, st := range p.steps {
		var n int64
		res, err := tx.StmtContext(ctx, s.turns.prepared[st.sql]).ExecContext(ctx, st.args...) //nolint:sqlclosecheck // ends with tx
		if err == nil {
			n, err = res.RowsAffected()
		}
		if err := st.check(n, err); err != nil {
			return err
		}
	}
	return nil
}

// prepare has SQLite read the statements of a group that it did not see
// before: reading costs more than running most of them. It needs the one
// connection, so it comes before the transaction.
func (s *Store) prepare(ctx context.Context, group []*turn) error {
	if len(s.turns.prepared) > mostPrepared {
		for _, stmt := range s.turns.prepared {
			_ = stmt.Close() // frees memory; nothing can be lost
		}
		s.turns.prepared = nil
	}
	if s.turns.prepared == nil {
		s.turns.prepared = map[string]*sql.Stmt{}
	}
	for _, t := range group {
		for _, st := range t.plan.steps {
			if s.turns.prepared[st.sql] != nil {
				continue
			}
			stmt, err := s.writer.PrepareContext(ctx, st.sql) //nolint:sqlclosecheck // kept for the next time
			if err != nil {
				return err
			}
			s.turns.prepared[st.sql] = stmt
		}
	}
	return nil
}
