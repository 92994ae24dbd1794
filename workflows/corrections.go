package workflows

import (
	"cmp"
	"slices"

	"habeas/models"
	"habeas/policies"
)

// CorrectedIn is what one system had for a field that the requester wants to have
// right, and whether it says now what was asked for.
type CorrectedIn struct {
	System, Place string
	Known         bool // what was found is known: a connector looked
	Found         *string
	Withheld      bool
	Done          bool
}

// correctedFields are the fields of the request that a preview corrects, as they
// are in the system until then. What nobody may see is not kept.
func (d *decider) correctedFields(p models.Preview) (all []models.CorrectedField) {
	for _, row := range p.Rows {
		for _, f := range row.Fields {
			if f.Verdict != models.VerdictCorrected {
				continue
			}
			one := models.CorrectedField{Field: cmp.Or(f.For, f.Name), Place: row.Table + "." + f.Name, Found: f.Before}
			if d.rules.NeverDisclosedAny(f.Categories) || f.Withheld != "" {
				one.Found, one.Withheld = nil, true
			}
			all = append(all, one)
		}
	}
	return all
}

// Corrected says of an item of a correction what each system had, and which has been
// corrected; nothing of another item.
func Corrected(rules Rules, r models.Request, tasks []models.Task, item models.ItemFacts) (all []CorrectedIn) {
	kind, ok := rules.TypeOf(r.Facts)
	if !ok {
		return nil
	}
	if field, ok := kind.Field(item.Kind); !ok || field.Kind != policies.KindCorrections {
		return nil
	}
	for _, t := range tasks {
		if t.Action != models.ActionCorrect || t.State == models.TaskCancelled || t.Former(r) {
			continue
		}
		fields := slices.DeleteFunc(slices.Clone(t.Corrected), func(f models.CorrectedField) bool { return f.Field != item.Code })
		for _, f := range fields {
			// Where a person says "partly", nobody knows which of the fields they mean.
			done := t.Outcome == models.TaskCompleted || t.Outcome == models.TaskPartly && !t.Manual() && t.Report == ""
			all = append(all, CorrectedIn{System: t.SystemName, Place: f.Place, Known: true, Found: f.Found, Withheld: f.Withheld, Done: done})
		}
		if len(fields) == 0 { // a person does it, or it was not looked up yet
			all = append(all, CorrectedIn{System: t.SystemName, Done: t.Outcome == models.TaskCompleted})
		}
	}
	return all
}

// correctedBy names the systems that an item was corrected in.
func (d *decider) correctedBy(item models.ItemFacts) (systems []string) {
	for _, c := range Corrected(d.rules, d.Request, d.tasks, item) {
		if c.Done && !slices.Contains(systems, c.System) {
			systems = append(systems, c.System)
		}
	}
	return systems
}
