// Package redact takes mail addresses out of what mail servers say: they like
// to repeat whom they refused, and their words go to the database, the log and
// staff. It does not know what a mail is.
package redact

import (
	"regexp"
	"strings"
)

const (
	mark = "[address]"
	most = 300 // characters kept
)

// Addresses returns words without any address and not too long. The parts of
// the addresses in known go even where they stand alone ("jane.doe: unknown
// user").
func Addresses(words string, known ...string) string {
	words = anyAddress.ReplaceAllString(words, mark)
	for _, address := range known {
		at := strings.LastIndexByte(address, '@')
		local, domain := address[:max(at, 0)], address[at+1:]
		base, _, _ := strings.Cut(local, "+")
		for _, part := range []string{domain, local, base} {
			if part != "" {
				words = alone(part).ReplaceAllString(words, "${1}"+mark)
			}
		}
	}
	if r := []rune(words); len(r) > most {
		words = string(r[:most])
	}
	return words
}

// anyAddress matches a quoted local part with its domain, and every word with
// an at sign, plain or as the reply codes of some servers encode it.
var anyAddress = regexp.MustCompile(`"[^"]*"@\S*|\S*(?:@|\+40|=40|%40)\S*`)

// alone matches part where it is not in the middle of a word.
func alone(part string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[^\pL\pN])` + regexp.QuoteMeta(part) + `(?:$|\b)`)
}
