package intake

import (
	"regexp"
	"slices"
	"strings"

	"habeas/models"
)

// Clues says which case a message may belong to, in the order in which to
// believe them. A match gives context and never authority: it changes no
// address, no level and no state by itself.
type Clues struct {
	Token      Token
	HasToken   bool
	Trusted    bool     // the token stood where only the transport writes: in the envelope, or in our own server's trace
	MessageIDs []string // ids the message answers, the likeliest first; only an exact match with one we sent counts
	Reference  string   // in the subject: a hint for staff, anybody can type it
}

// NewClues finds the clues of a message.
func NewClues(m Mail, e Envelope, t Tokens) Clues {
	c := Clues{Reference: referenceIn(m.Subject)}
	trace := m.Delivered
	if !e.TrustedHeaders {
		trace = nil
	}
	for i, found := range [][]string{e.RcptTo, trace[:min(len(trace), 1)], m.To} {
		if c.HasToken {
			break
		}
		for _, a := range found {
			if token, ok := t.Open(strings.Trim(a, "<> ")); ok {
				c.Token, c.HasToken, c.Trusted = token, true, i < 2
				break
			}
		}
	}
	c.MessageIDs = slices.Clone(m.InReplyTo)
	for _, id := range slices.Backward(m.References) {
		if !slices.Contains(c.MessageIDs, id) {
			c.MessageIDs = append(c.MessageIDs, id)
		}
	}
	if (m.IsBounce || m.Report != "") && m.Bounce.Original != "" {
		c.MessageIDs = append([]string{m.Bounce.Original}, c.MessageIDs...)
	}
	return c
}

func referenceIn(subject string) string {
	found := referenceForm.FindString(subject)
	reference, _ := models.NormaliseReference(found)
	return reference
}

var referenceForm = regexp.MustCompile(`(?i)\bHB-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}\b`)

// MessageID is the Message-ID, without brackets, of a mail that we send about
// a case: random is what makes it unguessable.
func MessageID(reference, random, domain string) string {
	return "habeas." + strings.ToLower(reference) + "." + random + "@" + domain
}

// OwnMessageID reports whether an id is of the form that we give.
func OwnMessageID(id, domain string) bool {
	local, d, ok := strings.Cut(id, "@")
	return ok && local != "" && domain != "" && strings.EqualFold(d, domain)
}
