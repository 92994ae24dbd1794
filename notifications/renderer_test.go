package notifications_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/notifications"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const baseURL = "https://privacy.example.com/p"

func config(t testing.TB) notifications.Config {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	return notifications.Config{
		Organisation: "Example & Söhne", BaseURL: baseURL + "/", Contact: "privacy@example.com",
		From: "no-reply@example.com", Zone: zone,
	}
}

func renderer(t testing.TB) *notifications.Renderer {
	t.Helper()
	r, err := notifications.New(config(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func render(t *testing.T, r *notifications.Renderer, l models.Letter) notifications.Mail {
	t.Helper()
	m, err := r.Render(l)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// cases are the samples and what they cannot show at once.
func cases(locale string) map[string]models.Letter {
	all := notifications.Samples(locale)
	session := all["code"].(models.CodeLetter)
	session.AlreadyProved, session.Stop = true, models.Stop{}
	all["code+session"] = session
	lifted := all["owner_legal_hold"].(models.OwnerHoldLetter)
	lifted.Stands = false
	all["owner_legal_hold+lifted"] = lifted
	known := all["acknowledgement"].(models.AcknowledgementLetter)
	known.Level = models.LevelHigh
	all["acknowledgement+known"] = known
	opted := known.WithStop("a-mail-to-nobody").(models.AcknowledgementLetter)
	opted.Name, opted.Level, opted.NeedLevel = "", models.LevelNone, models.LevelNone
	all["acknowledgement+unproved"] = opted
	moved := all["new_date"].(models.NewDateLetter).WithStop("a-mail-to-nobody").(models.NewDateLetter)
	moved.Name = ""
	all["new_date+unproved"] = moved
	unsent := all["staff_new"].(models.StaffNewLetter)
	unsent.Suppressed = models.SuppressedListed
	all["staff_new+unsent"] = unsent
	unknown := all["staff_new"].(models.StaffNewLetter)
	unknown.NoStatute = true
	all["staff_new+no_statute"] = unknown
	running := all["question"].(models.QuestionLetter)
	running.Paused, running.Purpose = false, models.HoldIdentity
	all["question+running"] = running
	after := all["reply"].(models.ReplyLetter)
	after.RespondOn = models.Date{}
	all["reply+closed"] = after
	final := all["answer_denied"].(models.AnswerLetter)
	final.Remedy = models.Remedy{}
	all["answer_denied+final"] = final
	assigned := all["staff_overdue"].(models.StaffOverdueLetter)
	assigned.Assigned = true
	all["staff_overdue+assigned"] = assigned
	all["staff_digest+empty"] = models.StaffDigestLetter{Locale: locale, On: models.NewDate(2026, time.November, 20)}
	all["staff_breaker+mail"] = models.StaffBreakerLetter{Locale: locale, ByMail: true}
	all["staff_mailbox+refused"] = models.StaffMailboxLetter{Locale: locale, RefusedMiB: 31}
	all["staff_mailbox+provider"] = models.StaffMailboxLetter{Locale: locale, RefusedMiB: 31, Provider: "Amazon SES", RefusedName: "mail/0o9d7s1c6q"}
	all["staff_mailbox+stuck"] = models.StaffMailboxLetter{Locale: locale, Stuck: "12"}
	return all
}

// everywhere is cases in every language, by "de/code".
func everywhere() map[string]models.Letter {
	all := map[string]models.Letter{}
	for _, locale := range notifications.Locales() {
		for name, l := range cases(locale) {
			all[locale+"/"+name] = l
		}
	}
	return all
}

func TestGolden(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for name, l := range everywhere() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := render(t, r, l)
			golden(t, name+".txt", "Subject: "+m.Subject+"\n\n"+m.Text)
			golden(t, name+".html", m.HTML)
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from its golden file; look at the difference, then run with -update.\n%s", name, got)
	}
}

func TestEveryLetterHasASampleAndNothingElseDoes(t *testing.T) {
	t.Parallel()
	samples := notifications.Samples("en")
	for _, l := range models.Letters() {
		if _, ok := samples[l.Template()]; !ok {
			t.Errorf("no sample of %s", l.Template())
		}
	}
	if len(samples) != len(models.Letters()) {
		t.Errorf("%d samples for %d letters", len(samples), len(models.Letters()))
	}
}

// What every mail says: which request, what next, by when.
func TestEveryMailSaysWhatItMust(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	next := map[string][]string{
		"en": {"Next", "next", "If you do not agree"}, "de": {"Als Nächstes", "Wie es weitergeht", "Wenn Sie nicht einverstanden"},
		"fr": {"À faire", "La suite", "pas d’accord"}, "es": {"A continuación", "Qué ocurre ahora", "no está de acuerdo"},
	}
	for path, l := range everywhere() {
		locale, name, _ := strings.Cut(path, "/")
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			m := render(t, r, l)
			wants := []string{"HB-7K3M-Q9TX-2D", "Example & Söhne"}
			ofNoRequest := strings.HasPrefix(name, "staff_invitation") || strings.HasPrefix(name, "staff_account") || name == "staff_mail_held" || strings.HasPrefix(name, "staff_breaker") ||
				strings.HasPrefix(name, "staff_mailbox") || name == "staff_legal_hold"
			if strings.HasSuffix(name, "+empty") || ofNoRequest {
				wants = wants[1:]
			}
			for _, date := range dates(l) {
				if !date.IsZero() {
					wants = append(wants, flat(notifications.DateWords(locale, date)))
				}
			}
			if !strings.HasPrefix(name, "staff_") {
				wants = append(wants, "privacy@example.com")
			}
			for _, want := range wants {
				if !strings.Contains(flat(m.Text), want) {
					t.Errorf("the text lacks %q:\n%s", want, m.Text)
				}
				if !strings.Contains(flat(textOf(t, m.HTML)), want) {
					t.Errorf("the HTML lacks %q:\n%s", want, m.HTML)
				}
			}
			said := func(word string) bool { return strings.Contains(m.Text, word) }
			if !slices.ContainsFunc(next[locale], said) && !strings.HasPrefix(name, "staff_digest") {
				t.Errorf("the text does not say what happens next:\n%s", m.Text)
			}
			for _, part := range []string{m.Subject, m.Text, m.HTML} {
				for _, never := range []string{"<no value>", "0001", "January 1 ", "_", "%!", "ZgotmplZ"} {
					if never == "_" && part == m.HTML {
						continue // in attribute values
					}
					words := strings.NewReplacer("legal_duty", "", "HABEAS_FORM_MAILS_PER_HOUR", "", "HABEAS_MAIL_ANSWERS_PER_HOUR", "").Replace(part)
					if strings.Contains(words, never) {
						t.Errorf("found %q in:\n%s", never, part)
					}
				}
			}
		})
	}
}

// What is closed cannot be taken back, so a reply to it does not say so.
func TestAReplyOffersWithdrawalOnlyWhileTheRequestIsOpen(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	offers := map[string]string{
		"en": "take the request back", "de": "den Antrag zurückziehen", "fr": "retirer la demande", "es": "retirar la solicitud",
	}
	for _, locale := range notifications.Locales() {
		for name, want := range map[string]bool{"reply": true, "reply+closed": false} {
			m := render(t, r, cases(locale)[name])
			for _, part := range []string{flat(m.Text), flat(textOf(t, m.HTML))} {
				if strings.Contains(part, offers[locale]) != want {
					t.Errorf("%s/%s: withdrawal offered: %t, want %t:\n%s", locale, name, !want, want, part)
				}
			}
		}
	}
}

// French has a space before a colon.
func TestFrenchColons(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	bare := regexp.MustCompile(`[\pL\d]:(\s|$)`)
	for name, l := range cases("fr") {
		m := render(t, r, l)
		for _, part := range []string{m.Subject, m.Text, textOf(t, m.HTML)} {
			if found := bare.FindString(part); found != "" {
				t.Errorf("%s: %q in:\n%s", name, found, part)
			}
		}
	}
}

// A letter whose data is missing still reads, and invents nothing.
func TestEmptyLettersInventNothing(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, l := range models.Letters() {
		m := render(t, r, l) // in English; those in other languages are rehearsed
		for _, never := range []string{"<no value>", "0001", "ZgotmplZ", "()", "%!"} {
			if strings.Contains(m.Subject+m.Text+m.HTML, never) {
				t.Errorf("%s holds %q:\n%s", l.Template(), never, m.Text)
			}
		}
	}
}

func TestCodeStandsAloneOnItsLine(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for name, code := range map[string]string{"code": "7QK2M9XA", "code+session": "7QK2M9XA", "verify_reminder": "4HT8WZ3C"} {
		m := render(t, r, cases("en")[name])
		if n := strings.Count(m.Text, "\n"+code+"\n"); n != 1 {
			t.Errorf("%s: the code stands alone on %d lines, want 1", name, n)
		}
		if strings.Contains(m.Subject, code) {
			t.Errorf("%s: the code is in the subject, which lock screens show", name)
		}
		for _, part := range []string{m.Text, m.HTML} {
			if strings.Count(part, code) != 1 {
				t.Errorf("%s: the code is there %d times, want 1", name, strings.Count(part, code))
			}
			if strings.Contains(part, "/"+code) || strings.Contains(part, "="+code) {
				t.Errorf("%s: the code is in a web address", name)
			}
		}
	}
}

// A stranger's mailbox gets none of the words that somebody typed into a form.
func TestUnprovedMailboxesReadNoWordsOfTheRequester(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, name := range []string{"code", "verify_reminder", "expired"} {
		l, ok := models.NewLetter(name)
		if !ok {
			t.Fatal(name)
		}
		switch l := l.(type) {
		case *models.CodeLetter:
			l.Name = "Buy pills"
		case *models.VerifyReminderLetter:
			l.Name = "Buy pills"
		case *models.ExpiredLetter:
			l.Name = "Buy pills"
		}
		if m := render(t, r, l); strings.Contains(m.Subject+m.Text+m.HTML, "pills") {
			t.Errorf("%s greets by name:\n%s", name, m.Text)
		}
	}
}

func TestGreeting(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	tests := map[string]string{
		"Maria Example":              "Hello Maria Example,",
		"J. R. O'Neill-Łukasz Jr.":   "Hello J. R. O'Neill-Łukasz Jr.,",
		"":                           "Hello,",
		"  \t ":                      "Hello,",
		"win.at/evil":                "Hello,",
		"see evil.example":           "Hello,",
		"https://evil.example":       "Hello,",
		"me@evil.example":            "Hello,",
		"Maria\r\nBcc: x":            "Hello,",
		"Maria\nExample":             "Hello Maria Example,",
		"Ma\u202eria\u200b\x00":      "Hello Maria,",
		strings.Repeat("long ", 100): "Hello,",
	}
	for name, want := range tests {
		m := render(t, r, models.VerifiedLetter{About: models.About{Name: name}})
		if got, _, _ := strings.Cut(m.Text, "\n"); got != want {
			t.Errorf("%q is greeted %q, want %q", name, got, want)
		}
	}
}

func TestLocalesFallBack(t *testing.T) {
	t.Parallel()
	tests := map[string]string{"de-AT": "de-at de en", "de_AT": "de-at de en", "zh-Hant-TW": "zh-hant-tw zh-hant zh en", "": "en", "en": "en en"}
	for locale, want := range tests {
		if got := strings.Join(notifications.Fallbacks(locale), " "); got != want {
			t.Errorf("%s falls back %q, want %q", locale, got, want)
		}
	}
	l := notifications.Samples("en")["verified"].(models.VerifiedLetter)
	for locale, want := range map[string]string{
		"de-AT": "Guten Tag Maria", "fr_CA": "Bonjour Maria", "ES": "Buenos días, Maria", "es-419": "Buenos días, Maria",
		"zh-Hant": "Hello Maria", "": "Hello Maria", "../de": "Hello Maria",
	} {
		l.Locale = locale
		if m := render(t, renderer(t), l); !strings.Contains(m.Text, want) {
			t.Errorf("%s: no %q in:\n%s", locale, want, m.Text)
		}
	}
}

func TestInstantsNameTheirZone(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"Europe/Vienna": "Thursday 22 October 2026 at 11:30 CEST", "UTC": "Thursday 22 October 2026 at 09:30 UTC",
		"America/Sao_Paulo": "Thursday 22 October 2026 at 06:30 UTC-03:00", "Pacific/Auckland": "Thursday 22 October 2026 at 22:30 NZDT",
	} {
		c := config(t)
		var err error
		if c.Zone, err = time.LoadLocation(zone); err != nil {
			t.Fatal(err)
		}
		r, err := notifications.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if m := render(t, r, notifications.Samples("en")["code"]); !strings.Contains(flat(m.Text), want) {
			t.Errorf("%s: no %q in:\n%s", zone, want, m.Text)
		}
	}
}

