package mailaddr

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// MixedScript reports whether an address may imitate another: a label of its
// domain or its local part mixes letters of several scripts, or is written
// wholly in letters that look Latin. Japanese and Korean mix scripts by nature.
func MixedScript(address string) bool {
	at := strings.LastIndexByte(address, '@')
	domain := address[at+1:]
	if u, err := idna.ToUnicode(domain); err == nil {
		domain = u
	}
	parts := strings.Split(domain, ".")
	if at > 0 {
		parts = append(parts, strings.FieldsFunc(address[:at], func(r rune) bool { return strings.ContainsRune(".+-_", r) })...)
		parts = append(parts, address[:at])
	}
	return slices.ContainsFunc(parts, mixed)
}

func mixed(s string) bool {
	scripts := map[string]bool{}
	alike := s != ""
	for _, r := range s {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) && !strings.ContainsRune(norm.NFC.String(s), r) {
			return true // invisible
		}
		if !unicode.IsLetter(r) || unicode.In(r, unicode.Common, unicode.Inherited) {
			continue
		}
		name := script(r)
		scripts[name] = true
		alike = alike && (name == "cyrillic" || name == "greek") && strings.ContainsRune("аеорсухіјѕһԁԛԝӏвнкмтαοντυρκχικ", unicode.ToLower(r))
	}
	if len(scripts) == 0 {
		return false
	}
	if len(scripts) == 1 {
		return alike && (scripts["cyrillic"] || scripts["greek"])
	}
	return scripts["latin"] || scripts["cyrillic"] || scripts["greek"] || scripts["other"]
}

func script(r rune) string {
	switch {
	case r > 0xff00 && r < 0xff5f: // full-width forms
		return "wide"
	case unicode.Is(unicode.Latin, r):
		return "latin"
	case unicode.Is(unicode.Cyrillic, r):
		return "cyrillic"
	case unicode.Is(unicode.Greek, r):
		return "greek"
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
		return "cjk"
	}
	return "other"
}
