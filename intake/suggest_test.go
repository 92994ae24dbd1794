package intake_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/intake"
	"habeas/models"
)

type vector struct {
	ID, Lang, Subject, Body, Expected string
	Expected_all, Acceptable          []string
	Jurisdiction_hint                 string
}

// TestSuggestCorpus runs the shared vectors: 85 of 100 types must be right. A
// vector that is no request wants no type.
func TestSuggestCorpus(t *testing.T) {
	dir := corpus(t)
	if dir == "" {
		return
	}
	vectors := lines[vector](t, filepath.Join(dir, "intake_vectors.jsonl"))
	right, all, wanted, places, known := 0, 0, 0, 0, 0
	for _, v := range vectors {
		s := intake.Suggest(v.Subject, v.Body)
		got := string(s.Type)
		if got == "" {
			got = "not_a_request"
		}
		if slices.Contains(v.Acceptable, got) {
			right++
		} else {
			t.Logf("%s %s: %q (%.2f), want %q; words %q, others %v, doubts %q", v.ID, v.Lang, s.Type, s.Confidence, v.Expected, s.Words, s.Others, s.Doubts)
		}
		for _, e := range v.Expected_all {
			if len(v.Expected_all) == 1 {
				continue
			}
			wanted++
			rights := []models.RequestType{s.Type}
			for _, o := range s.Others {
				if o.Asked {
					rights = append(rights, o.Type)
				}
			}
			if slices.Contains(rights, models.RequestType(e)) || e == "marketing_opt_out" && slices.Contains(rights, models.TypeSharingOptOut) {
				all++
			} else {
				t.Logf("%s: %v, want %v too; others %v", v.ID, rights, e, s.Others)
			}
		}
		if v.Jurisdiction_hint != "unknown" {
			known++
			if v.Jurisdiction_hint == s.Jurisdiction || v.Jurisdiction_hint == "EU-"+s.Jurisdiction || v.Jurisdiction_hint == "UK" && s.Jurisdiction == "GB" {
				places++
			} else {
				t.Logf("%s: place %q, want %q", v.ID, s.Jurisdiction, v.Jurisdiction_hint)
			}
		}
	}
	t.Logf("%d of %d types, %d of %d rights in mails with several, %d of %d places", right, len(vectors), all, wanted, places, known)
	if right*100 < len(vectors)*85 {
		t.Error("fewer than 85 of 100 types are right")
	}
}

// TestSuggest runs our own vectors; here, too, no type is right for what is no
// request, and a wrong one is worse than none.
func TestSuggest(t *testing.T) {
	t.Parallel()
	vectors := lines[vector](t, filepath.Join("testdata", "vectors.jsonl"))
	right := 0
	for _, v := range vectors {
		s := intake.Suggest(v.Subject, v.Body)
		if string(s.Type) == v.Expected {
			right++
			continue
		}
		t.Logf("%s %s: %q (%.2f), want %q; words %q, others %v, doubts %q", v.ID, v.Lang, s.Type, s.Confidence, v.Expected, s.Words, s.Others, s.Doubts)
	}
	t.Logf("%d of %d", right, len(vectors))
	if right*100 < len(vectors)*90 {
		t.Error("fewer than 90 of 100 types are right")
	}
}

// TestSuggestUnseen runs vectors that were written before anybody looked at
// what the rules make of them. When they were first run, 91, 89, 80, 87, 78 and 82
// of 100 were right, and of the next four sets, which ask in more roundabout ways,
// 89, 75, 84 and 75; the rules know them now, so the floor is higher.
func TestSuggestUnseen(t *testing.T) {
	t.Parallel()
	vectors := sample(lines[vector](t, filepath.Join("testdata", "fresh.jsonl")))
	right := 0
	for _, v := range vectors {
		got := string(intake.Suggest(v.Subject, v.Body).Type)
		if got == "" {
			got = "not_a_request"
		}
		if slices.Contains(v.Acceptable, got) {
			right++
			continue
		}
		t.Logf("%s %s: %q, want %q", v.ID, v.Lang, got, v.Expected)
	}
	t.Logf("%d of %d", right, len(vectors))
	if slowdown == 1 && right*100 < len(vectors)*95 {
		t.Error("fewer than 95 of 100 types are right")
	}
}

