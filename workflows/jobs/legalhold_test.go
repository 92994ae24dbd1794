package jobs_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// holdOn sets a legal hold on whoever has a mailbox.
func (b *bed) holdOn(email string) models.LegalHold {
	b.t.Helper()
	return b.holdBy(models.Identifier{Kind: models.IdentifierEmail, Value: email})
}

func (b *bed) holdBy(ids ...models.Identifier) models.LegalHold {
	b.t.Helper()
	h, err := b.service.LegalHolds.Set(b.t.Context(), clerk("max"), workflows.NewLegalHold{
		Identifiers: ids, Reason: "legal_claims", Note: "Ana against us", ReviewOn: models.DateOf(b.now(), time.UTC).AddDays(90),
	}, cases.Option{})
	b.must(err)
	return h
}

func (b *bed) lift(h models.LegalHold) {
	b.t.Helper()
	_, err := b.service.LegalHolds.Lift(b.t.Context(), clerk("max"), h.ID, "It is settled.", cases.Option{})
	b.must(err)
}

// previewed is a deletion whose preview of the shop waits for approval.
func (b *bed) previewed(email string) (models.Request, models.Task) {
	b.t.Helper()
	r := b.verified(models.TypeDeletion, email)
	t := b.task(r, "shop")
	b.onTask("ada", t, workflows.RunTask{Task: t.ID})
	b.drain(b.runner())
	return r, b.wantState(r, "shop", models.TaskNeedsReview, "")
}

func (b *bed) refused(by string, task models.Task, c workflows.Command, words string) {
	b.t.Helper()
	_, err := b.service.Tasks.Do(b.t.Context(), clerk(by), task.ID, c, cases.Option{})
	if models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), words) {
		b.t.Errorf("%s gave %v", c.Name(), err)
	}
}

// A legal hold that is set before a preview is approved keeps it from that, and
// once it is lifted the preview waits for somebody again.
func TestALegalHoldKeepsAPreviewFromApproval(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.shop()
		r, task := b.previewed("ana@example.org")
		other, free := b.previewed("bob@example.org")
		h := b.holdOn(" ANA@example.org")
		b.refused("bob", task, workflows.ApprovePreview{Task: task.ID, Hash: task.Preview}, "legal hold")
		paper := b.task(r, "paper")
		b.refused("bob", paper, workflows.CompleteTask{Task: paper.ID, Outcome: models.TaskCompleted}, "legal hold")
		b.drain(b.runner())
		if held := b.wantState(r, "shop", models.TaskWaiting, ""); held.Waits != models.WaitLegalHold {
			t.Errorf("it waits for %q", held.Waits)
		}
		if held := b.wantState(r, "paper", models.TaskWaiting, ""); held.Waits != models.WaitLegalHold {
			t.Errorf("it waits for %q", held.Waits)
		}
		b.wantState(other, "shop", models.TaskNeedsReview, "")
		b.onTask("bob", free, workflows.ApprovePreview{Task: free.ID, Hash: free.Preview})
		b.drain(b.runner())
		if rows := s.rows(); !strings.Contains(rows, "1 ana@example.org Ana") || strings.Contains(rows, "bob@") {
			t.Errorf("the shop has %s", rows)
		}

		b.lift(h)
		b.drain(b.runner())
		task = b.wantState(r, "shop", models.TaskNeedsReview, "")
		b.wantState(r, "paper", models.TaskOpen, "")
		b.onTask("bob", task, workflows.ApprovePreview{Task: task.ID, Hash: task.Preview})
		b.drain(b.runner())
		if rows := s.rows(); strings.Contains(rows, "ana@") {
			t.Errorf("the shop has %s", rows)
		}
	})
}

// One that is set after the approval, while the connector is on its way, stops
// it: before it begins, and at the last moment before its commit.
func TestALegalHoldSetAfterApprovalStopsTheErasure(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.shop()
		r, task := b.previewed("ana@example.org")
		b.onTask("bob", task, workflows.ApprovePreview{Task: task.ID, Hash: task.Preview})
		h := b.holdOn("ana@example.org")
		b.drain(b.runner())
		b.wantState(r, "shop", models.TaskWaiting, "")
		if rows := s.rows(); !strings.Contains(rows, "1 ana@example.org Ana") {
			t.Errorf("the shop has %s", rows)
		}
		b.lift(h)
		b.drain(b.runner())
		task = b.wantState(r, "shop", models.TaskOpen, "") // what was approved then is previewed anew
		b.onTask("ada", task, workflows.RunTask{Task: task.ID})
		b.drain(b.runner())
		task = b.wantState(r, "shop", models.TaskNeedsReview, "")

		// Between the check and the commit in the shop.
		b.onTask("bob", task, workflows.ApprovePreview{Task: task.ID, Hash: task.Preview})
		store := b.service.Store
		b.service.Store = &lastMoment{Store: store, then: func() { h = b.holdOn("ana@example.org") }}
		b.drain(b.runner())
		b.service.Store = store
		b.drain(b.runner())
		b.wantState(r, "shop", models.TaskWaiting, "")
		if rows := s.rows(); !strings.Contains(rows, "1 ana@example.org Ana") {
			t.Errorf("the shop has %s", rows)
		}
	})
}

