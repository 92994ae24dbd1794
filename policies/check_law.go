package policies

import (
	"slices"
	"strings"

	"habeas/models"
)

// remedies checks who a person is sent to: everybody has a name and a source,
// and a statute that sets a date names somebody on every occasion.
func (k *checker) remedies(r *regime) {
	kinds := []RemedyKind{Authority, AttorneyGeneral, Court, RecourseBody}
	for i, m := range r.Remedies {
		at := entry("remedies", i)
		if !slices.Contains(kinds, m.Kind) {
			k.bad(r, at+".kind", "%s.kind must be authority, attorney_general, court or recourse_body", at)
		}
		k.localized(r, at+".name", m.Name)
		k.source(r, at, m.Source)
		if len(m.When) > 0 {
			k.localized(r, at+".when", m.When)
		}
		k.link(r, at, m.URL, m.Kind != Court)
		for j, on := range m.On {
			if !slices.Contains(occasions(), on) {
				k.bad(r, entry(at+".on", j), "%s.on must be of refusal, partial, expiry and appeal_denied", at)
			}
		}
		for _, home := range sortedKeys(m.In) {
			in := at + ".in." + home
			k.placesKnown(r, at+".in", []string{home}, false)
			k.localized(r, in+".name", m.In[home].Name)
			k.source(r, in, m.In[home].Source)
			k.link(r, in, m.In[home].URL, true)
		}
	}
	if r.Promise || r.Respond == nil && len(r.ByType) == 0 {
		return
	}
	for _, on := range occasions() {
		if on == OnAppealDenied && r.Appeal == nil {
			continue
		}
		if !slices.ContainsFunc(r.Remedies, func(m *remedy) bool { return m.isFor(on) }) {
			k.bad(r, "remedies", "%s: remedies name nobody to turn to after %s", r.Key, strings.ReplaceAll(string(on), "_", " "))
		}
	}
}

// link checks the address of a body: people must be able to reach it.
func (k *checker) link(r *regime, at, url string, needed bool) {
	if url == "" && needed || url != "" && !strings.HasPrefix(url, "https://") {
		k.bad(r, at+".url", "%s.url must be an address that begins with https://", at)
	}
}

// period checks from when until when a regime applies.
func (k *checker) period(r *regime) {
	if !r.Until.IsZero() && r.Until.Before(r.AppliesFrom) {
		k.bad(r, "until", "until is before applies_from")
	}
	if !r.Until.IsZero() && r.InForce == nil {
		k.bad(r, "until", "until needs in_force: a citation and a certainty")
	}
	if r.InForce != nil {
		k.source(r, "in_force", *r.InForce)
	}
	for _, t := range sortedKeys(r.TypesFrom) {
		if !r.covers(t) {
			k.bad(r, "types_from."+string(t), "%s is not among the types of the regime", t)
		}
	}
	for i, c := range r.Changes {
		at := entry("changes", i)
		k.source(r, at, c.Source)
		if c.On.IsZero() || c.Text == "" {
			k.bad(r, at, "%s needs on, a date, and text", at)
		}
	}
}

// others checks what a regime says of other regimes.
func (k *checker) others(r *regime) {
	for _, list := range []struct {
		at   string
		keys []string
	}{{"displaces", r.Displaces}, {"beside", r.Beside}} {
		for i, key := range list.keys {
			o, ok := k.regimes[key]
			switch {
			case !ok:
				k.bad(r, entry(list.at, i), "there is no regime %q", key)
			case list.at == "displaces" && slices.Contains(o.Displaces, r.Key):
				k.bad(r, entry(list.at, i), "%s and %s displace each other", r.Key, key)
			}
		}
	}
	if r.StrictestOf != "" && !slices.ContainsFunc(k.data.Regimes, func(o *regime) bool {
		return slices.ContainsFunc(o.Where, func(w string) bool { return strings.HasPrefix(w, r.StrictestOf+"-") })
	}) {
		k.bad(r, "strictest_of", "no regime applies in a part of %s", r.StrictestOf)
	}
}

// furtherRules checks expiry, copies and duties.
func (k *checker) furtherRules(r *regime) {
	if r.Binds != nil {
		k.source(r, "binds", r.Binds.Source)
		if r.Binds.Text == "" {
			k.bad(r, "binds", "binds needs a text")
		}
	}
	if r.Expiry != nil {
		k.source(r, "expiry", r.Expiry.Source)
		if r.Expiry.At != atRespond {
			k.bad(r, "expiry.at", "expiry.at must be respond")
		}
	}
	if r.Copies != nil {
		k.source(r, "copies", r.Copies.Source)
		k.between(r, "copies.free", r.Copies.Free, 1, 100)
		if r.Copies.Per != TwelveMonths && r.Copies.Per != CalendarYear {
			k.bad(r, "copies.per", "copies.per must be twelve_months or calendar_year")
		}
		for i, t := range r.Copies.Types {
			k.typeKnown(r, entry("copies.types", i), t)
		}
	}
	for i, d := range r.Duties {
		at := entry("duties", i)
		k.source(r, at, d.Source)
		if d.Text == "" {
			k.bad(r, at, "%s needs a text", at)
		}
		k.placesKnown(r, at+".where", d.Where, false)
		for j, t := range d.Types {
			k.typeKnown(r, entry(at+".types", j), t)
		}
	}
}

