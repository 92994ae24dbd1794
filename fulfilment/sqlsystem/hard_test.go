package sqlsystem_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"habeas/fulfilment"
	"habeas/models"
)

// field writes one field of a dataset.
func field(name, category string, meta ...string) string {
	line := fmt.Sprintf("          - {name: %q, data_categories: [%s]", name, category)
	if len(meta) > 0 {
		line += ", fides_meta: {" + strings.Join(meta, ", ") + "}"
	}
	return line + "}\n"
}

func collection(name string, fields ...string) string {
	return fmt.Sprintf("      - name: %q\n        fields:\n%s", name, strings.Join(fields, ""))
}

func datasetOf(collections ...string) string {
	return "dataset:\n  - fides_key: hard\n    collections:\n" + strings.Join(collections, "")
}

func reference(to, direction string) string {
	return fmt.Sprintf("references: [{dataset: hard, field: %q, direction: %s}]", to, direction)
}

const (
	key   = "primary_key: true"
	ident = "identity: email"
)

// person is the collection that most of the schemas begin with.
func person() string {
	return collection("person", field("id", "user.unique_id", key), field("email", "user.contact.email", ident), field("name", "user.name"))
}

const personTable = `CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(100), name VARCHAR(80));
	INSERT INTO person VALUES (0, 'ada@example.com', 'Ada'), (2, 'bob@example.com', 'Bob');`

