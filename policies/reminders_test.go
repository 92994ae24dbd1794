package policies_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"habeas/models"
	"habeas/policies"
)

func TestReminders(t *testing.T) {
	t.Parallel()
	p := standard(t)
	received := time.Date(2026, 3, 2, 10, 0, 0, 0, utc)
	d, err := p.Deadline(policies.Case{Type: "question", ReceivedOn: date(t, "2026-03-02")}, utc)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range p.Reminders(received, d, utc) {
		got = append(got, fmt.Sprintf("%s %s %s %s", r.Key, r.At.Format("01-02 15:04:05"), r.To, r.Kind))
	}
	want := []string{
		"50% 03-17 16:59:59 assignee due_soon",
		"75% 03-25 08:29:59 assignee due_soon",
		"3d 03-29 08:00:00 assignee due_soon",
		"90% 03-29 22:35:59 managers due_soon",
		"1d 03-31 08:00:00 managers due_soon",
		"day 04-01 08:00:00 everyone due_today",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

func TestRemindersComeInOrderAndAfterReceipt(t *testing.T) {
	t.Parallel()
	p := standard(t)
	received := time.Date(2026, 3, 2, 10, 0, 0, 0, utc)
	for days := range 60 {
		on := models.DateOf(received, utc).AddDays(days)
		last := received
		for _, r := range p.Reminders(received, models.Deadline{RespondOn: on, RespondBy: on.End(utc)}, utc) {
			if !r.At.After(received) || r.At.Before(last) || r.At.After(on.End(utc)) || r.At.Nanosecond() != 0 {
				t.Fatalf("due on %s: %+v after %s", on, r, last)
			}
			last = r.At
		}
	}
}

func TestOverdueRemindersComeDaily(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal("no time zone data:", err)
	}
	d := models.Deadline{RespondOn: date(t, "2026-03-28")}
	for n, want := range map[int]string{1: "2026-03-29T06:00:00Z", 2: "2026-03-30T06:00:00Z", 40: "2026-05-07T06:00:00Z"} {
		r := standard(t).OverdueReminder(d, n, berlin)
		if r.Key != fmt.Sprintf("late-%d", n) || r.At.Format(time.RFC3339) != want || r.To != policies.ToEveryone || r.Kind != policies.Overdue {
			t.Errorf("%+v, want at %s", r, want)
		}
	}
}

func TestTimesOfTheService(t *testing.T) {
	t.Parallel()
	p := standard(t)
	if p.VerifyReminderAfter() != 24*time.Hour || p.ExpireUnverifiedAfter() != 14*24*time.Hour || p.DigestHour() != 7 {
		t.Errorf("%s, %s, %d", p.VerifyReminderAfter(), p.ExpireUnverifiedAfter(), p.DigestHour())
	}
}
