package policies

import (
	"slices"
	"strconv"
	"strings"

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
		if c.unsorted || r.covers(t) && !c.ReceivedOn.Before(r.TypesFrom[t]) {
			one := c
			one.Type, one.Rights = t, nil
			all = append(all, one)
		}
	}
	return all
}

// covers reports whether the regime has rules for the type.
func (r *regime) covers(t models.RequestType) bool {
	return slices.Contains(r.Types, everyType) || slices.Contains(r.Types, t)
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
	dates := strictestOf(r.Key, all)
	dates.Steps, dates.Remedies = p.steps(cases, all, in), all[0].Remedies
	for _, d := range all {
		for _, duty := range d.Duties {
			if !slices.Contains(dates.Duties, duty) {
				dates.Duties = append(dates.Duties, duty)
			}
		}
	}
	return dates
}

// strictestOf returns the earliest of each date. What cannot be extended holds
// the others to its date.
func strictestOf(regime string, all []RegimeDates) RegimeDates {
	d := RegimeDates{Regime: regime}
	for _, one := range all {
		d.Basis = one.Basis
		d.AcknowledgeOn = sooner(d.AcknowledgeOn, one.AcknowledgeOn)
		d.RespondOn = sooner(d.RespondOn, one.RespondOn)
		d.ExtendedOn = sooner(d.ExtendedOn, Day{one.due(true)})
	}
	if !d.ExtendedOn.After(d.RespondOn.Date) {
		d.ExtendedOn = Day{}
	}
	return d
}

// parts returns the laws of the parts of a country that may apply to a case
// whose part is not known; none for any other regime.
func (p *Policy) parts(r *regime, c Case) []*regime {
	if r.StrictestOf == "" {
		return nil
	}
	var found []*regime
	for _, o := range p.data.Regimes {
		ofPart := slices.ContainsFunc(o.Where, func(w string) bool { return strings.HasPrefix(w, r.StrictestOf+"-") })
		if ofPart && len(o.covered(c)) > 0 && o.inForce(c.ReceivedOn) && !slices.Contains(p.data.NotBound, o.Key) {
			found = append(found, o)
		}
	}
	return found
}

// strictest returns the strictest dates of the laws of a country's parts, with
// the steps of those that give them.
func (p *Policy) strictest(r *regime, c Case, in printer) RegimeDates {
	var all []RegimeDates
	for _, part := range p.parts(r, c) {
		all = append(all, p.compute(part, c, in))
	}
	dates := strictestOf(r.Key, all)
	if len(all) == 0 {
		return dates
	}
	k := &computation{regime: r, Case: c, in: in}
	k.say(r.Start, "strictest", "n", strconv.Itoa(len(all)))
	given := func(of func(RegimeDates) Day, want Day) {
		i := slices.IndexFunc(all, func(d RegimeDates) bool { return of(d) == want })
		if want.IsZero() || i < 0 {
			return
		}
		for _, s := range all[i].Steps {
			s.Text = p.RegimeName(all[i].Regime, in.locale) + ": " + s.Text
			if !slices.Contains(k.steps, s) {
				k.steps = append(k.steps, s)
			}
		}
	}
	given(func(d RegimeDates) Day { return d.RespondOn }, dates.RespondOn)
	given(func(d RegimeDates) Day { return d.AcknowledgeOn }, dates.AcknowledgeOn)
	given(func(d RegimeDates) Day { return d.ExtendedOn }, dates.ExtendedOn)
	dates.Steps = k.steps
	return dates
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
