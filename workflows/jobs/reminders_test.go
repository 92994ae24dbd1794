package jobs_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Three processes on one queue walk a request past its date, day by day.
func TestEveryThresholdIsRemindedOfOnceWhateverRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("Mona", "mona@example.org", models.RoleManager)
		b.hire("May", "may@example.org", models.RoleAgent)
		// Typed in from a letter: without a mailbox it does not expire.
		requests := []models.Request{b.letter("A"), b.letter("B"), b.letter("C")}
		redis := b.onRedis()
		for range 3 {
			b.fleet(redis(), false)
		}
		due := requests[0].Deadline.RespondOn
		for day := models.DateOf(morning, time.UTC); !day.After(due.AddDays(2)); day = day.AddDays(1) {
			b.set(day.At(12, time.UTC))
			b.idle()
		}
		want := map[string]int{"50%": 1, "75%": 1, "90%": 1, "3d": 1, "1d": 1, "day": 1, "late-1": 1, "late-2": 1}
		for _, r := range requests {
			got := map[string]int{}
			events, err := b.store.Events(t.Context(), r.ID)
			b.must(err)
			for _, e := range events {
				if e.Kind == models.EventReminded {
					got[e.Detail["threshold"]]++
				}
				for skipped := range strings.FieldsSeq(e.Detail["thresholds"]) {
					got[skipped]++
				}
			}
			if !maps.Equal(got, want) {
				t.Errorf("%s was reminded of %v, want %v", r.Reference, got, want)
			}
		}
		b.post.took(t)
	})
}

func TestAfterAnOutageOnlyTheNewestReminderIsSent(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("Mona", "mona@example.org", models.RoleManager)
		r := b.letter("A")
		b.set(r.Deadline.RespondOn.AddDays(2).At(12, time.UTC))
		b.drain(b.runner())
		b.wantMails("staff_overdue", 1)
		b.wantMails("staff_due_soon", 0)
		b.wantMails("staff_due_today", 0)
		b.wantEvent(r, models.EventReminderSkipped)
		b.wantEvent(r, models.EventReminded)
	})
}

// How long jobs wait tells operators whether the work is done. What is planned
// late has not waited.
func TestWhatIsPlannedLateHasNotWaited(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.set(models.DateOf(morning, time.UTC).At(12, time.UTC)) // after the hour of the digest
		b.must(b.runner().Schedule(t.Context()))
		_, err := b.service.Cases.Submit(t.Context(), models.Actor{Kind: models.ActorStaff, ID: "clerk", Role: models.RoleAgent}, workflows.Submit{
			Type: models.TypeAccess, Channel: models.ChannelLetter, ReceivedAt: b.now().AddDate(0, 0, -28),
			Person: models.Person{Name: "A", Country: "US", Region: "CA"},
		}, cases.Option{})
		b.must(err)
		for _, kind := range []models.JobKind{models.JobDigestDay, models.JobRemind} {
			if at := b.one(kind).RunAt; !at.Equal(b.now()) {
				t.Errorf("%s is due at %s, and it is %s", kind, at, b.now())
			}
		}
		due, err := b.store.OldestDue(t.Context(), b.now())
		b.must(err)
		if !due.Equal(b.now()) {
			t.Errorf("the oldest job waits since %s", due)
		}
		b.hire("Mona", "mona@example.org", models.RoleManager)
		b.drain(b.runner())
		b.wantMails("staff_due_soon", 1)
	})
}
