package intake

import (
	"strings"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"

	"habeas/internal/mailaddr"
)

// Canonical is the mailbox that limits count for: case, plus-addresses, the
// dots that Gmail ignores and the ways to write a domain make no other. It is
// for limits and hints only, never for identity: elsewhere two such addresses
// are two people.
func Canonical(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return strings.ToLower(address)
	}
	local := norm.NFKC.String(strings.ToLower(strings.Trim(address[:at], `"`)))
	domain := mailaddr.Domain(address[at+1:])
	if base, _, ok := strings.Cut(local, "+"); ok && base != "" {
		local = base
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	return local + "@" + domain
}

// organisational is the part of a domain that one owner registered.
func organisational(domain string) string {
	domain = mailaddr.Domain(domain)
	if d, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return d
	}
	return domain
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
