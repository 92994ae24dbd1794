package jobs_test

import (
	"slices"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

func TestEverybodyWithWorkGetsOneDigestADay(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		may := b.hire("May", "may@example.org", models.RoleAgent)
		b.hire("Idle", "idle@example.org", models.RoleAgent)
		b.hire("Mona", "mona@example.org", models.RoleManager)
		b.hire("Otto", "otto@example.org", models.RoleAuditor)
		b.leaver("Eve")
		b.do(b.submit("ana@example.org"), may, workflows.Assign{Assignee: may.ID})
		b.submit("bo@example.org") // nobody's

		r := b.runner()
		for day := range 3 {
			// Every process starts twice a day and plans what is planned.
			for _, hour := range []int{5, 8, 20} {
				b.set(models.NewDate(2026, 11, 20+day).At(hour, time.UTC))
				b.must(r.Schedule(t.Context()))
				b.drain(r)
			}
		}
		for address, want := range map[string]int{
			"may@example.org": 3, "mona@example.org": 3, "idle@example.org": 0, "otto@example.org": 0, "eve@example.org": 0,
		} {
			if n := b.digestsTo(address); n != want {
				t.Errorf("%s got %d digests, want %d", address, n, want)
			}
		}
		letter := b.lastDigest(may.ID)
		if len(letter.Due) != 1 || letter.Unowned != 0 || letter.Due[0].TypeName == "access" || letter.On != models.NewDate(2026, 11, 22) {
			t.Errorf("the agent's digest is %+v", letter)
		}
	})
}

func (b *bed) digestsTo(address string) (n int) {
	b.t.Helper()
	for _, m := range b.mails("staff_digest") {
		s, err := b.store.FindStaff(b.t.Context(), m.Staff)
		b.must(err)
		if s.Email == address {
			n++
		}
	}
	return n
}

func (b *bed) lastDigest(staff string) models.StaffDigestLetter {
	b.t.Helper()
	made := slices.DeleteFunc(b.mails("staff_digest"), func(m models.Message) bool { return m.Staff != staff })
	slices.SortFunc(made, func(a, b models.Message) int { return a.CreatedAt.Compare(b.CreatedAt) })
	letter, ok := made[len(made)-1].Letter.(*models.StaffDigestLetter)
	if !ok {
		b.t.Fatalf("the letter is a %T", made[len(made)-1].Letter)
	}
	return *letter
}

func TestAfterAnOutageOnlyTheNewestDigestIsSent(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("Mona", "mona@example.org", models.RoleManager)
		b.submit("ana@example.org")
		b.set(models.NewDate(2026, 11, 20).At(7, time.UTC))
		r := b.runner()
		b.must(r.Schedule(t.Context()))
		// The day is planned, the digests are made, and then nothing runs.
		b.must(r.Run(t.Context(), b.one(models.JobDigestDay).ID))
		b.set(models.NewDate(2026, 11, 25).At(12, time.UTC))
		b.drain(b.runner())
		b.wantMails("staff_digest", 1)
		if n := len(b.ofKind(models.JobDone, models.JobDigest)); n != 2 {
			t.Errorf("%d digests were planned, want those of the 20th and the 25th", n)
		}
		if got := b.mails("staff_digest")[0].Key; got[len(got)-10:] != "2026-11-25" {
			t.Errorf("the digest is %s, want that of 25 November", got)
		}
		next := b.one(models.JobDigestDay)
		if next.Subject != "2026-11-26" || !next.RunAt.Equal(models.NewDate(2026, 11, 26).At(7, time.UTC)) {
			t.Errorf("the next day is %s at %v", next.Subject, next.RunAt)
		}
	})
}

func TestADigestTellsOverdueAndUnowned(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		mona := b.hire("Mona", "mona@example.org", models.RoleManager)
		b.do(b.submit("ana@example.org"), mona, workflows.Assign{Assignee: mona.ID})
		b.pass(20 * 24 * time.Hour)
		b.do(b.submit("bo@example.org"), mona, workflows.Assign{Assignee: mona.ID})
		b.submit("cy@example.org")
		b.set(models.NewDate(2026, 12, 22).At(7, time.UTC))
		b.must(b.runner().Schedule(t.Context()))
		r := b.runner()
		b.must(r.Run(t.Context(), b.one(models.JobDigestDay).ID))
		b.must(r.Run(t.Context(), b.one(models.JobDigest).ID))
		letter := b.lastDigest(mona.ID)
		if len(letter.Overdue) != 1 || letter.Overdue[0].DaysLeft != -2 || len(letter.Due) != 1 || letter.Unowned != 1 {
			t.Errorf("the digest is %+v", letter)
		}
	})
}