// TestSuggestSlips keeps words apart that differ by one letter and mean
// something else; what a finger slipped on is still read.
func TestSuggestSlips(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want models.RequestType
	}{
		"one address is no mailing":  {"Please remove my email from your records.", models.TypeDeletion},
		"compliant is no complaint":  {"Are your tools compliant with HIPAA?", ""},
		"charged is not changed":     {"They charged my account twice.", ""},
		"a threat is no thread":      {"I received a threat, please take it down.", ""},
		"a letter too few":           {"I have a complant about you.", models.TypeComplaint},
		"two letters the wrong way":  {"Pelase delete my accuont.", models.TypeDeletion},
		"one section is not another": {"Under section 1798.105 I ask you to act.", models.TypeDeletion},
		"a letter doubled by a slip": {"Please unsubsscribe me.", models.TypeMarketingOptOut},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := intake.Suggest("", tt.text)
			if s.Type != tt.want {
				t.Errorf("%q, want %q; words %q", s.Type, tt.want, s.Words)
			}
		})
	}
}

// TestSuggestSeveral reads mails that ask for two rights in one breath: neither
// may get lost, so each is asked for, or the mail is one for staff to look at.
func TestSuggestSeveral(t *testing.T) {
	t.Parallel()
	both := []models.RequestType{models.TypeAccess, models.TypeDeletion}
	tests := map[string]struct {
		text string
		want []models.RequestType
	}{
		"first a copy, in English":      {"Send me a copy of my data and then delete my account.", both},
		"first a copy, in German":       {"Schicken Sie mir eine Kopie meiner Daten und löschen Sie danach mein Konto.", both},
		"first a copy, in French":       {"Envoyez-moi une copie de mes données puis supprimez mon compte.", both},
		"first a copy, in Spanish":      {"Quiero una copia de mis datos personales y que eliminen mi cuenta.", both},
		"first a copy, in Italian":      {"Inviatemi una copia dei miei dati e poi cancellate il mio account.", both},
		"first a copy, in Portuguese":   {"Quero uma cópia dos meus dados e depois excluam minha conta.", both},
		"first a copy, in Dutch":        {"Stuur mij een kopie van mijn gegevens en verwijder daarna mijn account.", both},
		"joined by a comma":             {"I want to see everything you hold, delete it afterwards.", both},
		"two sentences":                 {"Bitte teilen Sie mir mit, welche Daten Sie von mir haben. Danach löschen Sie bitte alles.", both},
		"one corrected, one deleted":    {"Please correct my address and delete my phone number.", []models.RequestType{models.TypeCorrection, models.TypeDeletion}},
		"one mended, the rest closed":   {"First fix my name (Jon not John), then close my account and delete the rest.", []models.RequestType{models.TypeCorrection, models.TypeDeletion}},
		"no sale, and none to be kept":  {"Please process the opt-out of sale and the deletion.", []models.RequestType{models.TypeSharingOptOut, models.TypeDeletion}},
		"no mails, and nothing kept":    {"Opt me out of everything and delete what you have.", []models.RequestType{models.TypeMarketingOptOut, models.TypeDeletion}},
		"as clear as the other, a list": {"1. Delete my account and all my data. 2. Subject access request: give me what you hold about me.", both},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := intake.Suggest("Request", tt.text)
			asked := []models.RequestType{s.Type}
			for _, o := range s.Others {
				if o.Asked {
					asked = append(asked, o.Type)
				}
			}
			for _, want := range tt.want {
				if s.Sure && !slices.Contains(asked, want) {
					t.Errorf("sure of %v, and %s is lost", asked, want)
				}
			}
			if s.Type == "" {
				t.Error("nothing is suggested")
			}
		})
	}
}

