// Package mailaddr says what a mail address is, how a mail server takes it and
// when two of them are one mailbox. It does not know whose they are.
package mailaddr

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Limits of RFC 5321 § 4.5.3.1, in bytes.
const (
	longest      = 254
	longestLocal = 64
)

// Parse takes one bare address apart, local@domain: the one reading of addresses
// for mail that comes in and mail that goes out. The local part is a word, which
// may have dots anywhere (Japanese carriers gave such mailboxes away), or quoted
// (RFC 5321, 4.1.2), as it is written. It takes no name, group or comment, no
// address literal, and nothing that could end or lengthen a header or an SMTP
// command.
func Parse(s string) (local, domain string, ok bool) {
	local, domain = split(s)
	ok = len(s) <= longest && utf8.ValidString(s) && (word(local) || quotedWord(local)) && named(domain)
	return local, domain, ok
}

const special = `()<>[]:;@\,"`

// word reports whether a local part needs no quotes, but for its dots.
func word(local string) bool {
	return strings.Trim(local, ".") != "" && !strings.ContainsFunc(local, func(r rune) bool { return hidden(r) || strings.ContainsRune(special, r) })
}

// quotedWord reports whether a local part is one quoted string.
func quotedWord(local string) bool {
	inside, ok := strings.CutPrefix(local, `"`)
	if inside, ok = cutQuote(inside, ok); !ok || inside == "" {
		return false
	}
	escaped := false
	for _, r := range inside {
		switch {
		case r != ' ' && hidden(r) || r == '"' && !escaped:
			return false
		default:
			escaped = r == '\\' && !escaped
		}
	}
	return !escaped
}

func cutQuote(s string, ok bool) (string, bool) {
	inside, found := strings.CutSuffix(s, `"`)
	return inside, ok && found
}

// named reports whether a domain is a name, and no literal.
func named(domain string) bool {
	return domain != "" && !strings.HasPrefix(domain, ".") && !strings.Contains(domain, "..") &&
		!strings.ContainsFunc(domain, func(r rune) bool { return hidden(r) || strings.ContainsRune(special, r) })
}

// Valid takes an address of a person, which can be mailed and shown: one that
// Parse takes, with a domain that has a dot. Quoted local parts are not what
// people type, nor are domains that no server can look up because they cannot
// be written in A-labels.
func Valid(s string) bool {
	local, domain, ok := Parse(s)
	if !ok || len(local) > longestLocal || local[0] == '"' {
		return false
	}
	domain = Domain(domain)
	if international(domain) || !strings.Contains(domain, ".") {
		return false
	}
	_, err := netip.ParseAddr(domain)
	return err != nil
}

// Sendable reports whether Parse takes the address.
func Sendable(s string) bool {
	_, _, ok := Parse(s)
	return ok
}

// Clean is an address without the blanks and quotes around it that word
// processors and web pages leave.
func Clean(s string) string {
	const quotes = "“”„‟«»‹›‘’‚‛`"
	s = strings.TrimFunc(s, unicode.IsSpace)
	for {
		inner := strings.TrimSpace(strings.Trim(s, quotes))
		for _, q := range []string{"'", `"`} {
			if len(inner) > 1 && strings.HasPrefix(inner, q) && strings.HasSuffix(inner, q) {
				inner = inner[1 : len(inner)-1]
			}
		}
		if inner == s {
			return s
		}
		s = inner
	}
}

func hidden(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) || r == '\uFFFE' || r == '\uFFFF'
}

// ASCII is the address as every mail server takes it: with a domain in A-labels,
// and in quotes where its dots want them. A local part in other letters has no
// such form, and what has none is returned as it is.
func ASCII(s string) string {
	local, domain := split(s)
	if domain != "" && word(local) && (strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..")) {
		local = `"` + local + `"`
	}
	if international(domain) {
		domain = Domain(domain)
	}
	if domain == "" {
		return s
	}
	return local + "@" + domain
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
	if inside, ok := strings.CutPrefix(local, `"`); ok {
		if inside, ok = cutQuote(inside, ok); ok && word(inside) {
			local = inside // the quotes are needless
		}
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
