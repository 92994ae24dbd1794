package sqlsystem_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"habeas/internal/testbed"
	"habeas/models"
)

// world is a generated schema with its population. Everything is kept in memory
// in a form that has nothing in common with the connector, so that the oracle
// finds the same by brute force or not at all.
type world struct {
	tables []*oTable
}

type oTable struct {
	name   string
	cols   []oCol
	key    []int // columns
	refs   []oRef
	rows   [][]*string
	delete bool // the collection's override
}

type oCol struct {
	name     string
	text     bool
	category string
	identity bool
	nullable bool
	readOnly bool
}

// oRef is a reference of some columns to the key of another table.
type oRef struct {
	cols   []int
	target int
	dir    string // to, from or ""
	fk     bool
}

const people = 5

func address(i int) string { return fmt.Sprintf("person%d@example.com", i) }

// generate makes a world: up to seven tables, composite keys, the key 0 and the
// empty string, references in any direction, to itself and in circles, NULLs,
// and rows that belong to several people.
func generate(r *rand.Rand) *world {
	w := &world{}
	for i := range 2 + r.IntN(6) {
		t := &oTable{name: fmt.Sprintf("t%d", i), delete: r.IntN(8) == 0}
		for k := range 1 + r.IntN(2) {
			t.cols = append(t.cols, oCol{name: fmt.Sprintf("k%d", k), text: r.IntN(3) == 0, category: "system.operations"})
			t.key = append(t.key, k)
		}
		for d := range 1 + r.IntN(4) {
			c := oCol{name: fmt.Sprintf("d%d", d), text: true, nullable: r.IntN(4) > 0, category: "system.operations"}
			if r.IntN(3) > 0 {
				c.category = []string{"user.name", "user.contact.address.city", "user.content"}[r.IntN(3)]
				c.readOnly = r.IntN(12) == 0
			}
			t.cols = append(t.cols, c)
		}
		if i == 0 || r.IntN(3) == 0 {
			t.cols = append(t.cols, oCol{name: "mail", text: true, identity: true, nullable: r.IntN(3) > 0, category: "user.contact.email"})
		}
		if r.IntN(8) == 0 {
			t.cols = append(t.cols, oCol{name: "mail2", text: true, identity: true, nullable: true, category: "user.contact.email"})
		}
		w.tables = append(w.tables, t)
	}
	for i, t := range w.tables {
		for range r.IntN(3) {
			w.refer(r, t, i)
		}
		w.populate(r, t)
	}
	w.connect(r)
	return w
}

func (w *world) refer(r *rand.Rand, t *oTable, n int) {
	target := r.IntN(len(w.tables))
	if len(t.refs) > 0 && slices.ContainsFunc(t.refs, func(x oRef) bool { return x.target == target }) {
		return // two tuples to one table are a test of their own
	}
	ref := oRef{target: target, dir: []string{"to", "from", ""}[r.IntN(3)], fk: r.IntN(2) == 0}
	for i, k := range w.tables[target].key {
		ref.cols = append(ref.cols, len(t.cols))
		t.cols = append(t.cols, oCol{name: fmt.Sprintf("r%d_%d_%d", n, target, i), text: w.tables[target].cols[k].text, nullable: true, category: "system.operations"})
	}
	t.refs = append(t.refs, ref)
}

// populate makes rows with keys of their own and no references yet.
func (w *world) populate(r *rand.Rand, t *oTable) {
	for n := range 1 + r.IntN(8) {
		row := make([]*string, len(t.cols))
		for i, c := range t.cols {
			switch {
			case slices.Contains(t.key, i) && i == t.key[len(t.key)-1]:
				row[i] = new(fmt.Sprint(n))
				if c.text && n == 0 {
					row[i] = new("")
				}
			case slices.Contains(t.key, i):
				row[i] = new(fmt.Sprint(r.IntN(2)))
			case c.identity:
				if !c.nullable || r.IntN(3) > 0 {
					row[i] = new(address(r.IntN(people)))
				}
			case c.name[0] == 'd' && (!c.nullable || r.IntN(4) > 0):
				row[i] = new(fmt.Sprintf("%s-%s-%d", t.name, c.name, n))
			}
		}
		t.rows = append(t.rows, row)
	}
}

