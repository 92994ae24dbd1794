package workflows_test

import (
	"slices"
	"strings"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// What is written to one request has a bound: a session says so, and of a mail
// what there is room for is shown, the rest is in the raw mail.
func TestTheTextOfARequestHasABound(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeAccess)
	full := workflows.Inflow{Written: models.Written{Bytes: 1 << 20, MailBytes: 1<<20 - 5}}
	l.refused(subject, workflows.Write{Text: "x", In: full}, models.CodeTooLarge)
	l.must(subject, workflows.Write{Text: "x"})
	l.must(robot, workflows.Receive{Mail: "s", Text: "Hello", In: full, Flags: []models.MessageFlag{models.FlagUnproven}})
	if m := l.last.Messages[0]; m.Text != "Hello" || slices.Contains(m.Flags, models.FlagCut) {
		t.Errorf("a mail of somebody else's share is %q %v", m.Text, m.Flags)
	}
	strangers := workflows.Inflow{Written: models.Written{OtherBytes: 1 << 20}}
	l.must(robot, workflows.Receive{Mail: "p", Text: "Hello", In: strangers})
	if m := l.last.Messages[0]; m.Text != "Hello" || slices.Contains(m.Flags, models.FlagCut) {
		t.Errorf("what strangers wrote cuts a mail of the requester to %q %v", m.Text, m.Flags)
	}
	l.must(robot, workflows.Receive{Mail: "t", Text: "Hello", In: strangers, Flags: []models.MessageFlag{models.FlagOtherSender}})
	if m := l.last.Messages[0]; m.Text != "" {
		t.Errorf("a mail beyond the share of others is %q", m.Text)
	}
	l.must(robot, workflows.Receive{Mail: "m", Text: "Grüße" + strings.Repeat("x", 10), In: full})
	if m := l.last.Messages[0]; m.Text != "Grü" || !slices.Contains(m.Flags, models.FlagCut) {
		t.Errorf("a mail beyond it is %q %v", m.Text, m.Flags)
	}
}
