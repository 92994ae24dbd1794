package policies_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas/internal/testbed/property"
	"habeas/models"
	"habeas/policies"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func languages() []string { return []string{"en", "de", "fr", "es"} }

// Every language has every sentence, with the same placeholders.
func TestCataloguesAreComplete(t *testing.T) {
	t.Parallel()
	read := func(language string) map[string]string {
		content, err := os.ReadFile(filepath.Join("messages", language+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(content, &words); err != nil {
			t.Fatal(err)
		}
		return words
	}
	english := read("en")
	for _, language := range languages() {
		words := read(language)
		if missing := slices.Sorted(maps.Keys(words)); !slices.Equal(missing, slices.Sorted(maps.Keys(english))) {
			t.Errorf("%s has %v", language, missing)
		}
		for key, text := range words {
			want, got := placeholder.FindAllString(english[key], -1), placeholder.FindAllString(text, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) || text == "" {
				t.Errorf("%s %s: %q has %v, want %v", language, key, text, got, want)
			}
			if strings.Count(text, "|") != strings.Count(english[key], "|") {
				t.Errorf("%s %s: %q", language, key, text)
			}
		}
	}
}

// englishIn reports whether a citation says something in English besides the
// name of a law: names are capitals, numbers and these abbreviations.
func englishIn(citation string) bool {
	short := []string{"art", "ch", "ff", "reg", "ss", "tit"}
	for _, word := range regexp.MustCompile(`\b[a-z]{2,}\b`).FindAllString(citation, -1) {
		if !slices.Contains(short, word) {
			return true
		}
	}
	return false
}

// Every regime is called something in every language.
func TestRegimesHaveNamesInEveryLanguage(t *testing.T) {
	t.Parallel()
	var data struct {
		Regimes []struct {
			Key  string
			Name map[string]string
		}
	}
	if err := json.Unmarshal(standard(t).Snapshot(), &data); err != nil {
		t.Fatal(err)
	}
	for _, r := range data.Regimes {
		for _, language := range languages() {
			if r.Name[language] == "" {
				t.Errorf("%s has no name in %s", r.Key, language)
			}
		}
	}
}

// What the policy says in English to a person who asks why, or whom to complain
// to, has its words in every language. Laws keep their own names.
func TestThePolicysTextsAreInEveryLanguage(t *testing.T) {
	t.Parallel()
	var data map[string]any
	if err := json.Unmarshal(standard(t).Snapshot(), &data); err != nil {
		t.Fatal(err)
	}
	known := map[string]map[string]any{}
	for _, entry := range data["texts"].([]any) {
		words := entry.(map[string]any)["text"].(map[string]any)
		known[words["en"].(string)] = words
	}
	used := map[string]bool{}
	check := func(text string) {
		used[text] = true
		for _, language := range languages() {
			if known[text][language] == nil {
				t.Errorf("%q is not in texts in %s", text, language)
			}
		}
	}
	var walk func(key string, value any)
	walk = func(key string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for k, inner := range v {
				walk(k, inner)
			}
		case []any:
			for _, inner := range v {
				walk(key, inner)
			}
		case string:
			switch key {
			case "note", "condition":
				check(v)
			case "citation":
				for part := range strings.SplitSeq(v, "; ") {
					if englishIn(part) {
						check(part)
					}
				}
			}
		}
	}
	walk("", data["regimes"])
	walk("", data["reasons"])
	walk("", data["calendars"])
	for _, c := range data["calendars"].([]any) {
		check(c.(map[string]any)["name"].(string))
		if note, ok := c.(map[string]any)["note"].(string); ok {
			check(note)
		}
	}
	for text := range known {
		if !used[text] {
			t.Errorf("nothing says %q any more", text)
		}
	}
}

// French apostrophes are typographic, as on the pages and in the letters.
func TestFrenchApostrophes(t *testing.T) {
	t.Parallel()
	var data any
	if err := json.Unmarshal(standard(t).Snapshot(), &data); err != nil {
		t.Fatal(err)
	}
	var walk func(key string, value any)
	walk = func(key string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for k, inner := range v {
				walk(k, inner)
			}
		case []any:
			for _, inner := range v {
				walk(key, inner)
			}
		case string:
			if key == "fr" && strings.Contains(v, "'") {
				t.Errorf("%q", v)
			}
		}
	}
	walk("", data)
	if words, err := os.ReadFile(filepath.Join("messages", "fr.json")); err != nil || strings.Contains(string(words), "'") {
		t.Errorf("%v, %s", err, words)
	}
}

