package testbed

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

// MigratedPostgres returns the URL of a database with the schema of this
// binary and no rows but those of the migrations. It is the test's own until the
// test ends.
//
// PostgreSQL takes most of a second to copy a database and to drop it, and some
// milliseconds to empty one. So the tests of a cluster, in whichever process,
// lend each other a row of copies; each is emptied before its use.
func MigratedPostgres(t testing.TB) string {
	t.Helper()
	need(t, postgresURL)
	template, err := migratedTemplate()
	if err != nil {
		t.Fatalf("migrating the template: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cluster := os.Getenv(postgresURL)
	conn, err := pgx.Connect(ctx, cluster)
	if err != nil {
		t.Fatalf("connecting to the test cluster: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := background(t)
		defer cancel()
		_ = conn.Close(ctx) // and so the database is free, in any case
	})
	name, err := lend(ctx, conn, template)
	if err != nil {
		t.Fatalf("lending a database: %v", err)
	}
	t.Cleanup(func() { giveBack(t, conn, name) })
	return at(cluster, name)
}

// lend empties the first copy of a template that nobody has, or makes it. It
// belongs to whoever holds the connection.
func lend(ctx context.Context, conn *pgx.Conn, template string) (string, error) {
	for n := 0; ; n++ {
		var free bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtext($1), $2)", template, n).Scan(&free); err != nil {
			return "", err
		}
		if !free {
			continue
		}
		name := fmt.Sprintf("%s_%d", template, n)
		if empty(ctx, conn, template, name) == nil {
			return name, nil
		}
		// It is not there, or a test has changed more than rows.
		return name, eachOf(ctx, conn, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)",
			"CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY FILE_COPY")
	}
}

func eachOf(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// original is what a copy is held against.
type original struct {
	Schema string                     // a digest of all that is no row
	Rows   map[string]json.RawMessage // those of the migrations, by table
}

var (
	//go:embed schema.sql
	schemaSQL string
	//go:embed empty.sql
	emptySQL string

	errChanged = errors.New("the schema of the copy was changed")
)

// describe is what a template is made of.
func describe(ctx context.Context, address string) ([]byte, error) {
	db, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, err
	}
	defer db.Close(ctx) //nolint:errcheck // it was read from only
	o := original{Rows: map[string]json.RawMessage{}}
	if err := db.QueryRow(ctx, schemaSQL).Scan(&o.Schema); err != nil {
		return nil, err
	}
	tables, err := db.Query(ctx, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'goose_db_version'")
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(tables, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	for _, table := range names {
		var rows []byte
		if err := db.QueryRow(ctx, "SELECT json_agg(t) FROM "+pgx.Identifier{table}.Sanitize()+" t").Scan(&rows); err != nil {
			return nil, err
		}
		if rows != nil {
			o.Rows[table] = rows
		}
	}
	return json.Marshal(o)
}

// empty makes of a used copy what the template is.
func empty(ctx context.Context, conn *pgx.Conn, template, name string) error {
	var described []byte
	err := conn.QueryRow(ctx, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", template).Scan(&described)
	if err != nil {
		return err
	}
	var want original
	if err := json.Unmarshal(described, &want); err != nil {
		return err
	}
	db, err := pgx.Connect(ctx, at(os.Getenv(postgresURL), name))
	if err != nil {
		return err
	}
	defer db.Close(ctx) //nolint:errcheck // all of it is committed
	var schema string
	if err := db.QueryRow(ctx, schemaSQL).Scan(&schema); err != nil {
		return err
	}
	if schema != want.Schema {
		return errChanged
	}
	return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, emptySQL); err != nil {
			return err
		}
		for table, rows := range want.Rows {
			if _, err := tx.Exec(ctx, fmt.Sprintf("INSERT INTO %s SELECT * FROM json_populate_recordset(NULL::%[1]s, $1)", pgx.Identifier{table}.Sanitize()), rows); err != nil {
				return err
			}
		}
		return nil
	})
}

// giveBack drops a database that somebody is still connected to: they might
// write into it when it is another test's.
func giveBack(t testing.TB, conn *pgx.Conn, name string) {
	t.Helper()
	ctx, cancel := background(t)
	defer cancel()
	var left int
	for range 20 { // a closed connection takes a moment to end
		err := conn.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity, pg_sleep(0.01) WHERE datname = $1", name).Scan(&left)
		if err != nil || left == 0 {
			break // without the cluster there is nothing to drop
		}
	}
	if left > 0 {
		if err := eachOf(ctx, conn, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("giving back: %v", err)
		}
	}
}
