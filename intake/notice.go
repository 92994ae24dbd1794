package intake

import (
	"slices"
	"strings"

	"habeas/internal/redact"
	"habeas/models"
	"habeas/workflows"
)

// NoticeOf returns what a message tells about a mail that we sent, for
// Service.Bounced, and false if it tells nothing: it is no bounce, no receipt
// and no abuse report. Only a token that was made for bounces counts: nobody but
// who got the mail has seen it. Else it has to bring back the mail that it is
// about: what it says it answers anybody can know.
func NoticeOf(m Mail, c Clues) (workflows.DeliveryNotification, bool) {
	kind, ok := noticeKind(m)
	if !ok {
		return workflows.DeliveryNotification{}, false
	}
	n := workflows.DeliveryNotification{Kind: kind, Words: noticeWords(m)}
	if m.Bounce.Original != "" {
		n.MailIDs = []string{m.Bounce.Original}
	}
	if c.HasToken && c.Token.Purpose == PurposeBounce && len(c.Token.Parts) == 1 {
		n.Reference, n.Message = ReferenceOf(c.Token.ID), c.Token.Parts[0]
	}
	return n, true
}

func noticeKind(m Mail) (workflows.NotificationKind, bool) {
	switch {
	case m.Report == "feedback-report":
		return workflows.NotificationComplaint, true
	case m.Report == "disposition-notification":
		return workflows.NotificationDelivered, true
	case !m.IsBounce:
		return "", false
	}
	// A notice may be about several recipients; our mails have one, and a
	// gateway that split it in two tells the worse.
	actions := map[string]bool{}
	for _, r := range m.Bounce.Recipients {
		actions[action(r)] = true
	}
	switch {
	case actions["failed"]:
		return workflows.NotificationFailed, true
	case actions["delayed"]:
		return workflows.NotificationDelayed, true
	case actions["delivered"], actions["relayed"], actions["expanded"]:
		return workflows.NotificationDelivered, true
	}
	if delaySubject(m.Subject) {
		return workflows.NotificationDelayed, true
	}
	return workflows.NotificationFailed, true
}

// action is what happened for one recipient. Some say failed and mean for now:
// the class of the status, 4 for what may pass, is what counts (RFC 3463).
func action(u Undelivered) string {
	if u.Action == "failed" && strings.HasPrefix(u.Status, "4.") {
		return "delayed"
	}
	return u.Action
}

func delaySubject(s string) bool {
	s = strings.ToLower(s)
	return slices.ContainsFunc([]string{"delayed", "delay)", "warning", "verzögert", "retardé", "retraso"}, func(w string) bool {
		return strings.Contains(s, w)
	})
}

// noticeWords is what the server said, without the address it said it about.
func noticeWords(m Mail) string {
	var known []string
	said := ""
	for _, r := range m.Bounce.Recipients {
		if r.Address != "" {
			known = append(known, r.Address)
		}
		if said == "" && (r.Diagnostic != "" || r.Status != "") {
			said = strings.TrimSpace(r.Status + " " + r.Diagnostic)
		}
	}
	if said == "" {
		said = m.Subject
	}
	return redact.Addresses(strings.Join(strings.Fields(said), " "), known...)
}

// TokenID is the reference as it stands in a token; ReferenceOf undoes it.
func TokenID(reference string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(reference, "HB-"), "-", ""))
}

// ReferenceOf is the reference that a token names, or "" if it names none.
func ReferenceOf(tokenID string) string {
	reference, _ := models.NormaliseReference("HB-" + tokenID)
	return reference
}
