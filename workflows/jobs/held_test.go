package jobs_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/fulfilment/kinds"
	"habeas/migrations"
	"habeas/models"
	"habeas/notifications"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// day passes until the owners' mails of the next day are sent.
func (b *bed) day() {
	b.t.Helper()
	b.pass(24 * time.Hour)
	b.drain(b.runner())
	b.drain(b.runner())
}

// Nobody is told to erase anything of somebody on whom a legal hold stands: not
// when the task is made, not by a reminder, and not when it gets another owner.
func TestNoOwnerIsToldToEraseUnderALegalHold(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		h := b.holdOn("ana@example.org")
		r := b.verified(models.TypeDeletion, "ana@example.org")
		other := b.verified(models.TypeDeletion, "bob@example.org")
		b.onTask("ada", b.task(r, "paper"), workflows.ReassignTask{Task: b.task(r, "paper").ID, Owner: "cellar@example.org"})
		for range 30 { // the reminders, and the task is overdue
			b.day()
		}
		if to := b.post.to(b.task(r, "paper").ID); len(to) > 0 {
			t.Errorf("%q were told of the task", to)
		}
		if to := b.post.to(b.task(other, "paper").ID); len(to) == 0 {
			t.Error("nobody was told of the task of somebody else")
		}
		b.lift(h)
		b.drain(b.runner())
		b.day()
		if to := b.post.to(b.task(r, "paper").ID); !slices.Equal(to, []string{"cellar@example.org"}) {
			t.Errorf("once it was lifted %q were told of the task", to)
		}
	})
}

// A legal hold that is set but whose job has not run keeps the list of the day
// from naming the task.
func TestTheMailOfTheDayAsksForLegalHoldsItself(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.verified(models.TypeDeletion, "ana@example.org")
		b.holdOn("ana@example.org")
		b.pass(10 * time.Minute)
		for _, j := range b.ofKind(models.JobPending, models.JobOwnerMail) {
			b.must(b.runner().Run(t.Context(), j.ID))
		}
		if n := len(b.mails("owner_tasks")); n > 0 {
			t.Errorf("%d mails tell the owner", n)
		}
		if b.task(r, "paper").Notified {
			t.Error("the task says that its owner was told")
		}
	})
}

// An owner who was told is told at once to stop, and to go on once the last legal
// hold is lifted: once each.
func TestAnOwnerWhoWasToldIsToldToStop(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.verified(models.TypeDeletion, "ana@example.org")
		b.pass(10 * time.Minute)
		b.drain(b.runner())
		b.drain(b.runner())
		told := b.post.to(b.task(r, "paper").ID)
		if len(told) != 1 {
			t.Fatalf("%q were told", told)
		}
		first := b.holdOn("ana@example.org")
		b.drain(b.runner())
		b.drain(b.runner())
		if to := b.post.to("Do not erase anything"); !slices.Equal(to, []string{"archive@example.org"}) {
			t.Fatalf("%q were told to stop", to)
		}
		if to := b.post.to("ana@example.org"); slices.Contains(to, "archive@example.org") {
			t.Error("the mail names the person")
		}
		second := b.holdOn("ana@example.org")
		b.drain(b.runner())
		b.lift(first)
		b.day()
		if n := len(b.post.to("Do not erase anything")); n != 1 {
			t.Errorf("they were told to stop %d times", n)
		}
		if n := len(b.post.to("You may go on")); n != 0 {
			t.Error("they were told to go on while a legal hold stood")
		}
		b.lift(second)
		b.drain(b.runner())
		b.drain(b.runner())
		if to := b.post.to("You may go on"); !slices.Equal(to, []string{"archive@example.org"}) {
			t.Errorf("%q were told to go on", to)
		}
	})
}

// A mail that waits for its server when a legal hold is set goes out without what
// it must not say any more, or not at all.
func TestAMailOnItsWayIsStoppedByALegalHold(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.verified(models.TypeDeletion, "ana@example.org")
		b.post.answers(func(notifications.Outgoing) error { return errBusy })
		b.pass(10 * time.Minute)
		b.drain(b.runner())
		h := b.holdOn("ana@example.org")
		b.pass(time.Minute)
		b.post.answers(nil)
		b.day()
		task := b.task(r, "paper").ID
		if n := len(b.post.to("What is open for you")); n > 0 {
			t.Errorf("%d mails told the owner to erase", n)
		}
		if n := len(b.post.to("Do not erase anything")); n != 1 || len(b.post.to(task)) != 0 {
			t.Errorf("they were told to stop %d times, and %q have the link", n, b.post.to(task))
		}
		if n := b.taskEvents(t, r, models.EventMailWithheld); n != 1 {
			t.Errorf("%d events say that a mail was withheld", n)
		}
		b.lift(h)
		b.drain(b.runner())
		b.day()
		// Nobody had told them of it, so that they are now, as if it were new.
		if n := len(b.post.to("What is open for you")); n != 1 || len(b.post.to(task)) != 1 || len(b.post.to("You may go on")) != 0 {
			t.Errorf("they were told of the task %d times", n)
		}
		b.holdOn("ana@example.org")
		b.day()
		if n := len(b.post.to("Do not erase anything")); n != 2 {
			t.Errorf("they were told to stop %d times", n)
		}
	})
}