// connect fills in the references.
func (w *world) connect(r *rand.Rand) {
	for _, t := range w.tables {
		for _, ref := range t.refs {
			target := w.tables[ref.target]
			for _, row := range t.rows {
				if r.IntN(4) == 0 {
					continue
				}
				to := target.rows[r.IntN(len(target.rows))]
				for i, c := range ref.cols {
					row[c] = to[target.key[i]]
				}
			}
		}
	}
}

func (w *world) quote(driver, name string) string {
	if driver == "mysql" {
		return "`" + name + "`"
	}
	return `"` + name + `"`
}

// statements create and fill the tables; foreign keys come last.
func (w *world) statements(driver string) string {
	var b strings.Builder
	q := func(name string) string { return w.quote(driver, name) }
	list := func(t *oTable, cols []int) string {
		var all []string
		for _, c := range cols {
			all = append(all, q(t.cols[c].name))
		}
		return strings.Join(all, ", ")
	}
	foreign := func(t *oTable, ref oRef) string {
		return "FOREIGN KEY (" + list(t, ref.cols) + ") REFERENCES " + q(w.tables[ref.target].name) + " (" + list(w.tables[ref.target], w.tables[ref.target].key) + ")"
	}
	if driver == "sqlite" {
		b.WriteString("PRAGMA foreign_keys = OFF;\n")
	}
	for _, t := range w.tables {
		fmt.Fprintf(&b, "CREATE TABLE %s (", q(t.name))
		for _, c := range t.cols {
			kind := "BIGINT"
			if c.text {
				kind = "VARCHAR(60)"
			}
			if !c.nullable {
				kind += " NOT NULL"
			}
			fmt.Fprintf(&b, "%s %s, ", q(c.name), kind)
		}
		fmt.Fprintf(&b, "PRIMARY KEY (%s)", list(t, t.key))
		for _, ref := range t.refs {
			if ref.fk && driver == "sqlite" {
				b.WriteString(", " + foreign(t, ref))
			}
		}
		b.WriteString(");\n")
	}
	for _, t := range w.tables {
		for _, row := range t.rows {
			var values []string
			for i, v := range row {
				switch {
				case v == nil:
					values = append(values, "NULL")
				case t.cols[i].text:
					values = append(values, "'"+*v+"'")
				default:
					values = append(values, *v)
				}
			}
			fmt.Fprintf(&b, "INSERT INTO %s VALUES (%s);\n", q(t.name), strings.Join(values, ", "))
		}
	}
	for _, t := range w.tables {
		for _, ref := range t.refs {
			if ref.fk && driver != "sqlite" {
				fmt.Fprintf(&b, "ALTER TABLE %s ADD %s;\n", q(t.name), foreign(t, ref))
			}
		}
	}
	if driver == "sqlite" {
		b.WriteString("PRAGMA foreign_keys = ON;\n")
	}
	return b.String()
}

func (w *world) drop(driver string) string {
	var b strings.Builder
	for _, t := range w.tables {
		if driver == "postgres" {
			fmt.Fprintf(&b, "DROP TABLE %s CASCADE;\n", w.quote(driver, t.name))
		} else {
			fmt.Fprintf(&b, "DROP TABLE %s;\n", w.quote(driver, t.name))
		}
	}
	switch driver {
	case "mysql":
		return "SET foreign_key_checks = 0;\n" + b.String() + "SET foreign_key_checks = 1;\n"
	case "sqlite":
		return "PRAGMA foreign_keys = OFF;\n" + b.String() + "PRAGMA foreign_keys = ON;\n"
	}
	return b.String()
}

func (w *world) dataset() string {
	var b strings.Builder
	b.WriteString("dataset:\n  - fides_key: world\n    collections:\n")
	for _, t := range w.tables {
		fmt.Fprintf(&b, "      - name: %s\n", t.name)
		if t.delete {
			b.WriteString("        fides_meta: {masking_strategy_override: {strategy: delete}}\n")
		}
		b.WriteString("        fields:\n")
		for i, c := range t.cols {
			fmt.Fprintf(&b, "          - name: %s\n            data_categories: [%s]\n", c.name, c.category)
			var meta []string
			if slices.Contains(t.key, i) {
				meta = append(meta, "primary_key: true")
			}
			if c.identity {
				meta = append(meta, "identity: email")
			}
			if c.readOnly {
				meta = append(meta, "read_only: true")
			}
			for _, ref := range t.refs {
				if k := slices.Index(ref.cols, i); k >= 0 {
					target := w.tables[ref.target]
					one := fmt.Sprintf("dataset: world, field: %s.%s", target.name, target.cols[target.key[k]].name)
					if ref.dir != "" {
						one += ", direction: " + ref.dir
					}
					meta = append(meta, "references: [{"+one+"}]")
				}
			}
			if len(meta) > 0 {
				fmt.Fprintf(&b, "            fides_meta: {%s}\n", strings.Join(meta, ", "))
			}
		}
	}
	return b.String()
}

