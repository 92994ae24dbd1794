package sqlsystem

import (
	"context"
	"slices"
	"strings"

	"habeas/fulfilment"
	"habeas/models"
)

// Check connects and compares the datasets with the database.
func (s *System) Check(ctx context.Context) ([]fulfilment.Remark, error) {
	var remarks []fulfilment.Remark
	ctx, cancel := context.WithTimeout(ctx, s.def.SQL.Timeout)
	defer cancel()
	err := s.connected(ctx, func(w *work) error {
		if _, err := w.c.ExecContext(ctx, s.d.begin(false)); err != nil {
			return err
		}
		defer w.rollback()
		if err := w.load(ctx); err != nil {
			return err
		}
		w.indexes()
		if s.def.Takes(models.ActionErase) {
			w.strategies(ctx)
		}
		for _, f := range w.m.faults {
			remarks = append(remarks, fulfilment.Remark{Bad: !f.Advice, File: f.File, Line: f.Line, Text: f.Text})
		}
		more, err := w.account(ctx)
		remarks = append(remarks, more...)
		return err
	})
	return remarks, err
}

// account says what the account may too little and too much.
func (w *work) account(ctx context.Context) ([]fulfilment.Remark, error) {
	changes := slices.ContainsFunc(w.def.Actions, models.Action.Changes)
	missing, more, err := w.d.privileges(ctx, w.c, w.m.tables, changes)
	var remarks []fulfilment.Remark
	for _, text := range missing {
		remarks = append(remarks, fulfilment.Remark{Bad: true, File: w.def.File, Line: w.def.SQL.Line, Text: text})
	}
	for _, text := range more {
		remarks = append(remarks, fulfilment.Remark{File: w.def.File, Line: w.def.SQL.Line, Text: text})
	}
	return remarks, err
}

// indexes names the columns that find looks up and that have no index.
func (w *work) indexes() {
	for _, t := range w.m.tables {
		if t.view {
			continue
		}
		for _, id := range t.identities {
			c := t.columns[id.column]
			mail := id.Identity == models.IdentifierEmail && c.family == famText && !c.fold
			switch {
			case mail && t.lowered(id.column), mail && t.small && t.indexed([]int{id.column}):
			case mail && t.indexed([]int{id.column}):
				w.m.advise(t.collection, id.Line, "%s.%s is compared as it is written, since its index tells case: an index on lower(%s) would find an address in any case", t, id.Name, id.Name)
			case mail:
				w.m.advise(t.collection, id.Line, "%s.%s has no index: find reads the whole table; make one on lower(%s)", t, id.Name, id.Name)
			case !t.indexed([]int{id.column}):
				w.m.advise(t.collection, id.Line, "%s.%s has no index: find reads the whole table", t, id.Name)
			}
		}
	}
	for _, r := range w.m.references {
		if (r.back || w.def.Takes(models.ActionErase)) && !r.holder.view && !r.holder.indexed(r.holderCols) {
			w.m.advise(r.holder.collection, r.line, "%s.%s has no index: each find reads the whole table", r.holder, r.holder.list(r.holderCols))
		}
		if r.forth && !r.target.view && !r.target.indexed(r.targetCols) {
			w.m.advise(r.holder.collection, r.line, "%s.%s has no index: each find reads the whole table", r.target, r.target.list(r.targetCols))
		}
	}
}

func (r *relation) list(columns []int) string {
	var all []string
	for _, c := range r.columnsOf(columns) {
		all = append(all, c.name)
	}
	return strings.Join(all, ", ")
}

// strategies reports the fields that no strategy of the policy fits. The row
// that it tries has no values; what depends on them is for the preview.
func (w *work) strategies(ctx context.Context) {
	call := models.Call{Action: models.ActionErase, Treatments: w.treatments, Key: make([]byte, 32)}
	p := &plan{finder: &finder{work: w}, call: call, masker: masker{m: w.m, key: call.Key}}
	for _, t := range w.m.tables {
		if len(t.relation.key) == 0 || t.view {
			continue // said already
		}
		for _, f := range t.fields {
			if !f.Personal() || f.ReadOnly || t.collection.Delete || t.columns[f.column].generated && f.Override == nil {
				continue
			}
			if why := p.unfit(ctx, t, f); why != "" {
				w.m.bad(t.collection, f.Line, "no strategy fits %s.%s (%s)", t, f.Name, why)
			}
		}
	}
}

func (p *plan) unfit(ctx context.Context, t *table, f *field) string {
	kept, strategies, err := p.treatment(f)
	if err != nil {
		return err.Error()
	}
	if kept != nil {
		return ""
	}
	r := &row{table: t, values: make([]value, len(t.reads))}
	for i := range r.values {
		r.values[i] = text("x")
	}
	deletable := !slices.ContainsFunc(t.fields, func(other *field) bool {
		kept, _, err := treatmentOf(p.call.Treatments, other)
		return other.Personal() && (other.ReadOnly || err == nil && kept != nil)
	})
	_, chosen, why := p.choose(ctx, strategies, r, f, deletable)
	if chosen != "" {
		return ""
	}
	return why
}
