package sqlsystem_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"habeas/fulfilment"
	"habeas/fulfilment/conformance"
	"habeas/fulfilment/sqlsystem"
	"habeas/models"
)

const shopSchema = `
CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(100) NOT NULL UNIQUE, name VARCHAR(80));
CREATE TABLE purchase (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person(id), note VARCHAR(80));
CREATE INDEX purchase_person ON purchase (person_id);
INSERT INTO person VALUES (0, 'ada@example.com', 'Ada'), (2, 'bob@example.com', 'Bob');
INSERT INTO purchase VALUES (1, 0, 'a gift for Eve'), (2, 0, NULL), (3, 2, 'a lamp')`

const shopDataset = `
dataset:
  - fides_key: shop
    collections:
      - name: person
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name]}
      - name: purchase
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - name: person_id
            data_categories: [system.operations]
            fides_meta: {references: [{dataset: shop, field: person.id, direction: from}]}
          - {name: note, data_categories: [user.content]}
`

func shopOf(t *testing.T, driver string) *database { return open(t, driver).exec(shopSchema) }

func fixture(t *testing.T, d *database, more ...string) conformance.Fixture {
	return conformance.Fixture{
		Connector: d.system(shopDataset, more...),
		Held:      callOf(t, models.ActionErase, email("ada@example.com")),
		Nobody:    callOf(t, models.ActionErase, email("eve@example.com")),
		State:     func() string { return strings.Join(flat(d.dump("person", "purchase")), "\n") },
		Change:    func() { d.exec("UPDATE person SET name = 'Ada L.' WHERE id = 0") },
	}
}

// through puts a cutter between the connector and the server.
func through(t *testing.T, d *database, mark string, after bool) (*database, *conformance.Cutter) {
	u, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	c := conformance.NewCutter(t, u.Host, mark, after)
	u.Host = c.Address()
	cut := *d
	cut.url = u.String()
	return &cut, c
}

// cutting is a connector whose line is cut at the next COMMIT.
func cutting(driver string, after bool) func(t *testing.T) conformance.Fixture {
	return func(t *testing.T) conformance.Fixture {
		d := shopOf(t, driver)
		if driver == "sqlite" { // has no line: only what comes of asking again is seen
			f := fixture(t, d)
			f.Connector = forgetful{f.Connector.(*sqlsystem.System), after}
			return f
		}
		mark := map[string]string{"postgres": "COMMIT\x00", "mysql": "\x03COMMIT"}[driver]
		cut, c := through(t, d, mark, after)
		f := fixture(t, cut)
		c.Arm()
		return f
	}
}

func reached(t *testing.T, d *database, host string) *database {
	u, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = host
	other := *d
	other.url = u.String()
	return &other
}

// listener is a server that says something and then nothing.
func listener(t *testing.T, says string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			_, _ = c.Write([]byte(says))
		}
	}()
	return l.Addr().String()
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			conformance.Run(t, conformance.Kind{
				New:         func(t *testing.T) conformance.Fixture { return fixture(t, shopOf(t, driver)) },
				Gone:        func(t *testing.T) conformance.Fixture { return gone(t, driver) },
				Hangs:       func(t *testing.T) conformance.Fixture { return hangs(t, driver) },
				Garbage:     func(t *testing.T) conformance.Fixture { return garbage(t, driver) },
				Credentials: func(t *testing.T) conformance.Fixture { return stranger(t, driver) },
				TooMuch: func(t *testing.T) conformance.Fixture {
					d := shopOf(t, driver)
					for i := range 6 {
						d.exec(fmt.Sprintf("INSERT INTO purchase VALUES (%d, 0, 'x')", 10+i))
					}
					return fixture(t, d, "  rows: 8")
				},
				DiesInApply: cutting(driver, false), DiesAfterApply: cutting(driver, true),
			})
		})
	}
}

func gone(t *testing.T, driver string) conformance.Fixture {
	d := shopOf(t, driver)
	if driver == "sqlite" {
		f := fixture(t, d)
		if err := os.Rename(d.url, d.url+".away"); err != nil {
			t.Fatal(err)
		}
		return f
	}
	return fixture(t, reached(t, d, "127.0.0.1:1"))
}

// hangs is a server that takes a connection and says nothing; of SQLite a file
// that somebody else has locked.
func hangs(t *testing.T, driver string) conformance.Fixture {
	d := shopOf(t, driver)
	if driver == "sqlite" {
		c, err := d.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if _, err := c.ExecContext(context.Background(), "BEGIN EXCLUSIVE"); err != nil {
			t.Fatal(err)
		}
		return fixture(t, d, "  lock_timeout: 100ms")
	}
	return fixture(t, reached(t, d, listener(t, "")), "  timeout: 500ms")
}

func garbage(t *testing.T, driver string) conformance.Fixture {
	d := shopOf(t, driver)
	if driver == "sqlite" {
		d.url = filepath.Join(t.TempDir(), "shop.db")
		if err := os.WriteFile(d.url, []byte(strings.Repeat("this is no database. ", 500)), 0o600); err != nil {
			t.Fatal(err)
		}
		return fixture(t, d)
	}
	return fixture(t, reached(t, d, listener(t, "HTTP/1.1 400 Bad Request\r\n\r\n")), "  timeout: 2s")
}

func stranger(t *testing.T, driver string) conformance.Fixture {
	if driver == "sqlite" { // a file lets in whoever may read it
		return conformance.Fixture{}
	}
	d := shopOf(t, driver)
	u, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("stranger", "wrong")
	d.url = u.String()
	return fixture(t, d)
}

// forgetful is a connector of which nobody sees the end of an apply.
type forgetful struct {
	*sqlsystem.System
	after bool
}

func (f forgetful) Apply(ctx context.Context, c models.Call, p models.Preview, hooks fulfilment.Hooks) (models.Receipt, error) {
	lost := &models.ConnectorError{Fault: models.FaultUncertain, Text: "we died"}
	if hooks.BeforeCommit == nil {
		return f.System.Apply(ctx, c, p, hooks)
	}
	if f.after {
		if _, err := f.System.Apply(ctx, c, p, hooks); err != nil {
			return models.Receipt{}, err
		}
		return models.Receipt{}, lost
	}
	store := hooks.BeforeCommit
	hooks.BeforeCommit = func(ctx context.Context, token string) error {
		if err := store(ctx, token); err != nil {
			return err
		}
		return lost
	}
	return f.System.Apply(ctx, c, p, hooks)
}
