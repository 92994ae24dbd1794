package intake

import "strings"

type authKind int

const (
	authWord authKind = iota
	authQuoted
	authEquals
	authSemicolon
)

type authToken struct {
	kind authKind
	text string
}

// authTokens splits a value into words, quoted strings and the two signs that
// mean something; comments are left out. A quote or a comment without an end
// is false: what follows it could be anybody's.
func authTokens(s string) ([]authToken, bool) {
	var tokens []authToken
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
		case c == '(':
			end := comment(s, i)
			if end == i {
				return nil, false
			}
			i = end + 1
		case c == ')':
			return nil, false
		case c == '"':
			end := quoted(s, i)
			if end == i+1 {
				return nil, false
			}
			tokens = append(tokens, authToken{authQuoted, unquote(s[i:end])})
			i = end
		case c == '=':
			tokens = append(tokens, authToken{authEquals, "="})
			i++
		case c == ';':
			tokens = append(tokens, authToken{authSemicolon, ";"})
			i++
		default:
			end := i
			for end < len(s) && !strings.ContainsRune(" \t\r\n()\";=", rune(s[end])) {
				end++
			}
			tokens = append(tokens, authToken{authWord, s[i:end]})
			i = end
		}
	}
	return tokens, true
}

// unquote takes the quotes off a quoted string.
func unquote(s string) string {
	var out strings.Builder
	s = s[1 : len(s)-1]
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out.WriteByte(s[i])
	}
	return out.String()
}