// reason checks that a reason rests on something for every type and regime for
// which it can be chosen, and on nothing that is about another right.
func (k *checker) reason(r *reason) {
	k.slug(r, "code", r.Code)
	k.localized(r, "title", r.Title)
	if len(r.Rules) == 0 || r.Citation != "" || r.Certainty != "" || r.Anywhere {
		k.source(r, "", r.Source)
	}
	if r.Needs != "" && r.Needs != needCopies {
		k.bad(r, "needs", "needs must be copies")
	}
	if r.Ground != "" && !slices.Contains(models.DenialGrounds(), r.Ground) {
		k.bad(r, "ground", "ground must be not_verified, not_a_consumer, exempt or other")
	}
	if r.Citation != "" {
		k.about(r, "citation", r.Citation, k.typesWith(r))
	}
	for i, rule := range r.Rules {
		k.reasonRule(r, entry("rules", i), rule)
	}
}

func (k *checker) reasonRule(r *reason, at string, rule reasonRule) {
	k.source(r, at, rule.Source)
	if len(rule.Regimes) == 0 {
		k.bad(r, at, "%s must name a regime", at)
	}
	for j, t := range rule.Types {
		k.typeKnown(r, entry(at+".types", j), t)
		if typ, ok := k.types[t]; ok && !slices.Contains(typ.Reasons, r.Code) {
			k.bad(r, entry(at+".types", j), "%s is not among the reasons of %s", r.Code, t)
		}
	}
	for j, key := range rule.Regimes {
		of, ok := k.regimes[key]
		if !ok {
			k.bad(r, entry(at+".regimes", j), "there is no regime %q", key)
			continue
		}
		var backed []models.RequestType
		for _, t := range k.typesWith(r) {
			if of.covers(t) && (len(rule.Types) == 0 || slices.Contains(rule.Types, t)) {
				backed = append(backed, t)
			}
		}
		if len(backed) == 0 {
			k.bad(r, entry(at+".regimes", j), "%s covers none of the types that can be refused for %s", key, r.Code)
		}
		if r.Needs == needCopies && of.Copies == nil {
			k.bad(r, entry(at+".regimes", j), "%s needs copies, and %s gives no number of them", r.Code, key)
		}
		k.about(r, at, rule.Citation, backed)
	}
}

// typesWith returns the types that can be refused for a reason.
func (k *checker) typesWith(r *reason) []models.RequestType {
	var all []models.RequestType
	for _, t := range k.data.Types {
		if slices.Contains(t.Reasons, r.Code) {
			all = append(all, t.Key)
		}
	}
	return all
}

// about reports a citation that is about other rights than those it backs: no
// refused access may cite an exemption from erasure.
func (k *checker) about(r *reason, at, citation string, backed []models.RequestType) {
	for _, p := range k.data.Provisions {
		if !p.cited(citation) {
			continue
		}
		for _, t := range backed {
			if !slices.Contains(p.Types, t) {
				k.bad(r, at, "%s is not about %s: it cannot be why one is refused", p.Citation, t)
			}
		}
	}
}

// cited reports whether a citation names the provision, or a part of it, also
// in a list of articles: "GDPR Arts 17(3)(e), 18(2)".
func (p *provision) cited(citation string) bool {
	law, number := cutLast(p.Citation)
	for one := range strings.SplitSeq(citation, "; ") {
		rest, ok := strings.CutPrefix(one, law)
		if !ok {
			rest, ok = strings.CutPrefix(one, strings.TrimSuffix(law, "Art. ")+"Arts ")
		}
		if !ok {
			rest, ok = strings.CutPrefix(one, strings.TrimSuffix(law, "§ ")+"§§ ")
		}
		for part := range strings.SplitSeq(rest, ", ") {
			after, same := strings.CutPrefix(part, number)
			if ok && same && (after == "" || after[0] == '(') {
				return true
			}
		}
	}
	return false
}

// cutLast cuts a provision before its number: "GDPR Art. " and "17".
func cutLast(citation string) (law, number string) {
	at := strings.LastIndexAny(citation, "  ") + 1
	return citation[:at], citation[at:]
}

// territories checks the countries in which another's law applies.
func (k *checker) territories(all []*territory) {
	seen := map[string]bool{}
	for _, t := range all {
		if !isCountry(t.Code) || !isPlace(t.LawOf) || seen[t.Code] {
			k.bad(t, "", "a territory needs code, a country given once, and law_of, a place")
		}
		seen[t.Code] = true
		k.source(t, "", t.Source)
	}
}

func (k *checker) provisions(all []*provision) {
	for _, p := range all {
		if p.Citation == "" || len(p.Types) == 0 {
			k.bad(p, "", "a provision needs a citation and types")
		}
		for i, t := range p.Types {
			k.typeKnown(p, entry("types", i), t)
		}
	}
}
