package sqlsystem

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"habeas/models"
)

// execute makes the changes of a plan: first what is set, then what is deleted,
// the rows that point at others before them.
func (p *plan) execute(ctx context.Context) (expected map[string]int, err error) {
	expected = map[string]int{}
	var deletes []*change
	sets := map[string]*batch{}
	for _, c := range p.changes {
		switch c.op {
		case models.OperationDelete:
			deletes = append(deletes, c)
		case models.OperationUpdate:
			addTo(sets, c, c.sets)
		case models.OperationKeep:
		}
	}
	levels, cycles := p.levels(deletes)
	for c, columns := range cycles {
		empty := map[int]value{}
		for _, column := range columns {
			empty[column] = value{}
		}
		addTo(sets, c, empty)
	}
	for _, key := range sortedKeys(sets) {
		if err := p.assign(ctx, sets[key], expected); err != nil {
			return nil, err
		}
	}
	for _, level := range levels {
		if err := p.remove(ctx, level, expected); err != nil {
			return nil, err
		}
	}
	return expected, nil
}

// addTo adds a row to the batch of those that get values in the same columns.
func addTo(all map[string]*batch, c *change, values map[int]value) {
	var columns []int
	for column := range values {
		columns = append(columns, column)
	}
	slices.Sort(columns)
	key := fmt.Sprint(c.row.table.number, columns)
	b := all[key]
	if b == nil {
		b = &batch{table: c.row.table, columns: c.row.table.columnsOf(columns)}
		all[key] = b
	}
	row := make([]value, len(columns))
	for i, column := range columns {
		row[i] = values[column]
	}
	b.keys, b.values = append(b.keys, c.row.key()), append(b.values, row)
}

func (p *plan) assign(ctx context.Context, b *batch, expected map[string]int) error {
	expected[b.table.String()] += len(b.keys)
	for from := 0; from < len(b.keys); from += p.d.batchSize() {
		to := min(from+p.d.batchSize(), len(b.keys))
		part := &batch{table: b.table, columns: b.columns, keys: b.keys[from:to], values: b.values[from:to]}
		n := 0
		for _, q := range p.d.assign(part) {
			one, err := p.exec(ctx, q, b.table)
			if err != nil {
				return err
			}
			n += one
		}
		if n != to-from {
			return refuse(models.FaultRefused, b.table.relation, "", "%d of %d rows of %s could be changed; a trigger, a rule or a policy of the database keeps the others", n, to-from, b.table)
		}
	}
	return nil
}

func (p *plan) remove(ctx context.Context, level []*change, expected map[string]int) error {
	byTable := map[int][]*change{}
	for _, c := range level {
		byTable[c.row.table.number] = append(byTable[c.row.table.number], c)
	}
	for _, number := range sortedNumbers(byTable) {
		t := p.m.tables[number]
		columns := t.columnsOf(t.key)
		expected[t.String()] += len(byTable[number])
		for chunk := range slices.Chunk(byTable[number], p.d.batchSize()) {
			var keys [][]value
			for _, c := range chunk {
				keys = append(keys, c.row.key())
			}
			q := &query{d: p.d}
			q.write("DELETE FROM ", tableName(p.d, t.relation), " WHERE ", p.d.in(q, names(p.d, columns), columns, keys))
			n, err := p.exec(ctx, q, t)
			if err != nil {
				return err
			}
			if n != len(chunk) {
				return refuse(models.FaultRefused, t.relation, "", "%d of %d rows of %s could be deleted; a trigger, a rule or a policy of the database keeps the others", n, len(chunk), t)
			}
		}
	}
	return nil
}

