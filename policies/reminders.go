package policies

import (
	"fmt"
	"slices"
	"time"

	"habeas/models"
)

// workflow holds the times of the service itself.
type workflow struct {
	VerifyReminderHours  int         `json:"verify_reminder_hours"`
	ExpireUnverifiedDays int         `json:"expire_unverified_days"`
	DigestHour           int         `json:"digest_hour"`   // of each day, 0 to 23, in the organisation's zone
	ReminderHour         int         `json:"reminder_hour"` // of the reminders that are bound to a day
	Reminders            []threshold `json:"reminders"`
	Overdue              overdue     `json:"overdue"`
}

// threshold is a moment before the due date: a share of the time, or a number
// of days.
type threshold struct {
	Percent    *int       `json:"percent,omitempty"`     // of the time from receipt to due
	DaysBefore *int       `json:"days_before,omitempty"` // 0: on the day
	To         Recipients `json:"to"`
}

// overdue says who hears of a missed date, once a day.
type overdue struct {
	To Recipients `json:"to"`
}

// Recipients says who a reminder goes to.
type Recipients string

// The recipients.
const (
	ToAssignee Recipients = "assignee" // whoever works on it
	ToManagers Recipients = "managers"
	ToEveryone Recipients = "everyone" // all who work on requests
)

// ReminderKind says what a reminder is about.
type ReminderKind string

// The reminder kinds.
const (
	DueSoon  ReminderKind = "due_soon"
	DueToday ReminderKind = "due_today"
	Overdue  ReminderKind = "overdue"
)

// Reminder is one moment at which staff hear of a due date. Key names it
// within that date: "50%", "75%", "90%", "3d", "1d", "day", "late-1", "late-2"…
type Reminder struct {
	Key  string
	At   time.Time
	To   Recipients
	Kind ReminderKind
}

// Reminders returns the reminders of a due date in the order of time. Those
// that would come at or before receipt are left out.
func (p *Policy) Reminders(receivedAt time.Time, d models.Deadline, zone *time.Location) []Reminder {
	var all []Reminder
	for _, t := range p.data.Workflow.Reminders {
		if r := p.reminder(t, receivedAt, d, zone); r.At.After(receivedAt) {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b Reminder) int { return a.At.Compare(b.At) })
	return all
}

func (p *Policy) reminder(t threshold, receivedAt time.Time, d models.Deadline, zone *time.Location) Reminder {
	if t.Percent != nil {
		// Whole seconds: what is stored must compare equal to what is computed.
		seconds := int64(d.RespondBy.Sub(receivedAt)/time.Second) * int64(*t.Percent) / 100
		at := receivedAt.UTC().Truncate(time.Second).Add(time.Duration(seconds) * time.Second)
		return Reminder{Key: t.key(), At: at, To: t.To, Kind: DueSoon}
	}
	r := Reminder{Key: t.key(), To: t.To, Kind: DueSoon}
	r.At = d.RespondOn.AddDays(-*t.DaysBefore).At(p.data.Workflow.ReminderHour, zone)
	if *t.DaysBefore == 0 {
		r.Kind = DueToday
	}
	return r
}

func (t threshold) key() string {
	switch {
	case t.Percent != nil:
		return fmt.Sprintf("%d%%", *t.Percent)
	case *t.DaysBefore == 0:
		return "day"
	}
	return fmt.Sprintf("%dd", *t.DaysBefore)
}

// OverdueReminder returns the reminder of the nth day after the due date,
// n = 1, 2, 3…
func (p *Policy) OverdueReminder(d models.Deadline, n int, zone *time.Location) Reminder {
	return Reminder{
		Key: fmt.Sprintf("late-%d", n), At: d.RespondOn.AddDays(n).At(p.data.Workflow.ReminderHour, zone),
		To: p.data.Workflow.Overdue.To, Kind: Overdue,
	}
}

// VerifyReminderAfter returns how long after receipt an unproved requester is
// reminded to type the code.
func (p *Policy) VerifyReminderAfter() time.Duration {
	return time.Duration(p.data.Workflow.VerifyReminderHours) * time.Hour
}

// ExpireUnverifiedAfter returns how long after receipt an unproved request
// ends.
func (p *Policy) ExpireUnverifiedAfter() time.Duration {
	return time.Duration(p.data.Workflow.ExpireUnverifiedDays) * 24 * time.Hour
}

// DigestHour returns the hour of day, in the organisation's zone, at which the
// daily digest is sent.
func (p *Policy) DigestHour() int { return p.data.Workflow.DigestHour }
