package intake

import "slices"

// spot is where the words of a place stand in a text.
type spot struct {
	place              string
	words              string
	sentence, from, to int
}

// place finds where the person may live: by what they say, else by the language
// where that points to one place.
func (r *ruleSet) place(t wording, language string) (string, []string) {
	own := r.LanguagePlaces[language]
	all := r.spots(t)
	for _, s := range all {
		switch {
		case s.place == "" || slices.ContainsFunc(all, s.within):
		case s.place == "EU" && own != "":
			return own, []string{s.words, "language " + language}
		default:
			return s.place, []string{s.words}
		}
	}
	if own != "" {
		return own, []string{"language " + language}
	}
	return "", nil
}

// within reports whether the words are part of longer ones of another place.
func (s spot) within(other spot) bool {
	return other.place != s.place && other.sentence == s.sentence &&
		other.from <= s.from && s.to <= other.to && other.to-other.from > s.to-s.from
}

// spots are all words of places, in the order of the rules.
func (r *ruleSet) spots(t wording) []spot {
	var all []spot
	for _, p := range r.Places {
		for i, s := range t.sentences {
			for _, w := range p.terms {
				for _, at := range w.exactly(s) {
					all = append(all, spot{p.Place, w.text, i, at, at + len(w.words)})
				}
			}
			for _, w := range p.named {
				for _, at := range w.exactly(s) {
					if r.PlaceSigns.beside(s, at, at+len(w.words)) {
						all = append(all, spot{p.Place, w.text, i, at, at + len(w.words)})
					}
				}
			}
		}
	}
	return all
}

// beside reports whether a sign stands right before or after those words.
func (p placeSigns) beside(s []string, from, to int) bool {
	return slices.ContainsFunc(p.before, func(w term) bool {
		return from >= len(w.words) && slices.Equal(s[from-len(w.words):from], w.words)
	}) || slices.ContainsFunc(p.after, func(w term) bool {
		return to+len(w.words) <= len(s) && slices.Equal(s[to:to+len(w.words)], w.words)
	})
}