// TestHard tries one hard thing each, in every database that has it.
func TestHard(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		only    string // the one database that has it; "": all
		schema  string
		dataset string
		tables  string
		want    []string // rows afterwards, of Ada and of everybody
		fault   models.ConnectorFault
		text    string // in the fault
	}{
		"references in a circle, both ends of which are deleted": {
			schema: personTable + `CREATE TABLE a (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person(id), b_id INTEGER, note VARCHAR(20));
				CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES a(id), note VARCHAR(20));
				INSERT INTO a VALUES (1, 0, 1, 'x'), (2, 2, 2, 'y'); INSERT INTO b VALUES (1, 1, 'x'), (2, 2, 'y');`,
			dataset: datasetOf(person(),
				collection("a", field("id", "system.operations", key), field("person_id", "system.operations", reference("person.id", "from")), field("b_id", "system.operations", reference("b.id", "to")), field("note", "user.content", "masking_strategy_override: {strategy: delete}")),
				collection("b", field("id", "system.operations", key), field("a_id", "system.operations", reference("a.id", "from")), field("note", "user.content", "masking_strategy_override: {strategy: delete}"))),
			tables: "a b person",
			want:   []string{"a id=2 person_id=2 b_id=2 note=y", "b id=2 a_id=2 note=y", "person id=0 email=<nil> name=<nil>", "person id=2 email=bob@example.com name=Bob"},
		},
		"a row that points at itself": {
			schema: `CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(100), boss INTEGER REFERENCES person(id));
				INSERT INTO person VALUES (2, 'bob@example.com', NULL), (5, 'ada@example.com', NULL); UPDATE person SET boss = 5 WHERE id = 5;`,
			dataset: datasetOf(collection("person", field("id", "system.operations", key), field("email", "user.contact.email", ident, "masking_strategy_override: {strategy: delete}"), field("boss", "system.operations"))),
			tables:  "person", want: []string{"person id=2 email=bob@example.com boss=<nil>"},
		},
		"two composite references to one table": {
			schema: `CREATE TABLE place (tenant INTEGER, no VARCHAR(9), street VARCHAR(30), PRIMARY KEY (tenant, no));
				CREATE TABLE person (tenant INTEGER, id INTEGER, email VARCHAR(100), home VARCHAR(9), work VARCHAR(9), PRIMARY KEY (tenant, id));
				INSERT INTO place VALUES (1, '', 'Ada home'), (1, 'w', 'Ada work'), (2, '', 'another tenant'), (2, 'w', 'another tenant too'), (1, 'x', 'nobody');
				INSERT INTO person VALUES (1, 0, 'ada@example.com', '', 'w'), (2, 0, 'bob@example.com', '', 'w');`,
			dataset: datasetOf(
				collection("place", field("tenant", "system.operations", key), field("no", "system.operations", key), field("street", "user.contact.address.street")),
				collection("person", field("tenant", "system.operations", key, reference("place.tenant", "to")), field("id", "system.operations", key), field("email", "user.contact.email", ident),
					field("home", "system.operations", reference("place.no", "to")), field("work", "system.operations", reference("place.no", "to")))),
			tables: "place person",
			want: []string{
				"person tenant=1 id=0 email=<nil> home= work=w", "person tenant=2 id=0 email=bob@example.com home= work=w",
				"place tenant=1 no= street=<nil>", "place tenant=1 no=w street=<nil>", "place tenant=1 no=x street=nobody", "place tenant=2 no= street=another tenant", "place tenant=2 no=w street=another tenant too",
			},
		},
		"names that need quotes": {
			only: "postgres", schema: `CREATE TABLE "Per son;--" ("Id" int PRIMARY KEY, "e""mail" text, "select" text);
				INSERT INTO "Per son;--" VALUES (1, 'ada@example.com', 'x'), (2, 'bob@example.com', 'y');`,
			dataset: datasetOf(collection(`Per son;--`, field("Id", "system.operations", key), field(`e"mail`, "user.contact.email", ident), field("select", "user.name"))),
			tables:  `"Per_son;--"`, want: []string{`"Per_son;--" Id=1 e"mail=<nil> select=<nil>`, `"Per_son;--" Id=2 e"mail=bob@example.com select=y`},
		},
		"a name in another case": {
			only: "postgres", schema: personTable, dataset: datasetOf(collection("Person", field("id", "system.operations", key), field("email", "user.contact.email", ident))),
			fault: models.FaultDefinition, text: "set.yml:4: the database has no table Person, but person",
		},
		"a column that is not there": {
			schema: personTable, dataset: datasetOf(collection("person", field("id", "system.operations", key), field("email", "user.contact.email", ident), field("nick", "user.name"))),
			fault: models.FaultDefinition, text: "set.yml:8: the table",
		},
		"JSON, arrays, an enum, a uuid and a date": {
			only: "postgres", schema: `CREATE TYPE mood AS ENUM ('sad', 'happy');
				CREATE TABLE person (id uuid PRIMARY KEY, email text NOT NULL UNIQUE, doc jsonb NOT NULL, tags text[], mood mood, born date, score int NOT NULL);
				INSERT INTO person VALUES ('00000000-0000-0000-0000-000000000001', 'ada@example.com', '{"a": {"b": "c"}}', '{x,"y z"}', 'sad', '1815-12-10', 7), ('00000000-0000-0000-0000-000000000002', 'bob@example.com', '{}', '{}', 'happy', '2000-01-01', 7);`,
			dataset: datasetOf(collection("person", field("id", "user.unique_id", key), field("email", "user.contact.email", ident, "masking_strategy_override: {strategy: random_string_rewrite, configuration: {length: 20, format_preservation: {suffix: '@gone.example'}}}"),
				"          - {name: doc, fides_meta: {data_type: object}, fields: [{name: a, data_categories: [user.content]}]}\n",
				field("tags", "user.behavior", "data_type: 'string[]'"), field("mood", "user.demographic"), field("born", "user.demographic.date_of_birth"), field("score", "user.behavior"))),
			tables: "person",
			want: []string{
				`person id=00000000-0000-0000-0000-000000000001 email=bsryir5c3gvxyqjsqawy@gone.example doc="qne22bag4na4jsi225givns473ha53hn" tags=<nil> mood=<nil> born=<nil> score=2098719926`,
				"person id=00000000-0000-0000-0000-000000000002 email=bob@example.com doc={} tags={} mood=happy born=2000-01-01 00:00:00 +0000 UTC score=7",
			},
		},
		"an enum that may not be empty": {
			only: "postgres", schema: `CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE person (id int PRIMARY KEY, email text, mood mood NOT NULL, kept text);
				INSERT INTO person VALUES (1, 'ada@example.com', 'sad', 'k');`,
			dataset: datasetOf(collection("person", field("id", "system.operations", key), field("email", "user.contact.email", ident), field("mood", "user.demographic"), field("kept", "user.content", "read_only: true"))),
			fault:   models.FaultRefused, text: "no strategy fits public.person.mood",
		},
		"a generated column": {
			schema:  `CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(100), loud VARCHAR(100) GENERATED ALWAYS AS (upper(email)) STORED); INSERT INTO person (id, email) VALUES (1, 'ada@example.com'), (2, 'bob@example.com');`,
			dataset: datasetOf(collection("person", field("id", "system.operations", key), field("email", "user.contact.email", ident), field("loud", "user.contact.email"))),
			tables:  "person", want: []string{"person id=1 email=<nil> loud=<nil>", "person id=2 email=bob@example.com loud=BOB@EXAMPLE.COM"},
		},
		"a generated column of something that is not erased": {
			schema:  `CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(100), nick VARCHAR(100), loud VARCHAR(100) GENERATED ALWAYS AS (upper(nick)) STORED); INSERT INTO person (id, email, nick) VALUES (1, 'ada@example.com', 'a');`,
			dataset: datasetOf(collection("person", field("id", "system.operations", key), field("email", "user.contact.email", ident), field("loud", "user.name"))),
			fault:   models.FaultRefused, text: "is generated and does not change",
		},
		"a constraint that refuses the mask": {
			schema:  `CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(100) NOT NULL, kept VARCHAR(9), CONSTRAINT mail_like CHECK (email LIKE '%@%')); INSERT INTO person VALUES (1, 'ada@example.com', 'k');`,
			dataset: datasetOf(collection("person", field("id", "system.operations", key), field("email", "user.contact.email", ident), field("kept", "user.content", "read_only: true"))),
			fault:   models.FaultRefused, text: "refuses it",
		},
		"a mask that would not be unique": {
			schema:  `CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(100) NOT NULL UNIQUE); INSERT INTO person VALUES (1, 'ada@example.com');`,
			dataset: datasetOf(collection("person", field("id", "system.operations", key), field("email", "user.contact.email", ident, "masking_strategy_override: {strategy: string_rewrite}"))),
			fault:   models.FaultRefused, text: "UNIQUE",
		},
		"a cascade would take what is kept": { // so the row is emptied instead
			schema: `CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(100)); INSERT INTO person VALUES (1, 'ada@example.com'), (2, 'bob@example.com');
				CREATE TABLE invoice (id INTEGER PRIMARY KEY, person_id INTEGER, total INTEGER, CONSTRAINT inv FOREIGN KEY (person_id) REFERENCES person(id) ON DELETE CASCADE); INSERT INTO invoice VALUES (1, 1, 100);`,
			dataset: datasetOf("      - name: person\n        fides_meta: {masking_strategy_override: {strategy: delete}}\n        fields:\n" + field("id", "system.operations", key) + field("email", "user.contact.email", ident)),
			tables:  "person invoice", want: []string{"invoice id=1 person_id=1 total=100", "person id=1 email=<nil>", "person id=2 email=bob@example.com"},
		},
		"a trigger that keeps a copy": {
			only: "postgres", schema: personTable + `CREATE TABLE audit (old text); CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (OLD.email); RETURN NEW; END $$;
				CREATE TRIGGER keep AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION keep();`,
			dataset: datasetOf(person()), fault: models.FaultSideEffect, text: "changes 1 more rows of public.audit",
		},
		"a trigger that keeps a copy, in SQLite": {
			only: "sqlite", schema: personTable + `CREATE TABLE audit (old text); CREATE TRIGGER keep AFTER UPDATE ON person BEGIN INSERT INTO audit VALUES (OLD.email); END;`,
			dataset: datasetOf(person()), fault: models.FaultSideEffect, text: "1 more rows",
		},
		"a trigger that keeps a copy, in MySQL": {
			only: "mysql", schema: personTable + `CREATE TABLE audit (old text); CREATE TRIGGER keep AFTER UPDATE ON person FOR EACH ROW INSERT INTO audit VALUES (OLD.email);`,
			dataset: datasetOf(person()), fault: models.FaultSideEffect, text: "the trigger keep writes other rows",
		},
		"a trigger that puts the value back": {
			only: "postgres", schema: personTable + `CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := OLD.name; RETURN NEW; END $$;
				CREATE TRIGGER back BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION back();`,
			dataset: datasetOf(person()), fault: models.FaultRefused, text: "has another value than was written",
		},
		"a trigger that refuses quietly": {
			only: "postgres", schema: personTable + `CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
				CREATE TRIGGER no BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION no();`,
			dataset: datasetOf(person()), fault: models.FaultRefused, text: "0 of 1 rows",
		},
		"a table without a key, and a view": {
			schema: personTable + `CREATE TABLE visit (email VARCHAR(100), page VARCHAR(20)); INSERT INTO visit VALUES ('ada@example.com', 'x'), ('ada@example.com', 'x'), ('bob@example.com', 'y');
				CREATE VIEW names AS SELECT email, name FROM person;`,
			dataset: datasetOf(person(), collection("visit", field("email", "user.contact.email", ident), field("page", "user.behavior")), collection("names", field("email", "user.contact.email", ident), field("name", "user.name"))),
			tables:  "visit person", want: []string{
				"person id=0 email=<nil> name=<nil>", "person id=2 email=bob@example.com name=Bob",
				"visit email=ada@example.com page=x", "visit email=ada@example.com page=x", "visit email=bob@example.com page=y",
			},
		},
		"a household": {
			schema: personTable + `CREATE TABLE house (id INTEGER PRIMARY KEY, street VARCHAR(30)); INSERT INTO house VALUES (7, 'Ours');
				CREATE TABLE lives (person_id INTEGER REFERENCES person(id), house_id INTEGER REFERENCES house(id), since VARCHAR(9), PRIMARY KEY (person_id, house_id)); INSERT INTO lives VALUES (0, 7, 'now'), (2, 7, 'long');
				CREATE TABLE pet (id INTEGER PRIMARY KEY, house_id INTEGER REFERENCES house(id), name VARCHAR(9)); INSERT INTO pet VALUES (1, 7, 'Rex');`,
			dataset: datasetOf(person(), collection("house", field("id", "system.operations", key), field("street", "user.contact.address.street")),
				collection("lives", field("person_id", "system.operations", key, reference("person.id", "from")), field("house_id", "system.operations", key, reference("house.id", "to")), field("since", "user.location")),
				collection("pet", field("id", "system.operations", key), field("house_id", "system.operations", reference("house.id", "from")), field("name", "user.content"))),
			tables: "house lives pet person",
			want: []string{
				"house id=7 street=Ours", "lives person_id=0 house_id=7 since=<nil>", "lives person_id=2 house_id=7 since=long",
				"person id=0 email=<nil> name=<nil>", "person id=2 email=bob@example.com name=Bob", "pet id=1 house_id=7 name=Rex",
			},
		},
	}
	for name, tt := range tests {
		for _, driver := range drivers {
			if tt.only != "" && tt.only != driver {
				continue
			}
			t.Run(name+"/"+driver, func(t *testing.T) {
				t.Parallel()
				d := open(t, driver).exec(tt.schema)
				s := d.system(tt.dataset)
				call := callOf(t, models.ActionErase, email("ada@example.com"))
				preview, err := s.Preview(context.Background(), call)
				if tt.fault != "" {
					if faultOf(err) != tt.fault || !strings.Contains(d.named(err.Error()), tt.text) {
						t.Errorf("the preview says %v, want %s: %s", err, tt.fault, tt.text)
					}
					return
				}
				if err != nil {
					t.Fatalf("preview: %v%s", err, sealed(err))
				}
				if _, err := s.Apply(context.Background(), call, preview, fulfilment.Hooks{}); err != nil {
					t.Fatalf("apply: %v%s", err, sealed(err))
				}
				var tables []string
				for table := range strings.FieldsSeq(tt.tables) {
					tables = append(tables, strings.ReplaceAll(table, "Per_son", "Per son"))
				}
				got := flat(d.dump(tables...))
				for i := range got {
					got[i] = strings.ReplaceAll(got[i], "Per son", "Per_son")
				}
				compare(t, got, tt.want)
			})
		}
	}
}

