package sqlsystem

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"habeas/models"
)

// row is one row that find reached.
type row struct {
	table  *table
	id     string // names it within the finding
	values []value
	// matches says of each identity field whose value it has.
	matches []match
	// boundary: it names somebody else.
	boundary bool
	// shared: somebody else's rows point at it, or it is reached only through
	// such a row.
	shared bool
	// pinned: somebody else's rows point at it, but it is the person's own.
	pinned bool
	shown  map[int]bool // of a boundary row: values that the person's own rows gave
}

type match byte

const (
	matchNone  match = iota // no value, or of a kind that was not asked by
	matchMine               // one of the identifiers
	matchOther              // another value
)

// own reports whether the row itself has one of the identifiers.
func (r *row) own() bool { return !r.boundary && slices.Contains(r.matches, matchMine) }

// key returns the values of the primary key, or nil where the row has none.
func (r *row) key() []value {
	var all []value
	for _, c := range r.table.key {
		v := r.values[r.table.at[c]]
		if v.null() {
			return nil
		}
		all = append(all, v)
	}
	return all
}

func (r *row) tuple(columns []int) ([]value, bool) {
	all := make([]value, len(columns))
	for i, c := range columns {
		all[i] = r.values[r.table.at[c]]
		if all[i].null() {
			return nil, false
		}
	}
	return all, true
}

// finder follows references from the person's identifiers to a fixed point.
type finder struct {
	*work
	identifiers map[models.IdentifierKind][]string
	rows        map[string]*row
	order       []*row
	asked       map[*reference][2]map[string]bool // tuples, forth and back
}

// Find returns everything of the person that the system holds.
func (s *System) Find(ctx context.Context, call models.Call) (models.Findings, error) {
	found := models.Findings{System: s.def.Key, Version: s.def.Version, At: call.At}
	err := s.within(ctx, reading, func(ctx context.Context, w *work) error {
		f, err := w.find(ctx, call.Identifiers)
		if err != nil {
			return err
		}
		found.Records, found.Derived = f.findings(), f.derived()
		return nil
	})
	return found, err
}

// find reads every row of the person.
func (w *work) find(ctx context.Context, identifiers []models.Identifier) (*finder, error) {
	f := &finder{work: w, rows: map[string]*row{}, identifiers: map[models.IdentifierKind][]string{}, asked: map[*reference][2]map[string]bool{}}
	kinds := w.m.kinds()
	for _, id := range identifiers {
		if id.Value != "" && id.Verified != models.VerifiedNot && slices.Contains(kinds, id.Kind) {
			f.identifiers[id.Kind] = append(f.identifiers[id.Kind], id.Value)
		}
	}
	if len(f.identifiers) == 0 {
		return nil, refuse(models.FaultIdentifier, nil, "", "the system takes none of the verified identifiers")
	}
	var fresh []*row
	for _, t := range w.m.tables {
		for _, id := range t.identities {
			if len(f.identifiers[id.Identity]) == 0 {
				continue
			}
			q := f.selectFrom(t)
			q.write(" WHERE ", f.matching(q, t, id))
			more, err := f.run(ctx, q, t)
			if err != nil {
				return nil, err
			}
			fresh = append(fresh, more...)
		}
	}
	for len(fresh) > 0 {
		var err error
		if fresh, err = f.follow(ctx, fresh); err != nil {
			return nil, err
		}
	}
	f.settle()
	return f, nil
}

// follow asks along every reference for what the fresh rows name, and returns
// the rows that are new.
func (f *finder) follow(ctx context.Context, fresh []*row) ([]*row, error) {
	var next []*row
	for _, r := range f.m.references {
		for back, goes := range []bool{r.forth, r.back} {
			from, to, fromCols, toCols := r.holder, r.target, r.holderCols, r.targetCols
			if back == 1 {
				from, to, fromCols, toCols = to, from, toCols, fromCols
			}
			if !goes {
				continue
			}
			tuples := f.unasked(r, back, fresh, from, fromCols, to.columnsOf(toCols))
			for chunk := range slices.Chunk(tuples, f.d.batchSize()) {
				q := f.selectFrom(to)
				q.write(" WHERE ", f.d.in(q, names(f.d, to.columnsOf(toCols)), to.columnsOf(toCols), chunk))
				more, err := f.run(ctx, q, to)
				if err != nil {
					return nil, err
				}
				next = append(next, more...)
			}
		}
	}
	return next, nil
}

