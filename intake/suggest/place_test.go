package suggest_test

import (
	"os"
	"testing"

	"github.com/goccy/go-yaml"

	"habeas/intake/suggest"
	"habeas/policies"
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
		"the Dutch name":           {"Op grond van artikel 16 AVG verzoek ik u mijn geboortedatum te corrigeren.", "NL"},
		"it in small letters":      {"ik wil inzage volgens artikel 15 avg", "NL"},
		"the German name":          {"Auskunft nach Art. 15 DS-GVO bitte.", "DE"},
		"the long German name":     {"Nach der Datenschutz-Grundverordnung verlange ich Auskunft.", "DE"},
		"the French name":          {"Selon le règlement général sur la protection des données, je demande mes données.", "FR"},
		"the number alone":         {"Esercizio di diritti (artt. 15-22 Reg. UE 2016/679)", "IT"},
		"the number, in Spanish":   {"Reglamento (UE) 2016/679, solicito mis datos", "EU"},
		"Brazil, by its law":       {"Com base na Lei nº 13.709/2018 peço os meus dados.", "BR"},
		"Brazil, in letters":       {"Conforme a LGPD, quero os meus dados.", "BR"},
		"the new Swiss law":        {"Selon l'art. 25 nLPD, je demande mes données.", "CH"},
		"the Swiss law, in German": {"Nach Art. 25 DSG verlange ich Auskunft.", "CH"},
		"California, with dots":    {"This is a C.C.P.A. request.", "US-CA"},
		"California, by section":   {"Under Civil Code section 1798.105, please act.", "US-CA"},
		"a British postcode":       {"R. Thackeray, 14 Beck Terrace, Skipton BD23 0ZZ", "GB"},
		"an Austrian city":         {"Obere Gasse 8, 6020 Innsbruck", "AT"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := suggest.Read("", c.text)
			if s.Place != c.want {
				t.Errorf("%q by %v, want %q", s.Place, s.PlaceWords, c.want)
			}
		})
	}
}

// Every place of the policy has its words, and none of them is taken for
// another place's.
func TestEveryPlaceOfThePolicyIsKnownByItsWords(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("places.yaml")
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
			// Who names the law of the Union in a language of one country lives there.
			s := suggest.Read("", "I live in "+word+".")
			if s.Place != p.Place && !(p.Place == "EU" && len(s.PlaceWords) == 2) {
				t.Errorf("%q is %q, want %q", word, s.Place, p.Place)
			}
		}
	}
	policy, err := policies.Default()
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
