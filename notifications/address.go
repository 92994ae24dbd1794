package notifications

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
)

// errAddress deliberately does not repeat the address.
var errAddress = errors.New("not a mail address")

// parseAddress accepts one bare address, local@domain, and nothing that could
// end or lengthen a header or an SMTP command: no name, no group, no comment,
// no control or invisible character, no address literal.
func parseAddress(s string) (*mail.Address, error) {
	hidden := func(r rune) bool { return unprintable(r) || r == '\u200c' || r == '\u200d' || unicode.IsSpace(r) }
	if len(s) > 254 || strings.ContainsFunc(s, hidden) {
		return nil, errAddress
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.String() != "<"+s+">" {
		return nil, errAddress
	}
	_, domain, _ := cutLast(s, "@")
	if strings.HasPrefix(domain, "[") || strings.ContainsAny(domain, ">\"\\") {
		return nil, errAddress
	}
	return a, nil
}

// cutLast is strings.Cut at the last separator: a quoted local part may hold
// an at sign itself.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// plainToken reports whether s holds only what a Message-ID and a file name
// take without quoting.
func plainToken(s string) bool {
	return s != "" && len(s) <= 200 && strings.Trim(s, ".") == s && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", r)
	})
}
