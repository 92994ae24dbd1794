package intake_test

import (
	"os"
	"testing"

	"github.com/goccy/go-yaml"

	"habeas/intake"
)

func TestWhereThePersonMayLive(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"a part of Australia":      {"I live in Sydney, New South Wales, Australia.", "AU"},
		"no Australia beside it":   {"My address is in New South Wales.", "AU"},
		"the other Virginia":       {"I live in Charleston, West Virginia.", "US-WV"},
		"Virginia":                 {"I am a Virginia resident.", "US-VA"},
		"a law of Québec":          {"This is a Quebec law 25 request.", "CA-QC"},
		"a city of Québec":         {"J'habite à Montréal, Québec.", "CA-QC"},
		"New Jersey":               {"I live in Newark, New Jersey.", "US-NJ"},
		"Delaware":                 {"I am from Delaware.", "US-DE"},
		"a London in Canada":       {"My home is London, Ontario.", "CA"},
		"the capital is no state":  {"I live in Washington DC.", "US-DC"},
		"a person of that name":    {"Washington signed it, and Virginia saw it.", ""},
		"another person":           {"Regards, Virginia", ""},
		"a film":                   {"I bought a poster from Indiana Jones.", ""},
		"customers from elsewhere": {"You sell to many from Indian cities.", ""},
		"a country in between":     {"I wrote to you about Georgia and Maine.", ""},
		"Frances is not France":    {"Please ask Frances about my account.", ""},
		"Iceland is not Ireland":   {"I live in Iceland.", "IS"},
		"an average":               {"My avg order is small.", ""},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := intake.Suggest("", c.text)
			if s.Jurisdiction != c.want {
				t.Errorf("%q by %v, want %q", s.Jurisdiction, s.JurisdictionWords, c.want)
			}
		})
	}
}

// Every place of the policy has its words, and none of them is taken for
// another place's.
func TestEveryPlaceOfThePolicyIsKnownByItsWords(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("data/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rules struct {
		Places []struct {
			Place        string
			Words, Names []string
		}
	}
	if err := yaml.Unmarshal(content, &rules); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"*": true}
	for _, p := range rules.Places {
		known[p.Place] = true
		for _, word := range append(p.Words, p.Names...) {
			if s := intake.Suggest("", "I live in "+word+"."); s.Jurisdiction != p.Place {
				t.Errorf("%q is %q, want %q", word, s.Jurisdiction, p.Place)
			}
		}
	}
	policy, err := defaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	for _, regime := range policy.RegimeInfos("en") {
		for _, place := range regime.Where {
			if !known[place] {
				t.Errorf("%s: nothing is known of %s", regime.Key, place)
			}
		}
	}
}
