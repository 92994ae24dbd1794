package sqlsystem_test

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"testing"
	"time"

	"habeas/fulfilment"
	"habeas/internal/testbed"
	"habeas/models"
)

// cutAnywhere applies again and again over a line that is cut at some byte, and
// goes on as the jobs do. What it says has to be what is in the database.
func cutAnywhere(t *testing.T, driver string) {
	d := shopOf(t, driver)
	cut, c := through(t, d, "", false)
	f := fixture(t, cut)
	direct := fixture(t, d)
	r := rand.New(rand.NewPCG(1, 1))
	fresh := f.State()
	applied, not := 0, 0
	for range testbed.Soak(25, 500) {
		preview, err := direct.Connector.Preview(context.Background(), f.Held)
		if err != nil {
			t.Fatalf("preview: %v%s", err, sealed(err))
		}
		stored := ""
		c.ArmAfter(r.Int64N(14_000))
		_, err = f.Connector.Apply(context.Background(), f.Held, preview, fulfilment.Hooks{BeforeCommit: func(_ context.Context, token string) error {
			stored = token
			return nil
		}})
		c.ArmAfter(-1)
		how := models.ResolvedApplied
		if err != nil {
			how = resolved(t, direct.Connector, f.Held, preview, stored)
		}
		state := f.State()
		switch {
		case how == models.ResolvedApplied && state != fresh:
			applied++
		case how == models.ResolvedNot && state == fresh:
			not++
		default:
			t.Fatalf("it says %s (%v), and is\n%s", how, err, state)
		}
		d.exec("UPDATE person SET email = 'ada@example.com', name = 'Ada' WHERE id = 0")
		d.exec("UPDATE purchase SET note = 'a gift for Eve' WHERE id = 1")
	}
	t.Logf("%d were applied, %d were not", applied, not)
}

func resolved(t *testing.T, c fulfilment.Connector, call models.Call, preview models.Preview, token string) models.Resolution {
	t.Helper()
	for range 200 {
		how, err := c.Resolve(context.Background(), call, preview, token)
		if err != nil {
			t.Fatalf("resolve: %v%s", err, sealed(err))
		}
		if how != models.ResolvedLater {
			return how
		}
		time.Sleep(20 * time.Millisecond) // the server has not noticed yet
	}
	t.Fatal("it runs for ever")
	return ""
}

// The database is killed around its COMMIT, and started again on what it has.
func TestDatabaseKilled(t *testing.T) {
	t.Parallel()
	server := testbed.OwnPostgres(t)
	d := &database{t: t, driver: "postgres", url: server.URL()}
	db, err := sql.Open("pgx", d.url+"&default_query_exec_mode=simple_protocol")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	d.DB = db
	d.exec(shopSchema)
	for n := range testbed.Soak(2, 100) {
		after := n%2 == 1
		cut, c := through(t, d, "COMMIT\x00", after)
		f := fixture(t, cut)
		fresh := f.State()
		preview, err := f.Connector.Preview(context.Background(), f.Held)
		if err != nil {
			t.Fatalf("%v%s", err, sealed(err))
		}
		stored := ""
		c.Arm()
		_, err = f.Connector.Apply(context.Background(), f.Held, preview, fulfilment.Hooks{BeforeCommit: func(_ context.Context, token string) error {
			if stored = token; !after {
				server.Kill()
			}
			return nil
		}})
		if err == nil {
			t.Fatal("an apply whose database died says that it is done")
		}
		if after {
			server.Kill()
		}
		server.Start()
		db.SetMaxIdleConns(0) // those to the server that died
		how := resolved(t, d.system(shopDataset), f.Held, preview, stored)
		want := map[bool]models.Resolution{true: models.ResolvedApplied, false: models.ResolvedNot}[after]
		if done := f.State() != fresh; how != want || done != after {
			t.Errorf("killed after the commit: %v; it says %s (%v), and is applied: %v", after, how, err, done)
		}
		d.exec("UPDATE person SET email = 'ada@example.com', name = 'Ada' WHERE id = 0")
		d.exec("UPDATE purchase SET note = 'a gift for Eve' WHERE id = 1")
	}
}
