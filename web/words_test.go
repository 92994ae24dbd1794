package web_test

import (
	"encoding/json"
	"html"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"habeas/models"
	"habeas/notifications"
)

func wordsOf(t testing.TB, lang string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("portal", "words", lang+".json"))
	must(t, err)
	var words map[string]string
	must(t, json.Unmarshal(raw, &words))
	return words
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// Every language says everything that English says, with the same blanks to
// fill in, and nothing else.
func TestLanguagesAreComplete(t *testing.T) {
	t.Parallel()
	english := wordsOf(t, "en")
	for _, lang := range []string{"de", "fr", "es"} {
		words := wordsOf(t, lang)
		for key, text := range english {
			other, ok := words[key]
			if !ok || strings.TrimSpace(other) == "" {
				t.Errorf("%s does not say %q", lang, key)
			}
			a, b := placeholder.FindAllString(text, -1), placeholder.FindAllString(other, -1)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) {
				t.Errorf("%s: %q has %v, English %v", lang, key, b, a)
			}
			if strings.Count(text, "|") != strings.Count(other, "|") {
				t.Errorf("%s: %q lists another number of words", lang, key)
			}
		}
		for key := range words {
			if _, ok := english[key]; !ok {
				t.Errorf("%s says %q, English does not", lang, key)
			}
		}
	}
}

// Everything that is said is there, and everything that is there is said.
func TestEveryTextIsUsed(t *testing.T) {
	t.Parallel()
	english := wordsOf(t, "en")
	sources, err := filepath.Glob("portal/*.go")
	must(t, err)
	pages, err := filepath.Glob("portal/templates/*.html")
	must(t, err)
	var all strings.Builder
	for _, name := range append(sources, pages...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(name)
		must(t, err)
		all.Write(raw)
	}
	text := all.String()
	for _, m := range regexp.MustCompile(`(?:\(|\{\{)t "([^"]+)"`).FindAllStringSubmatch(text, -1) {
		if _, ok := english[m[1]]; !ok {
			t.Errorf("a page says %q, which is not there", m[1])
		}
	}
	// Keys that are put together from a code.
	made := regexp.MustCompile(`^(date|type|state|outcome|next|step|why|error|problem|refused|form\.(capacity|date|details|name|email|person)|start\.group|case\.(left|late|done)|code\.(done|pending)|package\.ended|task\.(do|what|over|identifier|known|outcome))\.`)
	for _, key := range slices.Sorted(maps.Keys(english)) {
		if !strings.Contains(text, `"`+key+`"`) && !made.MatchString(key) {
			t.Errorf("nothing says %q", key)
		}
	}
}

// The letters that give a way to appeal call the button on the page by what is
// written on it.
func TestLettersNameTheButtonForAnAppeal(t *testing.T) {
	t.Parallel()
	mails, err := notifications.New(letters(nil))
	must(t, err)
	for _, lang := range []string{"en", "de", "fr", "es"} {
		named := regexp.MustCompile(`[„“"«] ?` + regexp.QuoteMeta(wordsOf(t, lang)["appeal.start"]) + ` ?[“”"»]`)
		mail, err := mails.Render(notifications.Samples(lang)["answer_denied"])
		must(t, err)
		for _, part := range []string{mail.Text, html.UnescapeString(mail.HTML)} {
			if text := strings.Join(strings.Fields(part), " "); !named.MatchString(text) {
				t.Errorf("%s: no %s in %s", lang, named, text)
			}
		}
	}
}

// A letter and a page write the same day in the same way.
func TestLettersAndPagesWriteDatesAlike(t *testing.T) {
	t.Parallel()
	mails, err := notifications.New(letters(nil))
	must(t, err)
	for _, lang := range []string{"en", "de", "fr", "es"} {
		words := wordsOf(t, lang)
		friday := strings.NewReplacer("{weekday}", strings.Split(words["date.weekdays"], "|")[5], "{day}", "20",
			"{month}", strings.Split(words["date.months"], "|")[10], "{year}", "2026").Replace(words["date.on"])
		mail, err := mails.Render(notifications.Samples(lang)["verified"])
		must(t, err)
		if text := strings.Join(strings.Fields(mail.Text), " "); !strings.Contains(text, friday) {
			t.Errorf("%s: no %q in %s", lang, friday, text)
		}
	}
}

// Every code of the domain that a person can meet has words.
func TestCodesHaveWords(t *testing.T) {
	t.Parallel()
	english := wordsOf(t, "en")
	want := []string{}
	for _, s := range models.States() {
		want = append(want, "state."+string(s), "next."+string(s))
	}
	for _, o := range models.Outcomes() {
		want = append(want, "outcome."+string(o))
	}
	for _, a := range models.Actions() {
		want = append(want, "task.do."+string(a), "task.what."+string(a))
	}
	for _, o := range models.TaskOutcomes() {
		want = append(want, "task.outcome."+string(o))
	}
	policy, err := defaultPolicy()
	must(t, err)
	for _, kind := range policy.Types("", "") {
		want = append(want, "type."+string(kind.Key))
	}
	for _, kind := range []string{"missing", "foreign", "malformed", "large", "often", "away", "conflict", "fault"} {
		want = append(want, "problem."+kind+".title", "problem."+kind+".text")
	}
	for _, code := range []string{"required", "invalid", "choice", "too_long", "too_many", "not_allowed", "other"} {
		want = append(want, "error."+code)
	}
	for _, key := range want {
		if english[key] == "" {
			t.Errorf("there is no %q", key)
		}
	}
}

func TestLanguageOfAPage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	tests := map[string]struct{ path, accept, want string }{
		"nothing said":           {"/", "", "en"},
		"a dialect":              {"/", "de-AT", "de"},
		"weights":                {"/", "en;q=0.1, fr;q=0.8, de;q=0.5", "fr"},
		"unknown first":          {"/", "tlh, es;q=0.3", "es"},
		"refused":                {"/", "de;q=0, fr;q=0.1", "fr"},
		"nonsense":               {"/", ";;;q=,,", "en"},
		"the address wins":       {"/?lang=es", "de", "es"},
		"of no language of ours": {"/?lang=tlh", "de", "de"},
		"a form":                 {"/requests/new/deletion?lang=fr", "de", "fr"},
		"what is not there":      {"/nowhere?lang=fr", "de", "fr"},
	}
	for name, c := range tests {
		v := b.visitor()
		v.lang = c.accept
		p := v.get(c.path)
		if got := attr(nodes(p.doc, "html")[0], "lang"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if len(p.Cookies()) > 0 || !strings.Contains(p.Header.Get("Vary"), "Accept-Language") {
			t.Errorf("%s: %v", name, p.Header)
		}
	}
	// The choice goes along, by links and by forms.
	v := b.visitor()
	form := v.get("/?lang=de").click("Meine Daten löschen").form("Weiter").fill("name", "R", "email", "r@example.com").press("Weiter").want(200, "Vor dem Senden prüfen")
	sent := form.form("Antrag senden").press("Antrag senden").want(200, "Ihr Antrag wurde gesendet", "Sonntag, 20. Dezember 2026")
	if !strings.HasSuffix(sent.path(), "&lang=de") {
		t.Errorf("at %s", sent.path())
	}
}
