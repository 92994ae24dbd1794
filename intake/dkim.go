package intake

import (
	"bytes"

	"github.com/emersion/go-msgauth/dkim"
)

// LookupTXT asks the DNS for the TXT records of a name.
type LookupTXT func(domain string) ([]string, error)

// mostSignatures is how many DKIM signatures of one message are checked.
const mostSignatures = 5

// CheckDKIM checks the signatures of a message by its raw bytes, at receipt:
// keys are withdrawn later. It is aligned if the only From address belongs to
// a domain that signed, and none otherwise: a signature that fails says no
// more than one that is missing. The message must not have more than the
// limits' bytes; signatures over a part of a body count nothing.
func CheckDKIM(raw []byte, lookup LookupTXT, l Limits) Verdict {
	if l = l.withDefaults(); len(raw) > l.Message {
		return VerdictNone
	}
	raw = withCRLF(normal(raw))
	h, _ := scanHeader(raw, nil)
	from := addresses(h.all("from")...)
	if len(from) != 1 || len(h.all("from")) != 1 || headerFault(h, nil, nil, l) != "" {
		return VerdictNone
	}
	checked, _ := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: lookup, MaxVerifications: mostSignatures})
	for _, v := range checked {
		if v != nil && v.Err == nil && organisational(v.Domain) == organisational(domainOf(from[0])) {
			return VerdictAligned
		}
	}
	return VerdictNone
}

// withCRLF gives lines the ends that were signed, where a pipe took them away.
func withCRLF(raw []byte) []byte {
	if bytes.Contains(raw, []byte("\r\n")) {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
}
