package models

import "strings"

// Crockford is the alphabet of references and mailed codes: base 32 without
// the letters that are misread or misheard (I, L, O, U).
const Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NormaliseCode returns what somebody typed in Crockford's alphabet: capitals,
// O as 0, I and L as 1, without blanks and hyphens.
func NormaliseCode(typed string) string {
	return strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
}

// NormaliseReference returns the reference somebody typed as HB-XXXX-XXXX-XX,
// and whether it has the form of one.
func NormaliseReference(typed string) (string, bool) {
	code, found := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(typed)), "HB-")
	code = NormaliseCode(code)
	if !found || len(code) != 10 || strings.Trim(code, Crockford) != "" {
		return "", false
	}
	return "HB-" + code[:4] + "-" + code[4:8] + "-" + code[8:], true
}
