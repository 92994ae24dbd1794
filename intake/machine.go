package intake

import (
	"slices"
	"strings"
)

// The reasons for which a message is not answered automatically.
const (
	ReasonAutoSubmitted = "auto-submitted"
	ReasonPrecedence    = "precedence"
	ReasonList          = "list"
	ReasonNullSender    = "null-sender"
	ReasonAutoreply     = "x-autoreply"
	ReasonSuppress      = "x-auto-response-suppress"
	ReasonSystemSender  = "system-sender"
	ReasonBounce        = "bounce"
	ReasonReport        = "report"
	ReasonNoFrom        = "no-valid-from"
)

// readMachine says whether a machine sent the message, and whether RFC 3834
// and its neighbours forbid to answer it. What a contact form or a list of ours
// says of itself says nothing of the person who wrote.
func (m *Mail) readMachine(h header, t tree) {
	m.AutoSubmitted = keyword(h.first("auto-submitted"))
	form := m.Via != "" && !m.list
	m.IsAutoReply = m.AutoSubmitted != "" && m.AutoSubmitted != "no" && !(form && m.AutoSubmitted == "auto-generated")
	m.Away = away(h, m.Subject) || receipted(m.Subject, m.Words()) || slices.ContainsFunc(t.leaves, calendarReply)
	m.Report = t.report
	m.IsBounce, m.Bounce = readBounce(h, t, m)
	for _, r := range []struct {
		reason string
		holds  bool
	}{
		{ReasonAutoSubmitted, m.IsAutoReply},
		{ReasonPrecedence, slices.Contains([]string{"bulk", "junk", "list", "auto_reply"}, keyword(h.first("precedence"))) && !m.relayed()},
		{ReasonList, len(m.ListHeaders) > 0 && !m.list},
		{ReasonNullSender, m.NullSender && !form},
		{ReasonAutoreply, h.has("x-autoreply") || h.has("x-autorespond") || h.has("x-autoresponse")},
		{ReasonSuppress, suppresses(h.all("x-auto-response-suppress")) && !form},
		{ReasonSystemSender, slices.ContainsFunc(m.From, systemSender)},
		{ReasonBounce, m.IsBounce},
		{ReasonReport, t.reports},
		{ReasonNoFrom, len(m.From) == 0},
	} {
		if r.holds {
			m.SuppressReasons = append(m.SuppressReasons, r.reason)
		}
	}
}

// keyword is the first word of a value, before parameters and comments.
func keyword(value string) string {
	for strings.HasPrefix(value, "(") {
		end := comment(value, 0)
		if end == 0 {
			break
		}
		value = strings.TrimLeft(value[end+1:], " \t")
	}
	if i := strings.IndexAny(value, "; \t("); i >= 0 {
		value = value[:i]
	}
	return strings.ToLower(value)
}

func suppresses(values []string) bool {
	for _, v := range values {
		for _, word := range strings.FieldsFunc(strings.ToLower(v), func(r rune) bool { return strings.ContainsRune(", ;\t", r) }) {
			if word == "all" || word == "autoreply" || word == "oof" {
				return true
			}
		}
	}
	return false
}

// systemSender reports whether an address is a machine's by convention.
func systemSender(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	switch local {
	case "mailer-daemon", "postmaster", "donotreply", "do-not-reply", "do_not_reply", "no_reply":
		return true
	}
	for _, p := range []string{"no-reply", "noreply", "owner-"} {
		if strings.HasPrefix(local, p) {
			return true
		}
	}
	return strings.HasSuffix(local, "-request")
}