// A table of 200 columns with everything in it.
func TestWideTable(t *testing.T) {
	t.Parallel()
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			var columns, values, fields []string
			for i := range 200 {
				columns = append(columns, fmt.Sprintf("c%d VARCHAR(6)", i))
				values = append(values, fmt.Sprintf("'v%d'", i))
				fields = append(fields, field(fmt.Sprintf("c%d", i), "user.content"))
			}
			d := open(t, driver).exec("CREATE TABLE wide (id INTEGER PRIMARY KEY, email VARCHAR(100), " + strings.Join(columns, ", ") + ");" +
				"INSERT INTO wide VALUES (1, 'ada@example.com', " + strings.Join(values, ", ") + "), (2, 'bob@example.com', " + strings.Join(values, ", ") + ")")
			s := d.system(datasetOf(collection("wide", append([]string{field("id", "system.operations", key), field("email", "user.contact.email", ident)}, fields...)...)))
			preview, receipt := erase(t, s, callOf(t, models.ActionErase, email("ada@example.com")))
			if len(preview.Rows) != 1 || len(preview.Rows[0].Fields) != 201 || receipt.Tables[0].Updated != 1 {
				t.Errorf("%d rows, receipt %+v", len(preview.Rows), receipt)
			}
		})
	}
}

// What an account may not, and what it is not shown.
func TestPrivileges(t *testing.T) {
	t.Parallel()
	d := whole(t).exec(personTable)
	role := "reader_" + strings.ToLower(strings.TrimPrefix(d.url[strings.LastIndex(d.url, "/")+1:strings.Index(d.url, "?")], "test_"))
	d.exec("CREATE ROLE " + role + " LOGIN; GRANT USAGE ON SCHEMA public TO " + role)
	t.Cleanup(func() { d.exec("DROP OWNED BY " + role + "; DROP ROLE " + role) })
	own := *d
	own.url = strings.Replace(d.url, "habeas@", role+"@", 1)
	erasure := callOf(t, models.ActionErase, email("ada@example.com"))
	s := own.system(datasetOf(person()))
	if _, err := s.Find(context.Background(), erasure); faultOf(err) != models.FaultPrivilege {
		t.Errorf("without SELECT: %v", err)
	}
	d.exec("GRANT SELECT ON person TO " + role)
	if _, err := s.Preview(context.Background(), erasure); faultOf(err) != models.FaultPrivilege {
		t.Errorf("without UPDATE: %v", err)
	}
	texts := remarks(t, s)
	for _, want := range []string{"may not UPDATE public.person", "may not DELETE from public.person", "public.person.email has no index"} {
		if !strings.Contains(texts, want) {
			t.Errorf("check does not say %q:\n%s", want, texts)
		}
	}
	d.exec("GRANT UPDATE, DELETE, INSERT ON person TO " + role)
	if texts := remarks(t, s); !strings.Contains(texts, "may do more than it needs on public.person") {
		t.Errorf("check does not say that it may too much:\n%s", texts)
	}
	d.exec("ALTER TABLE person ENABLE ROW LEVEL SECURITY")
	for _, ask := range []func() error{
		func() error { _, err := s.Find(context.Background(), erasure); return err },
		func() error { _, err := s.Preview(context.Background(), erasure); return err },
	} {
		if err := ask(); faultOf(err) != models.FaultRowSecurity {
			t.Errorf("under row-level security: %v", err)
		}
	}
	if texts := remarks(t, s); !strings.Contains(texts, "nothing found would prove nothing") {
		t.Errorf("check does not say that rows are hidden:\n%s", texts)
	}
}

