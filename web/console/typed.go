package console

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what staff type, in characters; the API has the same.
const (
	longestEmail  = 254
	longestText   = 10000
	longestReason = 2000
	longestLine   = 200
)

// clean takes away what nobody types: broken letters and control characters,
// but for the line ends of a longer text, and blanks around it.
func clean(s string, long bool) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && (!long || c != '\n' && c != '\t') {
			return -1
		}
		return c
	}, s))
}
