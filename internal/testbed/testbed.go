// Package testbed gives tests the real servers that production runs against:
// a PostgreSQL database, a Redis and a mail server, each private to one test.
// Only tests import it. It skips nothing: without the servers, which
// scripts/testbed starts, a test that needs them fails.
package testbed

import (
	"context"
	"os"
	"testing"
	"time"
)

// limit is how long making or dropping something may take on a busy machine.
const limit = time.Minute

// need returns the value of an environment variable that says where a server
// is, and fails the test if there is none.
func need(t testing.TB, name string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		t.Fatalf("run make test, or set %s (scripts/testbed run -- go test ./… does it for one package)", name)
	}
	return v
}

// background returns a context for the end of a test, when that of the test is
// over.
func background(t testing.TB) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(context.WithoutCancel(t.Context()), limit)
}
