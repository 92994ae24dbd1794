package notifications

import (
	"errors"
	"strings"

	"habeas/internal/mailaddr"
)

// errAddress deliberately does not repeat the address.
var errAddress = errors.New("not a mail address")

// checkAddress accepts what can stand in a header and in an SMTP command.
func checkAddress(s string) error {
	if !mailaddr.Sendable(s) {
		return errAddress
	}
	return nil
}

// plainToken reports whether s holds only what a Message-ID and a file name
// take without quoting.
func plainToken(s string) bool {
	return s != "" && len(s) <= 200 && strings.Trim(s, ".") == s && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", r)
	})
}
