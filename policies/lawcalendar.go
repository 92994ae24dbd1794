package policies

import (
	"cmp"
	"slices"

	"habeas/models"
)

// staleAfter is how many months after a look at a law its rules are in doubt.
const staleAfter = 12

// Change is a day on which a law changes.
type Change struct {
	On           models.Date
	Regime, Name string
	Text         string
	Source
}

// Checked says when somebody last looked at a law.
type Checked struct {
	Regime, Name string
	On           models.Date // zero: nobody wrote it down
	Stale        bool        // over a year ago, or never
}

// LawCalendar returns what comes into force, ends or changes after a day and
// up to another, the soonest first.
func (p *Policy) LawCalendar(after, until models.Date, locale string) []Change {
	var all []Change
	for _, r := range p.data.Regimes {
		for _, c := range r.changes() {
			if c.On.After(after) && !c.On.After(until) {
				c.Name = r.Name.In(locale)
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Change) int { return a.On.Compare(b.On) })
	return all
}

// changes are the days that the regime itself names, and those of its data.
func (r *regime) changes() []Change {
	force := r.Start
	if r.InForce != nil {
		force = *r.InForce
	}
	var all []Change
	if !r.AppliesFrom.IsZero() {
		all = append(all, Change{On: r.AppliesFrom, Regime: r.Key, Text: "Comes into force.", Source: force})
	}
	for _, t := range sortedKeys(r.TypesFrom) {
		all = append(all, Change{On: r.TypesFrom[t], Regime: r.Key, Text: "Comes into force for " + string(t) + ".", Source: r.Start})
	}
	if !r.Until.IsZero() {
		all = append(all, Change{On: r.Until.AddDays(1), Regime: r.Key, Text: "No longer applies to what is received from this day on.", Source: force})
	}
	for _, c := range r.Changes {
		all = append(all, Change{On: c.On, Regime: r.Key, Text: c.Text, Source: c.Source})
	}
	return all
}

// LastChecked returns when somebody last looked at each statute, the longest
// ago first.
func (p *Policy) LastChecked(today models.Date, locale string) []Checked {
	var all []Checked
	for _, r := range p.data.Regimes {
		if !r.Promise {
			stale := r.CheckedOn.IsZero() || r.CheckedOn.AddMonths(staleAfter).Before(today)
			all = append(all, Checked{r.Key, r.Name.In(locale), r.CheckedOn, stale})
		}
	}
	slices.SortStableFunc(all, func(a, b Checked) int {
		return cmp.Or(a.On.Compare(b.On), cmp.Compare(a.Regime, b.Regime))
	})
	return all
}
