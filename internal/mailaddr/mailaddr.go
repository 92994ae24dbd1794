// Package mailaddr says what a mail address is, how a mail server takes it and
// when two of them are one mailbox. It does not know whose they are.
package mailaddr

import (
	"net/mail"
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Limits of RFC 5321 § 4.5.3.1, in bytes.
const (
	longest      = 254
	longestLocal = 64
)

// Valid takes an address of a person, which can be mailed and shown: local@domain
// with a domain that has a dot. Quoted local parts, address literals, invisible
// characters and lists are not for people's addresses, nor are domains that no
// server can look up because they cannot be written in A-labels.
func Valid(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(local) > longestLocal || strings.ContainsAny(local+domain, `@"[]\`) || !Sendable(s) {
		return false
	}
	domain = Domain(domain)
	if international(domain) || !strings.Contains(domain, ".") {
		return false
	}
	_, err := netip.ParseAddr(domain)
	return err != nil
}

// Sendable accepts one bare address, local@domain, and nothing that could end
// or lengthen a header or an SMTP command: no name, no group, no comment, no
// control or invisible character, no address literal.
func Sendable(s string) bool {
	if len(s) > longest || strings.ContainsFunc(s, hidden) {
		return false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.String() != "<"+s+">" {
		return false
	}
	_, domain := split(s)
	return !strings.HasPrefix(domain, "[") && !strings.ContainsAny(domain, ">\"\\")
}

func hidden(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) || r == '\uFFFE' || r == '\uFFFF'
}

// ASCII is the address as every mail server takes it: with a domain in A-labels.
// A local part has no such form, and what has none is returned as it is.
func ASCII(s string) string {
	local, domain := split(s)
	if !international(domain) {
		return s
	}
	return local + "@" + Domain(domain)
}

// International reports whether only a server that has SMTPUTF8 (RFC 6531) can
// take the address, however its domain is written.
func International(s string) bool { return international(ASCII(s)) }

func international(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// Domain is a domain in A-labels and lower case: the form in which a look-alike
// shows. A domain that has no such form is returned in lower case.
func Domain(domain string) string {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		return ascii
	}
	return domain
}

// Unicode is the address with its domain as people write it, in U-labels.
func Unicode(s string) string {
	local, domain := split(s)
	if u, err := idna.Lookup.ToUnicode(domain); err == nil && domain != "" {
		return local + "@" + u
	}
	return s
}

// Normal is the one spelling of a mailbox, of which case and the ways to write
// a domain make no other. Dots and plus tags stay: they are another mailbox to
// most servers.
func Normal(s string) string {
	local, domain := split(fold(s))
	if domain == "" {
		return local
	}
	return local + "@" + Domain(domain)
}

func fold(s string) string {
	return norm.NFC.String(strings.ToLower(norm.NFC.String(strings.TrimSpace(s))))
}

// Same reports whether two addresses are one mailbox.
func Same(a, b string) bool { return Normal(a) == Normal(b) }

// split cuts at the last at sign: a quoted local part may hold one itself.
func split(s string) (local, domain string) {
	i := strings.LastIndexByte(s, '@')
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+1:]
}
