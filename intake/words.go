package intake

import (
	"encoding/base64"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// cleanHeader is how every decoded header value leaves this package: NFC, one
// blank for each run of white space or control characters. Line breaks that
// were hidden in encoded words end here.
func cleanHeader(value string) string {
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, decodeWords(value))
	return norm.NFC.String(strings.Join(strings.Fields(value), " "))
}

// word is one encoded word of RFC 2047.
type word struct {
	charset string
	bytes   []byte
	end     int // where it ends in the text it was found in
}

// decodeWords decodes the encoded words of a value wherever they stand, also
// inside quotes and without blanks between them, as programs write them.
// Neighbours in one set are joined before they are converted, because a
// character may be split between them.
func decodeWords(s string) string {
	var out strings.Builder
	for {
		start := strings.Index(s, "=?")
		if start < 0 {
			break
		}
		w, ok := readWord(s[start:])
		if !ok {
			out.WriteString(s[:start+2])
			s = s[start+2:]
			continue
		}
		out.WriteString(s[:start])
		run := w.bytes
		rest := s[start+w.end:]
		for {
			next, ok := readWord(strings.TrimLeft(rest, " \t\r\n"))
			if !ok {
				break
			}
			gap := len(rest) - len(strings.TrimLeft(rest, " \t\r\n"))
			rest = rest[gap+next.end:]
			if strings.EqualFold(next.charset, w.charset) {
				run = append(run, next.bytes...)
				continue
			}
			out.WriteString(toUTF8(w.charset, run))
			w, run = next, next.bytes
		}
		out.WriteString(toUTF8(w.charset, run))
		s = rest
	}
	out.WriteString(s)
	return out.String()
}

// readWord reads the encoded word that s begins with.
func readWord(s string) (word, bool) {
	if !strings.HasPrefix(s, "=?") {
		return word{}, false
	}
	set, rest, ok := strings.Cut(s[2:], "?")
	if !ok || set == "" || len(set) > 80 || strings.ContainsAny(set, " \t=") || len(rest) < 2 || rest[1] != '?' {
		return word{}, false
	}
	end := strings.Index(rest[2:], "?=")
	if end < 0 {
		return word{}, false
	}
	text := rest[2 : 2+end]
	set, _, _ = strings.Cut(set, "*") // RFC 2231 adds a language
	w := word{charset: set, end: 2 + len(s[2:]) - len(rest) + 2 + end + 2}
	switch rest[0] {
	case 'q', 'Q':
		w.bytes = decodeQ(text)
	case 'b', 'B':
		w.bytes = decodeB(text)
	default:
		return word{}, false
	}
	return w, true
}

func decodeQ(text string) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '_':
			out = append(out, ' ')
		case text[i] == '=' && i+2 < len(text) && hexDigit(text[i+1]) >= 0 && hexDigit(text[i+2]) >= 0:
			out = append(out, byte(hexDigit(text[i+1])<<4|hexDigit(text[i+2]))) //nolint:gosec // two hex digits fit a byte
			i += 2
		default:
			out = append(out, text[i])
		}
	}
	return out
}

// decodeB decodes base64 as it comes: padded or not, with stray characters.
func decodeB(text string) []byte {
	text = strings.Map(func(r rune) rune {
		if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '+' || r == '/') {
			return r
		}
		return -1
	}, text)
	if len(text)%4 == 1 {
		text = text[:len(text)-1]
	}
	out, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return out
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