// at is one row of the world.
type at struct{ table, row int }

func (w *world) equal(t *oTable, row []*string, cols []int, other *oTable, to []*string) bool {
	for i, c := range cols {
		if row[c] == nil || *row[c] != *to[other.key[i]] {
			return false
		}
	}
	return true
}

// links calls do for every pair of rows of which one points at the other.
func (w *world) links(do func(holder, target at, ref oRef)) {
	for i, t := range w.tables {
		for _, ref := range t.refs {
			for n, row := range t.rows {
				for m, to := range w.tables[ref.target].rows {
					if w.equal(t, row, ref.cols, w.tables[ref.target], to) {
						do(at{i, n}, at{ref.target, m}, ref)
					}
				}
			}
		}
	}
}

// who says whose identifiers a row has: the person's, and others'.
func (w *world) who(p at, person string) (mine, others bool) {
	t := w.tables[p.table]
	for i, c := range t.cols {
		if v := t.rows[p.row][i]; c.identity && v != nil {
			mine, others = mine || *v == person, others || *v != person
		}
	}
	return mine, others
}

// reach is every row that a person reaches; boundary ones are marked.
func (w *world) reach(person string) (found map[at]bool) {
	found = map[at]bool{}
	for i, t := range w.tables {
		for n := range t.rows {
			if mine, _ := w.who(at{i, n}, person); mine {
				found[at{i, n}] = false
			}
		}
	}
	for before := -1; before != len(found); {
		before = len(found)
		w.links(func(holder, target at, ref oRef) {
			step := func(from, to at) {
				boundary, in := found[from]
				if _, known := found[to]; in && !boundary && !known {
					mine, others := w.who(to, person)
					found[to] = others && !mine
				}
			}
			if ref.dir != "from" {
				step(holder, target)
			}
			if ref.dir != "to" {
				step(target, holder)
			}
		})
	}
	return found
}

// alone is what of a person's rows is not somebody else's as well.
func (w *world) alone(person string, found map[at]bool) map[at]bool {
	own := map[at]bool{}
	for p, boundary := range found {
		if !boundary {
			own[p] = true
		}
	}
	identified := func(p at) bool { mine, _ := w.who(p, person); return mine }
	for again := true; again; {
		again = false
		w.links(func(holder, target at, _ oRef) {
			if own[target] && !identified(target) && !own[holder] {
				delete(own, target)
				again = true
			}
		})
		reached := map[at]bool{}
		for p := range own {
			if identified(p) {
				reached[p] = true
			}
		}
		for before := -1; before != len(reached); {
			before = len(reached)
			w.links(func(holder, target at, ref oRef) {
				if ref.dir != "from" && reached[holder] && own[target] {
					reached[target] = true
				}
				if ref.dir != "to" && reached[target] && own[holder] {
					reached[holder] = true
				}
			})
		}
		for p := range own {
			if !reached[p] {
				delete(own, p)
				again = true
			}
		}
	}
	return own
}

func (w *world) name(p at) string {
	t := w.tables[p.table]
	parts := []string{t.name}
	for _, k := range t.key {
		parts = append(parts, *t.rows[p.row][k])
	}
	return strings.Join(parts, "|")
}

func keyName(table string, key []models.Field) string {
	parts := []string{table}
	for _, k := range key {
		parts = append(parts, *k.Value)
	}
	return strings.Join(parts, "|")
}

// TestOracle holds find and erase against brute force.
func TestOracle(t *testing.T) {
	t.Parallel()
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			d := open(t, driver)
			if driver == "sqlite" {
				d.SetMaxOpenConns(1)
			}
			for n := range testbed.Soak(15, 3400) {
				r := rand.New(rand.NewPCG(uint64(n), 7))
				w := generate(r)
				d.exec(w.statements(driver))
				w.try(t, d, r.IntN(people))
				if t.Failed() {
					t.Fatalf("world %d:\n%s\n%s", n, w.dataset(), w.statements(driver))
				}
				d.exec(w.drop(driver))
			}
		})
	}
}

