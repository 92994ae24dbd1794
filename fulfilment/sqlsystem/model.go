package sqlsystem

import (
	"fmt"
	"slices"

	"habeas/fulfilment/dataset"
	"habeas/internal/yamltree"
	"habeas/models"
)

// model is the datasets of a system laid over the catalogue of its database.
type model struct {
	tables     []*table
	references []*reference
	// pointers are all ways in which a row can point at a row of a table: the
	// references, and the foreign keys that no reference speaks of.
	pointers []*pointer
	lite     bool // SQLite
	faults   []yamltree.Fault
}

// table is a collection with its relation.
type table struct {
	*relation
	number     int
	collection *dataset.Collection
	fields     []*field // in the order of the dataset
	reads      []int    // the columns that are read: key, fields and references
	at         map[int]int
	identities []*field
}

// field is a field of the dataset with its column.
type field struct {
	*dataset.Field
	column int // in the relation
	at     int // in the values of a row
}

// reference is one or more fields of a table that together name rows of
// another.
type reference struct {
	holder, target         *table
	holderCols, targetCols []int
	forth, back            bool // find goes from holder to target, and from target to holder
	line                   int
}

// pointer is a reference or a foreign key, seen from the row that it points at.
type pointer struct {
	holder     *relation
	table      *table // of the holder, where a dataset has it
	target     *table
	holderCols []int
	targetCols []int
	constraint *foreignKey // nil: by dataset alone
}

func (m *model) bad(c *dataset.Collection, line int, format string, args ...any) {
	m.faults = append(m.faults, yamltree.Fault{File: c.Dataset.File, Line: line, Text: fmt.Sprintf(format, args...)})
}

func (m *model) advise(c *dataset.Collection, line int, format string, args ...any) {
	m.faults = append(m.faults, yamltree.Fault{File: c.Dataset.File, Line: line, Text: fmt.Sprintf(format, args...), Advice: true})
}

// newModel lays the datasets over the catalogue. What is wrong is in faults.
func newModel(sets []*dataset.Dataset, cat *catalogue) *model {
	m := &model{}
	for _, set := range sets {
		for _, c := range set.Collections {
			if !c.Skip {
				m.add(c, cat)
			}
		}
	}
	for _, t := range m.tables {
		m.refer(t)
	}
	for _, t := range m.tables {
		t.finish(m)
	}
	m.point()
	return m
}

// add finds the relation of a collection.
func (m *model) add(c *dataset.Collection, cat *catalogue) {
	r := cat.find(c.Dataset.Schema, c.Name)
	if r == nil {
		if other := cat.foldedName(c.Dataset.Schema, c.Name); other != nil {
			m.bad(c, c.Line, "the database has no table %s, but %s", c.Name, other.name)
			return
		}
		m.bad(c, c.Line, "the database has no table %s, or the account may not see it", c.Name)
		return
	}
	if r.rowSecurity {
		m.bad(c, c.Line, "row-level security hides rows of %s from the account: nothing found would prove nothing", r)
	}
	t := &table{relation: r, number: len(m.tables), collection: c}
	for _, f := range c.Fields {
		i := r.column(f.Name)
		if i < 0 {
			if other := r.folded(f.Name); other >= 0 {
				m.bad(c, f.Line, "the table %s has no column %s, but %s", r, f.Name, r.columns[other].name)
			} else {
				m.bad(c, f.Line, "the table %s has no column %s", r, f.Name)
			}
			continue
		}
		t.fields = append(t.fields, &field{Field: f, column: i})
		if f.PrimaryKey && !slices.Contains(r.key, i) {
			m.advise(c, f.Line, "%s.%s is no primary key in the database; rows are named by the database's key", r, f.Name)
		}
	}
	if len(r.key) == 0 {
		m.advise(c, c.Line, "the table %s has no primary key, so it is read and never changed", r)
	}
	m.tables = append(m.tables, t)
}

