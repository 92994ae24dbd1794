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
	}
	return d, nil
}

// CanExtend returns the date an extension would move the governing date to,
// the regime that would govern then and the rules that allow the extension.
// Where a regime allows none the case stays bound by its date: that, or an
// extension already used, is a CodeConflict error. Whether the first date has
// passed is the caller's business. Other errors are those of Explain.
func (p *Policy) CanExtend(c Case) (to models.Date, by, citation string, err error) {
	if c.Extended {
		return to, "", "", models.Errorf(models.CodeConflict, "the time to answer has already been extended; that is possible once")
	}
	c, err = p.clean(c)
	if err != nil {
		return to, "", "", err
	}
	now, err := p.Explain(c)
	if err != nil {
		return to, "", "", err
	}
	c.Extended = true
	then, err := p.Explain(c)
	if err != nil {
		return to, "", "", err
	}
	if !then.RespondOn.After(now.RespondOn) {
		return to, "", "", models.Errorf(models.CodeConflict, "%s allows no extension beyond %s",
			p.RegimeName(then.Governing, "en"), then.RespondOn)
	}
	return then.RespondOn, then.Governing, p.extensionRules(c, then), nil
}

// extensionRules returns the citations of the extensions that are needed to
// answer at e.RespondOn: those of every regime whose first date is before it.
func (p *Policy) extensionRules(c Case, e Explanation) string {
	var cited []string
	for _, dates := range e.Regimes {
		r := p.regimes[dates.Regime]
		for _, one := range r.covered(c) {
			t := r.termsFor(one)
			needed := dates.RespondOn.Before(e.RespondOn) && t.Extended != nil
			if needed && !slices.Contains(cited, t.Extended.Citation) {
				cited = append(cited, t.Extended.Citation)
			}
		}
	}
	return strings.Join(cited, "; ")
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
