package migrations_test

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"habeas/internal/testbed"
	"habeas/migrations"
)

//go:embed postgres sqlite
var files embed.FS

func TestBothDialectsHaveTheSameFiles(t *testing.T) {
	t.Parallel()
	if p, s := names(t, migrations.Postgres), names(t, migrations.SQLite); !slices.Equal(p, s) || len(p) == 0 {
		t.Errorf("postgres has %v\nsqlite has   %v", p, s)
	}
}

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := files.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestFourProcessesMayStartTogether(t *testing.T) {
	t.Parallel()
	for _, dialect := range dialects() {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			address := newDatabase(t, dialect)
			errs := make([]error, 4)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { errs[i] = migrations.Up(t.Context(), connect(t, dialect, address), dialect) })
			}
			wg.Wait()
			if err := errors.Join(errs...); err != nil {
				t.Error(err)
			}
			if err := migrations.Check(t.Context(), connect(t, dialect, address), dialect); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatGoesUpComesDownAndUpTheSame(t *testing.T) {
	t.Parallel()
	for _, dialect := range dialects() {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			db := connect(t, dialect, newDatabase(t, dialect))
			up(t, db, dialect)
			once := dump(t, db, dialect)
			if err := migrations.Down(t.Context(), db, dialect); err != nil {
				t.Fatal(err)
			}
			if left := dump(t, db, dialect); left != "" {
				t.Errorf("left behind:\n%s", left)
			}
			if err := migrations.Check(t.Context(), db, dialect); err == nil || !strings.Contains(err.Error(), "habeas migrate") {
				t.Errorf("Check of an empty database: %v", err)
			}
			up(t, db, dialect)
			if twice := dump(t, db, dialect); twice != once || once == "" {
				t.Errorf("first:\n%s\nsecond:\n%s", once, twice)
			}
		})
	}
}

func TestBothDialectsHaveTheSameSchema(t *testing.T) {
	t.Parallel()
	schemas := map[string]map[string]string{}
	for _, dialect := range dialects() {
		db := connect(t, dialect, newDatabase(t, dialect))
		up(t, db, dialect)
		schemas[dialect] = describe(t, db, dialect)
	}
	p, s := schemas[migrations.Postgres], schemas[migrations.SQLite]
	if len(p) < 100 {
		t.Errorf("only %d things were compared", len(p))
	}
	all := maps.Clone(p)
	maps.Copy(all, s)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if p[name] != s[name] {
			t.Errorf("%s is %q in postgres and %q in sqlite", name, p[name], s[name])
		}
	}
}

// sqliteType says which type of SQLite stands for one of PostgreSQL. Times are
// declared DATETIME so that the driver gives them back as such; both integer
// types are one in SQLite.
func sqliteType(postgres string) string {
	return map[string]string{
		"text":                     "TEXT",
		"bytea":                    "BLOB",
		"integer":                  "INTEGER",
		"bigint":                   "INTEGER",
		"boolean":                  "BOOLEAN",
		"timestamp with time zone": "DATETIME",
	}[postgres]
}

