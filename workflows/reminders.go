package workflows

import (
	"fmt"
	"slices"
	"strings"

	"habeas/models"
	"habeas/policies"
)

// scheduleReminder adds the job of the next reminder: the newest that is due
// and was not sent, or else the next to come. There is always at most one that
// matters: a job whose threshold is already in Reminded does nothing.
func (d *decider) scheduleReminder() {
	next := d.nextReminder()
	subject := d.respondOn().String() + "/" + next.Key
	d.Plan(d.stamp, models.Job{
		Kind: models.JobRemind, RequestID: d.Request.ID, Subject: subject,
		// The version lets a request that was closed and reopened be reminded
		// again; that nothing is sent twice is Reminded's business.
		UniqueKey: fmt.Sprintf("remind/%s/%s/%d", d.Request.ID, subject, d.from.Version+1),
		RunAt:     next.At,
	})
}

func (d *decider) nextReminder() policies.Reminder {
	pending, future := d.reminders()
	if n := len(pending); n > 0 {
		return pending[n-1]
	}
	return future
}

// reminders returns those that are due and unsent, oldest first, and the first
// one to come.
func (d *decider) reminders() (due []policies.Reminder, next policies.Reminder) {
	from := d.Request.ReceivedAt
	if d.Request.Appeal.No > 0 {
		from = d.Request.Appeal.FiledAt
	}
	for _, r := range d.rules.Reminders(from, d.Request.Deadline, d.rules.Zone) {
		if slices.Contains(d.Request.Reminded, r.Key) {
			continue
		}
		if r.At.After(d.now) {
			return due, r
		}
		due = append(due, r)
	}
	return d.late(due)
}

// late goes on with the daily reminders of an overdue request.
func (d *decider) late(due []policies.Reminder) ([]policies.Reminder, policies.Reminder) {
	first := max(1, d.today().DaysSince(d.respondOn())-1)
	for n := first; ; n++ {
		r := d.rules.OverdueReminder(d.Request.Deadline, n, d.rules.Zone)
		if slices.Contains(d.Request.Reminded, r.Key) {
			continue
		}
		if r.At.After(d.now) {
			return due, r
		}
		due = append(due, r)
	}
}

// remind sends the newest reminder that is due and marks older unsent ones
// skipped: after an outage nobody needs five reminders of one date.
func (d *decider) remind(c Remind) error {
	due, _ := d.reminders()
	known := slices.ContainsFunc(due, func(r policies.Reminder) bool { return r.Key == c.Threshold })
	if c.DueOn != d.respondOn() || !known {
		return models.Errorf(models.CodeConflict, "this reminder is not due, or no longer")
	}
	newest := due[len(due)-1]
	reminded := slices.Clone(d.Request.Reminded)
	var skipped []string
	for _, r := range due {
		reminded = append(reminded, r.Key)
		if r.Key != newest.Key {
			skipped = append(skipped, r.Key)
		}
	}
	if len(skipped) > 0 {
		d.observe(models.EventReminderSkipped, map[string]string{"thresholds": strings.Join(skipped, " "), "due_on": d.respondOn().String()})
	}
	d.record(models.EventReminded, models.Change{Reminded: new(trimmed(reminded))},
		map[string]string{"threshold": newest.Key, "due_on": d.respondOn().String()})
	d.sendReminder(newest)
	d.remindOwners()
	d.scheduleReminder()
	return nil
}

// trimmed forgets the daily reminders but for the last few: late never looks
// further back than yesterday's.
func trimmed(reminded []string) []string {
	const most = 3
	isLate := func(key string) bool { return strings.HasPrefix(key, "late-") }
	first := slices.IndexFunc(reminded, isLate)
	if first < 0 {
		return reminded
	}
	return slices.Delete(reminded, first, max(first, len(reminded)-most))
}

func (d *decider) sendReminder(r policies.Reminder) {
	due := models.StaffDue{
		About: d.about(), RespondOn: d.respondOn(), DaysLeft: d.respondOn().DaysSince(d.today()),
		State: d.Request.State, Assigned: d.Request.Assignee != "",
	}
	// What nobody was written to may be one of thirty thousand that came in a
	// day: one letter stands for all of them.
	about := d.Request.ID
	if d.Request.Suppressed != "" && !due.Assigned {
		about = "unsent"
	}
	var letter models.Letter = models.StaffDueSoonLetter{StaffDue: due}
	switch {
	case r.Kind == policies.Overdue || due.DaysLeft < 0:
		letter = models.StaffOverdueLetter{StaffDue: due}
	case r.Kind == policies.DueToday || due.DaysLeft == 0:
		letter = models.StaffDueTodayLetter{StaffDue: due}
	case r.Kind == policies.DueSoon:
	}
	d.tellStaffOnce(fmt.Sprintf("remind/%s/%s/%s", about, d.respondOn(), r.Key), d.recipients(r.To), letter)
}

func (d *decider) recipients(to policies.Recipients) string {
	switch to {
	case policies.ToManagers:
		return strings.TrimSpace(d.Request.Assignee + " " + models.Managers)
	case policies.ToEveryone:
		return models.Everyone
	case policies.ToAssignee:
	}
	return d.owner()
}
