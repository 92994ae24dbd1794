package intake

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// wording is a text made ready for the rules: sentences of folded words. The
// first is the subject.
type wording struct {
	sentences [][]string
	pieces    [][][]string // of each sentence, between its commas
	clauses   [][][]string // of each sentence; none where it is one clause
	whole     []string
	language  string // "" for unknown
}

func newWording(subject, text string) wording {
	subject = stripReply(subject)
	t := wording{}
	t.add(subject, split(subject))
	for _, s := range strings.FieldsFunc(joinLines(text), func(r rune) bool { return strings.ContainsRune("\n!;…", r) }) {
		for _, s := range sentencesOf(s) {
			if words := split(s); len(words) > 0 {
				t.add(s, words)
			}
		}
	}
	return t
}

func (t *wording) add(sentence string, words []string) {
	t.sentences = append(t.sentences, words)
	t.whole = append(t.whole, words...)
	var pieces [][]string
	for piece := range strings.SplitSeq(sentence, ", ") {
		pieces = append(pieces, split(piece))
	}
	t.pieces = append(t.pieces, pieces)
}

// joinLines undoes the line breaks inside a paragraph.
func joinLines(text string) string {
	lines := strings.Split(text, "\n")
	var out strings.Builder
	for i, l := range lines {
		out.WriteString(l)
		next := ""
		if i+1 < len(lines) {
			next = strings.TrimSpace(lines[i+1])
		}
		first, _ := utf8.DecodeRuneInString(next)
		if unicode.IsLower(first) {
			out.WriteByte(' ')
		} else {
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// sentencesOf splits at full stops and question marks that end a sentence: a
// blank follows and the word before is no abbreviation ("Art. 17"). A colon ends
// none where the next word begins small: "please delete: all that you have".
func sentencesOf(s string) []string {
	var all []string
	start := 0
	for i := 0; i+1 < len(s); i++ {
		if (s[i] == '.' || s[i] == '?' || s[i] == ':') && s[i+1] == ' ' {
			word := s[start:i]
			if b := strings.LastIndexByte(word, ' '); b >= 0 {
				word = word[b+1:]
			}
			next, _ := utf8.DecodeRuneInString(s[i+2:])
			if s[i] == '.' && (utf8.RuneCountInString(word) <= 3 && !unicode.IsLower(firstRune(word)) || unicode.IsDigit(next)) {
				continue
			}
			if s[i] == ':' && unicode.IsLower(next) {
				continue
			}
			all = append(all, s[start:i+1])
			start = i + 1
		}
	}
	return append(all, s[start:])
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// stripReply takes the marks off a subject that mail programs put before it.
func stripReply(subject string) string {
	for {
		head, rest, ok := strings.Cut(subject, ":")
		switch strings.ToLower(strings.TrimSpace(head)) {
		case "re", "aw", "fw", "fwd", "wg", "rv", "tr", "ref", "antw", "sv", "vs", "i", "r", "res", "enc":
		default:
			return subject
		}
		if !ok {
			return subject
		}
		subject = rest
	}
}

// split folds a sentence and cuts it into words; a question mark is a word.
func split(s string) []string {
	var words []string
	for _, w := range strings.FieldsFunc(strings.ReplaceAll(fold(s), "?", " ? "), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '?' && r != '.' && r != '@'
	}) {
		if w = strings.Trim(w, "."); w != "" {
			words = append(words, w)
		}
	}
	return words
}

// elision is what French and Italian leave of a word before a vowel.
var elision = regexp.MustCompile(`(^|[^\pL])(l|d|j|c|s|n|m|t|qu|un|dell|all|nell)'`)

// fold makes spellings equal: case, accents, the sharp s, apostrophes.
func fold(s string) string {
	s = strings.NewReplacer("ß", "ss", "’", "'", "`", "'", "´", "'", "œ", "oe", "æ", "ae", "ø", "o", "ł", "l").Replace(strings.ToLower(s))
	s = strings.ReplaceAll(elision.ReplaceAllString(s, "$1$2 "), "'", "")
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}

// gap stands in a term for a few words of any kind: "take ~ down".
const gap = "~"

// longestGap is how many words a gap may be: more are no longer one phrase.
const longestGap = 4

// term is a word or phrase of the rules. A word that ends with "*" matches
// whatever begins so.
type term struct {
	text  string
	words []string
	exact map[string]bool // words that are no slip of any other
}

func newTerm(s string, exact map[string]bool) term {
	t := term{text: s, exact: exact}
	for w := range strings.FieldsSeq(s) {
		if w == gap {
			t.words = append(t.words, gap)
			continue
		}
		prefix := strings.HasSuffix(w, "*")
		w = fold(strings.TrimSuffix(w, "*"))
		parts := split(w)
		if len(parts) == 0 {
			continue
		}
		if prefix {
			parts[len(parts)-1] += "*"
		}
		t.words = append(t.words, parts...)
	}
	return t
}

// newTerms are terms that are matched to the letter.
func newTerms(words []string) []term {
	var all []term
	for _, w := range words {
		all = append(all, newTerm(w, nil))
	}
	return all
}

// exactly returns where the term stands to the letter: a name that is one slip
// apart is another (Iceland and Ireland, Frances and France).
func (t term) exactly(s []string) []int {
	var all []int
	for i := 0; i+len(t.words) <= len(s); i++ {
		if slices.Equal(s[i:i+len(t.words)], t.words) {
			all = append(all, i)
		}
	}
	return all
}

// find returns where the term begins in a sentence and where it ends; it
// begins at -1 where it is not there.
func (t term) find(s []string) (int, int) {
	for i := range s {
		if end := t.endAt(s, t.words, i); end >= 0 {
			return i, end
		}
	}
	return -1, -1
}

// endAt returns where words that begin at i end, or -1 where they do not.
func (t term) endAt(s, words []string, i int) int {
	for j, w := range words {
		if w == gap {
			for skipped := range longestGap + 1 {
				if end := t.endAt(s, words[j+1:], i+skipped); end >= 0 {
					return end
				}
			}
			return -1
		}
		if i >= len(s) || !t.matches(w, s[i]) {
			return -1
		}
		i++
	}
	return i
}

// matches compares one word of a rule with one of a text. The first letter is
// right in any case. Long words may be one slip of the finger apart; § 1798.100
// and § 1798.105 are two.
func (t term) matches(want, got string) bool {
	if want[0] != got[0] {
		return false
	}
	stem, prefix := strings.CutSuffix(want, "*")
	if prefix && strings.HasPrefix(got, stem) || want == got {
		return true
	}
	if len(stem) < 6 {
		return false
	}
	begins := got
	if prefix {
		begins = got[:min(len(stem), len(got))]
	}
	return slip(stem, begins) && !t.exact[got] && !strings.ContainsAny(want, "0123456789")
}

// slip reports whether two words differ by one letter changed, missing, added
// or swapped with its neighbour, the first letter being right. A letter more
// or less at the very end is no slip: it makes another form of the word, and
// the rules tell "email" from "emails".
func slip(a, b string) bool {
	if d := len(a) - len(b); d > 1 || d < -1 || a[0] != b[0] {
		return false
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	ra, rb := a[i:], b[i:]
	switch {
	case ra == "" || rb == "":
		return ra == rb
	case len(ra) == len(rb):
		return ra[1:] == rb[1:] || len(ra) > 1 && ra[0] == rb[1] && ra[1] == rb[0] && ra[2:] == rb[2:]
	case len(ra) > len(rb):
		return ra[1:] == rb
	}
	return ra == rb[1:]
}