func (w *world) try(t *testing.T, d *database, n int) {
	person := address(n)
	system := d.system(w.dataset())
	defer system.Close()
	found, err := system.Find(context.Background(), callOf(t, models.ActionFind, email(person)))
	if err != nil {
		t.Fatalf("find: %v%s", err, sealed(err))
	}
	want := w.reach(person)
	var got, expected []string
	for _, r := range found.Records {
		got = append(got, fmt.Sprint(keyName(r.Table, r.Key), r.Boundary))
	}
	for p, boundary := range want {
		expected = append(expected, fmt.Sprint(w.name(p), boundary))
	}
	slices.Sort(got)
	slices.Sort(expected)
	if !slices.Equal(got, expected) {
		t.Errorf("of %s find has\n%q, want\n%q", person, got, expected)
		return
	}
	w.erase(t, d, person, want, w.alone(person, want))
}

// erase erases, and compares every row of everybody.
func (w *world) erase(t *testing.T, d *database, person string, found, alone map[at]bool) {
	var tables []string
	for _, table := range w.tables {
		tables = append(tables, w.quote(d.driver, table.name))
	}
	before := flat(d.dump(tables...))
	system := d.system(w.dataset())
	defer system.Close()
	preview, err := system.Preview(context.Background(), callOf(t, models.ActionErase, email(person)))
	if err != nil {
		// A NOT NULL column in a row that must stay takes a mask; nothing else
		// is refused in these worlds.
		t.Errorf("preview: %v%s", err, sealed(err))
		return
	}
	if now := flat(d.dump(tables...)); !slices.Equal(now, before) {
		t.Error("the preview changes something")
	}
	_, receipt := erase(t, system, callOf(t, models.ActionErase, email(person)))
	if receipt.After == nil || receipt.After.Remaining != 0 {
		t.Errorf("after it %+v", receipt.After)
	}
	verdicts := map[string]models.FieldChange{}
	for _, row := range preview.Rows {
		for _, f := range row.Fields {
			verdicts[keyName(row.Table, row.Key)+"|"+f.Name] = f
		}
	}
	for i, table := range w.tables {
		now := d.keyed(w, table)
		for n, row := range table.rows {
			w.compare(t, at{i, n}, row, now[w.name(at{i, n})], person, found, alone, verdicts)
		}
	}
}

// keyed reads a table by the names of its rows.
func (d *database) keyed(w *world, t *oTable) map[string][]*string {
	rows, err := d.QueryContext(context.Background(), "SELECT * FROM "+w.quote(d.driver, t.name))
	if err != nil {
		d.t.Fatal(err)
	}
	defer rows.Close()
	all := map[string][]*string{}
	for rows.Next() {
		row, into := make([]*string, len(t.cols)), make([]any, len(t.cols))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			d.t.Fatal(err)
		}
		name := t.name
		for _, k := range t.key {
			name += "|" + *row[k]
		}
		all[name] = row
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	return all
}

// compare holds one row against what has to become of it.
func (w *world) compare(t *testing.T, p at, before, after []*string, person string, found, alone map[at]bool, verdicts map[string]models.FieldChange) {
	table := w.tables[p.table]
	same := func(a, b *string) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
	boundary, in := found[p]
	mine, _ := w.who(p, person)
	for i, c := range table.cols {
		verdict, listed := verdicts[w.name(p)+"|"+c.name]
		personal := strings.HasPrefix(c.category, "user") && before[i] != nil
		if in && !boundary && personal && !listed {
			t.Errorf("%s.%s has no verdict", w.name(p), c.name)
		}
		if after == nil {
			if !alone[p] {
				t.Errorf("%s is not the person's alone, and gone", w.name(p))
			}
			continue
		}
		reference := c.name[0] == 'r'
		otherMail := c.identity && before[i] != nil && *before[i] != person
		switch {
		case !alone[p] || !personal && !reference || otherMail:
			if !same(before[i], after[i]) {
				t.Errorf("%s.%s is changed, and not the person's (in %v, boundary %v, mine %v)", w.name(p), c.name, in, boundary, mine)
			}
		case reference:
			if !same(before[i], after[i]) && after[i] != nil {
				t.Errorf("%s.%s points elsewhere", w.name(p), c.name)
			}
		case same(before[i], after[i]) && (verdict.Kept == nil || !c.readOnly):
			t.Errorf("%s.%s is neither erased nor kept for a reason: %+v", w.name(p), c.name, verdict)
		}
	}
}
