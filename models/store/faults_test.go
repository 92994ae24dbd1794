package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"habeas/internal/keyring"
	"habeas/migrations"
	"habeas/models"
	"habeas/models/store"
)

// everything is a commit that writes to every table it can.
func everything(t testing.TB, b *bed) models.Decision {
	t.Helper()
	r := newRequest()
	c := submit(r)
	j := job("before " + r.ID)
	must(t, b.Ensure(t.Context(), j))
	c.With(models.JobFinished{ID: j.ID})
	c.With(models.SessionOpened{Session: models.Session{ID: newID(), RequestID: r.ID, Hash: []byte(newID()), ExpiresAt: noon.Add(time.Hour)}})
	c.With(models.FileAdded{File: models.File{ID: newID(), RequestID: r.ID, Blob: "b", Name: "cv.pdf", MediaType: "application/pdf", Size: 3, CreatedAt: noon}})
	c.With(models.Once{Scope: "public", Key: newID(), BodyHash: []byte("h"), Status: 201, Answer: []byte("{}")})
	return c
}

// F13: one INSERT fails, for whatever reason, and nothing of the rest stays.
func TestOneFailingInsertRollsEverythingBack(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		tables := []string{
			"requests", "request_keys", "request_regimes", "events",
			"messages", "jobs", "codes", "sessions", "files", "idempotency",
		}
		must(t, b.Commit(t.Context(), everything(t, b)))
		counts := func() string {
			n := map[string]int{"done": b.count(t, "jobs WHERE state = 'done'")}
			for _, table := range tables {
				n[table] = b.count(t, table)
			}
			return fmt.Sprint(n)
		}
		for _, table := range tables {
			c := everything(t, b)
			before := counts()
			b.fail(t, table)
			if err := b.Commit(t.Context(), c); err == nil || !strings.Contains(err.Error(), "wantserror") {
				t.Errorf("%s: the commit gave %v", table, err)
			}
			if after := counts(); after != before {
				t.Errorf("%s: %s\nbecame %s", table, before, after)
			}
			b.exec(t, "DROP TRIGGER wantserror"+b.on(table))
			must(t, b.Commit(t.Context(), c))
		}
	})
}

// fail makes every INSERT into a table fail.
func (b *bed) fail(t testing.TB, table string) {
	t.Helper()
	if b.dialect == migrations.Postgres {
		b.exec(t, "CREATE OR REPLACE FUNCTION wantserror() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'wantserror'; END $$")
		b.exec(t, "CREATE TRIGGER wantserror BEFORE INSERT ON "+table+" FOR EACH ROW EXECUTE FUNCTION wantserror()")
		return
	}
	b.exec(t, "CREATE TRIGGER wantserror BEFORE INSERT ON "+table+" BEGIN SELECT RAISE(ABORT, 'wantserror'); END")
}

func (b *bed) on(table string) string {
	if b.dialect == migrations.Postgres {
		return " ON " + table
	}
	return ""
}

// F12: a transaction that lost against another is run again, with one effect.
func TestALostTransactionIsRunAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t, migrations.Postgres)
	b.exec(t, "CREATE SEQUENCE losses")
	b.exec(t, `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			IF nextval('losses') % 5 <> 0 THEN RAISE EXCEPTION 'lost' USING ERRCODE = TG_ARGV[0]; END IF;
			RETURN NEW;
		END $$`)
	for _, state := range []string{"40001", "40P01"} {
		b.exec(t, "CREATE TRIGGER lose BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION lose('"+state+"')")
		for range 10 {
			r := b.submitted(t)
			events, err := b.Events(t.Context(), r.ID)
			must(t, err)
			if len(events) != 1 {
				t.Errorf("%s: %d events", state, len(events))
			}
		}
		b.exec(t, "DROP TRIGGER lose ON events")
	}
	b.exec(t, "CREATE OR REPLACE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('losses'); RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$")
	b.exec(t, "CREATE TRIGGER lose BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION lose()")
	b.exec(t, "ALTER SEQUENCE losses RESTART")
	wantCode(t, b.Commit(t.Context(), submit(newRequest())), models.CodeUnavailable)
	var n int
	must(t, b.raw.QueryRowContext(t.Context(), "SELECT last_value FROM losses").Scan(&n))
	if n != 5 {
		t.Errorf("it was tried %d times, want 5", n)
	}
}

