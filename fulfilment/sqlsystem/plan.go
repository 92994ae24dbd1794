package sqlsystem

import (
	"context"
	"slices"
	"strings"

	"habeas/fulfilment/dataset"
	"habeas/models"
)

// plan is what an action does to the rows of a finding.
type plan struct {
	*finder
	call    models.Call
	masker  masker
	changes []*change // in the order of the finding
	checked map[string]bool
}

// change is what happens to one row.
type change struct {
	row    *row
	op     models.Operation
	fields []models.FieldChange
	sets   map[int]value // by column
}

func (c *change) set(column int, v value) {
	if c.sets == nil {
		c.sets = map[int]value{}
	}
	c.sets[column] = v
}

// plan says what a call does to what is found.
func (f *finder) plan(ctx context.Context, call models.Call) (*plan, error) {
	if err := f.sharing(ctx); err != nil {
		return nil, err
	}
	p := &plan{finder: f, call: call, masker: masker{m: f.m, key: call.Key}}
	var err error
	switch call.Action {
	case models.ActionErase:
		err = p.erase(ctx)
	case models.ActionCorrect:
		err = p.correct()
	case models.ActionFind, models.ActionStop, models.ActionTakeDown, models.ActionInform:
		err = refuse(models.FaultUnsupported, nil, "", "a database does not take the action %s", call.Action)
	}
	return p, err
}

// erase gives each personal field its verdict.
func (p *plan) erase(ctx context.Context) error {
	undeletable, err := p.undeletable(ctx)
	if err != nil {
		return err
	}
	for _, r := range p.order {
		c, err := p.eraseRow(ctx, r, !undeletable[r])
		if err != nil {
			return err
		}
		if len(c.fields) > 0 || c.op == models.OperationDelete {
			p.changes = append(p.changes, c)
		}
	}
	p.detach()
	return nil
}

// undeletable are the rows that must not be deleted: something stays that
// points at them. Whether that is so depends on what else is deleted, so it is
// settled by taking away until nothing changes.
func (p *plan) undeletable(ctx context.Context) (map[*row]bool, error) {
	no := map[*row]bool{}
	for _, r := range p.order {
		gone, err := p.wouldDelete(ctx, r)
		if err != nil {
			return nil, err
		}
		if !gone {
			no[r] = true
		}
	}
	type link struct{ holder, target *row }
	var links []link
	for _, ptr := range p.m.pointers {
		if ptr.table == nil {
			continue
		}
		p.join(ptr.table, ptr.holderCols, ptr.target, ptr.targetCols, func(holder, target *row) {
			if holder != target {
				links = append(links, link{holder, target})
			}
		})
	}
	for again := true; again; {
		again = false
		for _, l := range links {
			if no[l.holder] && !no[l.target] {
				no[l.target], again = true, true
			}
		}
	}
	return no, ctx.Err()
}

// wouldDelete reports whether a row would be deleted if nothing pointed at it.
func (p *plan) wouldDelete(ctx context.Context, r *row) (bool, error) {
	c, err := p.eraseRow(ctx, r, true)
	return err == nil && c.op == models.OperationDelete, err
}

// eraseRow gives the fields of one row their verdicts. Where the row may be
// deleted, and one of its fields asks for it and none is kept, it is.
func (p *plan) eraseRow(ctx context.Context, r *row, deletable bool) (*change, error) {
	c := &change{row: r, op: models.OperationKeep}
	deletable = deletable && r.alone() && !r.pinned && r.key() != nil && !r.table.view
	remove := r.table.collection.Delete && deletable
	for _, f := range r.table.fields {
		if p.keptAnyway(r, f) != nil {
			deletable = false
		}
		if !deletable || !f.Personal() || r.madeByDatabase(p.m, f) {
			continue
		}
		kept, strategies, err := p.treatment(f)
		if err != nil {
			return nil, err
		}
		if kept != nil {
			deletable = false
			continue
		}
		_, chosen, _ := p.choose(ctx, strategies, r, f, true)
		remove = remove || chosen == models.StrategyDelete
	}
	if remove && deletable {
		c.op = models.OperationDelete
	}
	for _, f := range r.table.fields {
		if !f.Personal() {
			continue
		}
		one, err := p.verdict(ctx, c, f)
		if err != nil {
			return nil, err
		}
		c.fields = append(c.fields, one)
	}
	if len(c.sets) > 0 && c.op == models.OperationKeep {
		c.op = models.OperationUpdate
	}
	return c, nil
}

// madeByDatabase reports whether the database generates a field of others.
func (r *row) madeByDatabase(m *model, f *field) bool {
	return r.table.columns[f.column].generated && f.Override == nil && !r.table.joins(m, f)
}