func remarks(t *testing.T, s fulfilment.Connector) string {
	t.Helper()
	all, err := s.Check(context.Background())
	if err != nil {
		t.Fatalf("%v%s", err, sealed(err))
	}
	var b strings.Builder
	for _, r := range all {
		fmt.Fprintf(&b, "%s:%d: %s\n", r.File, r.Line, r.Text)
	}
	return b.String()
}

// Somebody who holds the rows costs no more than the lock timeout.
func TestLocked(t *testing.T) {
	t.Parallel()
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			d := open(t, driver).exec(personTable)
			s := d.system(datasetOf(person()), "  lock_timeout: 200ms")
			c, err := d.Conn(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			begin := map[string]string{"postgres": "BEGIN", "mysql": "BEGIN", "sqlite": "BEGIN IMMEDIATE"}[driver]
			for _, statement := range []string{begin, "UPDATE person SET name = 'x' WHERE id = 0"} {
				if _, err := c.ExecContext(context.Background(), statement); err != nil {
					t.Fatal(err)
				}
			}
			start := time.Now()
			_, err = s.Preview(context.Background(), callOf(t, models.ActionErase, email("ada@example.com")))
			if faultOf(err) != models.FaultLocked || time.Since(start) > 10*time.Second {
				t.Errorf("after %s: %v", time.Since(start), err)
			}
			if _, err := s.Find(context.Background(), callOf(t, models.ActionFind, email("ada@example.com"))); err != nil {
				t.Errorf("find waits for a lock: %v", err)
			}
			if _, err := c.ExecContext(context.Background(), "ROLLBACK"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// The line is cut somewhere: nothing is half done, whatever the place.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"postgres", "mysql"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			cutAnywhere(t, driver)
		})
	}
}
