package sqlsystem

import (
	"context"
	"slices"
	"strconv"
)

// sharing finds out which of the person's rows are somebody else's as well. A
// row that has one of the person's identifiers is the person's whoever points
// at it. Any other is shared when a row outside the finding points at it, or
// when only a shared row led to it: then it may be about the others there.
func (f *finder) sharing(ctx context.Context) error {
	for {
		before := f.count()
		for _, p := range f.m.pointers {
			if err := f.pointedAt(ctx, p); err != nil {
				return err
			}
		}
		f.unreached()
		if f.count() == before {
			return nil
		}
	}
}

func (f *finder) count() (n int) {
	for _, r := range f.order {
		if r.shared || r.pinned {
			n++
		}
	}
	return n
}

// alone reports whether a row is the person's alone, as far as is known.
func (r *row) alone() bool { return !r.boundary && !r.shared }

// asks reports whether it matters who points at a row: it could be changed, or
// leads on.
func (f *finder) asks(r *row) bool {
	if !r.alone() || r.pinned {
		return false
	}
	leads := slices.ContainsFunc(f.m.references, func(ref *reference) bool {
		return ref.forth && ref.holder == r.table || ref.back && ref.target == r.table
	})
	return leads || slices.ContainsFunc(r.table.fields, func(x *field) bool { return x.Personal() }) || r.table.collection.Delete
}

// pointedAt marks the rows at which rows outside point in one way.
func (f *finder) pointedAt(ctx context.Context, p *pointer) error {
	holder, target := p.holder.columnsOf(p.holderCols), p.target.columnsOf(p.targetCols)
	open := map[string][]*row{} // by what meets them
	tuples := map[string][]value{}
	for _, r := range f.order {
		if r.table != p.target || !f.asks(r) {
			continue
		}
		tuple, ok := r.tuple(p.targetCols)
		if !ok || !fitAll(tuple, holder) {
			continue
		}
		key := meetingOf(tuple, target, holder)
		open[key], tuples[key] = append(open[key], r), tuple
	}
	inside := map[string]bool{}
	for _, r := range f.order {
		if r.table == p.table && r.alone() {
			inside[r.id] = true
		}
	}
	for chunk := range slices.Chunk(sortedKeys(tuples), f.d.batchSize()) {
		if err := f.pointers(ctx, p, chunk, tuples, open, inside); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	all := make([]string, 0, len(m))
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// pointers reads who points at rows, no further than it takes to know: there
// may be millions. Each round either ends, or settles a row, or reads further.
func (f *finder) pointers(ctx context.Context, p *pointer, keys []string, tuples map[string][]value, open map[string][]*row, inside map[string]bool) error {
	limit := len(inside) + 1
	for len(keys) > 0 {
		var asked [][]value
		for _, k := range keys {
			asked = append(asked, tuples[k])
		}
		outside, n, err := f.readPointers(ctx, p, asked, limit, inside)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(sortedKeys(outside), func(k string) bool { return open[k] == nil }) {
			// The database compares by a rule that is not ours: any of them.
			for _, k := range keys {
				outside[k] = true
			}
		}
		for key := range outside {
			for _, r := range open[key] {
				r.pinned, r.shared = true, r.shared || !r.own()
			}
		}
		if n < limit {
			return nil
		}
		before := len(keys)
		keys = slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return outside[k] })
		if len(keys) == before {
			limit *= 2
		}
	}
	return nil
}

// readPointers reads up to limit rows of the holder, and returns what those
// outside the finding point at.
func (f *finder) readPointers(ctx context.Context, p *pointer, tuples [][]value, limit int, inside map[string]bool) (outside map[string]bool, n int, err error) {
	columns, target := p.holder.columnsOf(p.holderCols), p.target.columnsOf(p.targetCols)
	t := p.table
	if t == nil { // no dataset speaks of it: all its rows are outside
		t = &table{relation: p.holder, number: -1, reads: p.holderCols, at: map[int]int{}}
		for i, c := range p.holderCols {
			t.at[c] = i
		}
	}
	plain := &finder{work: f.work} // no identifiers: no flags
	q := plain.selectFrom(t)
	q.write(" WHERE ", f.d.in(q, names(f.d, columns), columns, tuples), " LIMIT ", strconv.Itoa(limit))
	rows, err := f.c.QueryContext(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close() //nolint:errcheck // it was read
	outside = map[string]bool{}
	twins := map[string]int{}
	for ; rows.Next(); n++ {
		r, err := plain.scan(rows, t)
		if err != nil {
			return nil, 0, err
		}
		if r.key() == nil || len(t.relation.key) == 0 {
			twins[r.id]++
			r.id += "#" + strconv.Itoa(twins[r.id])
		}
		if p.table != nil && inside[r.id] {
			continue
		}
		if key, ok := meeting(r, p.holderCols, columns, target); ok {
			outside[key] = true
		}
	}
	return outside, n, rows.Err()
}

// unreached marks as shared what is reached only through shared rows.
func (f *finder) unreached() {
	reached := map[*row]bool{}
	var queue []*row
	for _, r := range f.order {
		if r.own() {
			reached[r] = true
			queue = append(queue, r)
		}
	}
	next := f.neighbours()
	for len(queue) > 0 {
		r := queue[0]
		queue = queue[1:]
		for _, other := range next[r] {
			if other.alone() && !reached[other] {
				reached[other] = true
				queue = append(queue, other)
			}
		}
	}
	for _, r := range f.order {
		if r.alone() && !reached[r] {
			r.shared = true
		}
	}
}

// neighbours are the rows that find reaches from each row.
func (f *finder) neighbours() map[*row][]*row {
	next := map[*row][]*row{}
	for _, ref := range f.m.references {
		f.join(ref.holder, ref.holderCols, ref.target, ref.targetCols, func(holder, target *row) {
			if ref.forth {
				next[holder] = append(next[holder], target)
			}
			if ref.back {
				next[target] = append(next[target], holder)
			}
		})
	}
	return next
}
