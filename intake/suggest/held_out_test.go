package suggest_test

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"habeas/intake/suggest"
	"habeas/models"
)

// heldOut is a letter that nothing was trained or tuned with.
type heldOut struct {
	ID, Lang, Subject, Body, Place string
	Asks                           []models.RequestType // what it asks for: nothing else may be sure
	First                          []models.RequestType // what may be suggested first
}

func heldOutLetters(t *testing.T) []heldOut {
	t.Helper()
	f, err := os.Open("testdata/held_out.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []heldOut
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var l heldOut
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func TestHeldOutLetters(t *testing.T) {
	t.Parallel()
	type count struct{ letters, asking, first, sure, extra, settled, language, places, placed int }
	byLanguage := map[string]*count{}
	all := &count{}
	for _, l := range heldOutLetters(t) {
		if byLanguage[l.Lang] == nil {
			byLanguage[l.Lang] = &count{}
		}
		s := suggest.Read(l.Subject, l.Body)
		var one count
		one.letters = 1
		if s.Language == l.Lang {
			one.language = 1
		}
		if len(l.First) > 0 {
			one.asking = 1
			if len(s.Rights) > 0 && slices.Contains(l.First, s.Rights[0].Type) {
				one.first = 1
			} else {
				t.Logf("%s: first %+v, want %v", l.ID, s.Rights, l.First)
			}
		}
		for _, r := range sure(s) {
			one.sure++
			one.settled = 1
			if !slices.Contains(l.Asks, r) && !slices.Contains(l.First, r) {
				one.extra++
				t.Logf("%s: sure of %s, asks for %v: %+v", l.ID, r, l.Asks, s.Rights)
			}
		}
		if l.Place != "" {
			one.places = 1
			if s.Place == l.Place || l.Place == "EU" && len(s.PlaceWords) > 0 {
				one.placed = 1
			} else {
				t.Logf("%s: place %q by %v, want %q", l.ID, s.Place, s.PlaceWords, l.Place)
			}
		}
		for _, c := range []*count{all, byLanguage[l.Lang]} {
			c.letters, c.asking, c.first, c.sure = c.letters+one.letters, c.asking+one.asking, c.first+one.first, c.sure+one.sure
			c.extra, c.settled, c.language = c.extra+one.extra, c.settled+one.settled, c.language+one.language
			c.places, c.placed = c.places+one.places, c.placed+one.placed
		}
	}
	for language, c := range byLanguage {
		t.Logf("%s: %+v", language, *c)
	}
	t.Logf("all: %+v", *all)
	if all.extra > 0 {
		t.Errorf("%d rights are sure that nobody asked for", all.extra)
	}
	if all.first*100 < all.asking*90 {
		t.Errorf("the first suggestion is right for %d of %d", all.first, all.asking)
	}
}
