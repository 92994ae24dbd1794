package intake

import (
	"cmp"
	"maps"
	"slices"

	"habeas/models"
)

// Suggestion is what a message seems to ask for, and the words that say so. It
// is for staff to confirm. Nothing it says may dismiss a message or move a
// deadline: a message that matches nothing has no type and is a request all
// the same.
type Suggestion struct {
	Type       models.RequestType // "" where nothing is likely enough
	Confidence float64            // 0 to 1
	Sure       bool               // likely enough to be taken without a look
	Words      []string           // what matched, as "rule: words"
	Others     []Candidate        // the other rights, the likeliest first
	Doubts     []string           // rules that speak for something else than a request
	// Jurisdiction is where the person may live: ISO 3166 such as "DE" or
	// "US-CA", "EU" for the Union as a whole, "" for unknown.
	Jurisdiction      string
	JurisdictionWords []string
	Language          string // ISO 639-1; "" for unknown
}

// Candidate is one right that the message may be about.
type Candidate struct {
	Type  models.RequestType
	Score int
	Asked bool // the words are strong enough that it is asked for too
	Words []string
}

const (
	enough     = 2        // score of a type that is worth suggesting
	strong     = 3        // score of a right that is asked for beside another
	sureAt     = 0.6      // confidence
	longestAsk = 16 << 10 // bytes of text that are looked at
)

// Suggest reads the subject and the person's own words.
func Suggest(subject, text string) Suggestion {
	r := rules()
	t := newWording(subject, text[:min(len(text), longestAsk)])
	t.language = r.language(t)
	for _, pieces := range t.pieces {
		t.clauses = append(t.clauses, r.clauses(t.language, pieces))
	}
	found, known := r.candidates(t, r.Rules), true
	if len(found) == 0 || found[0].Score < enough {
		if last := r.candidates(t, r.LastResort); len(last) > 0 {
			found, known = last, false
		}
	}
	s := Suggestion{Language: t.language}
	doubt := 0
	for _, n := range r.Noise {
		if words, _, ok := n.match(r, t); ok {
			doubt += n.Weight
			s.Doubts = append(s.Doubts, n.Name+": "+words)
		}
	}
	s.Jurisdiction, s.JurisdictionWords = r.place(t, s.Language)
	if len(found) == 0 {
		return s
	}
	// Another right that is asked for, too, is no doubt about the first.
	best, second, unclear := found[0], 0, false
	for _, c := range found[1:] {
		if !c.Asked {
			second = max(second, c.Score)
			unclear = unclear || c.Score >= enough && c.Type != models.TypeQuestion
		}
	}
	s.Confidence = float64(best.Score) / (float64(best.Score) + float64(second)/2 + float64(doubt) + 1.5)
	if best.Score >= enough && best.Score > doubt {
		s.Type, s.Words, s.Others = best.Type, best.Words, found[1:]
		// A right that may be asked for beside it must not be lost: staff look.
		s.Sure = known && s.Confidence >= sureAt && doubt == 0 && !unclear
		return s
	}
	s.Others = found
	return s
}

// hit is one rule that matched in one sentence.
type hit struct {
	rule  *rule
	at    int
	words string
}

// candidates scores the types. A rule counts once. Where a special rule
// matches, the general ones named in its "instead" count nothing in the same
// sentence: "delete my posts" is about the posts.
func (r *ruleSet) candidates(t wording, rules []rule) []Candidate {
	var hits []hit
	for i := range rules {
		if words, at, ok := rules[i].match(r, t); ok {
			hits = append(hits, hit{&rules[i], at, words})
		}
	}
	byType := map[models.RequestType]*Candidate{}
	for _, h := range hits {
		if slices.ContainsFunc(hits, func(o hit) bool {
			return o.rule != h.rule && slices.Contains(o.rule.Instead, h.rule.Type) && (o.at == h.at || o.at <= 0 || h.at <= 0 || o.rule.Everywhere)
		}) {
			continue
		}
		c := byType[h.rule.Type]
		if c == nil {
			c = &Candidate{Type: h.rule.Type}
			byType[h.rule.Type] = c
		}
		c.Score += h.rule.Weight
		c.Words = append(c.Words, h.rule.Name+": "+h.words)
	}
	var all []Candidate
	for _, typ := range r.order {
		if c := byType[typ]; c != nil {
			c.Asked = c.Score >= strong
			all = append(all, *c)
		}
	}
	slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	return all
}

// language is the one whose common words the text uses most, clearly more than
// those of any other.
func (r *ruleSet) language(t wording) string {
	best, most, second := "", 0, 0
	for _, l := range slices.Sorted(maps.Keys(r.Languages)) {
		n := 0
		for _, w := range r.Languages[l] {
			w = fold(w)
			for _, word := range t.whole {
				if word == w {
					n++
				}
			}
		}
		if n > most {
			best, most, second = l, n, most
		} else {
			second = max(second, n)
		}
	}
	if most < second+2 {
		return ""
	}
	return best
}
