package jobs_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// A night with many requests to erase costs a statement for hundreds of them
// until they are planned, and one look at what is left over a minute.
func TestANightOfManyRequestsIsPlannedInBatches(t *testing.T) {
	t.Parallel()
	b := newBed(t, migrations.Postgres)
	real := testbed.Soak(5, 1000)
	var r models.Request
	for i := range real {
		r = b.submit(fmt.Sprintf("ana%d@example.org", i))
	}
	db, err := sql.Open("pgx", b.config.URL)
	b.must(err)
	defer db.Close()
	counted := &countedStore{Store: b.service.Store}
	b.service.Store = counted
	closed := r.ReceivedAt.Add(time.Hour)
	_, err = db.ExecContext(t.Context(), "UPDATE requests SET state = 'closed', outcome = 'spam', closed_at = $1, facts = replace(facts, '\"state\":\"unverified\"', $2)",
		closed, `"state":"closed","outcome":"spam","closed_at":"`+closed.Format(time.RFC3339)+`"`)
	b.must(err)
	many := testbed.Soak(2000, 100_000)
	_, err = db.ExecContext(t.Context(), `CREATE TEMP TABLE one AS SELECT * FROM requests WHERE id = '`+r.ID+`'`)
	b.must(err)
	rows, err := db.QueryContext(t.Context(), "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'requests' AND is_generated = 'NEVER'")
	b.must(err)
	columns, values := "", ""
	for rows.Next() {
		var name string
		b.must(rows.Scan(&name))
		value := name
		switch name {
		case "id":
			value = "'z' || n"
		case "reference":
			value = "'HB-' || n"
		case "content":
			value = "NULL"
		}
		if columns != "" {
			columns, values = columns+", ", values+", "
		}
		columns, values = columns+name, values+value
	}
	b.must(rows.Err())
	_, err = db.ExecContext(t.Context(), fmt.Sprintf("INSERT INTO requests (%s) SELECT %s FROM requests, generate_series(1, %d) n WHERE id = '%s'", columns, values, many-real, r.ID))
	b.must(err)
	b.set(closed.AddDate(0, 0, 32))
	b.must(b.runner().Schedule(t.Context()))
	job := b.one(models.JobRetention)
	measured := func(what string, of int, do func()) int {
		begin, cpu, before := time.Now(), used(), counted.calls.Load()
		do()
		t.Logf("%s: %d requests, %s wall, %s of our CPU, %.3f calls of the store each", what, of, time.Since(begin).Round(time.Millisecond), (used() - cpu).Round(time.Millisecond), float64(counted.calls.Load()-before)/float64(of))
		return int(counted.calls.Load() - before)
	}
	if n := measured("planned", many, func() { b.must(b.runner().Run(t.Context(), job.ID)) }); n > many/100 {
		t.Errorf("it took %d calls to plan %d erasures", n, many)
	}
	if got := b.job(job.ID); got.State != models.JobDone {
		t.Fatalf("the night is %s: %s", got.State, got.LastError)
	}
	var ids []string
	found, err := db.QueryContext(t.Context(), "SELECT id FROM jobs WHERE kind = 'erase' AND state = 'pending' AND request_id NOT LIKE 'z%'")
	b.must(err)
	for found.Next() {
		var id string
		b.must(found.Scan(&id))
		ids = append(ids, id)
	}
	b.must(found.Err())
	if len(ids) != real {
		t.Fatalf("%d of %d erasures are planned", len(ids), real)
	}
	measured("erased", real, func() {
		for _, id := range ids {
			b.must(b.runner().Run(t.Context(), id))
		}
	})
	looks := b.ofKind(models.JobPending, models.JobLeftovers)
	measured("looked at what is left", real, func() {
		b.pass(time.Hour)
		for _, j := range looks {
			b.must(b.runner().Run(t.Context(), j.ID))
		}
	})
	if len(looks) > 3 { // the night's own, and one a minute
		t.Errorf("%d jobs delete what %d erasures left over", len(looks), real)
	}
}

// countedStore counts what the retention asks of the database.
type countedStore struct {
	cases.Store
	calls atomic.Int64
}

func (c *countedStore) Commit(ctx context.Context, d workflows.Decision) error {
	c.calls.Add(1)
	return c.Store.Commit(ctx, d)
}

func (c *countedStore) FindByID(ctx context.Context, id string) (models.Request, error) {
	c.calls.Add(1)
	return c.Store.FindByID(ctx, id)
}

func (c *countedStore) Leftovers(ctx context.Context, after models.Leftover, limit int) ([]models.Leftover, error) {
	c.calls.Add(1)
	return c.Store.Leftovers(ctx, after, limit)
}

func used() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
