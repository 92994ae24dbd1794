package testbed

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

const postgresURL = "HABEAS_TEST_POSTGRES_URL"

// Postgres returns the URL of an empty database that lasts as long as the
// test, in the cluster at HABEAS_TEST_POSTGRES_URL, whose user must be allowed
// to create databases.
func Postgres(t testing.TB) string {
	t.Helper()
	return database(t, "template0")
}

// database copies a template for as long as the test lasts.
func database(t testing.TB, template string) string {
	t.Helper()
	cluster := need(t, postgresURL)
	if !strings.HasPrefix(cluster, "postgres") {
		t.Fatalf("%s is not a postgres:// URL", postgresURL)
	}
	name := "test_" + strings.ToLower(rand.Text())
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	execute(ctx, t, cluster, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY FILE_COPY")
	t.Cleanup(func() {
		ctx, cancel := background(t)
		defer cancel()
		// FORCE, since a test may have left connections open.
		execute(ctx, t, cluster, "DROP DATABASE "+name+" WITH (FORCE)")
	})
	return at(cluster, name)
}

// at is the URL of a database of a cluster.
func at(cluster, name string) string {
	u, err := url.Parse(cluster)
	if err != nil {
		return cluster // which connecting will complain of
	}
	u.Path = "/" + name
	return u.String()
}

func execute(ctx context.Context, t testing.TB, dsn, statement string) {
	t.Helper()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("connecting to the test cluster: %v", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // the statement has been answered
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
