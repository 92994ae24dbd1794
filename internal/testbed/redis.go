package testbed

import (
	"context"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// lease is how long a killed test keeps its Redis database from others.
const lease = 30 * time.Minute

// Redis returns the URL of an empty database, that no other test uses as long
// as this one runs, on the server at HABEAS_TEST_REDIS_URL. The server is
// shared: a test may FLUSHDB, but not FLUSHALL, and published messages reach
// every database. Database 0 keeps the list of those in use.
func Redis(t testing.TB) string {
	t.Helper()
	server := need(t, "HABEAS_TEST_REDIS_URL")
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("HABEAS_TEST_REDIS_URL is not a redis:// URL")
	}
	o, err := redis.ParseURL(server)
	if err != nil {
		t.Fatal("HABEAS_TEST_REDIS_URL is not a redis:// URL")
	}
	o.DB = 0
	c := redis.NewClient(o)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	db := claim(ctx, t, c)
	flush(ctx, t, o, db)
	t.Cleanup(func() {
		ctx, cancel := background(t)
		defer cancel()
		flush(ctx, t, o, db)
		if err := c.Del(ctx, claimKey(db)).Err(); err != nil {
			t.Errorf("giving redis database %d back: %v", db, err)
		}
		c.Close() //nolint:errcheck // the test is over
	})
	u.Path = "/" + strconv.Itoa(db)
	return u.String()
}

// claim picks the next free database and marks it in database 0, where tests
// of other processes look too.
func claim(ctx context.Context, t testing.TB, c *redis.Client) int {
	t.Helper()
	conf, err := c.ConfigGet(ctx, "databases").Result()
	if err != nil {
		t.Fatalf("connecting to the test redis: %v", err)
	}
	n, err := strconv.Atoi(conf["databases"])
	if err != nil || n < 2 {
		t.Fatalf("the test redis has %q databases, want at least 2", conf["databases"])
	}
	turn, err := c.Incr(ctx, "testbed:turn").Result()
	if err != nil {
		t.Fatalf("choosing a redis database: %v", err)
	}
	for i := range n - 1 {
		db := 1 + (int(turn)+i)%(n-1)
		free, err := c.SetNX(ctx, claimKey(db), t.Name(), lease).Result()
		if err != nil {
			t.Fatalf("choosing a redis database: %v", err)
		}
		if free {
			return db
		}
	}
	t.Fatalf("all %d databases of the test redis are in use", n-1)
	return 0
}

func claimKey(db int) string {
	return "testbed:used:" + strconv.Itoa(db)
}

func flush(ctx context.Context, t testing.TB, o *redis.Options, db int) {
	t.Helper()
	own := *o
	own.DB = db
	c := redis.NewClient(&own)
	defer c.Close() //nolint:errcheck // the flush has been answered
	if err := c.FlushDB(ctx).Err(); err != nil {
		t.Errorf("emptying redis database %d: %v", db, err)
	}
}
