package intake

import (
	"slices"
	"strings"

	"habeas/internal/mailaddr"
)

// Verdict says what may be believed about the domain in From.
type Verdict string

// The verdicts. Aligned means that the domain lets the message speak for it,
// not that the person is who they say.
const (
	VerdictAligned Verdict = "aligned"
	VerdictNone    Verdict = "none"
	VerdictFail    Verdict = "fail"
)

// authentication is the verdict of our own border servers. It is none unless
// there is exactly one DMARC result, and aligned only if that passed for the
// domain of the only From address. DKIM and SPF count nothing by themselves:
// whoever sends bulk mail passes them for a domain of their own.
func authentication(h header, c Config, from []string) Verdict {
	var dmarc []AuthResult
	for _, value := range h.believed(c) {
		results, ok := ParseAuthResults(value)
		if !ok {
			return VerdictNone
		}
		for _, r := range results.Results {
			if r.Method == "dmarc" {
				dmarc = append(dmarc, r)
			}
		}
	}
	if len(dmarc) != 1 {
		return VerdictNone
	}
	switch r := dmarc[0]; {
	case r.Result == "fail":
		return VerdictFail
	case r.Result == "pass" && len(from) == 1 && len(h.all("from")) == 1 &&
		mailaddr.Domain(r.Properties["header.from"]) == mailaddr.Domain(domainOf(from[0])):
		return VerdictAligned
	}
	return VerdictNone
}

// believed returns the Authentication-Results fields that our own servers
// wrote: the topmost block, as far as it is unbroken and carries our ids.
// What delivery and filters write may stand above it, and Received fields of
// ours. Below anything else, a foreign Received or a foreign id it may be the
// sender's own work.
func (h header) believed(c Config) []string {
	if len(c.Authserv) == 0 {
		return nil
	}
	var found []string
	for _, f := range h {
		switch {
		case f.name == "authentication-results" && !f.obsolete:
			value := unfold(f.value)
			if !slices.Contains(c.Authserv, authservID(value)) {
				return found
			}
			found = append(found, value)
		case f.name == "received":
			if len(found) > 0 || !ours(unfold(f.value), c) {
				return found
			}
		case f.obsolete || !written(f.name):
			return found
		}
	}
	return found
}

// written reports whether a field is one that servers put on top of a message
// as it arrives.
func written(name string) bool {
	switch name {
	case "return-path", "delivered-to", "x-original-to", "received-spf":
		return true
	}
	// Filters sign their work, also between the results of others.
	return strings.HasSuffix(name, "-filter") || strings.HasPrefix(name, "x-spam") || strings.HasPrefix(name, "x-rspamd-") ||
		strings.HasPrefix(name, "arc-") || strings.HasPrefix(name, "x-virus-")
}

// ours reports whether a Received field names one of our servers after "by".
func ours(received string, c Config) bool {
	words := strings.Fields(stripComments(received))
	i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, "by") })
	if i < 0 || i+1 >= len(words) {
		return false
	}
	host := strings.ToLower(strings.TrimRight(words[i+1], ";."))
	return slices.Contains(c.Hosts, host) || slices.Contains(c.Authserv, host)
}

func stripComments(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '(' {
			end := comment(s, i)
			if end == i {
				return out.String() // a comment without an end: the rest says nothing
			}
			i = end
			continue
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// AuthResults is one Authentication-Results field, RFC 8601.
type AuthResults struct {
	ID      string // the authserv-id, lower case
	Results []AuthResult
}

// AuthResult is what one method found. Properties hold "header.from" and the
// like; many of them are the sender's choice.
type AuthResult struct {
	Method, Result string // lower case
	Reason         string
	Properties     map[string]string
}

// ParseAuthResults reads the value of an Authentication-Results field, and
// says whether it is well formed. Quoted strings and comments are skipped as
// wholes, so that no word inside them passes for a result.
func ParseAuthResults(value string) (AuthResults, bool) {
	tokens, ok := authTokens(value)
	if !ok || len(tokens) == 0 || tokens[0].kind != authWord {
		return AuthResults{}, false
	}
	out := AuthResults{ID: strings.ToLower(tokens[0].text)}
	head, rest := untilSemicolon(tokens[1:])
	if len(head) > 1 || len(head) == 1 && (head[0].kind != authWord || head[0].text != "1") {
		return out, false // a version we do not know
	}
	for len(rest) > 0 {
		var section []authToken
		section, rest = untilSemicolon(rest)
		if len(section) == 0 || len(section) == 1 && strings.EqualFold(section[0].text, "none") {
			continue
		}
		r, ok := readResult(section)
		if !ok {
			return out, false
		}
		out.Results = append(out.Results, r)
	}
	for i, r := range out.Results {
		doubled := slices.ContainsFunc(out.Results[:i], func(o AuthResult) bool { return o.Method == r.Method })
		if doubled && r.Method != "dkim" {
			return out, false // a message may be signed twice, but has one policy and one path
		}
	}
	return out, true
}

// authservID returns the id alone, lower case, or "" of a field that cannot be
// read that far.
func authservID(value string) string {
	results, _ := ParseAuthResults(value)
	return results.ID
}

func untilSemicolon(tokens []authToken) (before, after []authToken) {
	i := slices.IndexFunc(tokens, func(t authToken) bool { return t.kind == authSemicolon })
	if i < 0 {
		return tokens, nil
	}
	return tokens[:i], tokens[i+1:]
}

// readResult reads "method=result" and the "name=value" pairs after it.
func readResult(tokens []authToken) (AuthResult, bool) {
	r := AuthResult{Properties: map[string]string{}}
	for first := true; len(tokens) > 0; first = false {
		if len(tokens) < 3 || tokens[0].kind != authWord || tokens[1].kind != authEquals ||
			tokens[2].kind != authWord && tokens[2].kind != authQuoted {
			return r, false
		}
		name, value := strings.ToLower(tokens[0].text), tokens[2].text
		tokens = tokens[3:]
		switch {
		case first:
			r.Method, _, _ = strings.Cut(name, "/")
			r.Result = strings.ToLower(value)
		case name == "reason":
			r.Reason = value
		default:
			if _, ok := r.Properties[name]; ok {
				return r, false
			}
			r.Properties[name] = value
		}
	}
	return r, r.Method != ""
}
