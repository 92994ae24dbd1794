package pages

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean takes away what nobody types: broken letters and control characters,
// but for the line ends of a longer text, and blanks around it.
func Clean(s string, long bool) string {
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
