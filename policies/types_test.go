package policies_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"habeas/models"
	"habeas/policies"
)

func TestTypesOfferedByPlace(t *testing.T) {
	t.Parallel()
	offered := func(country, region string) (n int, disclosure bool) {
		for _, typ := range standard(t).Types(country, region) {
			disclosure = disclosure || typ.Key == models.TypeDisclosure
			n++
		}
		return n, disclosure
	}
	tests := map[string]struct {
		country, region string
		n               int
		disclosure      bool
	}{
		"anywhere":           {"", "", 15, true},
		"California":         {"US", "CA", 15, true},
		"california":         {"us", "ca", 15, true},
		"another state":      {"US", "NY", 14, false},
		"another country":    {"DE", "", 14, false},
		"CA alone is Canada": {"CA", "", 14, false},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if n, d := offered(c.country, c.region); n != c.n || d != c.disclosure {
				t.Errorf("%d types, disclosure %v; want %d, %v", n, d, c.n, c.disclosure)
			}
		})
	}
}

func TestEveryTypeOfTheProductIsThere(t *testing.T) {
	t.Parallel()
	for _, key := range types() {
		typ, ok := standard(t).Type(key)
		if !ok {
			t.Fatalf("no type %s", key)
		}
		if got := standard(t).Retention(key); got != 24 {
			t.Errorf("%s is kept for %d months", key, got)
		}
		if key != models.TypeCorrection {
			if _, err := typ.Parse(nil, "", today); err != nil {
				t.Errorf("%s alone is refused: %v", key, err)
			}
		}
	}
	if _, ok := standard(t).Type("nonsense"); ok || standard(t).Retention("nonsense") != 0 {
		t.Error("there is a type nonsense")
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	tests := map[models.RequestType]map[string]models.Level{
		models.TypeAccess:             {"": models.LevelHigh, "specific_pieces": models.LevelHigh, "categories": models.LevelReasonable, "odd": models.LevelHigh},
		models.TypeDeletion:           {"": models.LevelHigh},
		models.TypeCorrection:         {"": models.LevelReasonable},
		models.TypePortability:        {"": models.LevelHigh},
		models.TypeTestimonialRemoval: {"": models.LevelMailbox},
		models.TypeMarketingOptOut:    {"": models.LevelNone},
		models.TypeSharingOptOut:      {"": models.LevelNone},
		models.TypeQuestion:           {"": models.LevelMailbox},
	}
	for key, classes := range tests {
		typ, _ := standard(t).Type(key)
		for class, want := range classes {
			if got := typ.Level(class); got != want {
				t.Errorf("%s of %q needs %s, want %s", key, class, got, want)
			}
		}
	}
}

func TestApproval(t *testing.T) {
	t.Parallel()
	tests := map[models.RequestType]string{
		models.TypeAccess:             "fulfilled partly_fulfilled denied no_data",
		models.TypeDeletion:           "fulfilled partly_fulfilled denied no_data",
		models.TypePortability:        "fulfilled partly_fulfilled denied no_data",
		models.TypeCorrection:         "denied no_data",
		models.TypeTestimonialRemoval: "denied no_data",
		models.TypeMarketingOptOut:    "",
		models.TypeSharingOptOut:      "",
		models.TypeComplaint:          "",
		models.TypeQuestion:           "",
	}
	for key, want := range tests {
		typ, _ := standard(t).Type(key)
		var got []string
		for _, o := range models.Outcomes() {
			if typ.NeedsApproval(o) {
				got = append(got, string(o))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: approval of %v, want %s", key, got, want)
		}
	}
}

func TestNamesFallBackToLanguageThenEnglish(t *testing.T) {
	t.Parallel()
	typ, _ := standard(t).Type(models.TypeDeletion)
	for locale, want := range map[string]string{
		"de": "Löschung meiner Daten", "de-AT": "Löschung meiner Daten", "de_CH-1996": "Löschung meiner Daten",
		"fr": "Suppression de mes données", "ja": "Deletion of my data", "": "Deletion of my data", "-": "Deletion of my data",
	} {
		if got := typ.Name(locale); got != want {
			t.Errorf("%q: %q, want %q", locale, got, want)
		}
	}
	if got := standard(t).RegimeName("eu-gdpr", "de-AT"); got != "Datenschutz-Grundverordnung (DSGVO)" {
		t.Error(got)
	}
	if got := standard(t).RegimeName("gone", "de"); got != "gone" {
		t.Error(got)
	}
}

// What people read of types and reasons is there in all four languages.
func TestAllTextsAreTranslated(t *testing.T) {
	t.Parallel()
	var snapshot struct{ Types, Reasons []any }
	if err := json.Unmarshal(standard(t).Snapshot(), &snapshot); err != nil {
		t.Fatal(err)
	}
	found := 0
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case []any:
			for _, e := range v {
				walk(path, e)
			}
		case map[string]any:
			if _, ok := v["en"]; ok {
				found++
				for _, locale := range []string{"de", "fr", "es"} {
					if s, _ := v[locale].(string); s == "" {
						t.Errorf("%s: no %s for %v", path, locale, v["en"])
					}
				}
			}
			for key, e := range v {
				walk(path+"."+key, e)
			}
		}
	}
	walk("types", snapshot.Types)
	walk("reasons", snapshot.Reasons)
	if found < 100 {
		t.Errorf("only %d texts", found)
	}
}

