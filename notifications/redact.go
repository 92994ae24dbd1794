package notifications

import (
	"regexp"
	"strings"
)

// redact returns what a mail server said, on one line, without any address:
// servers like to repeat whom they refused, and their words go to the database,
// the log and staff. The parts of the addresses in known go even where they
// stand alone ("jane.doe: unknown user").
func redact(words string, known ...string) string {
	const mark = "[address]"
	words = anyAddress().ReplaceAllString(oneLine(words), mark)
	for _, address := range known {
		local, domain := splitAddress(address)
		base, _, _ := strings.Cut(local, "+")
		for _, part := range []string{domain, local, base} {
			if part != "" {
				words = alone(part).ReplaceAllString(words, "${1}"+mark)
			}
		}
	}
	const most = 300
	if r := []rune(words); len(r) > most {
		words = string(r[:most])
	}
	return words
}

// anyAddress matches a quoted local part with its domain, and every word with
// an at sign, plain or as the reply codes of some servers encode it.
func anyAddress() *regexp.Regexp {
	return regexp.MustCompile(`"[^"]*"@\S*|\S*(?:@|\+40|=40|%40)\S*`)
}

// alone matches part where it is not in the middle of a word.
func alone(part string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[^\pL\pN])` + regexp.QuoteMeta(part) + `(?:$|\b)`)
}