func TestEveryCodeHasWordsForPeople(t *testing.T) {
	t.Parallel()
	has := func(kind, code string) {
		for _, locale := range notifications.Locales() {
			if !notifications.HasWord(locale, kind, code) {
				t.Errorf("%s: no word for %s %q", locale, kind, code)
			}
		}
	}
	for _, s := range models.States() {
		has("state", string(s))
	}
	for _, o := range models.Outcomes() {
		has("outcome", string(o))
	}
	for _, l := range models.Levels() {
		has("level", string(l))
	}
	for _, p := range []models.HoldPurpose{"", models.HoldClarification, models.HoldIdentity, models.HoldFee} {
		has("purpose", string(p))
	}
	for _, k := range models.JobKinds() {
		has("job", string(k))
	}
	for _, u := range models.Suppressions() {
		has("unsent", string(u))
	}
	for _, l := range models.Letters() {
		if !strings.HasPrefix(l.Template(), "staff_") {
			has("mail", l.Template())
		}
	}
}

func TestLettersNobodyKnowsAreRefused(t *testing.T) {
	t.Parallel()
	_, err := renderer(t).Render(models.AnswerLetter{Outcome: models.OutcomeSpam})
	if models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("Render = %v, want invalid", err)
	}
}

// All faults of a configuration are told at once.
func TestConfigurationFaults(t *testing.T) {
	t.Parallel()
	_, err := notifications.New(notifications.Config{
		Organisation: "Evil\r\nBcc: x@example.com", BaseURL: "javascript:alert(1)", From: "Example <a@example.com>", MailDomain: "a b",
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"organisation", "contact", "base URL", "from", "mail domain"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not named in: %v", want, err)
		}
	}
}
