package policies

import (
	"slices"
	"time"

	"habeas/models"
)

// RemedyKind says who a remedy leads to.
type RemedyKind string

// The kinds of remedies.
const (
	Authority       RemedyKind = "authority"        // a data protection authority
	AttorneyGeneral RemedyKind = "attorney_general" // of a state
	Court           RemedyKind = "court"
	RecourseBody    RemedyKind = "recourse_body" // for disputes, outside the organisation
)

// RemedyOccasion says what a remedy is for.
type RemedyOccasion string

// The occasions. OnAnswer is an answer that withholds nothing: it names only
// the remedies that are for every occasion.
const (
	OnAnswer       RemedyOccasion = "answer"
	OnRefusal      RemedyOccasion = "refusal"
	OnPartial      RemedyOccasion = "partial"
	OnExpiry       RemedyOccasion = "expiry"
	OnAppealDenied RemedyOccasion = "appeal_denied"
)

// occasions are those that a policy file may name.
func occasions() []RemedyOccasion {
	return []RemedyOccasion{OnRefusal, OnPartial, OnExpiry, OnAppealDenied}
}

// OccasionOf returns the occasion of an outcome; appealed says that it is the
// answer to an appeal.
func OccasionOf(o models.Outcome, appealed bool) RemedyOccasion {
	withheld := slices.Contains([]models.Outcome{models.OutcomePartly, models.OutcomeDenied, models.OutcomeNoData}, o)
	switch {
	case o == models.OutcomeExpired:
		return OnExpiry
	case withheld && appealed:
		return OnAppealDenied
	case o == models.OutcomePartly:
		return OnPartial
	case withheld:
		return OnRefusal
	}
	return OnAnswer
}

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

// Remedy returns what a person can do on an occasion under the regimes of the
// case: appeal within the longest time any of them gives, and turn to whom they
// name. Only an answer that withholds something can be appealed, once.
func (p *Policy) Remedy(c Case, on RemedyOccasion, answeredOn models.Date, locale string) models.Remedy {
	var found models.Remedy
	c, err := p.clean(c)
	if err != nil {
		return found
	}
	in, days := p.printer(locale), 0
	for _, r := range p.applicable(c) {
		if r.Appeal != nil {
			days = max(days, r.Appeal.File)
		}
		for _, m := range r.Remedies {
			if !m.isFor(on) {
				continue
			}
			b := m.body(p.homes(c), in)
			if !slices.ContainsFunc(found.Bodies, func(o models.RemedyBody) bool { return o.Name == b.Name && o.URL == b.URL && o.When == b.When }) {
				found.Bodies = append(found.Bodies, b)
				found.Complain = append(found.Complain, b.String())
			}
		}
	}
	if days > 0 && (on == OnRefusal || on == OnPartial) {
		found.AppealUntil = answeredOn.AddDays(days)
	}
	return found
}

// homes are the places whose authority may be meant.
func (p *Policy) homes(c Case) []string {
	return []string{c.Country + "-" + c.Region, c.Country, p.lawOf(c.Country)}
}

// isFor reports whether the remedy is named on the occasion.
func (m *remedy) isFor(on RemedyOccasion) bool { return len(m.On) == 0 || slices.Contains(m.On, on) }

// body returns who the remedy leads to in a language, for somebody at home in
// the first of those places that has a body of its own.
func (m *remedy) body(homes []string, in printer) models.RemedyBody {
	name, url, source := m.Name, m.URL, m.Source
	for _, home := range homes {
		if own, ok := m.In[home]; ok {
			name, url, source = own.Name, own.URL, own.Source
			break
		}
	}
	return models.RemedyBody{
		Kind: string(m.Kind), Name: name.In(in.locale), URL: url, When: m.When.In(in.locale),
		Citation: in.cited(source.Citation), Certainty: string(source.Certainty),
	}
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
