package sqlsystem

import (
	"slices"
	"strings"
)

// column is one column as the catalogue of the database describes it.
type column struct {
	name      string
	base      string // the type without its length
	family    family
	length    int // characters; 0 is without a bound
	bits      int // of a whole number
	unsigned  bool
	nullable  bool
	generated bool
	fold      bool // its collation does not tell case
}

// relation is one table or view of the database.
type relation struct {
	schema, name string
	columns      []*column
	key          []int // columns of the primary key
	uniques      []unique
	checks       []check
	indexes      []index
	view         bool
	small        bool // reading all of it costs little
	rowSecurity  bool
	triggers     []trigger

	outgoing, incoming []*foreignKey
}

type unique struct {
	columns   []int
	nullsSame bool // NULL counts as a value
	partial   bool
}

type check struct {
	name       string
	expression string
	columns    []int
}

// index is the columns of an index in their order. lower: it is over the
// lower-cased first column.
type index struct {
	columns []int
	lower   bool
}

type trigger struct {
	name      string
	event     string
	statement string
}

// smallRows is how many rows a table may have to be small.
const smallRows = 50_000

// foreignKey is a constraint between two tables.
type foreignKey struct {
	name             string
	from, to         *relation
	fromCols, toCols []int
	onDelete         string // CASCADE, SET NULL, …
}

func (r *relation) String() string {
	if r.schema == "" {
		return r.name
	}
	return r.schema + "." + r.name
}

// column returns the position of a column by its name, or -1.
func (r *relation) column(name string) int {
	return slices.IndexFunc(r.columns, func(c *column) bool { return c.name == name })
}

// folded returns the position of a column whose name differs in case alone, or
// -1.
func (r *relation) folded(name string) int {
	return slices.IndexFunc(r.columns, func(c *column) bool { return strings.EqualFold(c.name, name) })
}

// isUnique reports whether no two rows have the same values in columns.
func (r *relation) isUnique(columns []int) bool {
	within := func(key []int) bool {
		return len(key) > 0 && !slices.ContainsFunc(key, func(c int) bool { return !slices.Contains(columns, c) })
	}
	return within(r.key) || slices.ContainsFunc(r.uniques, func(u unique) bool { return !u.partial && within(u.columns) })
}

// indexed reports whether an index, a key or a unique constraint begins with
// one of the columns.
func (r *relation) indexed(columns []int) bool {
	first := func(list []int) bool { return len(list) > 0 && slices.Contains(columns, list[0]) }
	return first(r.key) ||
		slices.ContainsFunc(r.uniques, func(u unique) bool { return first(u.columns) }) ||
		slices.ContainsFunc(r.indexes, func(i index) bool { return !i.lower && first(i.columns) })
}

// lowered reports whether there is an index over the lower-cased column.
func (r *relation) lowered(column int) bool {
	return slices.ContainsFunc(r.indexes, func(i index) bool { return i.lower && i.columns[0] == column })
}

// catalogue is what of a database the datasets speak of, and the tables that
// point at it.
type catalogue struct {
	relations []*relation
}

func (c *catalogue) find(schema, name string) *relation {
	for _, r := range c.relations {
		if r.name == name && (schema == "" || r.schema == schema) {
			return r
		}
	}
	return nil
}

// foldedName returns a table whose name differs in case alone, or nil.
func (c *catalogue) foldedName(schema, name string) *relation {
	for _, r := range c.relations {
		if strings.EqualFold(r.name, name) && (schema == "" || r.schema == schema) {
			return r
		}
	}
	return nil
}

// link notes a foreign key at both of its ends.
func link(f *foreignKey) {
	f.from.outgoing = append(f.from.outgoing, f)
	f.to.incoming = append(f.to.incoming, f)
}