func TestReasonsCiteTheLawThatApplies(t *testing.T) {
	t.Parallel()
	p := standard(t)
	tests := map[string]struct {
		typ     models.RequestType
		code    string
		regimes []string
		want    models.Reason
		ok      bool
	}{
		"the law of the person":    {"deletion", "legal_obligation", []string{"house", "eu-gdpr"}, models.Reason{Title: "A law requires us to keep or use the data", Citation: "GDPR Art. 17(3)(b)"}, true},
		"another law":              {"deletion", "legal_obligation", []string{"house", "us-ca-ccpa"}, models.Reason{Title: "A law requires us to keep or use the data", Citation: "Cal. Civ. Code § 1798.105(d)(8)"}, true},
		"the promise alone":        {"testimonial_removal", "published_print", []string{"house"}, models.Reason{Title: "It is printed and already distributed", Citation: "Privacy policy of the organisation (removal where possible)"}, true},
		"a reason of another type": {"deletion", "small_business_exempt", nil, models.Reason{}, false},
		"an unknown reason":        {"deletion", "because", nil, models.Reason{}, false},
		"an unknown type":          {"nonsense", "legal_obligation", nil, models.Reason{}, false},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := p.Reason(c.typ, c.code, c.regimes, "en")
			if ok {
				c.want.Code = c.code
			}
			if ok != slices.Contains(policies.Certainties(), policies.Certainty(got.Certainty)) {
				t.Errorf("it is %q", got.Certainty)
			}
			got.Certainty = ""
			if got != c.want || ok != c.ok {
				t.Errorf("%+v, %v; want %+v, %v", got, ok, c.want, c.ok)
			}
		})
	}
	for _, typ := range p.Types("", "") {
		for _, r := range p.ReasonsFor(typ, []string{"house"}, nil, "fr") {
			if r.Code == "" || r.Title == "" || r.Citation == "" {
				t.Errorf("%s: %+v", typ.Key, r)
			}
		}
	}
	if p.ReasonsOf("nonsense", "en") != nil {
		t.Error("a type that is none has reasons")
	}
}

func TestRemedies(t *testing.T) {
	t.Parallel()
	p, on := standard(t), date(t, "2026-03-02")
	in := func(country, region string) policies.Case {
		return policies.Case{Type: "access", Country: country, Region: region, ReceivedOn: on}
	}
	r := p.Remedy(in("US", "CA"), policies.OnRefusal, on, "en")
	if r.AppealUntil.String() != "2026-05-01" || len(r.Complain) != 2 || !strings.Contains(r.Complain[0], "California Privacy Protection Agency") {
		t.Errorf("%+v", r)
	}
	if c := r.Bodies[0].Certainty; !slices.Contains(policies.Certainties(), policies.Certainty(c)) {
		t.Errorf("its certainty is %q", c)
	}
	if r := p.Remedy(in("US", "CA"), policies.OnAppealDenied, on, "en"); !r.AppealUntil.IsZero() {
		t.Errorf("an appeal can be appealed: %+v", r)
	}
	if r := p.Remedy(in("", ""), policies.OnAnswer, on, "en"); !r.AppealUntil.IsZero() {
		t.Errorf("what was granted can be appealed: %+v", r)
	}
	for locale, want := range map[string]string{
		"en": "The data protection authority of your country, https://", "de-AT": "Die Datenschutzbehörde Ihres Landes, https://",
		"fr": "L’autorité de protection des données de votre pays, https://", "es": "La autoridad de protección de datos de su país, https://",
	} {
		r := p.Remedy(in("EU", ""), policies.OnRefusal, on, locale)
		if len(r.Complain) != 2 || !strings.HasPrefix(r.Complain[0], want) {
			t.Errorf("%s: %q", locale, r.Complain)
		}
	}
	if r := p.Remedy(in("RE", ""), policies.OnRefusal, on, "fr"); !strings.Contains(r.Complain[0], "CNIL") {
		t.Errorf("Réunion: %q", r.Complain)
	}
}

func TestTheStrictestAppealDateGoverns(t *testing.T) {
	t.Parallel()
	p, on := standard(t), date(t, "2026-03-02")
	tests := map[string]struct {
		regimes   string
		governing string
		respond   string
	}{
		"the promise":                  {"house us-ca-ccpa", "house", "2026-04-16"},
		"Virginia has more time":       {"house us-va-vcdpa", "house", "2026-04-16"},
		"a statute governs on a tie":   {"house us-co-cpa", "us-co-cpa", "2026-04-16"},
		"neither Utah nor California":  {"us-ut-ucpa us-ca-ccpa", "", ""},
		"Virginia without the promise": {"us-va-vcdpa", "us-va-vcdpa", "2026-05-01"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, ok := p.AppealDeadline(strings.Fields(c.regimes), on, utc)
			if ok != (c.governing != "") || d.Governing != c.governing || d.RespondOn.String() != c.respond {
				t.Errorf("%+v, %v", d, ok)
			}
			if ok && d.RespondBy != d.RespondOn.End(utc) {
				t.Errorf("ends at %s", d.RespondBy)
			}
		})
	}
}

func TestNeverDisclose(t *testing.T) {
	t.Parallel()
	if got := standard(t).NeverDisclose([]string{"house", "us-ca-ccpa", "us-mn-mcdpa"}); len(got) != 7 {
		t.Errorf("%d kinds of data: %v", len(got), got)
	}
	if got := standard(t).NeverDisclose([]string{"house"}); len(got) != 0 {
		t.Error(got)
	}
}
