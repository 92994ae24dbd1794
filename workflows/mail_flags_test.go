package workflows_test

import (
	"slices"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// A mail whose From alone names the requester answers a question, and staff are
// told that nothing proves it.
func TestWhatOnlyTheFromSaysIsShownAsNotProven(t *testing.T) {
	t.Parallel()
	l := in(t, models.StateOnHold)
	mail := models.MailReading{From: []string{l.r.Mailbox()}, Verdict: "none", DKIM: "none"}
	flags := workflows.MailFlags(l.r, mail)
	l.wants("flags", flags, "[unproven]")
	l.must(robot, workflows.Receive{Mail: "m", Text: "The first.", Flags: flags})
	l.wants("state", l.r.State, models.StateInProgress)
	letter, _ := l.last.Messages[1].Letter.(models.StaffRepliedLetter)
	if m := l.last.Messages[0]; !slices.Contains(m.Flags, models.FlagUnproven) || !letter.Unproven || letter.Doubtful {
		t.Errorf("the message has %v, the letter %+v", m.Flags, letter)
	}
	for _, proven := range []models.MailReading{{Verdict: "aligned", DKIM: "none"}, {Verdict: "none", DKIM: "aligned"}} {
		proven.From = mail.From
		l.wants("flags", workflows.MailFlags(l.r, proven), "[]")
	}
	// A form or a list of ours signs for itself: anybody may have filled it in.
	for _, passed := range []models.MailReading{{Verdict: "aligned", DKIM: "none"}, {Verdict: "none", DKIM: "aligned"}} {
		passed.From, passed.Via = mail.From, "forms@example.com"
		l.wants("flags of what a form passed on", workflows.MailFlags(l.r, passed), "[unproven]")
	}
	other := mail
	other.From = []string{"eve@example.net"}
	l.wants("flags", workflows.MailFlags(l.r, other), "[other_sender]")
}
