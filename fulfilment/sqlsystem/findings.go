package sqlsystem

import (
	"slices"

	"habeas/models"
)

// findings are the rows as people see them.
func (f *finder) findings() []models.Finding {
	all := make([]models.Finding, 0, len(f.order))
	for _, r := range f.order {
		all = append(all, r.finding())
	}
	return all
}

func (r *row) finding() models.Finding {
	found := models.Finding{Dataset: r.table.collection.Dataset.Key, Table: r.table.collection.Name, Key: r.keyFields(), Boundary: r.boundary}
	for _, f := range r.table.fields {
		one := models.Field{Name: f.Name, Value: r.values[f.at].shown(), Categories: f.Categories, Personal: f.Personal(), HideName: f.HideName}
		if r.withheld(f) {
			one.Withheld = models.WithheldOther
			if r.boundary { // in the person's own record staff may decide otherwise
				one.Value = nil
			}
		}
		if r.boundary && !r.mine(f) {
			one.Personal = false
		}
		found.Fields = append(found.Fields, one)
	}
	return found
}

func (r *row) keyFields() []models.Field {
	var all []models.Field
	if r.key() == nil {
		return nil
	}
	for _, c := range r.table.key {
		all = append(all, models.Field{Name: r.table.columns[c].name, Value: r.values[r.table.at[c]].shown()})
	}
	return all
}

// mine reports whether a field has one of the person's identifiers.
func (r *row) mine(f *field) bool {
	i := slices.Index(r.table.identities, f)
	return i >= 0 && r.matches[i] == matchMine
}

// other reports whether a field has an identifier that may be somebody else's.
func (r *row) other(f *field) bool {
	i := slices.Index(r.table.identities, f)
	return i >= 0 && r.matches[i] == matchOther
}

// withheld reports whether a field may be about somebody else: another
// identifier, and in a boundary row everything personal but what the person's
// own rows gave.
func (r *row) withheld(f *field) bool {
	if r.values[f.at].null() || r.mine(f) {
		return false
	}
	return r.other(f) || r.boundary && f.Personal() && !r.shown[f.at]
}

// derived are the identifiers of kinds that were not asked by, as the person's
// own rows name them.
func (f *finder) derived() []models.Identifier {
	var all []models.Identifier
	for _, r := range f.order {
		if !r.own() {
			continue
		}
		for _, id := range r.table.identities {
			v := r.values[id.at]
			if len(f.identifiers[id.Identity]) > 0 || v.null() || v.text == "" {
				continue
			}
			one := models.Identifier{Kind: id.Identity, Value: v.text, Verified: models.VerifiedDerived, Origin: f.def.Key}
			if !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	return all
}
