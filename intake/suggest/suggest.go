// Package suggest reads what a letter asks for. Text goes in, suggestions come
// out: the rights it may be about, each with the sentence that says so, the
// language, and where the person may live. It knows nothing of mail, and nothing
// it says dismisses a letter or moves a deadline.
//
// A sentence is the unit. A small classifier, trained from the sentences in the
// folder training, says which right a sentence is about; cues.yaml says whether
// the sentence asks for it, or speaks of a condition, a refusal, the past or a
// threat. Only what is asked for plainly is sure.
package suggest

import (
	"cmp"
	"slices"

	"habeas/models"
)

//go:generate go run ./train

// Suggestion is what a letter seems to ask for. It is for staff to confirm, but
// for what is sure.
type Suggestion struct {
	Rights     []Right // the likeliest first; none where nothing is likely
	Language   string  // ISO 639-1; "" for unknown
	Place      string  // ISO 3166 such as "DE" or "US-CA", "EU" for the Union as a whole, "" for unknown
	PlaceWords []string
}

// Right is one right that a letter may ask for.
type Right struct {
	Type       models.RequestType
	Confidence float64 // 0 to 1
	Sentence   string  // of the letter, as it is written
	Sure       bool    // asked for plainly: staff need not look first
}

const (
	wholly        = 0.4      // how much the whole letter counts beside its sentences
	partly        = 0.7      // how much a part of a sentence counts beside the whole
	idle          = 0.9      // confidence that a sentence asks for nothing
	likely        = 0.25     // confidence of a right that is worth suggesting
	sureAt        = 0.85     // confidence of a sentence that is plain
	secondAt      = 0.9      // the same, for a right beside another
	agreed        = 0.08     // confidence of the whole letter in what a sentence says
	full          = 6        // words of a sentence that needs no other
	rivalAt       = 0.5      // confidence of another right that makes a sentence unclear
	known         = 0.5      // share of the words that the classifier must know
	mostSentences = 400      // that are read, the first ones
	longestAsk    = 16 << 10 // bytes that are read: a person asks at the beginning
)

// Read reads the subject of a letter and its text.
func Read(subject, text string) Suggestion {
	m := model()
	text = text[:min(len(text), longestAsk)]
	s := Suggestion{Language: m.language(subject + "\n" + text)}
	s.Rights = rightsOf(m, s.Language, subject, text)
	s.Place, s.PlaceWords = placeOf(subject+"\n"+text, s.Language)
	return s
}

// rightsOf are the rights that a letter in a language may ask for.
func rightsOf(m *classifiers, language, subject, text string) []Right {
	l := newLetter(m, language, subject, text)
	all := l.rank()
	for i := range all {
		all[i].Sure = l.plain(all[i].Type)
	}
	if !slices.ContainsFunc(all, func(r Right) bool { return r.Sure && r.Type == l.main() }) || l.unsettled(all) {
		for i := range all {
			all[i].Sure = false
		}
	}
	if sureOf(all) > 1 {
		first := slices.Clone(all)
		for i := range all {
			all[i].Sure = all[i].Sure && l.ownSentence(all[i].Type, first)
		}
	}
	for i, r := range all {
		if r.Sure {
			all[i].Sentence, all[i].Confidence = l.asking(string(r.Type))
		}
	}
	// What is sure comes before what is only likely.
	slices.SortStableFunc(all, func(a, b Right) int { return cmp.Compare(b.rank(), a.rank()) })
	return all
}

func (r Right) rank() int {
	if r.Sure {
		return 1
	}
	return 0
}

func sureOf(rights []Right) int {
	n := 0
	for _, r := range rights {
		n += r.rank()
	}
	return n
}
