package sqlsystem

import (
	"slices"
	"strings"
	"unicode/utf8"

	"habeas/models"
)

// correct sets the fields that the person wants to have right, in the rows that
// have the person's own identifier.
func (p *plan) correct() error {
	done := make([]bool, len(p.call.Corrections))
	for _, r := range p.order {
		if !r.own() || r.key() == nil || r.table.view {
			continue
		}
		c := &change{row: r, op: models.OperationUpdate}
		for i, want := range p.call.Corrections {
			for _, f := range r.table.fields {
				if !p.corrects(want, r, f) {
					continue
				}
				done[i] = true
				if err := p.correctField(c, f, want); err != nil {
					return err
				}
			}
		}
		if len(c.sets) > 0 {
			p.changes = append(p.changes, c)
		}
	}
	if len(p.order) == 0 {
		return nil
	}
	if i := slices.Index(done, false); i >= 0 {
		return refuse(models.FaultDefinition, nil, "", "no column is mapped to the field %s", p.call.Corrections[i].Field)
	}
	return nil
}

// corrects reports whether a field is the one that is to be corrected: by the
// system's file, or else by its category.
func (p *plan) corrects(want models.Correction, r *row, f *field) bool {
	if place := p.def.Correct[want.Field]; place != "" {
		return place == r.table.collection.Name+"."+f.Name
	}
	return want.Category != "" && slices.Contains(f.Categories, want.Category)
}

func (p *plan) correctField(c *change, f *field, wanted models.Correction) error {
	want := wanted.Value
	r := c.row
	col := r.table.columns[f.column]
	place := r.table.String() + "." + f.Name
	refused := func(why string) error {
		return refuse(models.FaultRefused, r.table.relation, f.Name, "%s cannot be corrected: %s", place, why)
	}
	for _, category := range f.Categories {
		if models.CategoryWithin(category, "user.authorization") {
			return refused("a password is only reset")
		}
	}
	v := valueOf(want)
	switch {
	case f.ReadOnly:
		return refused("the dataset says that it is read only")
	case r.other(f):
		return refused("it may be somebody else's")
	case p.masker.fixed(r.table, f.column) != "":
		return refused(p.masker.fixed(r.table, f.column))
	case want == nil && !col.nullable:
		return refused("it is NOT NULL")
	case want != nil && bound(f, col) > 0 && utf8.RuneCountInString(*want) > bound(f, col):
		return refused("the new value is too long")
	}
	if want != nil {
		fitted, ok := fit(v, col)
		if !ok {
			return refused("the new value is no " + strings.ToLower(col.base))
		}
		v = fitted
	}
	before := r.values[f.at].shown()
	c.fields = append(c.fields, models.FieldChange{
		Name: f.Name, Categories: f.Categories, Verdict: models.VerdictCorrected, For: wanted.Field, Before: before, After: want,
	})
	if !same(before, want) {
		c.set(f.column, v)
	}
	return nil
}
