package policies

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"habeas/models"
)

func (k *checker) regime(r *regime) {
	k.slug(r, "key", r.Key)
	k.localized(r, "name", r.Name)
	if len(r.Where) == 0 {
		k.bad(r, "where", "where must name at least one place, or \"*\"")
	}
	k.placesKnown(r, "where", r.Where, true)
	k.regimeTypes(r)
	k.source(r, "start", r.Start)
	k.terms(r, "", r.terms)
	for _, t := range sortedKeys(r.ByType) {
		at := "by_type." + string(t)
		k.typeKnown(r, at, t)
		if !slices.Contains(r.Types, t) && !slices.Contains(r.Types, "*") {
			k.bad(r, at, "%s is not among the types of the regime", t)
		}
		k.terms(r, at, r.ByType[t])
	}
	k.pauses(r)
	k.daysOff(r)
	k.recourse(r)
	k.remedies(r)
	k.period(r)
	k.others(r)
	k.furtherRules(r)
}

func (k *checker) regimeTypes(r *regime) {
	if len(r.Types) == 0 {
		k.bad(r, "types", "types must name at least one type, or \"*\"")
	}
	for i, t := range r.Types {
		if t != "*" {
			k.typeKnown(r, entry("types", i), t)
		}
	}
}

// terms checks the numbers of a regime or of one type under it.
func (k *checker) terms(r *regime, at string, t terms) {
	if t.Respond == nil && t.Acknowledge == nil && t.Prompt == nil && r.StrictestOf == "" {
		k.bad(r, at, "%s sets no date: give respond or acknowledge, or prompt for a law without a number", name(join(at, r.Key)))
	}
	if t.Prompt != nil {
		k.source(r, join(at, "prompt"), t.Prompt.Source)
		if t.Prompt.Note == "" {
			k.bad(r, join(at, "prompt"), "%s needs a note: what does the law say?", join(at, "prompt"))
		}
	}
	for i, part := range t.all() {
		if part != nil {
			k.term(r, join(at, []string{"acknowledge", "respond", "undesignated", "extended"}[i]), *part)
		}
	}
	if t.Respond == nil && (t.Extended != nil || t.Undesignated != nil) {
		k.bad(r, at, "%s has no respond to change", name(join(at, r.Key)))
	}
	if t.Respond != nil && t.Extended != nil && !k.longer(*t.Extended, *t.Respond) {
		k.bad(r, join(at, "extended"), "%s must be longer than respond: it counts from receipt", join(at, "extended"))
	}
}

func (k *checker) term(r *regime, at string, t term) {
	k.source(r, at, t.Source)
	most, ok := map[unit]int{calendarDays: 3650, businessDays: 1000, months: 120, hours: 8760}[t.Unit]
	if !ok {
		k.bad(r, join(at, "unit"), "%s must be calendar_days, business_days, months or hours", join(at, "unit"))
		return
	}
	k.between(r, join(at, "within"), t.Within, 1, most)
}

// longer reports whether a ends after b when both count from a 1 January.
func (k *checker) longer(a, b term) bool {
	if a.Within > 3650 || b.Within > 3650 { // reported already
		return true
	}
	from := models.NewDate(2026, time.January, 1)
	none := &calendar{}
	return none.add(from, a).After(none.add(from, b))
}

func (k *checker) pauses(r *regime) {
	known := []models.HoldPurpose{models.HoldClarification, models.HoldIdentity, models.HoldFee}
	for i, p := range r.Pauses {
		at := entry("pauses", i)
		k.source(r, at, p.Source)
		if !slices.Contains(known, p.For) {
			k.bad(r, at+".for", "%s.for must be clarification, identity or fee", at)
		}
		for j, t := range p.Types {
			k.typeKnown(r, entry(at+".types", j), t)
		}
	}
}

// daysOff checks that a regime that counts or avoids days off says whose.
func (k *checker) daysOff(r *regime) {
	if r.Roll != nil {
		k.source(r, "roll", *r.Roll)
	}
	if _, ok := k.calendars[r.Calendar]; r.Calendar != "" && r.Calendar != personCountry && r.Calendar != seat && !ok {
		k.bad(r, "calendar", "there is no calendar %q", r.Calendar)
	}
	if r.Calendar == "" && (r.Roll != nil || r.countsBusinessDays()) {
		k.bad(r, "calendar", "calendar is missing: whose holidays are not worked? (a calendar, %s or %s)", personCountry, seat)
	}
}

func (r *regime) countsBusinessDays() bool {
	for _, t := range append(slices.Collect(maps.Values(r.ByType)), r.terms) {
		for _, part := range t.all() {
			if part != nil && part.Unit == businessDays {
				return true
			}
		}
	}
	return false
}

func (k *checker) recourse(r *regime) {
	if r.Appeal != nil {
		k.source(r, "appeal", r.Appeal.Source)
		k.between(r, "appeal.file", r.Appeal.File, 0, 3650)
		k.between(r, "appeal.decide", r.Appeal.Decide, 1, 3650)
	}
	if r.NeverDisclose != nil {
		k.source(r, "never_disclose", r.NeverDisclose.Source)
	}
}

// entry returns the path of an entry of a list.
func entry(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

func sortedKeys[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
