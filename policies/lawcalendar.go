package policies

import (
	"cmp"
	"maps"
	"slices"

	"habeas/models"
)

// staleAfter is how many months after a look at a law its rules are in doubt.
const staleAfter = 12

// CalendarMonths is how far ahead the law calendar looks.
const CalendarMonths = 12

// Change is a day on which a law changes.
type Change struct {
	On     models.Date `json:"on"`
	Regime string      `json:"regime"`
	Name   string      `json:"name"`
	Text   string      `json:"text"`
	Source
}

// Checked says when somebody last looked at a law.
type Checked struct {
	Regime string `json:"regime"`
	Name   string `json:"name"`
	On     Day    `json:"checked_on"` // none: nobody wrote it down
	Stale  bool   `json:"stale" description:"Over a year ago, or never."`
	// Certainty is that of its dates.
	Certainty Certainty `json:"certainty" enum:"verified,secondary,memory,own" description:"How surely its dates are known: the one most in doubt."`
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
			all = append(all, Checked{r.Key, r.Name.In(locale), Day{r.CheckedOn}, stale, r.certainty()})
		}
	}
	slices.SortStableFunc(all, func(a, b Checked) int {
		return cmp.Or(a.On.Compare(b.On.Date), cmp.Compare(a.Regime, b.Regime))
	})
	return all
}

// certainty says how surely the dates of the regime are known: the one most in
// doubt.
func (r *regime) certainty() Certainty {
	sure := []Certainty{r.Start.Certainty}
	for _, t := range append(slices.Collect(maps.Values(r.ByType)), r.terms) {
		for _, term := range t.all() {
			if term != nil {
				sure = append(sure, term.Certainty)
			}
		}
	}
	return mostInDoubt(sure)
}

// Warnings says what somebody should look at, although the policy works: laws
// that nobody looked at for a year, laws that overlap and do not say so, and
// laws that end within a year and leave their place without one.
func (p *Policy) Warnings(today models.Date) []string {
	var all []string
	for _, c := range p.LastChecked(today, "en") {
		switch {
		case c.On.IsZero():
			all = append(all, "nobody wrote down when "+c.Regime+" was last checked (checked_on)")
		case c.Stale:
			all = append(all, c.Regime+" was last checked on "+c.On.String()+", over a year ago")
		}
	}
	for i, r := range p.data.Regimes {
		for _, o := range p.data.Regimes[:i] {
			if place, t, ok := overlap(o, r); ok {
				all = append(all, o.Key+" and "+r.Key+" both apply to "+string(t)+" in "+place+": say so with displaces or beside")
			}
		}
		if !r.Until.IsZero() && r.Until.After(today) && !r.Until.After(today.AddMonths(staleAfter)) && !p.followed(r) {
			all = append(all, r.Key+" ends on "+r.Until.String()+", and no other law follows it there")
		}
	}
	return all
}

// overlap returns a place and a type for which two statutes apply at one time,
// unless one of them says that it knows.
func overlap(a, b *regime) (string, models.RequestType, bool) {
	knows := slices.Contains(append(slices.Clone(a.Displaces), a.Beside...), b.Key) ||
		slices.Contains(append(slices.Clone(b.Displaces), b.Beside...), a.Key)
	apart := !a.Until.IsZero() && a.Until.Before(b.AppliesFrom) || !b.Until.IsZero() && b.Until.Before(a.AppliesFrom)
	if knows || apart || a.Promise || b.Promise || a.StrictestOf != "" || b.StrictestOf != "" {
		return "", "", false
	}
	for _, place := range a.Where {
		for _, t := range a.Types {
			if slices.Contains(b.Where, place) && b.covers(t) {
				return place, t, true
			}
		}
	}
	return "", "", false
}

// followed reports whether a law applies where r ends, from the next day on.
func (p *Policy) followed(r *regime) bool {
	return slices.ContainsFunc(p.data.Regimes, func(o *regime) bool {
		same := slices.ContainsFunc(o.Where, func(place string) bool { return slices.Contains(r.Where, place) })
		return o != r && !o.Promise && same && o.inForce(r.Until.AddDays(1)) && slices.ContainsFunc(r.Types, o.covers)
	})
}
