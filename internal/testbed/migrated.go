package testbed

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver that migrations run with
	_ "modernc.org/sqlite"             // the same

	"habeas/migrations"
)

// MigratedSQLite returns the path of a database in a folder, with the schema
// of this binary. It is a copy: the migrations run once a process.
func MigratedSQLite(t testing.TB, dir string) string {
	t.Helper()
	content, err := migratedFile()
	if err != nil {
		t.Fatalf("migrating the template: %v", err)
	}
	path := filepath.Join(dir, "habeas.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var migratedFile = sync.OnceValues(func() (content []byte, err error) { //nolint:gochecknoglobals // made once a process
	dir, err := os.MkdirTemp("", "habeas-testbed-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	path := filepath.Join(dir, "habeas.db")
	// Without a log beside it, so that the file is the whole database.
	if err := migrate("sqlite", "file:"+path+"?_txlock=immediate&_pragma=foreign_keys(1)", migrations.SQLite); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// templateLock is held by who looks for the template or makes it.
const templateLock = 0x68616265617300

var migratedTemplate = sync.OnceValues(func() (name string, err error) { //nolint:gochecknoglobals // made once a process
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cluster := os.Getenv(postgresURL)
	conn, err := pgx.Connect(ctx, cluster)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx) //nolint:errcheck // with it goes the lock
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(templateLock)); err != nil {
		return "", err
	}
	name = "migrated_" + migrations.Digest()
	var made bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&made); err != nil || made {
		return name, err
	}
	// It gets its name when it is whole; a killed process leaves another one.
	const half = "migrated_half"
	if err := eachOf(ctx, conn, "DROP DATABASE IF EXISTS "+half+" WITH (FORCE)", "CREATE DATABASE "+half+" TEMPLATE template0"); err != nil {
		return "", err
	}
	if err := migrate("pgx", at(cluster, half), migrations.Postgres); err != nil {
		return "", err
	}
	described, err := describe(ctx, at(cluster, half))
	if err != nil {
		return "", err
	}
	return name, eachOf(ctx, conn, "COMMENT ON DATABASE "+half+" IS '"+strings.ReplaceAll(string(described), "'", "''")+"'",
		"ALTER DATABASE "+half+" RENAME TO "+name)
})

// migrate brings the database at an address to the schema of this binary and
// lets go of it.
func migrate(driver, address, dialect string) (err error) {
	db, err := sql.Open(driver, address)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := db.Close(); err == nil {
			err = cerr
		}
	}()
	return migrations.Up(context.Background(), db, dialect)
}
