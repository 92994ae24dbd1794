package policies

import (
	"slices"
	"time"

	"habeas/models"
)

// RegimeName returns what a regime is called in the locale's language, or its
// key where the policy does not know it.
func (p *Policy) RegimeName(key, locale string) string {
	if r, ok := p.regimes[key]; ok {
		return r.Name.In(locale)
	}
	return key
}

// Regimes returns the keys of all regimes, in the order of the files.
func (p *Policy) Regimes() []string {
	var keys []string
	for _, r := range p.data.Regimes {
		keys = append(keys, r.Key)
	}
	return keys
}

// Remedy returns what a person can do about an answer under the regimes that
// apply: appeal within the longest time any of them gives, and complain to whom
// the locale's language names. Only an answer that withholds something can be
// appealed.
func (p *Policy) Remedy(regimes []string, outcome models.Outcome, answeredOn models.Date, locale string) models.Remedy {
	var remedy models.Remedy
	in := p.printer(locale)
	days := 0
	for _, r := range p.named(regimes) {
		if r.Appeal != nil {
			days = max(days, r.Appeal.File)
		}
		for _, c := range r.ComplainTo {
			c = in.text(c)
			if !slices.Contains(remedy.Complain, c) {
				remedy.Complain = append(remedy.Complain, c)
			}
		}
	}
	withheld := []models.Outcome{models.OutcomePartly, models.OutcomeDenied, models.OutcomeNoData}
	if days > 0 && slices.Contains(withheld, outcome) {
		remedy.AppealUntil = answeredOn.AddDays(days)
	}
	return remedy
}

// AppealDeadline returns the strictest date by which an appeal filed on that
// day must be decided, or false where no applicable regime gives an appeal. On
// a tie a statute governs over a promise.
func (p *Policy) AppealDeadline(regimes []string, filedOn models.Date, zone *time.Location) (models.Deadline, bool) {
	var d models.Deadline
	var governing *regime
	for _, r := range p.named(regimes) {
		if r.Appeal == nil {
			continue
		}
		d.Regimes = append(d.Regimes, r.Key)
		if on := filedOn.AddDays(r.Appeal.Decide); governing == nil || stricter(on, r, d.RespondOn, governing) {
			governing, d.RespondOn = r, on
		}
	}
	if governing == nil {
		return models.Deadline{}, false
	}
	d.Governing, d.RespondBy = governing.Key, d.RespondOn.End(zone)
	return d, true
}

// NeverDisclose lists the kinds of data that no answer under the regimes may
// contain, even to the person they are about (11 CCR § 7024(d)).
func (p *Policy) NeverDisclose(regimes []string) []string {
	var all []string
	for _, r := range p.named(regimes) {
		if r.NeverDisclose != nil {
			all = append(all, r.NeverDisclose.Data...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// named returns the known regimes of those keys, in their order.
func (p *Policy) named(keys []string) []*regime {
	var found []*regime
	for _, key := range keys {
		if r, ok := p.regimes[key]; ok {
			found = append(found, r)
		}
	}
	return found
}

// stricter reports whether the date of regime a governs over that of b.
func stricter(on models.Date, a *regime, than models.Date, b *regime) bool {
	if on == than {
		return b.Promise && !a.Promise
	}
	return on.Before(than)
}
