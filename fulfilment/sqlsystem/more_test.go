package sqlsystem_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"habeas/fulfilment/dataset"
	"habeas/fulfilment/sqlsystem"
	"habeas/models"
)

// A draft is a dataset that reads without a change, and finds the same as the
// one that was written by hand.
func TestDraft(t *testing.T) {
	t.Parallel()
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			d := shopOf(t, driver)
			var b strings.Builder
			if err := sqlsystem.Draft(context.Background(), d.url, "shop", &b); err != nil {
				t.Fatalf("%v%s", err, sealed(err))
			}
			if _, faults := dataset.Parse("draft.yml", []byte(b.String())); len(faults) > 0 {
				t.Errorf("%v\n%s", faults, b.String())
			}
			for _, want := range []string{"data_categories: [user.contact.email] # guess", "identity: email # guess", "field: person.id", "direction: from # guess", "primary_key: true"} {
				if !strings.Contains(b.String(), want) {
					t.Errorf("the draft has no %q:\n%s", want, b.String())
				}
			}
			call := callOf(t, models.ActionFind, email("ada@example.com"))
			found, err := d.system(b.String()).Find(context.Background(), call)
			if err != nil || len(found.Records) != 3 {
				t.Errorf("%d records, %v%s", len(found.Records), err, sealed(err))
			}
		})
	}
}

func TestCorrect(t *testing.T) {
	t.Parallel()
	value := func(s string) *string { return &s }
	tests := map[string]struct {
		with  []models.Correction
		more  string
		fault models.ConnectorFault
		want  string // Ada's row
	}{
		"by category":           {with: []models.Correction{{Field: "name", Category: "user.name", Value: value("Ada Lovelace")}}, want: "person id=0 email=ada@example.com name=Ada Lovelace"},
		"by the system's file":  {with: []models.Correction{{Field: "nick", Value: value("Countess")}}, more: "correct: {nick: person.name}", want: "person id=0 email=ada@example.com name=Countess"},
		"to nothing":            {with: []models.Correction{{Field: "name", Category: "user.name"}}, want: "person id=0 email=ada@example.com name=<nil>"},
		"the same value":        {with: []models.Correction{{Field: "name", Category: "user.name", Value: value("Ada")}}, want: "person id=0 email=ada@example.com name=Ada"},
		"no column":             {with: []models.Correction{{Field: "nick", Value: value("x")}}, fault: models.FaultDefinition},
		"too long":              {with: []models.Correction{{Field: "name", Category: "user.name", Value: value(strings.Repeat("x", 81))}}, fault: models.FaultRefused},
		"a key":                 {with: []models.Correction{{Field: "id", Category: "user.unique_id", Value: value("7")}}, fault: models.FaultRefused},
		"what may not be empty": {with: []models.Correction{{Field: "email", Category: "user.contact.email"}}, fault: models.FaultRefused},
		"somebody else's value": {with: []models.Correction{{Field: "email", Category: "user.contact.email", Value: value("bob@example.com")}}, fault: models.FaultRefused},
	}
	for _, driver := range drivers {
		for name, tt := range tests {
			t.Run(name+"/"+driver, func(t *testing.T) {
				t.Parallel()
				d := shopOf(t, driver)
				s := d.system(shopDataset, tt.more)
				call := callOf(t, models.ActionCorrect, email("ada@example.com"))
				call.Corrections = tt.with
				before := flat(d.dump("person", "purchase"))
				if tt.fault != "" {
					if _, err := s.Preview(context.Background(), call); faultOf(err) != tt.fault {
						t.Errorf("%v, want %s", err, tt.fault)
					}
					return
				}
				erase(t, s, call)
				changed := without(flat(d.dump("person", "purchase")), before)
				if len(changed) > 1 || !slices.Contains(flat(d.dump("person")), tt.want) {
					t.Errorf("changed %q, want %q", changed, tt.want)
				}
			})
		}
	}
}

// The order of tables and fields in a dataset makes no difference.
func TestOrder(t *testing.T) {
	t.Parallel()
	d := open(t, "sqlite").exec(personTable + `CREATE TABLE a (id INTEGER PRIMARY KEY, person_id INTEGER, b_id INTEGER); INSERT INTO a VALUES (1, 0, 5), (2, 9, 6), (3, 0, 7);
		CREATE TABLE b (id INTEGER PRIMARY KEY, c_id INTEGER, text VARCHAR(9)); INSERT INTO b VALUES (5, 1, 'x'), (6, 1, 'y'), (7, 2, 'z');
		CREATE TABLE c (id INTEGER PRIMARY KEY, a_id INTEGER); INSERT INTO c VALUES (1, 2), (2, NULL);`)
	collections := []string{
		person(), collection("a", field("id", "system.operations", key), field("person_id", "system.operations", reference("person.id", "from")), field("b_id", "system.operations", reference("b.id", "to"))),
		collection("b", field("id", "system.operations", key), field("c_id", "system.operations", reference("c.id", "to")), field("text", "user.content")),
		collection("c", field("id", "system.operations", key), field("a_id", "system.operations", reference("a.id", "to"))),
	}
	var first []string
	for n := range 24 {
		r := rand.New(rand.NewPCG(uint64(n), 1))
		r.Shuffle(len(collections), func(i, j int) { collections[i], collections[j] = collections[j], collections[i] })
		found, err := d.system(datasetOf(collections...)).Find(context.Background(), callOf(t, models.ActionFind, email("ada@example.com")))
		if err != nil {
			t.Fatal(err)
		}
		got := lines(found)
		slices.Sort(got)
		if first == nil {
			first = got
		}
		compare(t, got, first)
	}
	if len(first) != 9 {
		t.Errorf("%d rows are found: %q", len(first), first)
	}
}