func (t *table) field(name string) *field {
	for _, f := range t.fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

func (m *model) table(set, collection string) *table {
	for _, t := range m.tables {
		if t.collection.Dataset.Key == set && t.collection.Name == collection {
			return t
		}
	}
	return nil
}

// finish settles which columns are read, and where each lies in a row.
func (t *table) finish(m *model) {
	t.at = map[int]int{}
	read := func(columns ...int) {
		for _, c := range columns {
			if _, ok := t.at[c]; !ok {
				t.at[c] = len(t.reads)
				t.reads = append(t.reads, c)
			}
		}
	}
	read(t.key...)
	for _, f := range t.fields {
		read(f.column)
		f.at = t.at[f.column]
		if f.Identity != "" {
			t.identities = append(t.identities, f)
		}
	}
	for _, r := range m.references {
		if r.holder == t {
			read(r.holderCols...)
		}
		if r.target == t {
			read(r.targetCols...)
		}
	}
	for _, f := range append(slices.Clone(t.outgoing), t.incoming...) {
		if f.from == t.relation {
			read(f.fromCols...)
		}
		if f.to == t.relation {
			read(f.toCols...)
		}
	}
}

// pair is one field that names a field.
type pair struct {
	from, to int
	dir      dataset.Direction
	line     int
}

// refer makes the references of a table. Fields that name the columns of one
// composite key together are one reference, matched as a tuple.
func (m *model) refer(t *table) {
	byTarget := map[*table][]pair{}
	var order []*table
	for _, f := range t.fields {
		for _, ref := range f.References {
			target := m.table(ref.Dataset, ref.Collection)
			if target == nil {
				continue // said already, or skipped
			}
			to := target.field(ref.Field)
			if to == nil {
				continue
			}
			if !comparableColumns(t.columns[f.column], target.columns[to.column]) {
				m.bad(t.collection, ref.Line, "%s.%s is %s and cannot equal %s.%s, which is %s", t.relation, f.Name, t.columns[f.column].base, target.relation, ref.Field, target.columns[to.column].base)
				continue
			}
			if byTarget[target] == nil {
				order = append(order, target)
			}
			byTarget[target] = append(byTarget[target], pair{f.column, to.column, ref.Direction, ref.Line})
		}
	}
	for _, target := range order {
		m.group(t, target, byTarget[target])
	}
}

// group makes one reference of the pairs that belong together: those of a
// foreign key, then those of a composite unique key; each other is its own.
func (m *model) group(holder, target *table, pairs []pair) {
	used := make([]bool, len(pairs))
	take := func(chosen []int) {
		r := &reference{holder: holder, target: target, line: pairs[chosen[0]].line}
		dir := pairs[chosen[0]].dir
		for _, i := range chosen {
			used[i] = true
			r.holderCols, r.targetCols = append(r.holderCols, pairs[i].from), append(r.targetCols, pairs[i].to)
			if pairs[i].dir != dir {
				m.bad(holder.collection, pairs[i].line, "the parts of one composite reference go in different directions")
			}
		}
		r.forth, r.back = dir != dataset.From, dir != dataset.To
		m.references = append(m.references, r)
	}
	for _, f := range holder.outgoing {
		if f.to == target.relation && len(f.fromCols) > 1 {
			if chosen := choose(pairs, f.fromCols, f.toCols); chosen != nil {
				take(chosen)
			}
		}
	}
	for _, key := range append([][]int{target.key}, uniqueColumns(target.relation)...) {
		if len(key) < 2 || slices.ContainsFunc(key, func(c int) bool { return target.isUnique([]int{c}) }) {
			continue
		}
		for _, chosen := range combinations(pairs, key, used) {
			take(chosen)
		}
	}
	for i := range pairs {
		if !used[i] {
			take([]int{i})
		}
	}
}

func uniqueColumns(r *relation) [][]int {
	var all [][]int
	for _, u := range r.uniques {
		all = append(all, u.columns)
	}
	return all
}

// choose returns the pairs that make a foreign key, or nil.
func choose(pairs []pair, from, to []int) []int {
	var chosen []int
	for k := range from {
		i := slices.IndexFunc(pairs, func(p pair) bool { return p.from == from[k] && p.to == to[k] })
		if i < 0 {
			return nil
		}
		chosen = append(chosen, i)
	}
	return chosen
}

// combinations returns every way to name all columns of a key by the pairs. A
// pair may be in several; at least one of them was not used before.
func combinations(pairs []pair, key []int, used []bool) [][]int {
	ways := [][]int{nil}
	for _, column := range key {
		var next [][]int
		for _, way := range ways {
			for i, p := range pairs {
				if p.to == column {
					next = append(next, append(slices.Clone(way), i))
				}
			}
		}
		ways = next
	}
	fresh := slices.Clone(used)
	return slices.DeleteFunc(ways, func(way []int) bool {
		return !slices.ContainsFunc(way, func(i int) bool { return !fresh[i] })
	})
}

// point lists the ways in which rows are pointed at.
func (m *model) point() {
	tableOf := map[*relation]*table{}
	for _, t := range m.tables {
		tableOf[t.relation] = t
	}
	for _, t := range m.tables {
		for _, f := range t.incoming {
			m.pointers = append(m.pointers, &pointer{
				holder: f.from, table: tableOf[f.from], target: t,
				holderCols: f.fromCols, targetCols: f.toCols, constraint: f,
			})
		}
	}
	for _, r := range m.references {
		known := slices.ContainsFunc(m.pointers, func(p *pointer) bool {
			return p.table == r.holder && p.target == r.target && slices.Equal(p.holderCols, r.holderCols) && slices.Equal(p.targetCols, r.targetCols)
		})
		if !known {
			m.pointers = append(m.pointers, &pointer{holder: r.holder.relation, table: r.holder, target: r.target, holderCols: r.holderCols, targetCols: r.targetCols})
		}
	}
}

// columnsOf returns columns by their positions.
func (r *relation) columnsOf(positions []int) []*column {
	all := make([]*column, len(positions))
	for i, p := range positions {
		all[i] = r.columns[p]
	}
	return all
}

// kinds lists the kinds of identifiers that the datasets take.
func (m *model) kinds() []models.IdentifierKind {
	var all []models.IdentifierKind
	for _, t := range m.tables {
		for _, f := range t.identities {
			if !slices.Contains(all, f.Identity) {
				all = append(all, f.Identity)
			}
		}
	}
	return all
}
