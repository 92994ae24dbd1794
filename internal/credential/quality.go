package credential

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"
	"golang.org/x/text/unicode/norm"
)

// The lengths of a password in characters (NIST SP 800-63B-4 § 3.1.1.2), and
// in bytes, so that nobody can make us hash a book.
const (
	Shortest     = 15
	Longest      = 256
	longestBytes = 4 * Longest
)

// Fault says why a password is refused.
type Fault string

// The faults.
const (
	FaultNone   Fault = ""
	FaultShort  Fault = "short"
	FaultLong   Fault = "long"
	FaultCommon Fault = "common" // one of the first that anybody would try
	FaultOwn    Fault = "own"    // made of the name of the product, the organisation or the person
)

const (
	// judged is how much of a password is judged by its pattern: judging takes
	// more than linear time, and what is this long is strong if any part is.
	judged = 48
	// strong is 10^10 guesses and more in the measure of zxcvbn: three words that
	// belong together in no phrase.
	strong = 4
	// rest is how much besides names makes a password: the least of ASVS 6.2.1.
	rest = 8
	// ownWord is the length from which a word of a name counts.
	ownWord = 4
)

// Weakness says whether a password may be chosen. own are names that others would
// think of for this person: of the product, the organisation, themselves. There
// are no rules of composition, and nothing but the length counts against a
// password that is hard to guess.
func Weakness(password string, own ...string) Fault {
	password = norm.NFC.String(password)
	n := utf8.RuneCountInString(password)
	switch {
	case n < Shortest:
		return FaultShort
	case n > Longest || len(password) > longestBytes:
		return FaultLong
	}
	words := ownWords(own)
	if utf8.RuneCountInString(without(password, words)) < rest {
		return FaultOwn
	}
	if guessable(password, words) {
		if !guessable(password, nil) {
			return FaultOwn
		}
		return FaultCommon
	}
	return FaultNone
}

// guessable judges the beginning and the end: either may be what is hard.
func guessable(password string, words []string) bool {
	r := []rune(password)
	first, last := r[:min(judged, len(r))], r[max(0, len(r)-judged):]
	return zxcvbn.PasswordStrength(string(first), words).Score < strong &&
		(len(r) <= judged || zxcvbn.PasswordStrength(string(last), words).Score < strong)
}

// ownWords are the names and their words, in lower case.
func ownWords(own []string) []string {
	var words []string
	for _, name := range own {
		name = strings.ToLower(norm.NFC.String(name))
		parts := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, w := range append([]string{name, strings.Join(parts, "")}, parts...) {
			if utf8.RuneCountInString(w) >= ownWord {
				words = append(words, w)
			}
		}
	}
	return words
}

// without is what is left of a password when the words are taken out.
func without(password string, words []string) string {
	left := strings.ToLower(password)
	for _, w := range words {
		left = strings.ReplaceAll(left, w, "")
	}
	return left
}
