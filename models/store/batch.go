package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// groupCommit hands plans to SQLite's one writer. Plans that arrive while a
// batch is being written wait, and then share one transaction, each behind a
// savepoint of its own: one sync to the disk commits them all. Nobody is
// answered before that sync.
type groupCommit struct {
	mu      sync.Mutex
	waiting []*queued
	writing bool
	// prepared holds the statements seen so far, by their text. Only the one
	// who writes touches it.
	prepared map[string]*sql.Stmt
}

// queued is a plan that waits for its batch.
type queued struct {
	ctx  context.Context //nolint:containedctx // of the caller who waits
	plan *plan
	done chan error
}

const (
	// maxBatch bounds the plans of one transaction, and so how long one waits.
	maxBatch = 64
	// maxPrepared bounds the statements kept; there are few dozen texts, but
	// for lists of varying length.
	maxPrepared = 200
	// batchTimeout bounds a transaction. No caller's context ends it: a caller
	// who leaves must not take the others' work along.
	batchTimeout = 10 * time.Second
)

// enqueue runs a plan in the next batch.
func (s *Store) enqueue(ctx context.Context, p *plan) error {
	t := &queued{ctx: ctx, plan: p, done: make(chan error, 1)}
	s.batches.mu.Lock()
	s.batches.waiting = append(s.batches.waiting, t)
	first := !s.batches.writing
	s.batches.writing = true
	s.batches.mu.Unlock()
	if first {
		go s.writeBatches()
	}
	return <-t.done
}

// writeBatches writes until nobody waits.
func (s *Store) writeBatches() {
	for {
		s.batches.mu.Lock()
		n := min(len(s.batches.waiting), maxBatch)
		batch := s.batches.waiting[:n:n]
		s.batches.waiting = s.batches.waiting[n:]
		s.batches.writing = n > 0
		s.batches.mu.Unlock()
		if n == 0 {
			return
		}
		results := make([]error, n)
		err := s.writeBatch(batch, results)
		for i, t := range batch {
			if err != nil {
				results[i] = err
			}
			t.done <- results[i]
		}
	}
}

// writeBatch runs the plans of a batch in one transaction. results says of each
// whether it holds; an error means that none does.
func (s *Store) writeBatch(batch []*queued, results []error) error {
	ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()
	if err := s.prepare(ctx, batch); err != nil {
		return err
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	for i, t := range batch {
		if results[i] = t.ctx.Err(); results[i] != nil {
			continue
		}
		if results[i], err = s.isolated(ctx, tx, t.plan); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// isolated runs a plan behind a savepoint. failed says why the plan does not
// hold; err, that the transaction itself is broken.
func (s *Store) isolated(ctx context.Context, tx *sql.Tx, p *plan) (failed, err error) {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT plan"); err != nil {
		return nil, err
	}
	if failed = s.steps(ctx, tx, p); failed != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO plan"); err != nil {
			return nil, err
		}
	}
	_, err = tx.ExecContext(ctx, "RELEASE plan")
	return failed, err
}

// steps runs a plan statement by statement; there is no round trip to save.
func (s *Store) steps(ctx context.Context, tx *sql.Tx, p *plan) error {
	for _, st := range p.steps {
		var n int64
		res, err := tx.StmtContext(ctx, s.batches.prepared[st.sql]).ExecContext(ctx, st.args...) //nolint:sqlclosecheck // ends with tx
		if err == nil {
			n, err = res.RowsAffected()
		}
		if err := st.check(n, err); err != nil {
			return err
		}
	}
	return nil
}

// prepare has SQLite read the statements of a batch that it did not see
// before: reading costs more than running most of them. It needs the one
// connection, so it comes before the transaction.
func (s *Store) prepare(ctx context.Context, batch []*queued) error {
	if len(s.batches.prepared) > maxPrepared {
		for _, stmt := range s.batches.prepared {
			_ = stmt.Close() // frees memory; nothing can be lost
		}
		s.batches.prepared = nil
	}
	if s.batches.prepared == nil {
		s.batches.prepared = map[string]*sql.Stmt{}
	}
	for _, t := range batch {
		for _, st := range t.plan.steps {
			if s.batches.prepared[st.sql] != nil {
				continue
			}
			stmt, err := s.writer.PrepareContext(ctx, st.sql) //nolint:sqlclosecheck // kept for the next time
			if err != nil {
				return err
			}
			s.batches.prepared[st.sql] = stmt
		}
	}
	return nil
}