// keptAnyway says why a field is not touched whatever the policy says, or nil.
func (p *plan) keptAnyway(r *row, f *field) *models.Kept {
	switch {
	case !f.Personal():
		return nil
	case r.boundary || r.other(f):
		return &models.Kept{Reason: models.KeptOther, Citation: "GDPR Art. 15(4)"}
	case r.shared:
		return &models.Kept{Reason: models.KeptShared, Citation: "GDPR Arts 15(4), 17(1)"}
	case r.key() == nil || r.table.view:
		return &models.Kept{Reason: models.KeptNoKey}
	case f.ReadOnly:
		return &models.Kept{Reason: models.KeptReadOnly}
	}
	return nil
}

// treatment is what the dataset or else the policy wants with a field: it is
// kept, or the first of the strategies that fits is used.
func (p *plan) treatment(f *field) (*models.Kept, []dataset.Masking, error) {
	if f.Override == nil {
		return treatmentOf(p.call.Treatments, f)
	}
	own := []dataset.Masking{*f.Override}
	if f.Override.Strategy != models.StrategyDelete {
		return nil, own, nil
	}
	kept, others, err := treatmentOf(p.call.Treatments, f) // for a row that must stay
	return kept, append(own, others...), err
}

func treatmentOf(all models.Treatments, f *field) (*models.Kept, []dataset.Masking, error) {
	var best *models.Treatment
	categories := f.Categories
	if !models.AnyPersonal(categories) { // it identifies somebody all the same
		categories = []string{"user.unique_id"}
		if f.Identity == models.IdentifierEmail || f.Identity == models.IdentifierPhone {
			categories = []string{"user.contact"}
		}
	}
	for _, category := range categories {
		if !models.PersonalCategory(category) {
			continue
		}
		one, ok := all.Of(category)
		if !ok {
			return nil, nil, refuse(models.FaultDefinition, nil, f.Name, "the policy says nothing of the category %s", category)
		}
		if best == nil || rank(one.Do) > rank(best.Do) {
			best = &one
		}
	}
	if best.Do == models.TreatKeep {
		return best.Kept, nil, nil
	}
	strategies := make([]dataset.Masking, len(best.Strategies))
	for i, s := range best.Strategies {
		strategies[i] = dataset.Masking{Strategy: s, Value: "MASKED"}
	}
	return nil, strategies, nil
}

// rank: of two categories the one that keeps wins, and erasing before masking.
func rank(k models.TreatmentKind) int {
	return map[models.TreatmentKind]int{models.TreatAnonymise: 1, models.TreatErase: 2, models.TreatKeep: 3}[k]
}

// choose returns the mask of the first strategy that fits, or why none does.
func (p *plan) choose(ctx context.Context, strategies []dataset.Masking, r *row, f *field, deletable bool) (mask, models.Strategy, string) {
	var why []string
	overridden := f.Override != nil
	for _, s := range strategies {
		if s.Strategy == models.StrategyDelete && !deletable {
			why = append(why, "delete: the row must stay, since something points at it or is kept in it")
			continue
		}
		if s.Strategy == models.StrategyPreserve && !overridden && !r.table.joins(p.m, f) {
			why = append(why, "preserve: it is no key")
			continue
		}
		made, reason := p.masker.apply(s, r.table, f, r.key())
		if reason == "" {
			reason = p.refusedByCheck(ctx, r.table, f.column, made)
		}
		if reason == "" {
			return made, s.Strategy, ""
		}
		why = append(why, string(s.Strategy)+": "+reason)
	}
	return mask{}, "", strings.Join(why, "; ")
}

// joins reports whether a field only joins rows: a key or a reference, and no
// identifier.
func (t *table) joins(m *model, f *field) bool {
	if f.Identity != "" {
		return false
	}
	return slices.Contains(t.key, f.column) || slices.ContainsFunc(m.references, func(r *reference) bool {
		return r.holder == t && slices.Contains(r.holderCols, f.column) || r.target == t && slices.Contains(r.targetCols, f.column)
	}) || slices.ContainsFunc(m.pointers, func(ptr *pointer) bool {
		return ptr.target == t && slices.Contains(ptr.targetCols, f.column) || ptr.table == t && slices.Contains(ptr.holderCols, f.column)
	})
}

// refusedByCheck says which constraint refuses a mask, as far as it can be
// known without trying.
func (p *plan) refusedByCheck(ctx context.Context, t *table, column int, made mask) string {
	if made.strategy == models.StrategyPreserve || made.strategy == models.StrategyDelete {
		return ""
	}
	for _, k := range t.checks {
		if slices.Equal(k.columns, []int{column}) && !p.passes(ctx, t, k, made.value) {
			return "the constraint " + k.name + " refuses it"
		}
	}
	return ""
}

