package suggest

import (
	_ "embed"
	"regexp"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed places.yaml
var placesYAML []byte

// gazetteer is places.yaml; its head says what the parts mean.
type gazetteer struct {
	Languages map[string]string `yaml:"language_places"`
	Signs     struct {
		Before []string `yaml:"before"`
		After  []string `yaml:"after"`
	} `yaml:"place_signs"`
	Places []place `yaml:"places"`

	before, after []phrase
}

type place struct {
	Place    string   `yaml:"place"`
	Words    []string `yaml:"words"`
	Names    []string `yaml:"names"`
	Patterns []string `yaml:"patterns"`

	words, names []phrase
	patterns     []*regexp.Regexp
}

var places = sync.OnceValue(func() *gazetteer { //nolint:gochecknoglobals // read once, never changed
	g := &gazetteer{}
	if err := yaml.UnmarshalWithOptions(placesYAML, g, yaml.Strict()); err != nil {
		panic(err) // a fault in the file, which the tests find
	}
	g.before, g.after = phrases(g.Signs.Before), phrases(g.Signs.After)
	for i, p := range g.Places {
		g.Places[i].words, g.Places[i].names = phrases(p.Words), phrases(p.Names)
		for _, r := range p.Patterns {
			g.Places[i].patterns = append(g.Places[i].patterns, regexp.MustCompile(r))
		}
	}
	return g
})

func phrases(list []string) []phrase {
	var all []phrase
	for _, s := range list {
		all = append(all, newPhrase(s))
	}
	return all
}

// spot is where the words of a place stand in a text.
type spot struct {
	place    string
	words    string
	sentence int
	from, to int // words
}

// placeOf finds where the person may live: by what they say, else by the
// language where that points to one place.
func placeOf(text, language string) (string, []string) {
	g := places()
	own := g.Languages[language]
	all := g.spots(text)
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

// spots are all words of places, in the order of places.yaml.
func (g *gazetteer) spots(text string) []spot {
	var sentences [][]string
	for _, s := range cut(text) {
		sentences = append(sentences, wordsOf(fold(s)))
	}
	var all []spot
	for _, p := range g.Places {
		for i, words := range sentences {
			for n, w := range p.words {
				for _, at := range w.everywhere(words) {
					all = append(all, spot{p.Place, p.Words[n], i, at, at + len(w.words)})
				}
			}
			for n, w := range p.names {
				for _, at := range w.everywhere(words) {
					if g.signed(words, at, at+len(w.words)) {
						all = append(all, spot{p.Place, p.Names[n], i, at, at + len(w.words)})
					}
				}
			}
		}
		for _, r := range p.patterns {
			if found := r.FindString(text); found != "" {
				all = append(all, spot{place: p.Place, words: found, sentence: -1})
			}
		}
	}
	return all
}

// signed reports whether a sign of a place stands right before or after words.
func (g *gazetteer) signed(words []string, from, to int) bool {
	return slices.ContainsFunc(g.before, func(p phrase) bool {
		return from >= len(p.words) && p.at(words[from-len(p.words):])
	}) || slices.ContainsFunc(g.after, func(p phrase) bool {
		return to+len(p.words) <= len(words) && p.at(words[to:])
	})
}

// everywhere returns where a phrase stands.
func (p phrase) everywhere(words []string) []int {
	var all []int
	for at := 0; at+len(p.words) <= len(words); at++ {
		if p.at(words[at:]) {
			all = append(all, at)
		}
	}
	return all
}
