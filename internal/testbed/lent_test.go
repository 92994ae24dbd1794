package testbed_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"habeas/internal/testbed"
)

// The databases of tests are used again: what the last one did to its own is
// nowhere in the next one, and no two have the same.
func TestMigratedPostgresIsAsTheMigrationsLeftIt(t *testing.T) {
	t.Parallel()
	applied := query(t, open(t, testbed.MigratedPostgres(t)), "SELECT count(*) FROM goose_db_version")
	for name, spoil := range map[string][]string{
		"nothing":           nil,
		"rows":              {"INSERT INTO policies (version, snapshot) VALUES ('x', 'y')", "DELETE FROM legal_hold_guard"},
		"a table":           {"CREATE TABLE mine (x int)"},
		"a column":          {"ALTER TABLE policies ADD COLUMN mine int"},
		"no constraint":     {"ALTER TABLE events DROP CONSTRAINT events_pkey CASCADE"},
		"a trigger is off":  {"ALTER TABLE events DISABLE TRIGGER ALL"},
		"no privilege":      {"REVOKE ALL ON events FROM CURRENT_USER"},
		"a setting":         {"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 64', current_database()); END $$"},
		"a schema":          {"CREATE SCHEMA mine"},
		"a function":        {"CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'"},
		"earlier migration": {"DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)"},
	} {
		t.Run(name, func(t *testing.T) {
			var last string
			t.Run("first", func(t *testing.T) {
				last = testbed.MigratedPostgres(t)
				alone(t, last, spoil)
			})
			// Others may have taken it by now; whichever copy this is, it is whole.
			whole(t, testbed.MigratedPostgres(t), applied)
			if other := testbed.MigratedPostgres(t); other == testbed.MigratedPostgres(t) {
				t.Error("two have the same")
			}
		})
	}
}

// alone runs statements on a connection that ends with them.
func alone(t *testing.T, dsn string, statements []string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, s := range statements {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatal(s, err)
		}
	}
}

func whole(t *testing.T, dsn, applied string) {
	t.Helper()
	conn := open(t, dsn)
	defer func() { _ = conn.Close(context.Background()) }()
	for sql, want := range map[string]string{
		"SELECT count(*) FROM policies WHERE version = 'x'":                                      "0",
		"SELECT count(*) FROM legal_hold_guard":                                                  "1",
		"SELECT to_regclass('mine') IS NULL":                                                     "true",
		"SELECT count(*) FROM pg_attribute WHERE attname = 'mine'":                               "0",
		"SELECT count(*) FROM pg_constraint WHERE conname = 'events_pkey'":                       "1",
		"SELECT count(*) FROM pg_trigger WHERE tgrelid = 'events'::regclass AND tgenabled = 'D'": "0",
		"SELECT has_table_privilege('events', 'INSERT')":                                         "true",
		"SELECT relacl IS NULL FROM pg_class WHERE relname = 'events'":                           "true",
		"SELECT current_setting('work_mem') <> '64kB'":                                           "true",
		"SELECT count(*) FROM pg_namespace WHERE nspname = 'mine'":                               "0",
		"SELECT count(*) FROM pg_proc WHERE proname = 'mine'":                                    "0",
		"SELECT count(*) FROM goose_db_version WHERE is_applied":                                 applied,
	} {
		if got := query(t, conn, sql); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
}

// What still writes when its test is over writes into no other test's database.
func TestWhoIsLeftBehindIsCutOff(t *testing.T) {
	t.Parallel()
	var left *pgx.Conn
	t.Run("test", func(t *testing.T) { left = open(t, testbed.MigratedPostgres(t)) })
	if err := left.Ping(t.Context()); err == nil {
		t.Error("the connection outlived its test", left.Close(t.Context()))
	}
}