// A reminder that is stopped by a legal hold takes nothing back: its owner was told
// before, is told to stop, and to go on.
func TestAReminderOnItsWayIsStoppedByALegalHold(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.verified(models.TypeDeletion, "ana@example.org")
		b.pass(10 * time.Minute)
		b.drain(b.runner())
		b.drain(b.runner())
		task := b.task(r, "paper")
		if n := len(b.post.to("What is open for you")); n != 1 || !task.Instructed {
			t.Fatalf("the owner had %d mails", n)
		}
		b.set(task.DueOn.AddDays(-2).At(6, time.UTC))
		b.post.answers(func(notifications.Outgoing) error { return errBusy })
		b.day()
		h := b.holdOn("ana@example.org")
		b.post.answers(nil)
		b.day()
		if n := len(b.post.to("Do not erase anything")); n != 1 {
			t.Errorf("they were told to stop %d times", n)
		}
		b.lift(h)
		b.day()
		if n := len(b.post.to("You may go on")); n != 1 {
			t.Errorf("they were told to go on %d times", n)
		}
	})
}

// Who was told to erase something and lost the task to somebody else may be at it:
// they are told to stop as well, once, and not to go on.
func TestAFormerOwnerIsToldToStop(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.verified(models.TypeDeletion, "ana@example.org")
		mails := func() {
			b.pass(10 * time.Minute)
			b.drain(b.runner())
			b.drain(b.runner())
		}
		give := func(owner string) {
			b.onTask("ada", b.task(r, "paper"), workflows.ReassignTask{Task: b.task(r, "paper").ID, Owner: owner})
		}
		mails()
		give("nobody-was-told@example.org")
		give("cellar@example.org")
		b.day()
		if to := b.post.to(b.task(r, "paper").ID); !slices.Equal(to, []string{"archive@example.org", "cellar@example.org"}) {
			t.Fatalf("%q were told of the task", to)
		}
		h := b.holdOn("ana@example.org")
		mails()
		to := b.post.to("Do not erase anything")
		slices.Sort(to)
		if !slices.Equal(to, []string{"archive@example.org", "cellar@example.org"}) {
			t.Errorf("%q were told to stop", to)
		}
		b.lift(h)
		mails()
		if to := b.post.to("You may go on"); !slices.Equal(to, []string{"cellar@example.org"}) {
			t.Errorf("%q were told to go on", to)
		}
		// Who has it back is its owner, and no former one.
		give("archive@example.org")
		b.day()
		give("cellar@example.org")
		b.day()
		give("archive@example.org")
		b.day()
		b.holdOn("ana@example.org")
		mails()
		to = b.post.to("Do not erase anything")
		slices.Sort(to)
		if !slices.Equal(to, []string{"archive@example.org", "archive@example.org", "cellar@example.org", "cellar@example.org"}) {
			t.Errorf("the second time %q were told to stop", to)
		}
	})
}

// deaf is a webhook whose answers get lost once it is asked to apply.
type deaf struct{ applied int }

func (d *deaf) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if strings.Contains(string(body), `"step":"apply"`) {
		d.applied++
		return nil, errors.New("connection reset by peer")
	}
	const preview = `{"step": "preview", "changes": [{"kind": "contact", "key": "7", "operation": "delete", "fields": [{"name": "name", "verdict": "erased"}]}]}`
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(preview)), Header: http.Header{}}, nil
}

