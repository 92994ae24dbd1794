package suggest

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// cue is a kind of words that say how a sentence is meant; cues.yaml explains.
type cue string

const (
	condition cue = "condition"
	negation  cue = "negation"
	threat    cue = "threat"
	past      cue = "past"
	question  cue = "question"
	ask       cue = "ask"
	but       cue = "but"
	refusals  cue = "refusals"
	reminder  cue = "reminder"
	done      cue = "done"
	form      cue = "form"
	idiom     cue = "idiom"
	joint     cue = "joint"

	// Not lists, but what follows from them.
	whether cue = "whether" // a condition within a clause: "tell me if you have"
	refused cue = "refused" // a refusal that is negated: "do not unsubscribe me"
)

//go:embed cues.yaml
var cuesYAML []byte

// language has the cues of one language.
type language map[cue][]phrase

// phrase is a word or several. One that ends with "*" is the beginning of one.
type phrase struct {
	words []string
	first bool // only where a clause begins
}

var cues = sync.OnceValue(func() map[string]language { //nolint:gochecknoglobals // read once, never changed
	var written map[string]map[cue][]string
	if err := yaml.UnmarshalWithOptions(cuesYAML, &written, yaml.Strict()); err != nil {
		panic(err) // a fault in the file, which the tests find
	}
	all := map[string]language{}
	for name, byCue := range written {
		all[name] = language{}
		for c, list := range byCue {
			for _, s := range list {
				all[name][c] = append(all[name][c], newPhrase(s))
			}
		}
	}
	return all
})

func newPhrase(s string) phrase {
	rest, first := strings.CutPrefix(s, "^")
	stem, open := strings.CutSuffix(rest, "*")
	words := wordsOf(fold(stem))
	if open {
		words[len(words)-1] += "*"
	}
	return phrase{words, first}
}

// in finds the phrase, and where it begins.
func (p phrase) in(words []string) int {
	for at := 0; at+len(p.words) <= len(words); at++ {
		if p.first && at > 0 {
			return -1
		}
		if p.at(words[at:]) {
			return at
		}
	}
	return -1
}

func (p phrase) at(words []string) bool {
	for i, w := range p.words {
		stem, open := strings.CutSuffix(w, "*")
		if open && !strings.HasPrefix(words[i], stem) || !open && words[i] != w {
			return false
		}
	}
	return true
}

// find returns where the first word of a cue is; -1 for nowhere.
func (l language) find(c cue, words []string) int {
	first := -1
	for _, p := range l[c] {
		if at := p.in(words); at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

func (l language) has(c cue, text string) bool {
	return l.find(c, wordsOf(fold(text))) >= 0
}

// governing says for each clause of a sentence what governs it. A condition
// governs all of the sentence; a negation, the past and a threat what follows,
// up to a "but" or to words that ask.
func (l language) governing(sentence string, clauses []string) []map[cue]bool {
	all := make([]map[cue]bool, len(clauses))
	holds, whole := map[cue]bool{}, map[cue]bool{}
	asked := strings.Contains(sentence, "?")
	for i, text := range clauses {
		words := l.withoutIdioms(wordsOf(fold(text)))
		if l.find(but, words) == 0 || l.find(ask, words) >= 0 {
			delete(holds, negation)
			delete(holds, past)
			delete(holds, refused)
		}
		if at := l.find(condition, words); at == 0 {
			whole[condition] = true
		} else if at > 0 {
			whole[whether] = true
		}
		if asked && l.find(question, words) == 0 {
			whole[question] = true
		}
		for _, c := range []cue{negation, past, threat} {
			if l.find(c, words) >= 0 {
				holds[c] = true
			}
		}
		if not := l.find(negation, words); not >= 0 && l.find(refusals, words[not:]) >= 0 {
			holds[refused] = true
		}
		all[i] = maps.Clone(holds)
	}
	for _, g := range all {
		maps.Copy(g, whole)
	}
	return all
}

// parts are what the joints of a sentence join: "a copy and then delete it". A
// sentence without any has none.
func (l language) parts(sentence string) []string {
	words := wordsOf(fold(sentence))
	var all []string
	from := 0
	for at, w := range words {
		if at > from && slices.ContainsFunc(l[joint], func(p phrase) bool { return p.words[0] == w }) {
			all = append(all, strings.Join(words[from:at], " "))
			from = at + 1
		}
	}
	if from == 0 {
		return nil
	}
	return append(all, strings.Join(words[from:], " "))
}

// withoutIdioms leaves out what looks like a cue and is none.
func (l language) withoutIdioms(words []string) []string {
	for _, p := range l[idiom] {
		for at := p.in(words); at >= 0; at = p.in(words) {
			words = slices.Delete(words, at, at+len(p.words))
		}
	}
	return words
}
