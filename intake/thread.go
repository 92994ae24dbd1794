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
}

// NewClues finds the clues of a message.
func NewClues(m Mail, e Envelope, t Tokens) Clues {
	var c Clues
	trace := m.Delivered
	if !e.TrustedHeaders {
		trace = nil
	}
	for i, found := range [][]string{e.RcptTo, trace[:min(len(trace), 1)], m.To} {
		if c.HasToken {
			break
		}
		for _, a := range found {
			// The address that a mail was sent from is for machines: people cannot
			// use it to reply.
			if token, ok := t.Open(strings.Trim(a, "<> ")); ok && (token.Purpose == PurposeReply || automatic(m)) {
				c.Token, c.HasToken, c.Trusted = token, true, i < 2
				break
			}
		}
	}
	// A report of abuse comes to an address of its own. That it names the one
	// that we sent from shows that the mail was there.
	if m.Report == "feedback-report" && !c.Trusted {
		if token, ok := t.Open(m.Bounce.ReturnPath); ok && token.Purpose == PurposeBounce {
			c.Token, c.HasToken, c.Trusted = token, true, true
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

// referenceIn returns the reference in a subject, or "": a hint for staff, since
// anybody can type it.
func referenceIn(subject string) string {
	found := referenceForm.FindString(subject)
	reference, _ := models.NormaliseReference(found)
	return reference
}

var referenceForm = regexp.MustCompile(`(?i)\bHB-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}\b`)

// OwnMessageID reports whether an id is of the form that we give: that of a
// message, or of the root of a case. The domain alone says nothing: colleagues
// and their mail server have the same.
func OwnMessageID(id, domain string) bool {
	local, d, ok := strings.Cut(id, "@")
	return ok && domain != "" && strings.EqualFold(d, domain) && ownID.MatchString(local)
}

// ownID is a UUID of version 7 as we write it. Mail programs that use UUIDs
// take those of version 4.
var ownID = regexp.MustCompile(`^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|habeas\..+)$`)