func TestADatabaseThatIsGoneIsUnavailable(t *testing.T) {
	t.Parallel()
	b := newBed(t, migrations.Postgres)
	r := b.submitted(t)
	b.exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	// Idle connections that were cut are noticed or not; the error says which.
	for range 30 {
		_, err := b.Find(t.Context(), r.Reference)
		if err != nil {
			wantCode(t, err, models.CodeUnavailable)
		}
	}
	_, err := b.Find(t.Context(), r.Reference)
	must(t, err)

	gone := b.config
	gone.URL = "postgres://nobody@127.0.0.1:1/none?connect_timeout=1"
	_, err = store.Open(t.Context(), gone)
	wantCode(t, err, models.CodeUnavailable)
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	wantCode(t, b.Commit(ctx, submit(newRequest())), models.CodeUnavailable)
}

func TestALockIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	b := newBed(t, migrations.Postgres)
	r := b.submitted(t)
	tx, err := b.raw.BeginTx(t.Context(), nil)
	must(t, err)
	defer tx.Rollback() //nolint:errcheck // the end of the test
	_, err = tx.ExecContext(t.Context(), "SELECT 1 FROM requests FOR UPDATE")
	must(t, err)
	began := time.Now()
	wantCode(t, b.Commit(t.Context(), step(r, func(*models.Request) {})), models.CodeUnavailable)
	if d := time.Since(began); d > 4*time.Second {
		t.Errorf("it took %v", d)
	}
	must(t, tx.Rollback())
	must(t, b.Commit(t.Context(), step(r, func(*models.Request) {})))
}

// SQLite waits for a lock once, not once for each try.
func TestALockedFileIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	b := newBed(t, migrations.SQLite)
	r := b.submitted(t)
	tx, err := b.raw.Conn(t.Context())
	must(t, err)
	defer tx.Close()
	_, err = tx.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	must(t, err)
	began := time.Now()
	wantCode(t, b.Commit(t.Context(), step(r, func(*models.Request) {})), models.CodeUnavailable)
	if d := time.Since(began); d > 9*time.Second {
		t.Errorf("it took %v", d)
	}
	_, err = tx.ExecContext(t.Context(), "ROLLBACK")
	must(t, err)
	must(t, b.Commit(t.Context(), step(r, func(*models.Request) {})))
}

// A caller that goes away leaves no open transaction behind.
func TestACallerThatGoesAwayLeavesNothingBehind(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for i := range 40 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*100*time.Microsecond)
			c := submit(newRequest())
			err := b.Commit(ctx, c)
			cancel()
			if err != nil && models.CodeOf(err) != models.CodeUnavailable {
				t.Errorf("after %d: %v", i, err)
			}
			_, found := b.Find(t.Context(), c.Request.Reference)
			if err == nil && found != nil {
				t.Errorf("acknowledged and lost: %v", found)
			}
		}
		b.submitted(t)
		if b.dialect == migrations.Postgres {
			time.Sleep(100 * time.Millisecond)
			if n := b.count(t, "pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"); n != 0 {
				t.Errorf("%d transactions are open", n)
			}
		}
	})
}

// F27: with other keys the service does not start, and writes nothing.
func TestWrongKeysDoNotOpen(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.submitted(t)
		other := filepath.Join(t.TempDir(), "other")
		wrong := b.config
		wrong.Keyring = func(bool) (store.Keyring, error) { return keyring.Create(other) }
		if _, err := store.Open(t.Context(), wrong); !errors.Is(err, keyring.ErrWrongKeys) {
			t.Errorf("Open gave %v", err)
		}
		wrong.Keyring = func(fresh bool) (store.Keyring, error) {
			if fresh {
				t.Error("a database with data was called fresh")
			}
			return nil, keyring.ErrMissing
		}
		if _, err := store.Open(t.Context(), wrong); !errors.Is(err, keyring.ErrMissing) {
			t.Errorf("Open gave %v", err)
		}
		b.open(t) // the right ones still do
	})
}

func TestEventsCannotBeChanged(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.submitted(t)
		before, err := b.Events(t.Context(), r.ID)
		must(t, err)
		statements := []string{"UPDATE events SET kind = 'x'", "UPDATE events SET body = body", "DELETE FROM events", "DELETE FROM events WHERE 1 = 1"}
		if b.dialect == migrations.Postgres {
			statements = append(statements, "TRUNCATE events", "TRUNCATE requests, events CASCADE")
		} else {
			statements = append(statements, "REPLACE INTO events SELECT * FROM events",
				"INSERT INTO events SELECT * FROM events WHERE true ON CONFLICT (id) DO UPDATE SET kind = 'x'")
		}
		for _, s := range statements {
			if _, err := b.raw.ExecContext(t.Context(), s); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s gave %v", s, err)
			}
		}
		after, err := b.Events(t.Context(), r.ID)
		must(t, err)
		if !reflect.DeepEqual(after, before) || len(after) != 1 {
			t.Errorf("the events are now %v", after)
		}
	})
}
