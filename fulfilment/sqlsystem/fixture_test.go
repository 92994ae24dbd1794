package sqlsystem_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"habeas/fulfilment"
	"habeas/fulfilment/sqlsystem"
	"habeas/fulfilment/system"
	"habeas/internal/testbed"
	"habeas/models"
	"habeas/policies"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// database is one database of a test, by our side of it.
type database struct {
	*sql.DB
	t      testing.TB
	driver string
	url    string
}

// drivers are all databases that are tested.
var drivers = []string{"postgres", "mysql", "sqlite"}

// open makes an empty database.
func open(t testing.TB, driver string) *database {
	t.Helper()
	d := &database{t: t, driver: driver}
	var err error
	switch driver {
	case "postgres":
		d.url = schema(t)
		d.DB, err = sql.Open("pgx", d.url+"&default_query_exec_mode=simple_protocol")
	case "mysql":
		d.url = testbed.MySQL(t)
		d.DB = testbed.OpenMySQL(t, d.url)
	case "sqlite":
		d.url = filepath.Join(t.TempDir(), "shop.db")
		d.DB, err = sql.Open("sqlite", "file:"+d.url+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// schema makes a schema in the test cluster, which is cheaper than a database.
func schema(t testing.TB) string {
	t.Helper()
	cluster := os.Getenv("HABEAS_TEST_POSTGRES_URL")
	if cluster == "" {
		t.Fatal("HABEAS_TEST_POSTGRES_URL is not set; see CONTRIBUTING.md")
	}
	db, err := sql.Open("pgx", cluster)
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if _, err := db.ExecContext(context.Background(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.ExecContext(context.Background(), "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	return cluster + "&search_path=" + name
}

// whole makes a database of its own in PostgreSQL.
func whole(t testing.TB) *database {
	t.Helper()
	d := &database{t: t, driver: "postgres", url: testbed.Postgres(t)}
	var err error
	if d.DB, err = sql.Open("pgx", d.url+"&default_query_exec_mode=simple_protocol"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// named returns a text with public for the schema that a test has.
func (d *database) named(text string) string {
	_, schema, _ := strings.Cut(d.url, "search_path=")
	if schema == "" {
		return text
	}
	return strings.ReplaceAll(text, schema, "public")
}

func (d *database) exec(statements string) *database {
	d.t.Helper()
	if _, err := d.ExecContext(context.Background(), statements); err != nil {
		d.t.Fatalf("%.300s: %v", statements, err)
	}
	return d
}

// dump is every row of every table, as text.
func (d *database) dump(tables ...string) map[string][]string {
	d.t.Helper()
	all := map[string][]string{}
	for _, table := range tables {
		rows, err := d.QueryContext(context.Background(), "SELECT * FROM "+table)
		if err != nil {
			d.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			d.t.Fatal(err)
		}
		for rows.Next() {
			raw, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range raw {
				into[i] = &raw[i]
			}
			if err := rows.Scan(into...); err != nil {
				d.t.Fatal(err)
			}
			var line []string
			for i, v := range raw {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				line = append(line, fmt.Sprintf("%s=%v", columns[i], v))
			}
			all[table] = append(all[table], strings.Join(line, " "))
		}
		if err := rows.Err(); err != nil {
			d.t.Fatal(err)
		}
		rows.Close()
		slices.Sort(all[table])
	}
	return all
}

// definition loads the definition of a database with a dataset.
func (d *database) definition(dataset string, more ...string) *system.Definition {
	d.t.Helper()
	head := "system: shop\nname: Shop database\nowner: shop@example.com\nkind: sql\ndatasets: [set.yml]\nactions: [find, correct, erase]\n"
	head += "sql:\n  driver: " + d.driver + "\n  url: ${SHOP_URL}\n"
	for _, line := range more {
		head += line + "\n"
	}
	all, faults := system.Load(fstest.MapFS{"shop.yaml": {Data: []byte(head)}, "set.yml": {Data: []byte(dataset)}}, func(name string) string {
		return map[string]string{"SHOP_URL": d.url}[name]
	})
	for _, f := range faults {
		if !f.Advice {
			d.t.Fatal(f)
		}
	}
	return all[0]
}

func (d *database) system(dataset string, more ...string) *sqlsystem.System {
	d.t.Helper()
	s, err := sqlsystem.New(d.definition(dataset, more...), treatments(d.t), func() time.Time { return noon })
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { s.Close() })
	return s
}

// policy is read once: nobody changes it.
var policy = sync.OnceValues(policies.Default)

func treatments(t testing.TB) models.Treatments {
	t.Helper()
	p, err := policy()
	if err != nil {
		t.Fatal(err)
	}
	return p.Treatments()
}

func email(address string) models.Identifier {
	return models.Identifier{Kind: models.IdentifierEmail, Value: address, Verified: models.VerifiedMailbox}
}

func callOf(t testing.TB, action models.Action, ids ...models.Identifier) models.Call {
	return models.Call{Task: "task-1", Action: action, Identifiers: ids, Treatments: treatments(t), Key: []byte("0123456789abcdef0123456789abcdef"), At: noon}
}

// lines writes findings as one line a row.
func lines(found models.Findings) []string {
	var all []string
	for _, r := range found.Records {
		line := r.Table
		if r.Boundary {
			line += " boundary"
		}
		for _, f := range r.Fields {
			switch {
			case f.Withheld != "":
				line += " " + f.Name + "=withheld"
			case f.Value == nil:
				line += " " + f.Name + "=NULL"
			case f.Personal:
				line += " " + f.Name + "*=" + *f.Value
			default:
				line += " " + f.Name + "=" + *f.Value
			}
		}
		all = append(all, line)
	}
	return all
}

func compare(t testing.TB, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// erase previews and applies.
func erase(t testing.TB, s *sqlsystem.System, call models.Call) (models.Preview, models.Receipt) {
	t.Helper()
	preview, err := s.Preview(context.Background(), call)
	if err != nil {
		t.Fatalf("preview: %v%s", err, sealed(err))
	}
	receipt, err := s.Apply(context.Background(), call, preview, fulfilment.Hooks{})
	if err != nil {
		t.Fatalf("apply: %v%s", err, sealed(err))
	}
	return preview, receipt
}

func sealed(err error) string {
	e := &models.ConnectorError{}
	if errors.As(err, &e) {
		return " (" + e.Sealed + ")"
	}
	return ""
}

// faultOf is the fault of an error.
func faultOf(err error) models.ConnectorFault {
	e := &models.ConnectorError{}
	if errors.As(err, &e) {
		return e.Fault
	}
	return ""
}

func sample(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "fides", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
