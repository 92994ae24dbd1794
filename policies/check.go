package policies

import (
	"regexp"
	"slices"

	"habeas/models"
)

// checker collects what is wrong in the merged data.
type checker struct {
	origins
	data      data
	findings  Findings
	types     map[models.RequestType]*Type
	regimes   map[string]*regime
	reasons   map[string]*reason
	calendars map[string]*calendar
}

// check returns everything wrong in d. Data without findings makes a policy on
// which every function gives an answer.
func (d data) check(at origins) Findings {
	k := &checker{origins: at, data: d}
	k.regimes = unique(k, "regime", d.Regimes, func(r *regime) string { return r.Key })
	k.types = unique(k, "type", d.Types, func(t *Type) models.RequestType { return t.Key })
	k.reasons = unique(k, "reason", d.Reasons, func(r *reason) string { return r.Code })
	k.calendars = unique(k, "calendar", d.Calendars, func(c *calendar) string { return c.Key })
	for _, c := range d.Calendars {
		k.calendar(c)
	}
	for _, r := range d.Regimes {
		k.regime(r)
	}
	for _, r := range d.Reasons {
		k.reason(r)
	}
	for _, t := range d.Types {
		k.typ(t)
	}
	for _, s := range d.Texts {
		k.localized(s, "text", s.Text)
	}
	unique(k, "text", d.Texts, func(s *saying) string { return s.Text["en"] })
	k.territories(d.Territories)
	k.provisions(d.Provisions)
	unique(k, "report", d.Reports, func(r *report) string { return r.Key })
	for _, r := range d.Reports {
		k.report(r)
	}
	for _, t := range d.SwitchOn {
		if _, ok := k.types[t]; !ok {
			k.findings = append(k.findings, Finding{File: ".", Text: "switch_on: there is no type " + string(t)})
		}
	}
	for _, key := range d.NotBound {
		if r, ok := k.regimes[key]; !ok || r.Promise {
			k.findings = append(k.findings, Finding{File: ".", Text: "not_bound: there is no statute " + key})
		}
	}
	if d.Seat != "" && !IsSeat(d.Seat) {
		k.findings = append(k.findings, Finding{File: ".", Text: "seat must be a country (DE) or a part of one (US-CA)"})
	}
	k.workflow(d.Workflow)
	if d.Mail != nil {
		k.together(d.Mail)
	}
	if p := d.Package; p != nil {
		k.between(p, "days", p.Days, 1, 90)
		k.between(p, "downloads", p.Downloads, 1, 1000)
	}
	if d.Erasure != nil {
		k.erasure(d.Erasure)
	}
	for _, n := range d.NeverDisclose {
		k.neverDisclose(n)
	}
	k.retention(d.Retention)
	k.enough(d)
	return k.findings
}

// enough reports a policy under which nothing could be asked for.
func (k *checker) enough(d data) {
	if len(d.Types) == 0 {
		k.findings = append(k.findings, Finding{File: ".", Text: "no file gives a request type (types)"})
	}
	if len(d.Regimes) == 0 {
		k.findings = append(k.findings, Finding{File: ".", Text: "no file gives a regime (regimes)"})
	}
}

func (k *checker) bad(of any, at, format string, args ...any) {
	k.findings = append(k.findings, k.finding(of, at, format, args...))
}

// unique indexes entries by their key and reports the keys given twice.
func unique[T any, K ~string](k *checker, kind string, entries []*T, key func(*T) K) map[K]*T {
	index := map[K]*T{}
	for _, entry := range entries {
		if other, ok := index[key(entry)]; ok {
			k.bad(entry, "", "%s %s is already given in %s", kind, key(entry), k.file(other))
			continue
		}
		index[key(entry)] = entry
	}
	return index
}

var (
	slug       = regexp.MustCompile(`^[a-z0-9]+([-_][a-z0-9]+)*$`)
	localeCode = regexp.MustCompile(`^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*$`)
)

func (k *checker) slug(of any, at, s string) {
	if !slug.MatchString(s) || len(s) > 64 {
		k.bad(of, at, "%s must be lower-case letters and digits joined by - or _", at)
	}
}

// localized reports a text without English, which everything falls back to.
func (k *checker) localized(of any, at string, w Localized) {
	if w["en"] == "" {
		k.bad(of, at, "%s needs a text in English (en)", at)
	}
	for _, locale := range sortedKeys(w) {
		if !localeCode.MatchString(locale) {
			k.bad(of, at+"."+locale, "%s.%s: %q is not a locale", at, locale, locale)
		}
		if w[locale] == "" {
			k.bad(of, at+"."+locale, "%s.%s is empty", at, locale)
		}
	}
}

// source reports a rule that does not say what it rests on.
func (k *checker) source(of any, at string, s Source) {
	if s.Citation == "" {
		k.bad(of, at, "%s needs a citation", name(at))
	}
	if !slices.Contains(Certainties(), s.Certainty) {
		k.bad(of, join(at, "certainty"), "%s must be verified, secondary, memory or own", join(at, "certainty"))
	}
}

func (k *checker) typeKnown(of any, at string, t models.RequestType) {
	if _, ok := k.types[t]; !ok {
		k.bad(of, at, "there is no type %q", t)
	}
}

func (k *checker) placesKnown(of any, at string, places []string, wildcard bool) {
	for i, place := range places {
		if !isPlace(place) && (!wildcard || place != "*") {
			k.bad(of, entry(at, i), "%q is not a country (DE) or a part of one (US-CA)", place)
		}
	}
}

// between reports a number out of its bounds.
func (k *checker) between(of any, at string, n, least, most int) {
	if n < least || n > most {
		k.bad(of, at, "%s must be between %d and %d", at, least, most)
	}
}