// What a driver says may quote rows; what is logged does not.
func TestErrorsHoldNothing(t *testing.T) {
	t.Parallel()
	for _, driver := range drivers {
		d := open(t, driver).exec(`CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(100), name VARCHAR(80) UNIQUE); INSERT INTO person VALUES (1, 'ada@example.com', 'Ada'), (2, 'bob@example.com', 'Bob the secret');`)
		call := callOf(t, models.ActionCorrect, email("ada@example.com"))
		taken := "Bob the secret"
		call.Corrections = []models.Correction{{Field: "name", Category: "user.name", Value: &taken}}
		_, err := d.system(datasetOf(person())).Preview(context.Background(), call)
		e, ok := errors.AsType[*models.ConnectorError](err)
		if !ok || e.Fault != models.FaultRefused || e.Code == "" || e.Table == "" || strings.Contains(err.Error()+e.Constraint+e.Column, "secret") {
			t.Errorf("%s: %+v", driver, err)
		}
	}
}

// Addresses in capitals are found, unless an index says that they cannot be
// looked for fast; then check says so.
func TestCase(t *testing.T) {
	t.Parallel()
	many := "INSERT INTO person SELECT n, 'p', 'x' FROM (WITH RECURSIVE c(n) AS (SELECT 10 UNION ALL SELECT n+1 FROM c WHERE n < 51000) SELECT n FROM c) x;"
	tests := map[string]struct {
		more   string
		found  int
		advice string
	}{
		"no index":                  {"", 1, "make one on lower(email)"},
		"an index on lower":         {"CREATE INDEX i ON person (lower(email))", 1, ""},
		"an index by itself":        {"CREATE INDEX i ON person (email)", 1, ""},
		"an index by itself, large": {many + "CREATE INDEX i ON person (email)", 0, "would find an address in any case"},
		"an index on lower, large":  {many + "CREATE INDEX i ON person (email); CREATE INDEX j ON person (lower(email))", 1, ""},
	}
	for _, driver := range []string{"postgres", "sqlite"} {
		for name, tt := range tests {
			t.Run(name+"/"+driver, func(t *testing.T) {
				t.Parallel()
				d := open(t, driver).exec(personTable + "UPDATE person SET email = 'Ada@Example.com' WHERE id = 0;" + tt.more)
				s := d.system(datasetOf(person()))
				found, err := s.Find(context.Background(), callOf(t, models.ActionFind, email("ada@example.com")))
				if err != nil || len(found.Records) != tt.found {
					t.Errorf("%d found, %v%s", len(found.Records), err, sealed(err))
				}
				if texts := remarks(t, s); !strings.Contains(texts, tt.advice) || tt.advice == "" && strings.Contains(texts, "index") {
					t.Errorf("check says %s", texts)
				}
			})
		}
	}
}

func TestIdentities(t *testing.T) {
	t.Parallel()
	for _, driver := range drivers {
		var all []string
		err := shopOf(t, driver).system(shopDataset).Identities(context.Background(), func(id models.Identifier) error {
			all = append(all, string(id.Kind)+" "+id.Value)
			return nil
		})
		slices.Sort(all)
		if err != nil || !slices.Equal(all, []string{"email ada@example.com", "email bob@example.com"}) {
			t.Errorf("%s: %q %v", driver, all, err)
		}
	}
}

// A reference and its key may be of different numeric types; of inexact ones
// in SQLite only, where a whole number stays one.
func TestReferencesBetweenNumericTypes(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"BIGINT", "DOUBLE PRECISION", "REAL", "NUMERIC(10,0)"} {
		for _, driver := range drivers {
			if inexact := kind == "REAL" || kind == "DOUBLE PRECISION"; inexact && driver != "sqlite" {
				continue
			}
			t.Run(driver+" "+kind, func(t *testing.T) {
				t.Parallel()
				d := open(t, driver).exec(`CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(80), name VARCHAR(80));
					CREATE TABLE purchase (id INTEGER PRIMARY KEY, person_id ` + kind + `, note VARCHAR(80));
					INSERT INTO person VALUES (7, 'ada@example.com', 'Ada');
					INSERT INTO purchase VALUES (1, 7, 'hers')`)
				call := callOf(t, models.ActionFind, email("ada@example.com"))
				if found, err := d.system(shopDataset).Find(context.Background(), call); err != nil || len(found.Records) != 2 {
					t.Errorf("%d records, %v%s", len(found.Records), err, sealed(err))
				}
			})
		}
	}
}
