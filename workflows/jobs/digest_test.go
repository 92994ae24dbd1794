package jobs_test

import (
	"slices"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
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

// Answers are kept for a few days, for those who ask again (security.md 3b);
// what a mail came to is kept, as the mail may be placed again at any time.
func TestEveryDayOldAnswersAreForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		ctx := t.Context()
		r := b.submit("ana@example.org")
		note := func(scope string) (workflows.Decision, error) {
			once := &models.Once{Scope: scope, Key: "k", BodyHash: []byte("h")}
			return b.service.Cases.DoByID(ctx, models.Actor{Kind: models.ActorStaff, ID: "ada", Role: models.RoleAgent}, r.ID, workflows.Note{Text: "seen"},
				cases.Option{Once: once, Answer: func(workflows.Decision) (int, []byte, error) { return 200, []byte("answer"), nil }})
		}
		kept := func(scope string) bool {
			answered, err := b.service.Cases.Answered(ctx, &models.Once{Scope: scope, Key: "k", BodyHash: []byte("h")})
			b.must(err)
			return answered != nil
		}
		for _, scope := range []string{"public", "mail"} {
			_, err := note(scope)
			b.must(err)
		}
		b.pass(4 * time.Hour) // past the hour of the digests
		start := b.now()
		for !b.now().After(start.Add(7 * 24 * time.Hour)) {
			if age := b.now().Sub(start); age < 6*24*time.Hour && !kept("public") {
				t.Fatalf("an answer is gone after %v", age)
			}
			b.pass(24 * time.Hour)
			r := b.runner()
			b.must(r.Schedule(ctx))
			b.must(r.Run(ctx, b.newestDay().ID))
		}
		if kept("public") || !kept("mail") {
			t.Errorf("after a week an answer is kept: %v; what a mail came to: %v", kept("public"), kept("mail"))
		}
	})
}

// newestDay is the day of digests that is due today.
func (b *bed) newestDay() models.Job {
	b.t.Helper()
	for _, j := range b.ofKind(models.JobPending, models.JobDigestDay) {
		if j.Subject == models.DateOf(b.now(), time.UTC).String() {
			return j
		}
	}
	b.t.Fatal("today is not planned")
	return models.Job{}
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

func TestADigestListsTheUndoneTasksOfEachRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		may := b.hire("May", "may@example.org", models.RoleAgent)
		r := b.submit("ana@example.org")
		b.do(r, may, workflows.Assign{Assignee: may.ID})
		for i, due := range []int{9, 3, 6, 1, 2, 4, 5, 7, 8, 10, 11, 12} {
			state := models.TaskOpen
			if i == 11 {
				state = models.TaskDone
			}
			on := models.NewDate(2026, 11, 20).AddDays(due)
			b.must(b.store.Commit(t.Context(), models.Decision{Effects: []models.Effect{models.TaskChanged{Task: models.Task{
				ID: b.service.NewID(), RequestID: r.ID, Version: 1, Owner: "shop@example.org", OwnerDigest: "digest",
				TaskFacts: models.TaskFacts{
					System: "shop", SystemName: "Shop database", Kind: models.SystemManual, Action: models.ActionFind, State: state,
					DueOn: on, DueBy: on.End(time.UTC), CreatedAt: b.now(),
				},
			}}}}))
		}
		b.set(models.NewDate(2026, 11, 22).At(8, time.UTC))
		run := b.runner()
		b.must(run.Schedule(t.Context()))
		b.drain(run)
		line := b.lastDigest(may.ID).Due[0]
		want := models.DigestTask{System: "Shop database", Action: models.ActionFind, Owner: "shop@example.org", DueOn: models.NewDate(2026, 11, 21), DaysLeft: -1}
		if len(line.Tasks) != 10 || line.MoreTasks != 1 || line.Tasks[0] != want {
			t.Errorf("the line is %+v", line)
		}
	})
}
