package notifications

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
)

// errAddress deliberately does not repeat the address.
var errAddress = errors.New("not a mail address")

// checkAddress accepts one bare address, local@domain, and nothing that could
// end or lengthen a header or an SMTP command: no name, no group, no comment,
// no control or invisible character, no address literal.
func checkAddress(s string) error {
	hidden := func(r rune) bool { return unprintable(r) || r == '\u200c' || r == '\u200d' || unicode.IsSpace(r) }
	if len(s) > 254 || strings.ContainsFunc(s, hidden) {
		return errAddress
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.String() != "<"+s+">" {
		return errAddress
	}
	_, domain := splitAddress(s)
	if strings.HasPrefix(domain, "[") || strings.ContainsAny(domain, ">\"\\") {
		return errAddress
	}
	return nil
}

// splitAddress cuts at the last at sign: a quoted local part may hold one
// itself.
func splitAddress(s string) (local, domain string) {
	i := strings.LastIndex(s, "@")
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+1:]
}

// plainToken reports whether s holds only what a Message-ID and a file name
// take without quoting.
func plainToken(s string) bool {
	return s != "" && len(s) <= 200 && strings.Trim(s, ".") == s && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", r)
	})
}
