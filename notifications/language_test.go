package notifications_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	tmpl "text/template/parse"
	"time"

	"habeas/models"
	"habeas/notifications"
)

// Every letter is there in every language, in both forms, and no language has
// a template that English does not know.
func TestEveryLanguageIsComplete(t *testing.T) {
	t.Parallel()
	all := sources(t)
	if want := []string{"de", "en", "es", "fr"}; !slices.Equal(notifications.Locales(), want) {
		t.Errorf("languages %v, want %v", notifications.Locales(), want)
	}
	want := map[string]bool{"layout.html.tmpl": true}
	for _, locale := range notifications.Locales() {
		for _, name := range append(notifications.Templates(), "parts") {
			want[locale+"/"+name+".md.tmpl"] = true
		}
		if notifications.LanguageName(locale) == "" {
			t.Errorf("%s has no name", locale)
		}
		words, english := notifications.Words(locale), notifications.Words("en")
		if got, want := slices.Sorted(maps.Keys(words)), slices.Sorted(maps.Keys(english)); !slices.Equal(got, want) {
			t.Errorf("%s has the words %v, want %v", locale, got, want)
		}
		for code, word := range words {
			if word == "" || locale != "en" && word == english[code] {
				t.Errorf("%s: %s is not translated: %q", locale, code, word)
			}
		}
	}
	if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
		t.Errorf("templates %v, want %v", got, slices.Sorted(maps.Keys(want)))
	}
}

// Every translation says the same: it uses the placeholders, words and parts of
// the English template, no more and no less, and none of its sentences.
func TestTranslationsSayTheSame(t *testing.T) {
	t.Parallel()
	all := sources(t)
	for path, source := range all {
		locale, file, ok := strings.Cut(path, "/")
		if !ok || locale == "en" {
			continue
		}
		used, words := uses(t, path, source)
		wantUsed, english := uses(t, file, all["en/"+file])
		if !maps.Equal(used, wantUsed) {
			t.Errorf("%s uses %v, English %v", path, used, wantUsed)
		}
		for w := range words {
			if english[w] {
				t.Errorf("%s is not translated: %q", path, w)
			}
		}
	}
}

// uses counts the placeholders, functions and parts of a template, and collects
// its sentences.
func uses(t *testing.T, name, source string) (used map[string]int, words map[string]bool) {
	t.Helper()
	p, trees := tmpl.New(name), map[string]*tmpl.Tree{}
	p.Mode = tmpl.SkipFuncCheck
	p, err := p.Parse(source, "", "", trees)
	if err != nil {
		t.Fatal(err)
	}
	trees[name] = p
	used, words = map[string]int{}, map[string]bool{}
	for part, tree := range trees {
		used["part "+part]++
		for _, action := range regexp.MustCompile(`\{\{.*?\}\}`).FindAllString(tree.Root.String(), -1) {
			action = regexp.MustCompile(`"(unknown|unbekannt|inconnue|desconocido|nothing|nichts|aucune|ninguna)"`).ReplaceAllString(action, `""`)
			if action != "{{else}}" && action != "{{end}}" {
				used[action]++
			}
		}
		for _, piece := range regexp.MustCompile(`\{\{.*?\}\}|\n`).Split(tree.Root.String(), -1) {
			if piece = strings.TrimSpace(piece); len(strings.Fields(piece)) > 1 && strings.ContainsAny(piece, "aeiou") {
				words[piece] = true
			}
		}
	}
	delete(used, "part "+name)
	return used, words
}

// Ours are not rehearsed at every start: here they are, each with every choice
// both ways, and say all that is asked of an organisation's own.
func TestEveryMailInEveryLanguage(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	if err := r.Rehearse(); err != nil {
		t.Error(err)
	}
	if err := r.Unsaid(); err != nil {
		t.Error(err)
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	if m, err := r.Preview("answer_denied", "fr"); err != nil || !strings.Contains(m.Text, "Effacement de mes données") {
		t.Errorf("%v\n%s", err, m.Text)
	}
	for _, bad := range [][2]string{{"nothing", "fr"}, {"code", "it"}, {"code", ""}, {"parts", "en"}} {
		if _, err := r.Preview(bad[0], bad[1]); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%v: %v, want invalid", bad, err)
		}
	}
}

func TestDatesInWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		locale string
		day    models.Date
		want   string
	}{
		{"de", models.NewDate(2026, time.November, 20), "Freitag, 20. November 2026"},
		{"de", models.NewDate(2027, time.March, 1), "Montag, 1. März 2027"},
		{"fr", models.NewDate(2026, time.November, 20), "vendredi 20 novembre 2026"},
		{"fr", models.NewDate(2026, time.August, 1), "samedi 1er août 2026"},
		{"es", models.NewDate(2026, time.November, 20), "viernes 20 de noviembre de 2026"},
		{"en", models.NewDate(2027, time.January, 3), "Sunday 3 January 2027"},
	} {
		if got := flat(notifications.DateWords(tt.locale, tt.day)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.locale, got, tt.want)
		}
	}
}

func TestInstantsInWords(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for locale, want := range map[string]string{
		"de": "bis Donnerstag, 22. Oktober 2026, 11:30 Uhr (MESZ).", "en": "until Thursday 22 October 2026 at 11:30 CEST.",
		"fr": "jusqu’au jeudi 22 octobre 2026 à 11 h 30 (CEST).", "es": "hasta el jueves 22 de octubre de 2026 a las 11:30 (CEST).",
	} {
		m, err := r.Preview("code", locale)
		if err != nil || !strings.Contains(flat(m.Text), want) {
			t.Errorf("%s: no %q (%v) in:\n%s", locale, want, err, m.Text)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	for want, of := range map[string][]string{
		"":                   {"es"},
		"a":                  {"de", "a"},
		"a, b und c":         {"de", "a", "b", "c"},
		"a et b":             {"fr", "a", "b"},
		"a y b":              {"es", "a", "b"},
		"España e Italia":    {"es", "España", "Italia"},
		"a e hijos":          {"es", "a", "hijos"},
		"agua y hielo":       {"es", "agua", "hielo"},
		"one, two and three": {"en", "one", "two", "three"},
	} {
		if got := notifications.List(of[0], of[1:]...); got != want {
			t.Errorf("%v: %q, want %q", of, got, want)
		}
	}
}

// Days to go and days late, in the subject that staff see first.
func TestDaysInSubjects(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for locale, want := range map[string][]string{
		"en": {"Due tomorrow: HB-7K3M-Q9TX-2D", "Due in 7 days: HB-7K3M-Q9TX-2D", "OVERDUE, 1 day late: HB-7K3M-Q9TX-2D"},
		"de": {"Fällig morgen: HB-7K3M-Q9TX-2D", "Fällig in 7 Tagen: HB-7K3M-Q9TX-2D", "DRINGEND, seit 1 Tag überfällig: HB-7K3M-Q9TX-2D"},
		"fr": {"Échéance demain : HB-7K3M-Q9TX-2D", "Échéance dans 7 jours : HB-7K3M-Q9TX-2D", "URGENT, 1 jour de retard : HB-7K3M-Q9TX-2D"},
		"es": {"Vence mañana: HB-7K3M-Q9TX-2D", "Vence dentro de 7 días: HB-7K3M-Q9TX-2D", "URGENTE, 1 día de retraso: HB-7K3M-Q9TX-2D"},
	} {
		about := models.StaffDue{About: models.About{Reference: "HB-7K3M-Q9TX-2D", Locale: locale}}
		for i, days := range []int{1, 7, -1} {
			about.DaysLeft = days
			var l models.Letter = models.StaffDueSoonLetter{StaffDue: about}
			if days < 0 {
				l = models.StaffOverdueLetter{StaffDue: about}
			}
			if m := render(t, r, l); m.Subject != want[i] {
				t.Errorf("%s: %q, want %q", locale, m.Subject, want[i])
			}
		}
	}
}