// describe returns columns, indexes, unique keys and foreign keys in words
// that mean the same in both dialects.
func describe(t *testing.T, db *sql.DB, dialect string) map[string]string {
	t.Helper()
	columns, indexes, foreign := `
		SELECT m.name || '.' || c.name, c.type, c."notnull" FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%'`, `
		SELECT m.name || ' (' || (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')',
			CASE WHEN i.origin = 'c' THEN i.name ELSE '' END,
			CASE WHEN i."unique" THEN 'unique ' ELSE '' END || CASE WHEN i.partial THEN substr(s.sql, instr(s.sql, ' WHERE ')) ELSE '' END
		FROM sqlite_schema m, pragma_index_list(m.name) i LEFT JOIN sqlite_schema s ON s.name = i.name
		WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%'`, `
		SELECT m.name || '.' || f."from", f."table" || '.' || f."to", '' FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
		WHERE m.type = 'table'`
	if dialect == migrations.Postgres {
		columns, indexes, foreign = `
			SELECT table_name || '.' || column_name, data_type, CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'`, `
			SELECT t.relname || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.n)
					FROM unnest(x.indkey) WITH ORDINALITY k(col, n) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.col) || ')',
				CASE WHEN EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype IN ('p', 'u')) THEN '' ELSE i.relname END,
				CASE WHEN x.indisunique THEN 'unique ' ELSE '' END || coalesce(' WHERE ' || pg_get_expr(x.indpred, x.indrelid), '')
			FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
			WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE 'goose%'`, `
			SELECT t.relname || '.' || a.attname, f.relname || '.' || b.attname, ''
			FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
			JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
			JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = c.confkey[1]
			WHERE c.contype = 'f'`
	}
	all := map[string]string{}
	for _, row := range query(t, db, columns) {
		kind := row[1]
		if dialect == migrations.Postgres {
			kind = sqliteType(kind)
		}
		null := map[string]string{"0": " null", "1": " not null"}[row[2]]
		if kind == "" || null == "" {
			t.Errorf("no mapping for %v", row)
		}
		all["column "+row[0]] = kind + null
	}
	for _, row := range query(t, db, indexes) {
		if row[0] == "setup (id)" || row[0] == "key_proof (id)" || row[0] == "legal_hold_guard (id)" {
			continue // an INTEGER PRIMARY KEY of SQLite has no index beside the table
		}
		all["index on "+row[0]+row[2]] += row[1] + plainCondition(row[2])
	}
	for _, row := range query(t, db, foreign) {
		all["foreign key "+row[0]] = row[1]
	}
	plain := map[string]string{}
	for name, value := range all {
		plain[plainCondition(name)] = value
	}
	return plain
}

// plainCondition takes from the condition of a partial index what PostgreSQL
// adds to it: casts and parentheses.
func plainCondition(s string) string {
	head, condition, partial := strings.Cut(s, " WHERE ")
	if !partial {
		return s
	}
	return head + " WHERE " + strings.NewReplacer("::text", "", "(", "", ")", "").Replace(condition)
}

// dump returns the whole schema as the database itself tells it.
func dump(t *testing.T, db *sql.DB, dialect string) string {
	t.Helper()
	statement := `SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE tbl_name NOT LIKE 'goose%' AND tbl_name NOT LIKE 'sqlite%'`
	if dialect == migrations.Postgres {
		statement = `
			SELECT 'column', table_name || '.' || column_name, data_type || is_nullable || coalesce(collation_name, '') || coalesce(column_default, '')
			FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'
			UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%'
			UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
				WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE 'goose%'
			UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
			UNION ALL SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace`
	}
	var lines []string
	for _, row := range query(t, db, statement) {
		lines = append(lines, strings.Join(row, " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func query(t *testing.T, db *sql.DB, statement string) [][]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	defer rows.Close()
	var all [][]string
	for rows.Next() {
		row := make([]string, 3)
		if err := rows.Scan(&row[0], &row[1], &row[2]); err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func dialects() []string { return []string{migrations.Postgres, migrations.SQLite} }

// newDatabase returns the address of an empty database.
func newDatabase(t *testing.T, dialect string) string {
	t.Helper()
	if dialect == migrations.Postgres {
		return testbed.Postgres(t)
	}
	return "file:" + filepath.Join(t.TempDir(), "habeas.db") +
		"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)"
}

// connect opens a database as one process does.
func connect(t *testing.T, dialect, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open(map[string]string{migrations.Postgres: "pgx", migrations.SQLite: "sqlite"}[dialect], address)
	if err != nil {
		t.Fatal(err)
	}
	if dialect == migrations.SQLite {
		db.SetMaxOpenConns(1)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func up(t *testing.T, db *sql.DB, dialect string) {
	t.Helper()
	if err := migrations.Up(context.Background(), db, dialect); err != nil {
		t.Fatal(err)
	}
}
