package intake

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"habeas/internal/mailaddr"
)

// addresses returns the valid addr-specs in the values of address fields,
// lower-cased, in order, without doubles. Encoded words are display text and
// never become an address. It reads raw values by its own hand, because
// readers disagree about the tricky ones and every address that one of them
// might see has to be counted.
func addresses(values ...string) []string {
	var found []string
	for _, v := range values {
		for _, a := range mailboxes(v) {
			if a = strings.ToLower(a); len(found) < hardAddresses && !slices.Contains(found, a) {
				found = append(found, a)
			}
		}
	}
	return found
}

// mailboxes splits the value of one address field.
func mailboxes(value string) []string {
	var found []string
	var plain, angle strings.Builder
	var angles []string
	flush := func() {
		if len(angles) == 0 {
			angles = []string{plain.String()}
		}
		for _, a := range angles {
			if spec, ok := addrSpec(a); ok {
				found = append(found, spec)
			}
		}
		plain.Reset()
		angles = nil
	}
	in := &plain
	// What once turned out to have no end is not searched for again.
	openComment, openQuote := false, false
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c == '(' && !openComment:
			end := comment(value, i)
			openComment = end == i
			i = end
		case c == '"' && !openQuote:
			end := quoted(value, i)
			openQuote = end == i+1
			in.WriteString(value[i:end])
			i = end - 1
		case c == '\\' && i+1 < len(value):
			i++
		case c == '<':
			angle.Reset()
			in = &angle
		case c == '>' && in == &angle:
			angles = append(angles, angle.String())
			in = &plain
		case (c == ',' || c == ';') && in == &plain:
			flush()
		case c == ':' && in == &plain:
			plain.Reset() // the name of a group
		default:
			in.WriteByte(c)
		}
	}
	if in == &angle {
		angles = append(angles, angle.String()) // never closed
	}
	flush()
	return found
}

// comment returns where the comment that begins at i ends: its last byte. One
// that never ends is only its opening bracket.
func comment(s string, i int) int {
	depth := 0
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return i
}

// quoted returns where the quoted string that begins at i ends: after its
// closing quote, or after the opening one if it has none.
func quoted(s string, i int) int {
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	return i + 1
}

// addrSpec reads what stands between the angle brackets, without the quotes that
// word processors leave. The domain is what follows the last "@".
func addrSpec(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "@") { // an obsolete source route
		_, s, _ = strings.Cut(s, ":")
	}
	at := strings.LastIndexByte(s, '@')
	if at < 1 {
		return "", false
	}
	s = mailaddr.Clean(strings.TrimSpace(s[:at]) + "@" + strings.TrimSpace(s[at+1:]))
	_, _, ok := mailaddr.Parse(s)
	return s, ok
}

// longestName is how much of a display name is kept, in characters.
const longestName = 200

// displayName is what stands before the first angle bracket of a From field,
// without quotes. It is what somebody calls themselves, and proves nothing.
func displayName(value string) string {
	name, _, ok := strings.Cut(value, "<")
	if !ok {
		return ""
	}
	name = cleanHeader(strings.Trim(strings.TrimSpace(name), `"`))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, name))
	if strings.Contains(name, "@") { // an address that pretends to be the sender's
		return ""
	}
	return string([]rune(name)[:min(longestName, utf8.RuneCountInString(name))])
}
