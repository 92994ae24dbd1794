package jobs_test

import (
	"testing"

	"habeas/models"
	"habeas/workflows/jobs"
)

// The managers are told of a message in the mailbox that cannot be taken.
func TestAMailThatCannotBeTakenIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for range 2 {
			b.must(b.service.Jobs.EnsureJob(t.Context(), jobs.MailStuck("7/12")))
		}
		for _, j := range b.ofKind(models.JobPending, models.JobMailboxAlarm) {
			b.must(b.runner().Run(t.Context(), j.ID))
		}
		told := b.mails("staff_mailbox")
		if len(told) != 1 || told[0].Letter.(*models.StaffMailboxLetter).Stuck != "12" {
			t.Errorf("the managers were told %v", told)
		}
	})
}

// The managers are told where a message lies that is too large: in the mailbox,
// or at a provider under its name there. The same message rings once.
func TestWhereARefusedMailLies(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		for _, j := range []models.Job{
			jobs.MailRefused("imap", "7/12", 31<<20), jobs.MailRefused("ses", "in/2026/0o9d7s1c6q", 40<<20), jobs.MailRefused("ses", "in/2026/0o9d7s1c6q", 40<<20),
		} {
			b.must(b.service.Jobs.EnsureJob(t.Context(), j))
		}
		for _, j := range b.ofKind(models.JobPending, models.JobMailboxAlarm) {
			b.must(b.runner().Run(t.Context(), j.ID))
		}
		got := map[models.StaffMailboxLetter]int{}
		for _, m := range b.mails("staff_mailbox") {
			l, ok := m.Letter.(*models.StaffMailboxLetter)
			if !ok {
				t.Fatalf("a letter is %T", m.Letter)
			}
			l.Locale = ""
			got[*l]++
		}
		if len(got) != 2 || got[models.StaffMailboxLetter{RefusedMiB: 31}] != 1 ||
			got[models.StaffMailboxLetter{RefusedMiB: 40, Provider: "Amazon SES", RefusedName: "in/2026/0o9d7s1c6q"}] != 1 {
			t.Errorf("the managers were told %v", got)
		}
	})
}
