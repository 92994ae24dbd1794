package policies

import (
	"slices"
	"strings"
	"time"

	"habeas/models"
)

// Deadline returns the governing clock of a case: the strictest date, and the
// instant it ends in the organisation's zone. Errors are those of Explain.
func (p *Policy) Deadline(c Case, zone *time.Location) (models.Deadline, error) {
	e, err := p.Explain(c)
	if err != nil {
		return models.Deadline{}, err
	}
	d := models.Deadline{
		Governing: e.Governing, AcknowledgeOn: e.AcknowledgeOn.Date,
		RespondOn: e.RespondOn, RespondBy: e.RespondOn.End(zone),
	}
	for _, r := range e.Regimes {
		d.Regimes = append(d.Regimes, r.Regime)
		if by := p.hoursEnd(p.regimes[r.Regime], c); !by.IsZero() && by.Before(d.RespondBy) {
			d.RespondBy = by
		}
	}
	return d, nil
}

// hoursEnd returns the instant at which a term of hours ends, or zero where
// the regime counts days, or the instant of receipt is not known.
func (p *Policy) hoursEnd(r *regime, c Case) time.Time {
	var end time.Time
	if c.ReceivedAt.IsZero() {
		return end
	}
	for _, t := range p.termsOf(r, c) {
		if t.Respond == nil || t.Respond.Unit != hours {
			continue
		}
		if by := c.ReceivedAt.Add(time.Duration(t.Respond.Within) * time.Hour); end.IsZero() || by.Before(end) {
			end = by
		}
	}
	return end
}

// Extension is what an extension of a case would do.
type Extension struct {
	To        models.Date // the date that would govern
	Governing string      // its regime
	Citation  string      // the rules that allow it
	// Law is false where no statute allows it, but a rule of the organisation's own.
	Law    bool
	Broken models.Date // the organisation's own date that it would break; zero for none
}

// CanExtend returns what an extension would do. Where a statute allows none the
// case stays bound by its date, and where the policy knows no statute nothing
// can be extended in the law's name: that, or an extension already used, is a
// CodeConflict error. Whether the first date has passed is the caller's
// business. Other errors are those of Explain.
func (p *Policy) CanExtend(c Case) (Extension, error) {
	if c.Extended {
		return Extension{}, models.Errorf(models.CodeConflict, "the time to answer has already been extended; that is possible once")
	}
	c, err := p.clean(c)
	if err != nil {
		return Extension{}, err
	}
	now, err := p.Explain(c)
	if err != nil {
		return Extension{}, err
	}
	c.Extended = true
	then, err := p.Explain(c)
	if err != nil {
		return Extension{}, err
	}
	if !then.RespondOn.After(now.RespondOn) {
		return Extension{}, p.notExtended(then)
	}
	x := Extension{To: then.RespondOn, Governing: then.Governing, Citation: p.extensionRules(c, then)}
	for _, dates := range then.Regimes {
		x.Law = x.Law || dates.Basis == BasisStatute && !dates.ExtendedOn.IsZero()
	}
	x.Broken = then.broken
	return x, nil
}

// notExtended says why a case cannot be extended.
func (p *Policy) notExtended(e Explanation) error {
	if !e.StatuteKnown {
		return models.Errorf(models.CodeConflict,
			"no statute is known here, so nothing can be extended in the law's name; your own date %s stands", e.RespondOn)
	}
	by := e.Governing
	if p.regimes[by].Promise {
		i := slices.IndexFunc(e.Regimes, func(d RegimeDates) bool { return d.Basis == BasisStatute })
		by = e.Regimes[i].Regime
	}
	return models.Errorf(models.CodeConflict, "%s allows no extension beyond %s", p.RegimeName(by, "en"), e.RespondOn)
}

// extensionRules returns the citations of the extensions that are needed to
// answer at e.RespondOn: those of every regime whose first date is before it.
func (p *Policy) extensionRules(c Case, e Explanation) string {
	var cited []string
	for _, dates := range e.Regimes {
		if !dates.RespondOn.Before(e.RespondOn) {
			continue
		}
		of := p.regimes[dates.Regime]
		if of.StrictestOf != "" && !dates.ExtendedOn.IsZero() { // nobody reads the names of twenty laws
			cited = append(cited, of.Start.Citation)
			continue
		}
		for _, t := range p.termsOf(of, c) {
			if t.Extended != nil && !slices.Contains(cited, t.Extended.Citation) {
				cited = append(cited, t.Extended.Citation)
			}
		}
	}
	return strings.Join(cited, "; ")
}

// termsOf returns the terms of every right of the case under the regime; where
// the part of the country is not known, those of each part's law.
func (p *Policy) termsOf(r *regime, c Case) []terms {
	all := []terms{}
	for _, one := range r.covered(c) {
		if r.StrictestOf == "" {
			all = append(all, r.termsFor(one))
		}
		for _, part := range p.parts(r, one) {
			all = append(all, part.termsFor(one))
		}
	}
	return all
}

// Paused reports whether the governing clock stands still while a question of
// this purpose is with the requester: for every right that it is about.
func (p *Policy) Paused(c Case, purpose models.HoldPurpose) bool {
	c, err := p.clean(c)
	if err != nil {
		return false
	}
	e, err := p.Explain(c)
	if err != nil {
		return false
	}
	governing := p.regimes[e.Governing] // a type has a date everywhere (check)
	return !slices.ContainsFunc(governing.covered(c), func(one Case) bool {
		_, paused := governing.pausesFor(one.Type, purpose)
		return !paused
	})
}
