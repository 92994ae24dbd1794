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

// brief is cleanHeader for what is never long: of a value that is, the rest is
// not looked at.
func brief(value string) string { return cleanHeader(clip(value, hardBrief)) }

// clip cuts s to that many bytes, between characters.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
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
	r := wordReader{s: s}
	at := 0
	for {
		start := strings.Index(s[at:], "=?")
		if start < 0 {
			break
		}
		start += at
		w, ok := r.read(start)
		if !ok {
			out.WriteString(s[at : start+2])
			at = start + 2
			continue
		}
		out.WriteString(s[at:start])
		run := w.bytes
		at = w.end
		for {
			next, ok := r.read(len(s) - len(strings.TrimLeft(s[at:], " \t\r\n")))
			if !ok {
				break
			}
			at = next.end
			if strings.EqualFold(next.charset, w.charset) {
				run = append(run, next.bytes...)
				continue
			}
			out.WriteString(toUTF8(w.charset, run))
			w, run = next, next.bytes
		}
		out.WriteString(toUTF8(w.charset, run))
	}
	out.WriteString(s[at:])
	return out.String()
}

// wordReader reads the encoded words of one value. It remembers where the next
// "?=" is: words that begin and never end must not each look for it anew.
type wordReader struct {
	s   string
	end int // of the "?=" found last: nothing before it is one; len(s) if there is none
}

// close returns where the first "?=" from an offset on begins, or -1.
func (r *wordReader) close(from int) int {
	if r.end < from {
		r.end = len(r.s)
		if i := strings.Index(r.s[from:], "?="); i >= 0 {
			r.end = from + i
		}
	}
	if r.end == len(r.s) {
		return -1
	}
	return r.end
}

// read reads the encoded word that begins at an offset.
func (r *wordReader) read(at int) (word, bool) {
	s := r.s[at:]
	if !strings.HasPrefix(s, "=?") {
		return word{}, false
	}
	set, rest, ok := strings.Cut(s[2:], "?")
	if !ok || set == "" || len(set) > 80 || strings.ContainsAny(set, " \t=") || len(rest) < 2 || rest[1] != '?' {
		return word{}, false
	}
	from := len(r.s) - len(rest) + 2
	end := r.close(from)
	if end < 0 {
		return word{}, false
	}
	text := r.s[from:end]
	set, _, _ = strings.Cut(set, "*") // RFC 2231 adds a language
	w := word{charset: set, end: end + 2}
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