// lastMoment does something right before a token is stored, once.
type lastMoment struct {
	cases.Store
	then func()
}

func (l *lastMoment) SaveToken(ctx context.Context, taskID, preview, token string, run int, seen *models.LegalHoldsSeen) error {
	if then := l.then; then != nil {
		l.then = nil
		then()
	}
	return l.Store.SaveToken(ctx, taskID, preview, token, run, seen)
}

// An answer to a deletion under a legal hold gives its reason; the letter carries
// the citation.
func TestTheAnswerNamesTheExceptionOfALegalHold(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.verified(models.TypeDeletion, "ana@example.org")
		b.holdOn("ana@example.org")
		decide := func(c workflows.Conclude) error {
			c.Message = "Dear Ana"
			_, err := b.service.Cases.DoByID(t.Context(), clerk("ada"), r.ID, c, cases.Option{})
			return err
		}
		for name, c := range map[string]workflows.Conclude{
			"all done":       {Outcome: models.OutcomeFulfilled},
			"nothing there":  {Outcome: models.OutcomeNoData},
			"another reason": {Outcome: models.OutcomeDenied, Reasons: []workflows.ReasonGiven{{Code: "legal_obligation"}}},
		} {
			if err := decide(c); models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), "legal_claims") {
				t.Errorf("%s: %v", name, err)
			}
		}
		b.must(decide(workflows.Conclude{Outcome: models.OutcomeDenied, Reasons: []workflows.ReasonGiven{{Code: "legal_claims", Explanation: "A claim is pending."}}}))
		q, err := b.store.FindByID(t.Context(), r.ID)
		b.must(err)
		if q.State == models.StateInReview {
			_, err = b.service.Cases.DoByID(t.Context(), clerk("bob"), r.ID, workflows.Approve{Version: q.Version}, cases.Option{})
			b.must(err)
		}
		b.drain(b.runner())
		if to := b.post.to("17(3)(e)"); len(to) != 1 || to[0] != "ana@example.org" {
			t.Errorf("the citation went to %q", to)
		}
	})
}

// A legal hold finds closed requests, by whatever the person is known by, and
// keeps them past their time.
func TestALegalHoldStopsRetention(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		r := b.closedAs(b.submit("ana+news@gmail.com"), models.OutcomeSpam)
		mail := b.keep("From: ana@gmail.com, b@example.org\r\nSubject: Hello\r\n\r\nHello.\r\n")
		h := b.holdBy(models.Identifier{Kind: models.IdentifierPhone, Value: "+49 170 1234567"}, models.Identifier{Kind: models.IdentifierEmail, Value: "a.na@googlemail.com"})
		b.pass(time.Minute)
		b.drain(b.runner())
		_, err := b.service.Inbox.DismissMail(t.Context(), clerk("ada"), mail.ID, "not_a_request", cases.Option{})
		b.must(err)
		erased := func() bool {
			b.must(b.runner().Schedule(t.Context()))
			b.drain(b.runner())
			got, err := b.store.FindByID(t.Context(), r.ID)
			b.must(err)
			m, err := b.store.Mail(t.Context(), mail.ID)
			b.must(err)
			if got.Shredded != (len(m.Reading.From) == 0) {
				t.Errorf("the request is erased: %t, its mail says %+v", got.Shredded, m.Reading.From)
			}
			return got.Shredded
		}
		b.set(r.ClosedAt.AddDate(0, 2, 0))
		if erased() {
			t.Fatal("it was erased under a legal hold")
		}
		b.lift(h)
		b.pass(24 * time.Hour)
		if !erased() {
			t.Error("it was not erased once that was lifted")
		}
	})
}

// Who set a legal hold hears of its review on the day, and then each week.
func TestAReminderOfAReviewComesUntilSomebodyReviews(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		mona := b.hire("Mona", "mona@example.org", models.RoleManager)
		h, err := b.service.LegalHolds.Set(t.Context(), models.Actor{Kind: models.ActorStaff, ID: mona.ID, Role: mona.Role}, workflows.NewLegalHold{
			Identifiers: []models.Identifier{{Kind: models.IdentifierExternal, Value: "K-42"}}, Reason: "legal_claims", Note: "Ana against us",
			ReviewOn: models.DateOf(b.now(), time.UTC).AddDays(10),
		}, cases.Option{})
		b.must(err)
		for range 28 {
			b.pass(24 * time.Hour)
			b.drain(b.runner())
		}
		if to := b.post.to("legal hold is to be reviewed"); len(to) != 3 || to[0] != mona.Email {
			t.Errorf("reminders went to %q", to)
		}
		_, err = b.service.LegalHolds.Review(t.Context(), clerk("max"), h.ID, "The claim is pending.", models.DateOf(b.now(), time.UTC).AddDays(30), cases.Option{})
		b.must(err)
		for range 20 {
			b.pass(24 * time.Hour)
			b.drain(b.runner())
		}
		b.wantMails("staff_legal_hold", 3)
		if strings.Contains(b.log.String(), "K-42") {
			t.Error("the log names the subject")
		}
	})
}