// unasked returns the tuples of fresh rows that were not asked for before.
func (f *finder) unasked(r *reference, way int, fresh []*row, from *table, columns []int, into []*column) [][]value {
	seen, ok := f.asked[r]
	if !ok {
		seen = [2]map[string]bool{{}, {}}
		f.asked[r] = seen
	}
	var tuples [][]value
	for _, row := range fresh {
		if row.table != from || row.boundary {
			continue
		}
		tuple, ok := row.tuple(columns)
		if !ok || !fitAll(tuple, into) {
			continue
		}
		if key := joined(tuple); !seen[way][key] {
			seen[way][key] = true
			tuples = append(tuples, tuple)
		}
	}
	return tuples
}

// fitAll makes the values ones of the columns. It is false if one cannot be.
func fitAll(tuple []value, into []*column) bool {
	for i, v := range tuple {
		var ok bool
		if tuple[i], ok = fit(v, into[i]); !ok {
			return false
		}
	}
	return true
}

// selectFrom begins a query for rows of a table: what is read of it, and
// whether each identity is the person's.
func (f *finder) selectFrom(t *table) *query {
	q := &query{d: f.d}
	q.write("SELECT ")
	for i, c := range t.reads {
		if i > 0 {
			q.write(", ")
		}
		q.write(f.d.read(f.d.quote(t.columns[c].name), t.columns[c]))
	}
	for _, id := range t.identities {
		if len(f.identifiers[id.Identity]) == 0 {
			continue
		}
		name := f.d.quote(t.columns[id.column].name)
		q.write(", CASE WHEN ", name, " IS NULL THEN '0' WHEN ", f.matching(q, t, id), " THEN '1' ELSE '2' END")
	}
	if len(t.reads) == 0 {
		q.write("NULL")
	}
	q.write(" FROM ", tableName(f.d, t.relation))
	return q
}

// matching is the condition that an identity field has one of the identifiers
// of its kind. Mail addresses are compared whatever their case, unless only an
// index that tells case makes the comparison fast.
func (f *finder) matching(q *query, t *table, id *field) string {
	c := t.columns[id.column]
	name := f.d.quote(c.name)
	lower := id.Identity == models.IdentifierEmail && anyCase(t.relation, id.column)
	var tuples [][]value
	for _, v := range variants(id.Identity, f.identifiers[id.Identity], lower) {
		if fitted, ok := fit(text(v), c); ok {
			tuples = append(tuples, []value{fitted})
		}
	}
	if len(tuples) == 0 {
		return "1 = 0"
	}
	if lower {
		plain := &column{name: c.name, base: "text", family: famText}
		if c.base != "text" && f.def.SQL.Driver == "postgres" {
			name += "::text"
		}
		return f.d.in(q, []string{"lower(" + name + ")"}, []*column{plain}, tuples)
	}
	return f.d.in(q, []string{name}, []*column{c}, tuples)
}

// anyCase reports whether a column is compared by its lower-cased value: there
// is an index for that, or none at all, or the table is small. A collation that
// folds case needs neither.
func anyCase(r *relation, column int) bool {
	c := r.columns[column]
	return c.family == famText && !c.fold && (r.small || r.lowered(column) || !r.indexed([]int{column}))
}

// variants are the writings of identifiers that are looked for.
func variants(kind models.IdentifierKind, values []string, lower bool) []string {
	var all []string
	add := func(s string) {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	for _, v := range values {
		switch {
		case lower:
			add(strings.ToLower(v))
		case kind == models.IdentifierEmail:
			add(v)
			add(strings.ToLower(v))
		case kind == models.IdentifierPhone:
			add(v)
			add(strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "", "/", "").Replace(v))
		default:
			add(v)
		}
	}
	return all
}

