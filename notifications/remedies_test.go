package notifications_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"habeas/models"
	"habeas/policies"
)

// wayOut is what the letters under a law have to name, written down apart from
// the policy files: who a person can turn to, and in which of its letters by
// when, or after what, that is possible.
type wayOut struct {
	kinds string
	timed bool
}

// waysOut are those of the laws that name more or another than an authority.
// American states name the attorney general.
func waysOut() map[string]wayOut {
	both := wayOut{kinds: "authority court"}
	return map[string]wayOut{
		"eu-gdpr": both, "uk-gdpr": both, "gi-gdpr": both, "gg-dpl": both, "im-gdpr": both, "je-dpl": both, "ch-fadp": both, "ar-pdpl": both,
		"ca-pipeda": {"authority court", true}, "za-paia": {"authority court", true},
		"ca-qc-p391": {"authority", true}, "ca-ab-pipa": {"authority", true}, "ca-bc-pipa": {"authority", true}, "au-app": {"authority", true},
		"cl-21719": {"authority", true}, "mx-lfpdppp": {"authority", true}, "tr-kvkk": {"authority", true},
		"cl-19628": {kinds: "court"}, "us-dpf": {kinds: "authority recourse_body"}, "kr-pipa": {kinds: "authority recourse_body"},
		"us-can-spam": {kinds: "authority"}, "us-ca-stl": {kinds: "attorney_general court"},
		"us-ca-ccpa": {kinds: "attorney_general authority"}, "us-ca-ccpa-optout": {kinds: "attorney_general authority"},
	}
}

func wayOutOf(regime string) wayOut {
	if w, ok := waysOut()[regime]; ok {
		return w
	}
	if strings.HasPrefix(regime, "us-") {
		return wayOut{kinds: "attorney_general"}
	}
	return wayOut{kinds: "authority"}
}

// Every letter that withholds something, under every law and in every language,
// names who the person can turn to, with a link, and by when.
func TestEveryRefusalNamesTheWayOut(t *testing.T) {
	t.Parallel()
	p, err := policies.Default()
	if err != nil {
		t.Fatal(err)
	}
	r, letters := renderer(t), 0
	for _, regime := range p.RegimeInfos("en") {
		if regime.Promise {
			continue
		}
		c := caseUnder(regime)
		for _, locale := range []string{"en", "de", "fr", "es"} {
			for occasion, letter := range refusals(locale) {
				remedy := p.Remedy(c, occasion, c.ReceivedOn.AddDays(20), locale)
				m := render(t, r, letter(remedy))
				letters++
				named(t, regime.Key+", "+string(occasion)+" in "+locale, regime.Key, remedy, m.Text)
			}
		}
	}
	if letters < 1000 {
		t.Errorf("%d letters", letters)
	}
}

// caseUnder is a request that falls under a law while it is in force.
func caseUnder(r policies.RegimeInfo) policies.Case {
	on := models.NewDate(2027, 6, 1)
	if !r.Until.IsZero() {
		on = r.Until
	}
	if on.Before(r.AppliesFrom) {
		on = r.AppliesFrom
	}
	country, region, _ := strings.Cut(r.Where[0], "-")
	return policies.Case{Type: r.Types[0], Country: country, Region: region, ReceivedOn: on}
}

// refusals are the letters that have to name a way out.
func refusals(locale string) map[policies.RemedyOccasion]func(models.Remedy) models.Letter {
	about := models.About{Reference: "HB-7K3M-Q9TX-2D", Type: "access", TypeName: "Access", Locale: locale, Name: "Ana"}
	why := []models.Reason{{Code: "unverifiable_identity", Title: "Not verified", Citation: "Art. 1"}}
	answer := func(o models.Outcome) func(models.Remedy) models.Letter {
		return func(m models.Remedy) models.Letter {
			return models.AnswerLetter{About: about, Outcome: o, Text: "No.", Reasons: why, Remedy: m}
		}
	}
	return map[policies.RemedyOccasion]func(models.Remedy) models.Letter{
		policies.OnRefusal: answer(models.OutcomeDenied), policies.OnPartial: answer(models.OutcomePartly),
		policies.OnAppealDenied: answer(models.OutcomeDenied),
		policies.OnExpiry: func(m models.Remedy) models.Letter {
			return models.ExpiredLetter{About: about, Reasons: why, Remedy: m}
		},
	}
}

// named checks that the letter holds every part of the way out.
func named(t *testing.T, what, regime string, remedy models.Remedy, letter string) {
	t.Helper()
	text := strings.Join(strings.Fields(letter), " ")
	kinds, timed := map[string]bool{}, false
	for _, b := range remedy.Bodies {
		kinds[b.Kind] = true
		timed = timed || b.When != ""
		if b.Kind != "court" && b.URL == "" {
			t.Errorf("%s: %s has no link", what, b.Name)
		}
		for _, part := range []string{b.Name, b.URL, b.When} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: no %q in %s", what, part, text)
			}
		}
	}
	want := wayOutOf(regime)
	for kind := range strings.FieldsSeq(want.kinds) {
		if !kinds[kind] {
			t.Errorf("%s: no %s among %v", what, kind, slices.Sorted(maps.Keys(kinds)))
		}
	}
	if timed != want.timed {
		t.Errorf("%s: a time is given: %v", what, timed)
	}
	if until := remedy.AppealUntil; !until.IsZero() && !strings.Contains(text, until.String()) && !strings.Contains(text, "20"+until.String()[2:4]) {
		t.Errorf("%s: no time to appeal in %s", what, text)
	}
}
