package intake

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"habeas/models"
)

//go:embed data/rules.yaml
var rulesYAML []byte

// ruleSet is data/rules.yaml; its head says what the parts mean.
type ruleSet struct {
	Languages      map[string][]string            `yaml:"languages"`
	NoSlips        []string                       `yaml:"no_slips"`
	Joints         map[string][]string            `yaml:"joints"`
	LanguagePlaces map[string]string              `yaml:"language_places"`
	Words          map[string]map[string][]string `yaml:"words"`
	Rules          []rule                         `yaml:"rules"`
	LastResort     []rule                         `yaml:"last_resort"`
	Noise          []rule                         `yaml:"noise"`
	PlaceSigns     placeSigns                     `yaml:"place_signs"`
	Places         []place                        `yaml:"places"`

	groups map[string][]inLanguage // the words of a group, by language
	order  []models.RequestType    // of first mention: breaks ties
}

type rule struct {
	Type       models.RequestType   `yaml:"type"`
	Name       string               `yaml:"name"`
	Weight     int                  `yaml:"weight"`
	All        []string             `yaml:"all"`
	None       []string             `yaml:"none"`
	Unless     []string             `yaml:"unless"`
	Yet        []string             `yaml:"yet"`
	Instead    []models.RequestType `yaml:"instead"`
	Everywhere bool                 `yaml:"everywhere"`
	Mail       bool                 `yaml:"mail"`
}

// inLanguage are the words of one group in one language.
type inLanguage struct {
	language string
	terms    []term
}

type place struct {
	Place string   `yaml:"place"`
	Words []string `yaml:"words"`
	Names []string `yaml:"names"` // that count only beside a sign
	terms []term
	named []term
}

// placeSigns are the words beside which a name is that of a place.
type placeSigns struct {
	Before []string `yaml:"before"`
	After  []string `yaml:"after"`
	before []term
	after  []term
}

// rules reads the embedded rules once; a fault in them is caught by the tests.
var rules = sync.OnceValue(func() *ruleSet { //nolint:gochecknoglobals // read once, never changed
	r, err := parseRules(rulesYAML)
	if err != nil {
		panic(err)
	}
	return r
})

func parseRules(data []byte) (*ruleSet, error) {
	r := &ruleSet{groups: map[string][]inLanguage{}}
	if err := yaml.UnmarshalWithOptions(data, r, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("reading the rules: %w", err)
	}
	exact := map[string]bool{}
	for _, w := range r.NoSlips {
		exact[fold(w)] = true
	}
	for name, byLanguage := range r.Words {
		for _, language := range slices.Sorted(maps.Keys(byLanguage)) {
			in := inLanguage{language: language}
			for _, w := range byLanguage[language] {
				in.terms = append(in.terms, newTerm(w, exact))
			}
			r.groups[name] = append(r.groups[name], in)
		}
	}
	for _, words := range r.Joints {
		for i, w := range words {
			words[i] = fold(w)
		}
	}
	for i := range r.Places {
		r.Places[i].terms, r.Places[i].named = newTerms(r.Places[i].Words), newTerms(r.Places[i].Names)
	}
	r.PlaceSigns.before, r.PlaceSigns.after = newTerms(r.PlaceSigns.Before), newTerms(r.PlaceSigns.After)
	for _, one := range slices.Concat(r.Rules, r.LastResort, r.Noise) {
		if one.Name == "" || one.Weight <= 0 || len(one.All) == 0 {
			return nil, fmt.Errorf("rule %q: a name, a weight and words are required", one.Name)
		}
		for _, g := range slices.Concat(one.All, one.None, one.Unless, one.Yet) {
			if len(r.groups[g]) == 0 {
				return nil, fmt.Errorf("rule %q: there are no words %q", one.Name, g)
			}
		}
		if one.Type != "" && !slices.Contains(r.order, one.Type) {
			r.order = append(r.order, one.Type)
		}
	}
	return r, nil
}

// match looks for a sentence, or a clause of one, with a word of every group and
// none of the excluded ones. It returns the words and the number of the
// sentence; 0 is the subject, -1 the mail as a whole.
func (one *rule) match(r *ruleSet, t wording) (string, int, bool) {
	if one.Mail {
		words, ok := one.matchIn(r, t, t.whole)
		return words, -1, ok
	}
	// Most rules end here: what the mail has not, no sentence of it has.
	if _, ok := one.wanted(r, t, t.whole); !ok {
		return "", 0, false
	}
	for i, s := range t.sentences {
		words, found := one.wanted(r, t, s)
		if !found || r.has(one.Unless, t.language, s) && !r.has(one.Yet, t.language, s) {
			continue
		}
		if !r.has(one.None, t.language, s) {
			return words, i, true
		}
		for _, clause := range t.clauses[i] {
			if words, ok := one.matchIn(r, t, clause); ok {
				return words, i, true
			}
		}
	}
	return "", 0, false
}

func (one *rule) matchIn(r *ruleSet, t wording, s []string) (string, bool) {
	words, ok := one.wanted(r, t, s)
	return words, ok && !r.has(one.None, t.language, s)
}

// wanted finds a word of every group of "all".
func (one *rule) wanted(r *ruleSet, t wording, s []string) (string, bool) {
	var words []string
	for _, g := range one.All {
		w, ok := r.firstOf(g, t.language, s)
		if !ok {
			return "", false
		}
		words = append(words, w)
	}
	return strings.Join(words, " + "), true
}

// has reports whether a word of any of the groups is there.
func (r *ruleSet) has(groups []string, language string, s []string) bool {
	return slices.ContainsFunc(groups, func(g string) bool {
		_, ok := r.firstOf(g, language, s)
		return ok
	})
}

// clauses cuts a sentence at its commas and at the words that join. A sentence
// of one clause has none.
func (r *ruleSet) clauses(language string, pieces [][]string) [][]string {
	var all [][]string
	for _, piece := range pieces {
		start := 0
		for i, w := range piece {
			if r.joint(language, w) {
				all = append(all, piece[start:i])
				start = i + 1
			}
		}
		all = append(all, piece[start:])
	}
	if len(all) == 1 {
		return nil
	}
	return all
}

func (r *ruleSet) joint(language, word string) bool {
	for l, words := range r.Joints {
		if (language == "" || l == language || l == "en") && slices.Contains(words, word) {
			return true
		}
	}
	return false
}

// firstOf finds a word of a group. Where the language is known, only its words
// and the English ones count, which people of every language mix in: the same
// letters mean different things elsewhere.
func (r *ruleSet) firstOf(group, language string, s []string) (string, bool) {
	for _, in := range r.groups[group] {
		if language != "" && in.language != language && in.language != "en" {
			continue
		}
		for _, t := range in.terms {
			if from, to := t.find(s); from >= 0 {
				return strings.Join(s[from:to], " "), true
			}
		}
	}
	return "", false
}
