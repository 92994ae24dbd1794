package jobs_test

import (
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// erased erases the personal data of a request, whatever its state.
func (b *bed) erased(r models.Request) {
	b.t.Helper()
	b.must(b.store.Commit(b.t.Context(), models.Decision{Effects: []models.Effect{models.RequestErased{RequestID: r.ID}}}))
}

// A notice may come after years, and a server answer late: nobody can do
// anything about either, so that no job fails for it.
func TestALateNoticeAboutAnErasedRequestIsAnEndWithoutEffect(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("Mona", "mona@example.org", models.RoleManager)
		r := b.submit("ana@example.org")
		b.drain(b.runner())
		mail := b.mails("code")[0]
		letters := len(b.all(models.JobDone))
		b.erased(r)
		for _, kind := range []workflows.NotificationKind{
			workflows.NotificationFailed, workflows.NotificationComplaint, workflows.NotificationDelayed, workflows.NotificationDelivered,
		} {
			n := bounce(r, mail)
			n.Kind = kind
			if reference, err := b.service.Cases.Notify(t.Context(), n); err != nil || reference != r.Reference {
				t.Errorf("%s: %q, %v", kind, reference, err)
			}
		}
		// And what a server says of a mail that it was given before.
		q, err := b.store.FindByID(t.Context(), r.ID)
		b.must(err)
		second := b.submit("bo@example.org")
		late := b.one(models.JobSendMail)
		m, err := b.store.Message(t.Context(), late.Subject)
		b.must(err)
		b.erased(second)
		if second, err = b.store.FindByID(t.Context(), second.ID); err != nil {
			t.Fatal(err)
		}
		late.State = models.JobDead
		b.must(b.service.Cases.RecordDelivery(t.Context(), workflows.RecordDelivery{
			Message: m, Job: late, Result: workflows.DeliveryResult{Delivery: models.DeliveryFailed, Words: "550 5.1.1 no such user"},
		}, second))
		b.drain(b.runner())
		if n := len(b.all(models.JobDone)); n != letters {
			t.Errorf("%d more jobs ran", n-letters)
		}
		if after, err := b.store.FindByID(t.Context(), r.ID); err != nil || after.Version != q.Version || after.Unreachable {
			t.Errorf("the request became %+v, %v", after.Facts, err)
		}
	})
}

// closedAs closes a request as staff do, or as time does.
func (b *bed) closedAs(r models.Request, o models.Outcome) models.Request {
	b.t.Helper()
	may := b.hire("May "+string(o)+r.Reference, string(o)+r.Reference+"@staff.example", models.RoleAgent)
	if o == models.OutcomeSpam {
		b.do(r, may, workflows.MarkSpam{})
	} else {
		_, err := b.service.Cases.DoByID(b.t.Context(), models.Actor{Kind: models.ActorSystem}, r.ID, workflows.Expire{}, cases.Option{})
		b.must(err)
	}
	closed, err := b.store.FindByID(b.t.Context(), r.ID)
	b.must(err)
	if closed.State != models.StateClosed {
		b.t.Fatalf("the request is %s", closed.State)
	}
	return closed
}

// A request is erased the day after its time, and no other; what is open or
// reopened stays.
func TestRequestsAreErasedAfterTheirTimeAndNoSooner(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		open, spam := b.submit("open@example.org"), b.closedAs(b.submit("spam@example.org"), models.OutcomeSpam)
		day := func() {
			b.must(b.runner().Schedule(t.Context()))
			b.drain(b.runner())
		}
		is := func(r models.Request, want bool) {
			t.Helper()
			got, err := b.store.FindByID(t.Context(), r.ID)
			b.must(err)
			if got.Shredded != want || want == (got.Person.Name != "") {
				t.Errorf("%s, %s: erased %t, want %t", got.State, got.Outcome, got.Shredded, want)
			}
		}
		b.set(spam.ClosedAt.AddDate(0, 0, 30))
		day()
		is(spam, false)
		b.pass(24 * time.Hour)
		day()
		is(spam, true)
		b.wantEvent(spam, models.EventErased)
		b.pass(200 * 24 * time.Hour)
		day() // the open one ended meanwhile, for want of a code
		day()
		got, err := b.store.FindByID(t.Context(), open.ID)
		b.must(err)
		if got.Outcome == models.OutcomeExpired && b.now().Sub(got.ClosedAt) < 30*24*time.Hour {
			is(open, false)
		}
		if _, err := b.service.Cases.DoByID(t.Context(), models.Actor{Kind: models.ActorStaff, ID: "may", Role: models.RoleAgent}, spam.ID, workflows.Note{Text: "Hello"}, cases.Option{}); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("a note on an erased request: %v", err)
		}
	})
}
