package notifications

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// cleanStrings cleans every string that can be reached from v, in place. The
// fields that people write at length keep their lines; all others become one
// line, so that no field can pretend to be a paragraph of ours.
func cleanStrings(v reflect.Value, field string) {
	switch v.Kind() {
	case reflect.String:
		if slices.Contains([]string{"Text", "Explanation", "Reason"}, field) {
			v.SetString(cleanText(v.String()))
			return
		}
		v.SetString(oneLine(v.String()))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() || v.Type().Field(i).Anonymous {
				cleanStrings(v.Field(i), v.Type().Field(i).Name)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			cleanStrings(v.Index(i), "")
		}
	default: // numbers, booleans: nothing to clean
	}
}

// cleanText keeps what can be read: no control characters but the line feed,
// and none of the invisible ones that reorder or hide text.
func cleanText(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n",
		"\u0085", "\n", "\u2028", "\n", "\u2029", "\n", "\t", " ").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && unprintable(r) {
			return -1
		}
		return r
	}, s))
}

// oneLine is cleanText on one line, with single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(cleanText(s)), " ") }

// unprintable reports whether r is a control or format character. Joiners stay:
// Persian, Hindi and family emoji need them.
func unprintable(r rune) bool {
	if r == '\u200c' || r == '\u200d' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) || r == '\uFFFE' || r == '\uFFFF'
}

// addressed returns the name to greet by, or "" if it holds anything that a
// mail program might turn into a link or an address: a requester chose it.
func addressed(name string) string {
	name = oneLine(name)
	if len([]rune(name)) > 100 || strings.ContainsAny(name, "@:/\\<>[]{}()\"=?&#%") {
		return ""
	}
	for i, r := range name {
		next := strings.IndexFunc(name[i:], func(r rune) bool { return r != '.' })
		if r == '.' && next > 0 && name[i+next] != ' ' {
			return "" // "evil.example", but not "J. Doe" or "Doe Jr."
		}
	}
	return name
}
