package intake

import (
	"strings"

	"habeas/internal/mailaddr"
)

// Ours reports whether an envelope recipient is one of the mailboxes, or a
// plus-address of one: privacy+anything@example.org is privacy@example.org.
// Case does not matter.
func Ours(recipient string, mailboxes []string) bool {
	local, host, ok := splitAddress(recipient)
	if !ok {
		return false
	}
	local, _, _ = strings.Cut(local, "+")
	for _, m := range mailboxes {
		if l, h, ok := splitAddress(m); ok && l == local && h == host {
			return true
		}
	}
	return false
}

// splitAddress splits an address at its last "@", lower-cased and with a host in
// A-labels.
func splitAddress(address string) (local, host string, ok bool) {
	i := strings.LastIndexByte(address, '@')
	if i < 1 || i == len(address)-1 {
		return "", "", false
	}
	return strings.ToLower(address[:i]), mailaddr.Domain(address[i+1:]), true
}
