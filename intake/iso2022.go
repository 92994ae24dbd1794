package intake

import (
	"regexp"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// national is a set that a text of ISO 2022 changes to. Its characters are
// those of an eight-bit set without the high bit, each of as many bytes, after
// what leads it there.
type national struct {
	encoding.Encoding
	width int
	lead  string
}

// nationals are the sets by the sequences that call them, without what says
// for which place. What is not here is read as ASCII.
func nationals() map[string]*national {
	japan := &national{japanese.EUCJP, 2, ""}
	return map[string]*national{
		"$@": japan, "$B": japan, "$O": japan, "$Q": japan, "$D": {japanese.EUCJP, 2, "\x8f"}, "I": {japanese.ShiftJIS, 1, ""},
		"$A": {simplifiedchinese.GBK, 2, ""}, "$C": {korean.EUCKR, 2, ""},
		".A": {charmap.ISO8859_1, 1, ""}, ".F": {charmap.ISO8859_7, 1, ""},
	}
}

// switching matches what changes the set: a sequence, a shift, the end of a
// line.
var switching = regexp.MustCompile(`\x1b(\$?)([().*-]?)([@A-Z])|\x0e|\x0f|\n`)

// iso2022 reads a text that changes between national sets.
type iso2022 struct {
	sets   map[string]*national
	places [3]*national // G0, G1 and G2; nil is ASCII
	in     int          // the place that is read from
}

// fromISO2022 reads the mail sets of Korea and China (RFC 1557, RFC 1922) and
// the later ones of Japan (RFC 1554). The library knows the first of Japan
// only.
func fromISO2022(text []byte) string {
	var out strings.Builder
	r := iso2022{sets: nationals()}
	for {
		at := switching.FindIndex(text)
		if at == nil {
			out.WriteString(r.places[r.in].read(text))
			return out.String()
		}
		out.WriteString(r.places[r.in].read(text[:at[0]]))
		sign := string(text[at[0]:at[1]])
		text = text[at[1]:]
		if sign == singleShift {
			one := min(1, len(text))
			out.WriteString(r.places[2].read(text[:one]))
			text = text[one:]
			continue
		}
		out.WriteString(r.turn(sign))
	}
}

// singleShift says that the next character is of G2.
const singleShift = "\x1bN"

// turn follows one sign and returns what it says itself: a line that ends.
func (r *iso2022) turn(sign string) string {
	switch sign {
	case "\n":
		r.in, r.places[0] = 0, nil
		return sign
	case "\x0e":
		r.in = 1
		return ""
	case "\x0f":
		r.in = 0
		return ""
	}
	place := 0
	switch {
	case strings.ContainsAny(sign, ")-"):
		place = 1
	case strings.ContainsAny(sign, "*."):
		place = 2
	}
	r.places[place] = r.sets[strings.Trim(strings.NewReplacer("(", "", ")", "", "*", "").Replace(sign), "\x1b")]
	return ""
}

// read converts bytes of the set. Blanks and what has the high bit already stay
// as they are.
func (n *national) read(text []byte) string {
	if n == nil {
		return validText(text)
	}
	var eight []byte
	for len(text) > 0 {
		if text[0] <= ' ' || text[0] >= 0x7f || len(text) < n.width {
			eight = append(eight, text[0])
			text = text[1:]
			continue
		}
		eight = append(eight, n.lead...)
		for _, c := range text[:n.width] {
			eight = append(eight, c|0x80)
		}
		text = text[n.width:]
	}
	return decode(n.NewDecoder(), eight)
}