// The person gets every explanation whole, in their language, and hears nothing
// of how sure we are of a source; the dates are those that staff see.
func TestExplanationsInEveryLanguage(t *testing.T) {
	t.Parallel()
	p := standard(t)
	english := regexp.MustCompile(`(?i)\b(the|is|with|days|month|after|holidays?)\b`)
	types := p.Types("", "")
	places := [][2]string{{"US", "CA"}, {"US", "VA"}, {"US", "FL"}, {"US", "IA"}, {"DE", ""}, {"NL", ""}, {"GB", ""}, {"PT", ""}, {"CA", ""}, {"BR", ""}, {"KR", ""}, {"TW", ""}, {"ZA", ""}, {"CH", ""}, {"EU", ""}, {"", ""}}
	property.Check(t, func(t *rapid.T) {
		where := rapid.SampledFrom(places).Draw(t, "place")
		on := models.NewDate(2026, time.January, 1).AddDays(rapid.IntRange(0, 800).Draw(t, "day"))
		c := policies.Case{
			Type: rapid.SampledFrom(types).Draw(t, "type").Key, Country: where[0], Region: where[1], ReceivedOn: on,
			Undesignated: rapid.Bool().Draw(t, "undesignated"), Extended: rapid.Bool().Draw(t, "extended"),
		}
		for _, purpose := range []models.HoldPurpose{models.HoldIdentity, models.HoldFee, models.HoldClarification} {
			if rapid.Bool().Draw(t, string(purpose)) {
				from := on.AddDays(3 + 5*len(c.Pauses))
				c.Pauses = append(c.Pauses, models.Pause{Purpose: purpose, From: from, To: from.AddDays(1 + 2*len(c.Pauses))})
			}
		}
		staff := explain(t, p, c)
		for _, locale := range []string{"en", "de-AT", "fr", "es", "pt"} {
			e, err := p.ExplainIn(c, locale)
			if err != nil || e.RespondOn != staff.RespondOn || e.Governing != staff.Governing || len(e.Regimes) != len(staff.Regimes) {
				t.Fatalf("%s: %v, %+v", locale, err, e)
			}
			for i, r := range e.Regimes {
				for j, s := range r.Steps {
					if s.Text == "" || strings.ContainsAny(s.Text, "{}|") || strings.Contains(s.Text, "memory") || s.Certainty != staff.Regimes[i].Steps[j].Certainty {
						t.Fatalf("%s: %+v", locale, s)
					}
					if language := locale[:2]; language != "en" && language != "pt" && english.MatchString(s.Text) {
						t.Fatalf("%s: %q is English", locale, s.Text)
					}
				}
			}
		}
	})
}

// One explanation, read in every language.
func TestAnExplanationReadsWell(t *testing.T) {
	t.Parallel()
	p := standard(t)
	c := policies.Case{Type: models.TypeAccess, Country: "DE", ReceivedOn: date(t, "2026-03-05"), Pauses: []models.Pause{{Purpose: models.HoldIdentity, From: date(t, "2026-03-10"), To: date(t, "2026-03-11")}}}
	for locale, want := range map[string][]string{
		"en": {"Received on Thursday 5 March 2026; the day itself is not counted.", "Days off: 6 April, a holiday in Germany.", "1 day waiting for an answer (identity) from 10 March 2026 to 11 March 2026 does not count: Monday 6 April 2026."},
		"de": {"Eingegangen am Donnerstag, 5. März 2026; dieser Tag selbst zählt nicht.", "Freie Tage: 6. April (Feiertag), Deutschland.", "Die Antwort ist 1 Monat nach Eingang fällig: Sonntag, 5. April 2026."},
		"fr": {"Reçue le jeudi 5 mars 2026", "Le lundi 6 avril 2026 n’est pas un jour ouvré ; le suivant est le mardi 7 avril 2026."},
		"es": {"Recibida el jueves 5 de marzo de 2026", "La respuesta vence 1 mes después de la recepción: domingo 5 de abril de 2026."},
	} {
		e, err := p.ExplainIn(c, locale)
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, r := range e.Regimes {
			for _, s := range r.Steps {
				said += s.Text + "\n"
			}
		}
		for _, text := range want {
			if !strings.Contains(said, text) {
				t.Errorf("%s: no %q in\n%s", locale, text, said)
			}
		}
	}
	if got := p.Cited("GDPR Art. 12(3); Privacy policy of the organisation", "de"); got != "Art. 12 Abs. 3 DSGVO; Datenschutzerklärung der Organisation" {
		t.Errorf("cited as %q", got)
	}
}
