package store_test

import (
	"testing"

	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
)

// Whatever erases something waits for the rows of the request before it locks the
// state of the legal holds, which all of them share: else two of them, or one and
// whoever changes a task, wait for each other for good.
func TestTheStateOfLegalHoldsIsLockedLast(t *testing.T) {
	t.Parallel()
	b := newBed(t, migrations.Postgres)
	ctx := t.Context()
	none := func() ([][]byte, error) { return nil, nil }
	for name, erase := range map[string]func(models.Task, models.LegalHoldsSeen) error{
		"a token before a commit elsewhere": func(one models.Task, seen models.LegalHoldsSeen) error {
			return b.SaveToken(ctx, one.ID, "h", "42", one.Run, &seen)
		},
		"the end of a request": func(one models.Task, seen models.LegalHoldsSeen) error {
			return b.Commit(ctx, models.Decision{Effects: []models.Effect{seen, models.RequestErased{RequestID: one.RequestID}}})
		},
		"a task": func(one models.Task, seen models.LegalHoldsSeen) error {
			one.Version++
			return b.Commit(ctx, models.Decision{Effects: []models.Effect{seen, models.TaskChanged{Task: one, Before: one.Version - 1}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			one := newTask(b.submitted(t))
			one.State = models.TaskApproved
			must(t, b.Commit(ctx, models.Decision{Effects: []models.Effect{models.TaskChanged{Task: one}}}))
			state, err := b.LegalHoldsOn(ctx, none)
			must(t, err)
			tx, err := b.raw.BeginTx(ctx, nil)
			must(t, err)
			defer tx.Rollback() //nolint:errcheck // it is committed
			do := func(statement string) error {
				_, err := tx.ExecContext(ctx, statement)
				return err
			}
			must(t, do("UPDATE tasks SET version = version WHERE id = '"+one.ID+"'"))
			done := make(chan error, 1)
			go func() { done <- erase(one, models.LegalHoldsSeen{Version: state.Version}) }()
			testbed.Eventually(t, "it waits for the task", func() bool {
				return b.count(t, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1
			})
			// Less than what PostgreSQL takes to find a deadlock: it would end the other.
			must(t, do("SET LOCAL lock_timeout = '200ms'"))
			if err := do("UPDATE legal_hold_guard SET version = version"); err != nil {
				t.Errorf("whoever has the task waits for the legal holds in vain: %v", err)
				_ = tx.Rollback()
				<-done
				return
			}
			must(t, tx.Commit())
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}
