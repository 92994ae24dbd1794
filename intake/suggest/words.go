package suggest

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/spanish"
	"golang.org/x/text/unicode/norm"
)

var (
	elided   = regexp.MustCompile(`\b(l|d|n|j|m|t|s|c|qu|i|v|gl|un|jusqu|lorsqu|puisqu|dell|all|nell|dall|sull|quell|quest)'`)
	address  = regexp.MustCompile(`\S+@\S+|(?:https?://|www\.)\S+`)
	articles = regexp.MustCompile(`\b(?:art(?:icles?|icolo|icoli|iculos?|igos?|ikeln?|ikelen|t)?|sections?|secc?ion|sezione|secao|sectie|civ\. code)\b\.?\s*§*\s*|§+\s*`)
	numbers  = regexp.MustCompile(`^(\d+(?:\.\d{3})?)(?:\.?[ºo°]?)(?:\s*(?:\(\d\w*\)|\(\w\)))*(\s*(?:,|and|und|et|y|e|en|&|/)\s*(?:art[a-z]*\.?\s*)?)?`)
)

// fold writes small letters without accents.
func fold(s string) string {
	s = strings.NewReplacer("ß", "ss", "’", "'", "`", "'", "´", "'", "œ", "oe", "æ", "ae", "ø", "o", "ł", "l").Replace(strings.ToLower(s))
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}

// wordsOf cuts folded text into words. "don't" is one, "l'accès" is two.
func wordsOf(folded string) []string {
	folded = strings.ReplaceAll(elided.ReplaceAllString(folded, "$1 "), "'", "")
	return strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// featuresOf are what the classifier goes by: the stems of the words, each pair
// of neighbours, and the articles of law that are named. A word means what it
// means in its language; an article means the same in all.
func featuresOf(language, text string) []string {
	folded := fold(address.ReplaceAllString(text, " "))
	seen := map[string]bool{}
	var all []string
	add := func(f string) {
		if !seen[f] {
			seen[f] = true
			all = append(all, f)
		}
	}
	for _, a := range articlesIn(folded) {
		add(a)
	}
	before := ""
	for _, w := range wordsOf(folded) {
		if unicode.IsDigit(rune(w[0])) {
			continue
		}
		w = stem(language, w)
		add(language + ":" + w)
		if before != "" {
			add(language + ":" + before + " " + w)
		}
		before = w
	}
	return all
}

// articlesIn are the articles that a text names, by number and law: Article 18
// is one thing in the GDPR and another in Brazil. A range names none.
func articlesIn(folded string) []string {
	law := ""
	switch {
	case strings.Contains(folded, "lgpd") || strings.Contains(folded, "13.709"):
		law = "lgpd"
	case strings.Contains(folded, "nlpd") || strings.Contains(folded, "revdsg") || strings.Contains(folded, "ndsg") || strings.Contains(folded, "fadp"):
		law = "ch"
	}
	var all []string
	for _, at := range articles.FindAllStringIndex(folded, -1) {
		rest := folded[at[1]:]
		for {
			n := numbers.FindStringSubmatch(rest)
			if n == nil {
				break
			}
			if after := strings.TrimSpace(rest[len(n[0]):]); strings.HasPrefix(after, "-") || strings.HasPrefix(after, "–") {
				break
			}
			all = append(all, "art"+law+n[1])
			if rest = rest[len(n[0]):]; n[2] == "" {
				break
			}
		}
	}
	return all
}

// stem cuts a word to its stem in a language; in an unknown one it stays.
func stem(language, word string) string {
	env := snowballstem.NewEnv(word)
	switch language {
	case "en":
		english.Stem(env)
	case "de":
		german.Stem(env)
	case "fr":
		french.Stem(env)
	case "es":
		spanish.Stem(env)
	case "it":
		italian.Stem(env)
	case "nl":
		dutch.Stem(env)
	case "pt":
		portuguese.Stem(env)
	default:
		return word
	}
	return env.Current()
}