// run reads rows and adds those that were not found before, which it returns.
func (f *finder) run(ctx context.Context, q *query, t *table) ([]*row, error) {
	rows, err := f.c.QueryContext(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // it was read
	var fresh []*row
	twins := map[string]int{}
	for rows.Next() {
		r, err := f.scan(rows, t)
		if err != nil {
			return nil, err
		}
		if len(t.relation.key) == 0 || r.key() == nil {
			// Rows without a key that look alike are told apart by their count:
			// whatever finds one of them finds all.
			twins[r.id]++
			r.id += "#" + strconv.Itoa(twins[r.id])
		}
		if _, ok := f.rows[r.id]; ok {
			continue
		}
		if len(f.rows) == f.def.SQL.Rows {
			return nil, refuse(models.FaultTooMuch, t.relation, "", "there are more than %d rows of the person (sql.rows)", f.def.SQL.Rows)
		}
		f.rows[r.id] = r
		f.order = append(f.order, r)
		fresh = append(fresh, r)
	}
	return fresh, rows.Err()
}

func (f *finder) scan(rows *sql.Rows, t *table) (*row, error) {
	flags := 0
	for _, id := range t.identities {
		if len(f.identifiers[id.Identity]) > 0 {
			flags++
		}
	}
	raw := make([]any, max(1, len(t.reads))+flags)
	into := make([]any, len(raw))
	for i := range raw {
		into[i] = &raw[i]
	}
	if err := rows.Scan(into...); err != nil {
		return nil, err
	}
	r := &row{table: t, values: make([]value, len(t.reads)), matches: make([]match, len(t.identities))}
	for i, c := range t.reads {
		r.values[i] = f.d.scan(raw[i], t.columns[c])
	}
	flag := max(1, len(t.reads))
	for i, id := range t.identities {
		if len(f.identifiers[id.Identity]) == 0 {
			continue
		}
		r.matches[i] = map[string]match{"1": matchMine, "2": matchOther}[f.d.scan(raw[flag], nil).text]
		if r.values[id.at].text == "" && r.matches[i] == matchOther {
			r.matches[i] = matchNone
		}
		flag++
	}
	r.boundary = f.namesOther(r)
	named := r.key()
	if named == nil {
		named = r.values
	}
	r.id = strconv.Itoa(t.number) + ":" + joined(named)
	return r, nil
}

// namesOther reports whether of some kind the row has identifiers, and none of
// them is the person's.
func (f *finder) namesOther(r *row) bool {
	for i, id := range r.table.identities {
		if r.matches[i] != matchOther {
			continue
		}
		mine := false
		for j, other := range r.table.identities {
			mine = mine || other.Identity == id.Identity && r.matches[j] == matchMine
		}
		if !mine {
			return true
		}
	}
	return false
}

// settle puts the rows in an order that does not depend on how they were
// reached, and notes which values of boundary rows the person's own rows gave.
func (f *finder) settle() {
	slices.SortFunc(f.order, func(a, b *row) int {
		if a.table != b.table {
			return a.table.number - b.table.number
		}
		return compareRows(a, b)
	})
	for _, r := range f.m.references {
		f.join(r.holder, r.holderCols, r.target, r.targetCols, func(holder, target *row) {
			if r.forth && !holder.boundary && target.boundary {
				target.show(r.targetCols)
			}
			if r.back && !target.boundary && holder.boundary {
				holder.show(r.holderCols)
			}
		})
	}
}

func compareRows(a, b *row) int {
	ka, kb := a.key(), b.key()
	for i := range min(len(ka), len(kb)) {
		x, errX := strconv.ParseInt(ka[i].text, 10, 64)
		y, errY := strconv.ParseInt(kb[i].text, 10, 64)
		switch {
		case errX == nil && errY == nil && x != y:
			if x < y {
				return -1
			}
			return 1
		case ka[i].text != kb[i].text:
			return strings.Compare(ka[i].text, kb[i].text)
		}
	}
	return strings.Compare(a.id, b.id)
}

func (r *row) show(columns []int) {
	if r.shown == nil {
		r.shown = map[int]bool{}
	}
	for _, c := range columns {
		r.shown[r.table.at[c]] = true
	}
}

// join calls do for each pair of found rows whose columns are equal.
func (f *finder) join(a *table, aCols []int, b *table, bCols []int, do func(a, b *row)) {
	at, bt := a.columnsOf(aCols), b.columnsOf(bCols)
	index := map[string][]*row{}
	for _, r := range f.order {
		if r.table == b {
			if key, ok := meeting(r, bCols, bt, at); ok {
				index[key] = append(index[key], r)
			}
		}
	}
	for _, r := range f.order {
		if r.table == a {
			if key, ok := meeting(r, aCols, at, bt); ok {
				for _, other := range index[key] {
					do(r, other)
				}
			}
		}
	}
}

// meeting is the key under which rows of two tables meet.
func meeting(r *row, columns []int, own, other []*column) (string, bool) {
	tuple, ok := r.tuple(columns)
	if !ok {
		return "", false
	}
	return meetingOf(tuple, own, other), true
}

func meetingOf(tuple []value, own, other []*column) string {
	var b strings.Builder
	for i, v := range tuple {
		s := compared(v, own[i], other[i])
		b.WriteString(strconv.Itoa(len(s)))
		b.WriteByte(':')
		b.WriteString(s)
	}
	return b.String()
}
