package workflows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// next returns the command and the time of the reminder job that was made last.
func (l *life) next() (workflows.Remind, time.Time) {
	l.t.Helper()
	for _, v := range slices.Backward(l.last.Jobs) {
		if j := v; j.Kind == models.JobRemind {
			day, threshold, _ := strings.Cut(j.Subject, "/")
			on, err := models.ParseDate(day)
			if err != nil {
				l.t.Fatal(err)
			}
			return workflows.Remind{Threshold: threshold, DueOn: on}, j.RunAt
		}
	}
	l.t.Fatal("no reminder is planned")
	return workflows.Remind{}, time.Time{}
}

func (l *life) reminded() string {
	var sent []string
	for _, m := range l.last.Messages {
		if m.Audience == models.ToStaff {
			sent = append(sent, m.Letter.Template()+" to "+m.Staff)
		}
	}
	return strings.Join(sent, ", ")
}

func TestRemindersOneForEachThreshold(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeDeletion)
	l.last = workflows.Decision{Jobs: []models.Job{{Kind: models.JobRemind, Subject: "2026-12-20/50%", RunAt: noon.Add((15*24 + 6) * time.Hour)}}}
	want := []struct{ threshold, sent, on string }{
		{"50%", "staff_due_soon to alice", "2026-12-05"},
		{"75%", "staff_due_soon to alice", "2026-12-13"},
		{"3d", "staff_due_soon to alice", "2026-12-17"},
		{"90%", "staff_due_soon to alice managers", "2026-12-17"},
		{"1d", "staff_due_soon to alice managers", "2026-12-19"},
		{"day", "staff_due_today to everyone", "2026-12-20"},
		{"late-1", "staff_overdue to everyone", "2026-12-21"},
		{"late-2", "staff_overdue to everyone", "2026-12-22"},
		{"late-3", "staff_overdue to everyone", "2026-12-23"},
	}
	for _, w := range want {
		c, at := l.next()
		l.wants("threshold", c.Threshold, w.threshold)
		l.now = at.Add(5 * time.Minute)
		l.refused(system, workflows.Remind{Threshold: "never", DueOn: c.DueOn}, models.CodeConflict)
		l.wants("day of "+w.threshold, models.DateOf(l.now, l.rules.Zone), w.on)
		l.must(system, c)
		l.wants("sent at "+w.threshold, l.reminded(), w.sent)
		l.refused(system, c, models.CodeConflict) // never again
	}
	for range 30 {
		c, at := l.next()
		l.now = at
		l.must(system, c)
	}
	l.wants("threshold after a month", l.r.Reminded[len(l.r.Reminded)-1], "late-33")
	if len(l.r.Reminded) > 9 {
		t.Errorf("the list of reminders grows: %v", l.r.Reminded)
	}
}

func TestAfterAnOutageOnlyTheNewestReminderIsSent(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeDeletion)
	l.now = models.NewDate(2026, 12, 19).At(12, l.rules.Zone)
	l.must(system, workflows.Remind{Threshold: "50%", DueOn: l.r.Deadline.RespondOn})
	l.wants("sent", l.reminded(), "staff_due_soon to alice managers")
	l.wants("skipped", l.last.Events[0].Detail["thresholds"], "50% 75% 3d 90%")
	c, _ := l.next()
	l.wants("next", c.Threshold, "day")
}

func TestAQuestionDoesNotRepeatReminders(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeDeletion)
	l.now = noon.Add(16 * 24 * time.Hour)
	c := workflows.Remind{Threshold: "50%", DueOn: l.r.Deadline.RespondOn}
	l.must(system, c)
	l.must(alice, workflows.Ask{Message: "?"})
	l.now = l.now.Add(24 * time.Hour)
	l.must(subject, workflows.Write{Text: "!"})
	l.refused(system, c, models.CodeConflict)
}

func TestAPastReceiptGetsTheReminderThatIsDueNow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		days      int
		threshold string
	}{
		"received today":         {0, "50%"},
		"received 16 days ago":   {16, "50%"},
		"received 24 days ago":   {24, "75%"},
		"due tomorrow":           {29, "1d"},
		"due today":              {30, "day"},
		"overdue for three days": {33, "late-3"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &life{t: t, rules: rules(t), now: noon}
			f := submission(models.TypeDeletion)
			f.Channel, f.ReceivedAt = models.ChannelLetter, noon.Add(-time.Duration(tt.days)*24*time.Hour)
			l.must(alice, f)
			c, at := l.next()
			l.wants("threshold", c.Threshold, tt.threshold)
			l.wants("due at once", !at.After(l.now), tt.days > 0)
		})
	}
}

func TestAnExtensionStartsTheRemindersAnew(t *testing.T) {
	t.Parallel()
	l := worked(t, models.TypeDeletion)
	old := workflows.Remind{Threshold: "50%", DueOn: l.r.Deadline.RespondOn}
	l.now = noon.Add(16 * 24 * time.Hour)
	l.must(system, old)
	l.must(alice, workflows.Extend{Reason: "r"})
	l.refused(system, workflows.Remind{Threshold: "75%", DueOn: old.DueOn}, models.CodeConflict)
	c, _ := l.next()
	l.wants("next", c.Threshold+" of "+c.DueOn.String(), "50% of 2027-02-18")
}