// verdict gives one personal field what becomes of it.
func (p *plan) verdict(ctx context.Context, c *change, f *field) (models.FieldChange, error) {
	r := c.row
	v := r.values[f.at]
	one := models.FieldChange{Name: f.Name, Categories: f.Categories, Verdict: models.VerdictKept, Before: v.shown(), After: v.shown()}
	if one.Kept = p.keptAnyway(r, f); one.Kept != nil {
		if r.boundary && r.withheld(f) {
			one.Before, one.After = nil, nil
		}
		return one, nil
	}
	kept, strategies, err := p.treatment(f)
	if err != nil {
		return one, err
	}
	switch {
	case kept != nil:
		one.Kept = kept
		return one, nil
	case c.op == models.OperationDelete:
		one.Verdict, one.Strategy, one.After = models.VerdictErased, string(models.StrategyDelete), nil
		return one, nil
	case v.null():
		one.Verdict, one.Strategy = models.VerdictErased, string(models.StrategyNull)
		return one, nil
	case r.madeByDatabase(p.m, f):
		// What it is made of is changed; the rehearsal sees what becomes of it.
		one.Verdict, one.Strategy, one.After = models.VerdictErased, generatedAgain, nil
		return one, nil
	}
	made, strategy, why := p.choose(ctx, strategies, r, f, false)
	if strategy == "" {
		return one, refuse(models.FaultRefused, r.table.relation, f.Name, "no strategy fits %s.%s (%s)", r.table.relation, f.Name, why)
	}
	one.Strategy = string(strategy)
	if strategy == models.StrategyPreserve {
		one.Kept = &models.Kept{Reason: models.KeptJoins, Citation: "GDPR Recital 26"}
		if f.Override != nil {
			one.Kept = &models.Kept{Reason: models.KeptPreserved}
		}
		return one, nil
	}
	one.Verdict = models.VerdictMasked
	if made.value.null() {
		one.Verdict = models.VerdictErased
	}
	one.After = made.value.shown()
	if !same(one.Before, one.After) {
		c.set(f.column, made.value)
	}
	return one, nil
}

// generatedAgain is the strategy of a column that the database makes itself.
const generatedAgain = "generated"

// detach empties the person's own references to shared rows, where the policy
// wants it and the column allows it.
func (p *plan) detach() {
	if !p.call.Treatments.Detach {
		return
	}
	byRow := map[*row]*change{}
	for _, c := range p.changes {
		byRow[c.row] = c
	}
	for _, ptr := range p.m.pointers {
		if ptr.table == nil {
			continue
		}
		p.join(ptr.table, ptr.holderCols, ptr.target, ptr.targetCols, func(holder, target *row) {
			if !target.shared || !holder.alone() || holder.key() == nil || holder.table.view {
				return
			}
			c := byRow[holder]
			if c == nil {
				c = &change{row: holder, op: models.OperationKeep}
				byRow[holder] = c
				p.changes = append(p.changes, c)
			}
			p.cutLoose(c, ptr.holderCols)
		})
	}
	place := map[*row]int{}
	for i, r := range p.order {
		place[r] = i
	}
	slices.SortFunc(p.changes, func(a, b *change) int { return place[a.row] - place[b.row] })
}

// cutLoose empties one of the columns of a reference, which is enough.
func (p *plan) cutLoose(c *change, columns []int) {
	if c.op == models.OperationDelete {
		return
	}
	t := c.row.table
	for _, column := range columns {
		col := t.columns[column]
		f := fieldAt(t, column)
		if !col.nullable || p.masker.fixed(t, column) != "" || f != nil && f.ReadOnly {
			continue
		}
		if v, ok := c.sets[column]; ok && v.null() {
			return
		}
		one := models.FieldChange{Name: col.name, Verdict: models.VerdictErased, Strategy: detached, Before: c.row.values[t.at[column]].shown()}
		i := slices.IndexFunc(c.fields, func(f models.FieldChange) bool { return f.Name == col.name })
		if i >= 0 {
			if c.fields[i].Kept != nil && c.fields[i].Kept.Reason != models.KeptJoins {
				continue
			}
			one.Categories = c.fields[i].Categories
			c.fields[i] = one
		} else {
			c.fields = append(c.fields, one)
		}
		c.set(column, value{})
		if c.op == models.OperationKeep {
			c.op = models.OperationUpdate
		}
		return
	}
}

// detached is the strategy of a reference to a shared row.
const detached = "detach"

func fieldAt(t *table, column int) *field {
	for _, f := range t.fields {
		if f.column == column {
			return f
		}
	}
	return nil
}