// A system that was told to erase, and whose answer got lost, may have erased when
// a legal hold is set: that is not held, but uncertain, and what the system says
// later counts.
func TestALostAnswerUnderALegalHoldIsUncertain(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		hook := &deaf{}
		b.places(map[string]string{"crm": "name: CRM\nowner: crm@example.org\nkind: webhook\ncategories: [user.name]\nidentifiers: [email]\nactions: [erase]\n" +
			"webhook: {url: 'https://crm.example.com/habeas', secret: \"${HOOK_SECRET}\"}\n"}, kinds.Options{Transport: hook})
		r := b.verified(models.TypeDeletion, "ana@example.org")
		b.onTask("ada", b.task(r, "crm"), workflows.RunTask{Task: b.task(r, "crm").ID})
		b.drain(b.runner())
		task := b.wantState(r, "crm", models.TaskNeedsReview, "")
		b.onTask("bob", task, workflows.ApprovePreview{Task: task.ID, Hash: task.Preview})
		b.drain(b.runner())
		if hook.applied != 1 {
			t.Fatalf("it was told to erase %d times", hook.applied)
		}
		h := b.holdOn("ana@example.org")
		b.pass(time.Hour)
		b.drain(b.runner())
		for range 10 {
			b.pass(3 * time.Hour)
			b.drain(b.runner())
		}
		task = b.wantState(r, "crm", models.TaskFailed, "")
		if task.Fault != models.FaultUncertain || hook.applied != 1 {
			t.Errorf("the fault is %s; it was told to erase %d times", task.Fault, hook.applied)
		}
		// Nobody can send it again while the hold stands, and what comes of a try is
		// the same.
		b.onTask("bob", task, workflows.RetryTask{Task: task.ID})
		b.drain(b.runner())
		if task = b.wantState(r, "crm", models.TaskFailed, ""); task.Fault != models.FaultUncertain || hook.applied != 1 {
			t.Errorf("again the fault is %s; it was told to erase %d times", task.Fault, hook.applied)
		}
		preview, err := b.service.Tasks.Approved(t.Context(), task)
		b.must(err)
		receipt := models.Receipt{Outcome: models.TaskCompleted, Commitment: preview.Hash, Tables: []models.Counts{{Table: "contact", Deleted: 1}}}
		now, taken, err := b.service.Tasks.CalledBack(t.Context(), task, models.Answered{Receipt: &receipt}, nil)
		if err != nil || !taken || now.State != models.TaskDone || now.Changed != 1 {
			t.Errorf("what it says later makes the task %s, %d changed; taken %t, %v", now.State, now.Changed, taken, err)
		}
		b.lift(h)
		b.drain(b.runner())
		b.wantState(r, "crm", models.TaskDone, models.TaskCompleted)
	})
}

// A request that cannot be read keeps no other from following a legal hold, and
// the fault names it.
func TestOneBadRequestKeepsNoOtherFromFollowing(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		bad := b.verified(models.TypeDeletion, "ana@example.org")
		good := b.verified(models.TypeDeletion, "ana@example.org")
		b.holdOn("ana@example.org")
		b.exec("UPDATE requests SET content = (SELECT content FROM requests WHERE id = '" + good.ID + "') WHERE id = '" + bad.ID + "'")
		err := b.service.LegalHolds.Follow(t.Context())
		if err == nil || !strings.Contains(err.Error(), bad.Reference) || strings.Contains(err.Error(), good.Reference) {
			t.Errorf("it says %v", err)
		}
		b.wantState(good, "paper", models.TaskWaiting, "")
	})
}

// A note that is missing and one that is too long are told apart.
func TestTheNoteOfALegalHoldIsMissingOrTooLong(t *testing.T) {
	t.Parallel()
	b := newBed(t, migrations.SQLite)
	h := b.holdOn("ana@example.org")
	on := models.DateOf(b.now(), time.UTC).AddDays(9)
	for note, want := range map[string]string{"": "required", "\n": "required", strings.Repeat("a", 4001): "max"} {
		_, lift := b.service.LegalHolds.Lift(t.Context(), clerk("max"), h.ID, note, cases.Option{})
		_, review := b.service.LegalHolds.Review(t.Context(), clerk("max"), h.ID, note, on, cases.Option{})
		_, set := b.service.LegalHolds.Set(t.Context(), clerk("max"), workflows.NewLegalHold{
			Identifiers: []models.Identifier{{Kind: models.IdentifierEmail, Value: "bob@example.org"}}, Reason: "legal_claims", Note: note, ReviewOn: on,
		}, cases.Option{})
		for what, err := range map[string]error{"lift": lift, "review": review, "set": set} {
			invalid, ok := errors.AsType[*models.Error](err)
			if !ok || len(invalid.Fields) != 1 || invalid.Fields[0].Field != "note" || invalid.Fields[0].Code != want {
				t.Errorf("%s with %d bytes: %v, want the code %s", what, len(note), err, want)
			}
		}
	}
}

// decoding counts how often what systems returned is read.
type decoding struct {
	cases.Store
	n int
}

func (d *decoding) TaskResult(ctx context.Context, id string, kind models.TaskResultKind) (models.TaskResult, error) {
	d.n++
	return d.Store.TaskResult(ctx, id, kind)
}

// While a legal hold stands a look at a case reads no findings: they may be large,
// and the identifiers in them are kept beside.
func TestALookUnderALegalHoldReadsNoFindings(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.verified(models.TypeAccess, "ana@example.org")
		b.drain(b.runner())
		b.wantState(r, "shop", models.TaskDone, models.TaskCompleted)
		b.holdOn("ana@example.org")
		counted := &decoding{Store: b.service.Store}
		b.service.Store = counted
		list, err := b.service.Tasks.Of(t.Context(), clerk("ada"), r.Reference)
		b.must(err)
		if len(list.LegalHolds.On) != 1 || counted.n != 0 {
			t.Errorf("%d legal holds stand; findings were read %d times", len(list.LegalHolds.On), counted.n)
		}
	})
}
