package intake

import (
	"slices"
	"strings"

	"habeas/internal/mailaddr"
)

// passedOn finds whom a message is from that something of ours passed on: a
// contact form, whose answers go to who filled it in, or a list in front of the
// mailbox, which may write its own address in From. Anybody can write such
// fields, as anybody can write From: it proves nothing, and the person has to.
func (m *Mail) passedOn(h header, c Config) {
	if len(m.From) != 1 || m.Verdict == VerdictFail {
		return
	}
	ours := func(a string) bool {
		return slices.ContainsFunc(slices.Concat(c.Own, c.Forms), func(own string) bool { return mailaddr.Same(a, own) })
	}
	if slices.ContainsFunc(c.Forms, func(form string) bool { return mailaddr.Same(m.From[0], form) }) {
		m.isFrom(ours, h.first("reply-to"))
		return
	}
	if m.list = m.ownList(h, c); m.list && ours(m.From[0]) {
		for _, name := range []string{"x-original-from", "x-original-sender", "reply-to"} {
			if m.isFrom(ours, h.first(name)) {
				return
			}
		}
	}
}

// isFrom makes the only address of a field that is not ours that of From, and
// reports whether there is one.
func (m *Mail) isFrom(ours func(string) bool, value string) bool {
	persons := slices.DeleteFunc(addresses(value), ours)
	if len(persons) != 1 {
		return false
	}
	m.Via, m.From, m.Name, m.Verdict = m.From[0], persons, displayName(value), VerdictNone
	return true
}

// ownList reports whether a list passed the message on that has the address of
// one of our mailboxes, and that writes from our domain.
func (m *Mail) ownList(h header, c Config) bool {
	id := strings.ToLower(h.first("list-id"))
	if at := strings.LastIndexByte(id, '<'); at >= 0 {
		id, _, _ = strings.Cut(id[at+1:], ">")
	}
	return slices.ContainsFunc(c.Own, func(own string) bool {
		return strings.Replace(own, "@", ".", 1) == strings.TrimSpace(id) &&
			(m.Return == "" || organisational(domainOf(m.Return)) == organisational(domainOf(own)))
	})
}

// relayed reports whether something of ours passed the message on.
func (m Mail) relayed() bool { return m.list || m.Via != "" }