// TestSuggestDeletesWhatIsKept reads what is to be deleted for that alone: that
// you have it about somebody does not ask what it is, unless they do.
func TestSuggestDeletesWhatIsKept(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text   string
		access bool
	}{
		"English":                      {"Please delete my account and everything you know about me.", false},
		"English, without an account":  {"Please erase all the data you hold about me.", false},
		"English, under a law":         {"please delete my account and all data you have about me under the GDPR", false},
		"German":                       {"Bitte löschen Sie alles, was Sie über mich gespeichert haben.", false},
		"German, after a colon":        {"Ich verlange, dass Sie löschen: mein Konto und alle Daten, die Sie von mir haben.", false},
		"French":                       {"Veuillez supprimer mon compte et tout ce que vous savez sur moi.", false},
		"Spanish":                      {"Por favor borren todo lo que tienen sobre mí.", false},
		"Italian":                      {"Per favore cancellate il mio account e tutti i dati che conservate su di me.", false},
		"Dutch":                        {"Verwijder alstublieft mijn account en alle gegevens die jullie van mij bewaren.", false},
		"a copy first":                 {"Send me a copy of everything you hold about me and delete my account.", true},
		"a copy first, in German":      {"Schicken Sie mir alles, was Sie über mich haben, und löschen Sie dann mein Konto.", true},
		"to be seen, in a second step": {"Delete my account, but let me see everything you have about me before.", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := intake.Suggest("", tt.text)
			asked := map[models.RequestType]bool{s.Type: true}
			for _, o := range s.Others {
				asked[o.Type] = asked[o.Type] || o.Asked
			}
			if !s.Sure || !asked[models.TypeDeletion] || asked[models.TypeAccess] != tt.access {
				t.Errorf("%q sure %v, words %q, others %v", s.Type, s.Sure, s.Words, s.Others)
			}
		})
	}
}

// TestSuggestSupposing reads what would be if: it asks for nothing yet.
func TestSuggestSupposing(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"posts and an account":  "What happens to my posts when I close my account?",
		"if comes first":        "If I close my account, do you delete my posts as well?",
		"words between, German": "Was passiert mit meinen Beiträgen, wenn ich mein Konto lösche?",
		"becomes, French":       "Que deviennent mes données quand je ferme mon compte ?",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s := intake.Suggest("question", text); s.Type != models.TypeQuestion {
				t.Errorf("%q, words %q", s.Type, s.Words)
			}
		})
	}
}

// TestSuggestWordsApart finds what belongs together with a few words between,
// and not with many.
func TestSuggestWordsApart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]models.RequestType{
		"Please take my two old numbers out of there.":                              models.TypeDeletion,
		"Please take good care and a walk now and then, I am just out of hospital.": "",
	} {
		if s := intake.Suggest("", text); s.Type != want {
			t.Errorf("%s: %q, words %q", text, s.Type, s.Words)
		}
	}
}

// TestSuggestTwoClear sorts a mail that asks for two rights as clearly as each
// other: the second is no doubt about the first.
func TestSuggestTwoClear(t *testing.T) {
	t.Parallel()
	s := intake.Suggest("", "Please give me access to my data under article 15. Please stop the newsletter.")
	if !s.Sure || len(s.Others) != 1 || !s.Others[0].Asked {
		t.Errorf("%q sure %v, others %v", s.Type, s.Sure, s.Others)
	}
}

// TestSuggestLastResort suggests something where no rule knows the words, and
// is never sure of it.
func TestSuggestLastResort(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		subject, text string
		want          models.RequestType
	}{
		"one word":                 {"", "delete", models.TypeDeletion},
		"California and marketing": {"", "As a Californian customer I'd like to hear about the other sellers you told of me. For their own marketing, that is.", models.TypeDisclosure},
		"something posted":         {"thread", "That was me. I regret it.", models.TypeContentRemoval},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := intake.Suggest(tt.subject, tt.text)
			if s.Type != tt.want || s.Sure {
				t.Errorf("%q sure %v, want %q; words %q", s.Type, s.Sure, tt.want, s.Words)
			}
		})
	}
}

// TestSuggestLong suggests for a mail of 1 MiB, whatever it is made of, about
// as fast as for a short one: what a person asks for stands at the beginning.
func TestSuggestLong(t *testing.T) {
	for name, piece := range map[string]string{
		"one word": "a", "clauses": "and, ", "lines": "x\n", "sentences": "Is it? ", "stems": "deletf ", "marks": "? ",
	} {
		t.Run(name, func(t *testing.T) {
			text := "Please delete my account. " + strings.Repeat(piece, 1<<20/slowdown/len(piece))
			start := worked()
			if s := intake.Suggest(text[:1000], text); s.Type != models.TypeDeletion {
				t.Errorf("%q", s.Type)
			}
			if took := worked() - start; took > 2*time.Second*slowdown {
				t.Errorf("took %v", took)
			}
		})
	}
}
