package testbed_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"habeas/internal/testbed"
)

func TestPostgresIsEmptyPrivateAndDropped(t *testing.T) {
	t.Parallel()
	var first string
	t.Run("two databases", func(t *testing.T) {
		first = testbed.Postgres(t)
		a, b := open(t, first), open(t, testbed.Postgres(t))
		query(t, a, "CREATE TABLE t (x int)")
		if n := query(t, a, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); n != "1" {
			t.Errorf("%s tables in the first database, want 1", n)
		}
		if n := query(t, b, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); n != "0" {
			t.Errorf("%s tables in the second database, want none", n)
		}
		// A commit is answered when it is written; only the cluster that tests kill
		// syncs it to the disk, too.
		if got := query(t, a, "SHOW synchronous_commit"); got != "on" {
			t.Errorf("synchronous_commit is %s, want on as in production", got)
		}
		if got := query(t, a, "SHOW server_encoding"); got != "UTF8" {
			t.Errorf("encoding is %s", got)
		}
	})
	if conn, err := pgx.Connect(t.Context(), first); err == nil {
		t.Error("the database outlived its test", conn.Close(t.Context()))
	}
}

func open(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	// Left open on purpose: the database goes all the same.
	return conn
}

func query(t *testing.T, conn *pgx.Conn, sql string) string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (string, error) {
		v, err := r.Values()
		return fmt.Sprint(v...), err
	})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return strings.Join(values, " ")
}

func TestRedisIsEmptyAndPrivate(t *testing.T) {
	t.Parallel()
	urls := make([]string, 8)
	for i := range urls {
		urls[i] = testbed.Redis(t)
	}
	for i, url := range urls {
		c := client(t, url)
		if size, err := c.DBSize(t.Context()).Result(); err != nil || size != 0 {
			t.Errorf("%d keys in database %d, %v", size, i, err)
		}
		if err := c.Set(t.Context(), "k", i, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for i, url := range urls {
		if got, err := client(t, url).Get(t.Context(), "k").Int(); err != nil || got != i {
			t.Errorf("database %d holds %d, %v", i, got, err)
		}
	}
}

func TestRedisIsEmptiedAfterItsTest(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("uses it", func(t *testing.T) {
		url = testbed.Redis(t)
		if err := client(t, url).Set(t.Context(), "k", "v", 0).Err(); err != nil {
			t.Fatal(err)
		}
	})
	if v, err := client(t, url).Get(t.Context(), "k").Result(); err == nil && v == "v" {
		t.Error("the key outlived its test")
	}
}

func client(t *testing.T, url string) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	t.Cleanup(func() { c.Close() })
	return c
}

// recorder is a test whose failure is what is wanted.
type recorder struct {
	testing.TB
	failure string
}

func (r *recorder) Helper() {}

func (r *recorder) Context() context.Context { return context.Background() }

func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

//nolint:paralleltest // it changes the environment
func TestWithoutServersATestFailsAndSaysHowToGetThem(t *testing.T) {
	for name, call := range map[string]func(testing.TB) string{
		"HABEAS_TEST_POSTGRES_URL": testbed.Postgres,
		"HABEAS_TEST_REDIS_URL":    testbed.Redis,
	} {
		t.Setenv(name, "")
		r := &recorder{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			call(r)
		}()
		<-done
		if !strings.HasPrefix(r.failure, "run make test, or set "+name) || strings.Contains(r.failure, "\n") {
			t.Errorf("without %s: %q", name, r.failure)
		}
	}
}

func TestTheTemplateIsMigratedAndItsCopiesArePrivate(t *testing.T) {
	t.Parallel()
	a, b := open(t, testbed.MigratedPostgres(t)), open(t, testbed.MigratedPostgres(t))
	query(t, a, "DELETE FROM goose_db_version")
	if n := query(t, a, "SELECT count(*) FROM goose_db_version"); n != "0" {
		t.Errorf("%s versions in the first database, want none", n)
	}
	if n := query(t, b, "SELECT max(version_id) FROM goose_db_version"); n == "<nil>" {
		t.Error("the second database has no schema")
	}
}