func sortedNumbers[V any](m map[int]V) []int {
	all := make([]int, 0, len(m))
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func (p *plan) exec(ctx context.Context, q *query, t *table) (int, error) {
	result, err := p.c.ExecContext(ctx, q.text.String(), q.args...)
	if err != nil {
		fault := p.d.fault(err)
		if fault != nil && fault.Table == "" {
			fault.Table = t.String()
			return 0, fault
		}
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// levels orders deletions so that a row goes before those it points at. Rows
// that point at each other in a circle have a nullable reference emptied first,
// which cycles lists by row.
func (p *plan) levels(deletes []*change) (levels [][]*change, cycles map[*change][]int) {
	byRow := map[*row]*change{}
	for _, c := range deletes {
		byRow[c.row] = c
	}
	out := map[*change][]foreign{}
	waiting := map[*change]int{} // how many point at it
	for _, ptr := range p.m.pointers {
		if ptr.table == nil || ptr.constraint == nil {
			continue
		}
		p.join(ptr.table, ptr.holderCols, ptr.target, ptr.targetCols, func(holder, target *row) {
			h, t := byRow[holder], byRow[target]
			if h != nil && t != nil && (h != t || p.def.SQL.Driver == "mysql") {
				out[h] = append(out[h], foreign{t, ptr})
				waiting[t]++
			}
		})
	}
	cycles = map[*change][]int{}
	left := slices.Clone(deletes)
	for len(left) > 0 {
		var level []*change
		for _, c := range left {
			if waiting[c] == 0 {
				level = append(level, c)
			}
		}
		if len(level) == 0 {
			if !breakCycle(left, out, waiting, cycles) {
				return append(levels, left), cycles // the database says what it thinks
			}
			continue
		}
		levels = append(levels, level)
		for _, c := range level {
			waiting[c] = -1
			for _, f := range out[c] {
				waiting[f.to]--
			}
		}
		left = slices.DeleteFunc(left, func(c *change) bool { return waiting[c] < 0 })
	}
	return levels, cycles
}

// foreign is a foreign key of one row to another.
type foreign struct {
	to  *change
	via *pointer
}

// breakCycle empties one nullable reference of a row among those left.
func breakCycle(left []*change, out map[*change][]foreign, waiting map[*change]int, cycles map[*change][]int) bool {
	for _, c := range left {
		for i, f := range out[c] {
			at := slices.IndexFunc(f.via.holderCols, func(column int) bool {
				col := c.row.table.columns[column]
				return col.nullable && !col.generated && !slices.Contains(c.row.table.key, column)
			})
			if waiting[f.to] <= 0 || at < 0 {
				continue
			}
			column := f.via.holderCols[at]
			if !slices.Contains(cycles[c], column) {
				cycles[c] = append(cycles[c], column)
			}
			waiting[f.to]--
			out[c] = slices.Delete(slices.Clone(out[c]), i, i+1)
			return true
		}
	}
	return false
}

// rehearse executes a plan in a transaction and sees that the database did
// that, all of that and nothing else.
func (p *plan) rehearse(ctx context.Context) error {
	if err := p.catalogued(); err != nil {
		return err
	}
	if p.def.SQL.Driver == "postgres" {
		if _, err := p.c.ExecContext(ctx, "SET CONSTRAINTS ALL IMMEDIATE"); err != nil {
			return err
		}
	}
	before, err := p.d.changes(ctx, p.c)
	if err != nil {
		return err
	}
	expected, err := p.execute(ctx)
	if err != nil {
		return err
	}
	after, err := p.d.changes(ctx, p.c)
	if err != nil {
		return err
	}
	if err := sideEffect(before, after, expected); err != nil {
		return err
	}
	return p.verify(ctx)
}

// sideEffect compares what was changed with what was meant to be.
func sideEffect(before, after, expected map[string]int) error {
	total := 0
	for _, n := range expected {
		total += n
	}
	for _, name := range sortedKeys(after) {
		meant := expected[name]
		if name == "" { // the database does not say where
			meant = total
		}
		if more := after[name] - before[name] - meant; more > 0 {
			if name == "" {
				return refuse(models.FaultSideEffect, nil, "", "a trigger or a cascade changes %d more rows than the preview has", more)
			}
			fault := &models.ConnectorError{Fault: models.FaultSideEffect, Table: name}
			fault.Text = "a trigger or a cascade changes " + strconv.Itoa(more) + " more rows of " + name + " than the preview has"
			return fault
		}
	}
	return nil
}

// catalogued refuses what the catalogue already says: a trigger of MySQL that
// writes elsewhere, which only the trigger's own text tells.
func (p *plan) catalogued() error {
	if p.def.SQL.Driver != "mysql" {
		return nil
	}
	for _, c := range p.changes {
		for _, t := range c.row.table.triggers {
			update, remove := c.op == models.OperationUpdate && t.event == "UPDATE", c.op == models.OperationDelete && t.event == "DELETE"
			if (update || remove) && writes(t.statement) {
				return refuse(models.FaultSideEffect, c.row.table.relation, "", "the trigger %s writes other rows than the preview has", t.name)
			}
		}
	}
	return nil
}

// writes reports whether a statement changes rows or calls what may.
func writes(statement string) bool {
	for _, word := range []string{"insert", "update", "delete", "replace", "call"} {
		if mentions(statement, word) {
			return true
		}
	}
	return false
}

// verify reads the changed rows again: each has what the plan says, and what
// was deleted is gone. What the database generates is taken into the plan.
func (p *plan) verify(ctx context.Context) error {
	byTable := map[int][]*change{}
	for _, c := range p.changes {
		if c.op != models.OperationKeep {
			byTable[c.row.table.number] = append(byTable[c.row.table.number], c)
		}
	}
	for _, number := range sortedNumbers(byTable) {
		t := p.m.tables[number]
		for chunk := range slices.Chunk(byTable[number], p.d.batchSize()) {
			var keys [][]value
			for _, c := range chunk {
				keys = append(keys, c.row.key())
			}
			now, err := p.reread(ctx, t, keys, "")
			if err != nil {
				return err
			}
			for _, c := range chunk {
				if err := c.held(now[joinedText(c.row.key())]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// reread returns rows by their keys.
func (w *work) reread(ctx context.Context, t *table, keys [][]value, lock string) (map[string]*row, error) {
	plain := &finder{work: w}
	columns := t.columnsOf(t.key)
	q := plain.selectFrom(t)
	q.write(" WHERE ", w.d.in(q, names(w.d, columns), columns, keys), lock)
	rows, err := w.c.QueryContext(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // it was read
	found := map[string]*row{}
	for rows.Next() {
		r, err := plain.scan(rows, t)
		if err != nil {
			return nil, err
		}
		found[joinedText(r.key())] = r
	}
	return found, rows.Err()
}

// joinedText is a key whatever the kinds of its values are.
func joinedText(key []value) string {
	var b strings.Builder
	for _, v := range key {
		b.WriteString(strconv.Itoa(len(v.text)))
		b.WriteByte(':')
		b.WriteString(v.text)
	}
	return b.String()
}

// held reports that the database does not have what was written.
func (c *change) held(now *row) error {
	t := c.row.table
	if c.op == models.OperationDelete {
		if now != nil {
			return refuse(models.FaultRefused, t.relation, "", "a deleted row of %s is still there", t)
		}
		return nil
	}
	if now == nil {
		return refuse(models.FaultRefused, t.relation, "", "a changed row of %s cannot be found again", t)
	}
	for i := range c.fields {
		f := &c.fields[i]
		column := t.column(f.Name)
		is := now.values[t.at[column]].shown()
		if f.Strategy == generatedAgain {
			if f.After = is; same(f.Before, is) {
				return refuse(models.FaultRefused, t.relation, f.Name, "%s.%s is generated and does not change: name what it is made of in the dataset", t, f.Name)
			}
			continue
		}
		if _, set := c.sets[column]; set && !same(f.After, is) {
			return refuse(models.FaultRefused, t.relation, f.Name, "%s.%s has another value than was written; the type or a trigger changes it", t, f.Name)
		}
	}
	return nil
}

// passes asks the database whether a constraint over one column takes a value.
// A constraint that cannot be asked is left to the rehearsal.
func (p *plan) passes(ctx context.Context, t *table, k check, v value) bool {
	id := t.String() + "\x00" + k.name + k.expression + "\x00" + joined([]value{v})
	if p.checked == nil {
		p.checked = map[string]bool{}
	}
	if known, ok := p.checked[id]; ok {
		return known
	}
	c := t.columns[k.columns[0]]
	q := &query{d: p.d}
	bound := p.d.bind(q, c, v)
	if v.null() && p.def.SQL.Driver == "postgres" {
		bound += "::" + c.base
	}
	q.write("SELECT CASE WHEN NOT (", k.expression, ") THEN 0 ELSE 1 END FROM (SELECT ", bound, " AS ", p.d.quote(c.name), ") AS t")
	takes := 1
	if _, err := p.c.ExecContext(ctx, "SAVEPOINT habeas_check"); err == nil {
		if err := p.c.QueryRowContext(ctx, q.text.String(), q.args...).Scan(&takes); err != nil {
			takes = 1
		}
		_, _ = p.c.ExecContext(ctx, "ROLLBACK TO SAVEPOINT habeas_check") // a broken connection shows at the next statement
	}
	p.checked[id] = takes == 1
	return takes == 1
}
