package jobs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"habeas/models"
	"habeas/notifications"
)

// nonsense is a job that always fails: of a kind that this binary does not
// know, as a newer one beside it may make.
func (b *bed) nonsense() models.Job {
	b.t.Helper()
	j := models.Job{
		ID: uuid.Must(uuid.NewV7()).String(), Kind: "nonsense", Subject: "x", UniqueKey: "nonsense/" + uuid.NewString(),
		RunAt: b.now(), CreatedAt: b.now(), State: models.JobPending,
	}
	b.must(b.store.Ensure(b.t.Context(), j))
	return j
}

// exhaust runs a job, whenever it is due again, until it is no longer pending.
func (b *bed) exhaust(id string) (pauses []time.Duration) {
	b.t.Helper()
	r := b.runner()
	for {
		b.must(r.Run(b.t.Context(), id))
		j := b.job(id)
		if j.State != models.JobPending {
			return pauses
		}
		pauses = append(pauses, j.RunAt.Sub(b.now()))
		b.set(j.RunAt)
	}
}

func TestAFailingJobDiesOnceAndCanBeRetried(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		boss := b.hire("Mona", "mona@example.org", models.RoleManager)
		b.hire("May", "may@example.org", models.RoleAgent)
		j := b.nonsense()
		pauses := b.exhaust(j.ID)
		if got, want := fmt.Sprint(pauses), "[10s 1m0s 5m0s 30m0s 2h0m0s 2h0m0s 2h0m0s]"; got != want {
			t.Errorf("pauses between tries are %s, want %s", got, want)
		}
		dead := b.all(models.JobDead)
		if len(dead) != 1 || dead[0].ID != j.ID || dead[0].Attempts != 8 || dead[0].LastError != "unknown kind of job" {
			t.Fatalf("the dead jobs are %+v", dead)
		}
		b.drain(b.runner())
		alarms := b.post.to(j.ID)
		if len(alarms) != 1 || alarms[0] != boss.Email {
			t.Errorf("the alarm went to %q, want the manager once", alarms)
		}
		// Staff retries; it dies again, and the managers know already.
		retried, err := b.service.Jobs.RetryJob(t.Context(), models.Actor{Kind: models.ActorStaff, ID: boss.ID}, j.ID)
		if err != nil || retried.State != models.JobPending || retried.RunAt.After(b.now()) {
			t.Fatalf("retried: %+v, %v", retried, err)
		}
		if n := len(b.exhaust(j.ID)); n != 7 {
			t.Errorf("a retried job has %d more tries after the first, want 7", n)
		}
		b.drain(b.runner())
		if n := len(b.post.to(j.ID)); n != 1 {
			t.Errorf("%d alarms for one job, want 1", n)
		}
	})
}

func TestPanicsAndErrorsLeaveNoPersonalData(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.submit("canary@example.org")
		j := b.one(models.JobSendMail)
		for name, answer := range map[string]func() error{
			"panic":      func() error { panic("cannot mail canary@example.org") },
			"wild error": func() error { return fmt.Errorf("cannot mail %s", "canary@example.org") },
		} {
			b.post.answers(func(notifications.Outgoing) error { return answer() })
			b.must(b.runner().Run(t.Context(), j.ID))
			j = b.job(j.ID)
			if j.State != models.JobPending || !j.RunAt.After(b.now()) || j.LastError == "" || strings.Contains(j.LastError, "canary") {
				t.Errorf("%s: the job is %s at %v with the error %q", name, j.State, j.RunAt, j.LastError)
			}
			if m, err := b.store.Message(t.Context(), j.Subject); err != nil || m.Delivery != models.DeliveryDeferred || m.LastError != j.LastError {
				t.Errorf("%s: the message is %s with the error %q, %v", name, m.Delivery, m.LastError, err)
			}
			b.set(j.RunAt)
		}
		if strings.Contains(b.log.String(), "canary") {
			t.Error("the log holds the address")
		}
		b.post.answers(nil)
		b.must(b.runner().Run(t.Context(), j.ID))
		if got := b.job(j.ID); got.State != models.JobDone {
			t.Errorf("in the end the job is %s", got.State)
		}
	})
}

func TestRefusalsEndAJobWithoutEffect(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		may := b.hire("May", "may@example.org", models.RoleAgent)
		r := b.submit("ana@example.org")
		ids := []string{
			b.one(models.JobVerifyReminder).ID, b.one(models.JobExpire).ID, b.one(models.JobRemind).ID,
		}
		b.do(r, may, markSpam)
		b.must(b.service.Cases.RequestCode(t.Context(), "HB-0000-0000-00"))
		ids = append(ids, b.one(models.JobIssueCode).ID)
		b.pass(60 * 24 * time.Hour)
		before := len(b.all(models.JobPending))
		for _, id := range ids {
			b.must(b.runner().Run(t.Context(), id))
			if j := b.job(id); j.State != models.JobDone {
				t.Errorf("the %s job is %s: %s", j.Kind, j.State, j.LastError)
			}
		}
		if after := len(b.all(models.JobPending)); after != before-len(ids) {
			t.Errorf("%d jobs are pending, want %d: something had an effect", after, before-len(ids))
		}
	})
}

// Codes that nobody types are three in ten minutes and five in an hour; who types
// them has ten.
func TestSoManyCodesAnHour(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.prove(b.submit("ana@example.org"))
		sent := 1
		ask := func(more int) {
			t.Helper()
			for range 6 {
				b.must(b.service.Cases.RequestCode(t.Context(), r.Reference))
			}
			b.drain(b.runner())
			sent += more
			b.wantMails("code", sent)
		}
		ask(3)
		b.pass(11 * time.Minute)
		ask(2)
		b.pass(11 * time.Minute)
		ask(0)
		b.pass(2 * time.Hour)
		for range 3 {
			ask(3)
			b.prove(r)
		}
		ask(1)
	})
}
