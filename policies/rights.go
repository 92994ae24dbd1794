package policies

import (
	"slices"

	"habeas/models"
)

// asked returns all that the case asks for.
func (c Case) asked() []models.RequestType {
	if len(c.Rights) == 0 {
		return []models.RequestType{c.Type}
	}
	return c.Rights
}

// covered returns a case for each right of c that the regime has rules for.
func (r *regime) covered(c Case) []Case {
	var all []Case
	for _, t := range c.asked() {
		if c.unsorted || slices.Contains(r.Types, everyType) || slices.Contains(r.Types, t) {
			one := c
			one.Type, one.Rights = t, nil
			all = append(all, one)
		}
	}
	return all
}

// under returns the dates of a case under r: where it asks for several rights,
// the strictest of theirs.
func (p *Policy) under(r *regime, c Case, in printer) RegimeDates {
	cases := r.covered(c)
	all := make([]RegimeDates, len(cases))
	for i, one := range cases {
		all[i] = p.compute(r, one, in)
	}
	if len(all) == 1 {
		return all[0]
	}
	strictest := RegimeDates{Regime: r.Key, Steps: p.steps(cases, all, in)}
	for _, d := range all {
		strictest.AcknowledgeOn = sooner(strictest.AcknowledgeOn, d.AcknowledgeOn)
		strictest.RespondOn = sooner(strictest.RespondOn, d.RespondOn)
		strictest.ExtendedOn = sooner(strictest.ExtendedOn, Day{d.due(true)})
	}
	// A right that cannot be extended holds the others to its date.
	if !strictest.ExtendedOn.After(strictest.RespondOn.Date) {
		strictest.ExtendedOn = Day{}
	}
	return strictest
}

// sooner returns the earlier of two days, either of which may be none.
func sooner(a, b Day) Day {
	if a.IsZero() || !b.IsZero() && b.Before(a.Date) {
		return b
	}
	return a
}

// steps returns the steps of several rights: what holds for all of them once,
// the rest with the name of the right.
func (p *Policy) steps(cases []Case, all []RegimeDates, in printer) []Step {
	var steps []Step
	for i, d := range all {
		for _, s := range d.Steps {
			common := !slices.ContainsFunc(all, func(o RegimeDates) bool { return !slices.Contains(o.Steps, s) })
			if !common {
				s.Text = p.types[cases[i].Type].Name(in.locale) + ": " + s.Text
			}
			if !slices.Contains(steps, s) {
				steps = append(steps, s)
			}
		}
	}
	return steps
}
