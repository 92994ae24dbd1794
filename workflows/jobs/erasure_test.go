package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

func (b *bed) act(by models.Actor, r models.Request, c workflows.Command) models.Request {
	b.t.Helper()
	d, err := b.service.Cases.DoByID(b.t.Context(), by, r.ID, c, cases.Option{})
	b.must(err)
	return b.request(d.Request.ID)
}

func (b *bed) request(id string) models.Request {
	b.t.Helper()
	r, err := b.store.FindByID(b.t.Context(), id)
	b.must(err)
	return r
}

func (b *bed) tasksOf(r models.Request) []models.Task {
	b.t.Helper()
	all, err := b.store.TasksOf(b.t.Context(), r.ID)
	b.must(err)
	return all
}

// refusedFor wants a command on a request refused with these words.
func (b *bed) refusedFor(by models.Actor, r models.Request, c workflows.Command, words string) {
	b.t.Helper()
	if _, err := b.service.Cases.DoByID(b.t.Context(), by, r.ID, c, cases.Option{}); err == nil || !strings.Contains(err.Error(), words) {
		b.t.Errorf("%s gave %v, want %q", c.Name(), err, words)
	}
}

// unsure files a deletion that its requester has not confirmed.
func (b *bed) unsure(email string) models.Request {
	b.t.Helper()
	d, err := b.service.Cases.Submit(b.t.Context(), models.Actor{Kind: models.ActorSubject}, workflows.Submit{
		Type: models.TypeDeletion, Channel: models.ChannelWeb, Person: models.Person{Name: "Ana", Email: email, Country: "DE"}, Locale: "en",
	}, cases.Option{})
	b.must(err)
	r := b.prove(d.Request)
	b.staff(r, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	return b.staff(r, workflows.Start{})
}

// rehearsed is a deletion that is confirmed and previewed, with the paper files
// done by hand.
func (b *bed) rehearsed(email string) models.Request {
	b.t.Helper()
	r := b.verified(models.TypeDeletion, email)
	b.act(clerk("ada"), r, workflows.PreviewErasure{})
	b.drain(b.runner())
	paper := b.task(r, "paper")
	b.onTask("ada", paper, workflows.CompleteTask{Task: paper.ID, Outcome: models.TaskPartly, Note: "One folder is sealed.", Reasons: []string{"legal_obligation"}})
	return b.request(r.ID)
}

// carriedOut is rehearsed with the previews approved and applied.
func (b *bed) carriedOut(email string) models.Request {
	b.t.Helper()
	r := b.rehearsed(email)
	r = b.act(clerk("bob"), r, workflows.ApproveErasure{Hash: workflows.ErasureHash(r, b.tasksOf(r))})
	b.drain(b.runner())
	return b.request(r.ID)
}

// Nothing is erased, and no owner told, before the requester has confirmed the
// erasure and the time to think is over; they may still withdraw in it.
func TestAnErasureIsConfirmedAndCoolsOff(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.shop()
		before := s.rows()
		requester := models.Actor{Kind: models.ActorSubject}
		r := b.unsure("ana@example.org")
		b.drain(b.runner())
		if asked := b.post.to("Please confirm"); len(asked) != 1 || asked[0] != "ana@example.org" {
			t.Errorf("asked to confirm were %q", asked)
		}
		b.pass(time.Hour)
		b.drain(b.runner())
		if n := len(b.mails("owner_tasks")); n != 0 {
			t.Errorf("owners had %d mails before the requester was sure", n)
		}
		// What would be erased may be seen meanwhile, and no more.
		b.act(clerk("ada"), r, workflows.PreviewErasure{})
		b.drain(b.runner())
		shop := b.wantState(r, "shop", models.TaskNeedsReview, "")
		b.refused("bob", shop, workflows.ApprovePreview{Task: shop.ID, Hash: shop.Preview}, "not confirmed")
		paper := b.wantState(r, "paper", models.TaskWaiting, "")
		b.refused("bob", paper, workflows.CompleteTask{Task: paper.ID, Outcome: models.TaskCompleted}, "not confirmed")

		r = b.act(requester, r, workflows.ConfirmErasure{})
		if days := models.DateOf(r.Erasure.From, time.UTC).DaysSince(models.DateOf(b.now(), time.UTC)); days != 3 {
			t.Errorf("the time to think is %d days", days)
		}
		b.refusedFor(requester, r, workflows.ConfirmErasure{}, "no erasure that the requester has to confirm")
		b.refusedFor(clerk("bob"), r, workflows.ApproveErasure{Hash: workflows.ErasureHash(r, b.tasksOf(r))}, "may still withdraw")
		b.pass(24 * time.Hour)
		b.drain(b.runner())
		if now := b.wantState(r, "paper", models.TaskWaiting, ""); now.Waits != models.WaitCoolingOff {
			t.Errorf("it waits for %s", now.Waits)
		}

		// One who withdraws keeps everything.
		other := b.unsure("bob@example.org")
		b.act(requester, other, workflows.ConfirmErasure{})
		if other = b.act(requester, other, workflows.Withdraw{}); other.Outcome != models.OutcomeWithdrawn {
			t.Errorf("the other request is %s", other.State)
		}
		b.wantState(other, "shop", models.TaskCancelled, "")

		b.set(r.Erasure.From)
		b.drain(b.runner())
		b.wantState(r, "paper", models.TaskOpen, "")
		if rows := s.rows(); rows != before {
			t.Errorf("the shop has %s", rows)
		}
		b.pass(time.Hour)
		b.drain(b.runner())
		if n := len(b.mails("owner_tasks")); n != 1 {
			t.Errorf("owners had %d mails once it was over", n)
		}
		b.act(clerk("bob"), r, workflows.ApproveErasure{Hash: workflows.ErasureHash(r, b.tasksOf(r))})
		b.drain(b.runner())
		if rows := s.rows(); strings.Contains(rows, "ana@") || !strings.Contains(rows, "2 bob@example.org Bob") {
			t.Errorf("the shop has %s", rows)
		}
	})
}

// A system that tells recipients of an erasure is not asked to before the requester
// is sure, neither at once nor by a dry run that is approved.
func TestNobodyIsToldOfAnErasureBeforeItIsConfirmed(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		b.service.Config.Systems = append(b.service.Config.Systems, models.System{Key: "crm", Name: "CRM", Kind: models.SystemWebhook, Actions: []models.Action{models.ActionInform}})
		r := b.unsure("ana@example.org")
		crm := b.wantState(r, "crm", models.TaskWaiting, "")
		b.refused("ada", crm, workflows.RunTask{Task: crm.ID}, "not confirmed")
		b.wantState(r, "crm", models.TaskWaiting, "")
		r = b.act(models.Actor{Kind: models.ActorSubject}, r, workflows.ConfirmErasure{})
		crm = b.task(r, "crm")
		b.refused("ada", crm, workflows.RunTask{Task: crm.ID}, "may still withdraw")
		b.set(r.Erasure.From)
		b.drain(b.runner())
		b.onTask("ada", b.task(r, "crm"), workflows.RunTask{Task: crm.ID})
		b.wantState(r, "crm", models.TaskRunning, "")
	})
}

// All previews are approved at once, by somebody else than who had them made, and
// by what was read.
func TestThePreviewsOfAnErasureAreApprovedTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.shop()
		r := b.rehearsed("ana@example.org")
		hash := workflows.ErasureHash(r, b.tasksOf(r))
		b.refusedFor(clerk("ada"), r, workflows.ApproveErasure{Hash: hash}, "another person")
		b.refusedFor(clerk("bob"), r, workflows.ApproveErasure{Hash: "of something else"}, "not those that you have read")
		shop := b.task(r, "shop")
		_, err := s.ExecContext(t.Context(), "UPDATE person SET name = 'Anna' WHERE id = 1")
		b.must(err)
		b.onTask("ada", shop, workflows.RunTask{Task: shop.ID})
		b.drain(b.runner())
		b.refusedFor(clerk("bob"), r, workflows.ApproveErasure{Hash: hash}, "not those that you have read")
		if rows := s.rows(); !strings.Contains(rows, "ana@example.org") {
			t.Errorf("the shop has %s", rows)
		}
		b.act(clerk("bob"), r, workflows.ApproveErasure{Hash: workflows.ErasureHash(r, b.tasksOf(r))})
		b.drain(b.runner())
		b.wantState(r, "shop", models.TaskDone, models.TaskCompleted)
		b.refusedFor(clerk("bob"), r, workflows.ApproveErasure{}, "no preview waits")
	})
}

// Every count of the certificate is what the database says, it names what was kept
// and why, and its hash stands in an event.
func TestTheCertificateSaysWhatTheDatabaseSays(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.shop()
		_, err := s.ExecContext(t.Context(), `INSERT INTO person VALUES (3, 'eve@example.org', NULL)`)
		b.must(err)
		for i := range b.service.Config.Systems {
			b.service.Config.Systems[i].BackupDays = 35
		}
		filled := func(column string) (n int) {
			b.must(s.QueryRowContext(t.Context(), "SELECT count("+column+") FROM person").Scan(&n))
			return n
		}
		for _, who := range []string{"ana@example.org", "eve@example.org"} {
			before := map[string]int{"user.contact.email": filled("email"), "user.name": filled("name"), "user.unique_id": filled("id")}
			r := b.carriedOut(who)
			if r.Certificate == nil {
				t.Fatalf("there is no certificate: %+v", b.tasksOf(r))
			}
			after := map[string]int{"user.contact.email": filled("email"), "user.name": filled("name"), "user.unique_id": filled("id")}
			c := *r.Certificate
			i := slices.IndexFunc(c.Systems, func(s models.CertifiedSystem) bool { return s.Key == "shop" })
			shop, erased := c.Systems[i], map[string]int{}
			for _, one := range shop.Erased {
				erased[one.Category] += one.Count
			}
			for category, n := range before {
				if erased[category] != n-after[category] {
					t.Errorf("%s: %d values of %s are certified, and %d are gone", who, erased[category], category, n-after[category])
				}
			}
			if len(shop.Kept) != 1 || shop.Kept[0].Reason != models.KeptJoins || shop.Kept[0].Count != 1 || shop.Kept[0].Citation == "" || shop.Changed != 1 || shop.Deleted != 0 {
				t.Errorf("the shop is certified as %+v", shop)
			}
			receipt, err := b.service.Tasks.Receipt(t.Context(), shop.Task)
			b.must(err)
			if shop.Receipt != receipt.Hash() || shop.Commitment != receipt.Commitment || shop.ApprovedBy != models.RoleManager {
				t.Errorf("the receipt is %s of %s, approved by %s", shop.Receipt, shop.Commitment, shop.ApprovedBy)
			}
			if len(shop.Looked) != 1 || shop.Looked[0].Remaining != 0 {
				t.Errorf("right afterwards it showed %+v", shop.Looked)
			}
			if shop.Backups == nil || shop.Backups.Until != models.DateOf(shop.At, time.UTC).AddDays(35) {
				t.Errorf("the backups are %+v", shop.Backups)
			}
			paper := c.Systems[1-i]
			if paper.Outcome != models.TaskPartly || !slices.Equal(paper.Reasons, []string{"legal_obligation"}) {
				t.Errorf("the paper files are certified as %+v", paper)
			}
			if c.ConfirmedBy != models.ActorSubject || c.ConfirmedAt.IsZero() || c.No != 1 {
				t.Errorf("the certificate is %+v", c)
			}
			if text := string(models.CanonicalJSON(c)); strings.Contains(text, "@") || strings.Contains(text, "Ana") || strings.Contains(text, `"bob"`) {
				t.Errorf("it holds personal data: %s", text)
			}
			events, err := b.store.Events(t.Context(), r.ID)
			b.must(err)
			if !slices.ContainsFunc(events, func(e models.Event) bool {
				return e.Kind == models.EventCertificateIssued && e.Detail["certificate"] == c.Hash()
			}) {
				t.Error("no event names the hash of the certificate")
			}
		}
	})
}

// What was erased is certified also where the rest is not done any more, whatever
// command ends it.
func TestAnErasureThatIsBrokenOffIsCertified(t *testing.T) {
	onBoth(t, func(_ *testing.T, b *bed) {
		b.shop()
		r := b.verified(models.TypeDeletion, "ana@example.org")
		b.act(clerk("ada"), r, workflows.PreviewErasure{})
		b.drain(b.runner())
		r = b.act(clerk("bob"), r, workflows.ApproveErasure{Hash: workflows.ErasureHash(r, b.tasksOf(r))})
		b.drain(b.runner())
		if r = b.request(r.ID); r.Certificate != nil {
			b.t.Error("it is certified before the paper files are looked into")
		}
		r = b.act(models.Actor{Kind: models.ActorSubject}, r, workflows.Withdraw{})
		if r.State != models.StateClosed || r.Certificate == nil || len(r.Certificate.Systems) != 1 || r.Certificate.Systems[0].Deleted+r.Certificate.Systems[0].Changed == 0 {
			b.t.Errorf("it is %s, and its certificate %+v", r.State, r.Certificate)
		}
	})
}

// What a person erased in part by hand, where the connector could not, is not back
// when the system is asked again: nobody knows what was left.
func TestWhatWasLeftByHandDidNotComeBack(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.rehearsed("ana@example.org")
		shop := b.task(r, "shop")
		b.onTask("ada", shop, workflows.CompleteTask{Task: shop.ID, Outcome: models.TaskPartly, Note: "The invoices stay.", Reasons: []string{"legal_obligation"}})
		r = b.staff(b.request(r.ID), workflows.Conclude{Outcome: models.OutcomePartly, Message: "Some is kept.", Reasons: []workflows.ReasonGiven{{Code: "legal_obligation"}}})
		if r.State == models.StateInReview {
			r = b.act(clerk("bob"), r, workflows.Approve{Version: r.Version})
		}
		for _, days := range []int{7, 30} {
			b.set(b.now().AddDate(0, 0, days).Add(time.Hour))
			b.drain(b.runner())
		}
		r = b.request(r.ID)
		i := slices.IndexFunc(r.Certificate.Systems, func(s models.CertifiedSystem) bool { return s.Key == "shop" })
		looked := r.Certificate.Systems[i].Looked
		if r.State != models.StateClosed || len(looked) != 2 || looked[0].Records == 0 || looked[0].Remaining != 0 || looked[1].Remaining != 0 {
			t.Errorf("it is %s, and what was seen %+v", r.State, looked)
		}
		for _, one := range b.tasksOf(r) {
			if !one.State.Ended() {
				t.Errorf("%s: %s is to be done again", one.System, one.Action)
			}
		}
	})
}

// The systems are asked again after days, and on demand. What came back opens the
// request and is a task for staff.
func TestWhatCameBackAfterAnErasureIsFound(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		s := b.shop()
		r := b.carriedOut("ana@example.org")
		b.refusedFor(clerk("ada"), b.unsure("bob@example.org"), workflows.LookAgain{}, "nothing was erased")
		r = b.staff(r, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "It is gone."})
		if r.State == models.StateInReview {
			r = b.act(clerk("bob"), r, workflows.Approve{Version: r.Version})
		}
		first := r.Certificate.Hash()
		b.set(b.now().AddDate(0, 0, 7).Add(time.Hour))
		b.drain(b.runner())
		r = b.request(r.ID)
		looked := func() []models.Look {
			i := slices.IndexFunc(r.Certificate.Systems, func(s models.CertifiedSystem) bool { return s.Key == "shop" })
			return r.Certificate.Systems[i].Looked
		}
		if got := looked(); r.State != models.StateClosed || len(got) != 2 || got[1].Remaining != 0 || r.Certificate.No != 2 || r.Certificate.Hash() == first || r.Erasure.Certificate != r.Certificate.Hash() {
			t.Fatalf("after a week it is %s, and the certificate %+v", r.State, r.Certificate)
		}

		_, err := s.ExecContext(t.Context(), `INSERT INTO person VALUES (9, 'ana@example.org', 'Ana')`)
		b.must(err)
		b.act(clerk("ada"), r, workflows.LookAgain{})
		b.drain(b.runner())
		r = b.request(r.ID)
		if got := looked(); len(got) != 3 || got[2].Records != 1 || got[2].Remaining != 3 || r.State != models.StateOpen {
			t.Fatalf("what came back is %+v, and the request %s", got, r.State)
		}
		var again []models.Task
		for _, one := range b.tasksOf(r) {
			if one.System == "shop" && one.Action == models.ActionErase && !one.State.Ended() {
				again = append(again, one)
			}
		}
		if len(again) != 1 || again[0].State != models.TaskOpen {
			t.Fatalf("to be erased again is %+v", again)
		}
		if told := b.mails("staff_task"); !slices.ContainsFunc(told, func(m models.Message) bool {
			l, ok := m.Letter.(*models.StaffTaskLetter)
			return ok && l.What == models.TaskNewsCameBack
		}) {
			t.Error("staff do not hear of it")
		}
		// It is erased as before: previewed, approved, certified.
		b.act(clerk("ada"), r, workflows.PreviewErasure{})
		b.drain(b.runner())
		b.act(clerk("bob"), r, workflows.ApproveErasure{Hash: workflows.ErasureHash(r, b.tasksOf(r))})
		b.drain(b.runner())
		if rows := s.rows(); strings.Contains(rows, "ana@") {
			t.Errorf("the shop has %s", rows)
		}
		if r = b.request(r.ID); len(r.Certificate.Systems) != 3 {
			t.Errorf("the certificate is %s", fmt.Sprint(r.Certificate.Systems))
		}
		// From then on it is compared with what the last erasure left: two records,
		// each with a key that is kept.
		b.act(clerk("ada"), r, workflows.LookAgain{})
		asked := 0
		for _, one := range b.tasksOf(r) {
			if one.System == "shop" && one.After != "" && !one.State.Ended() {
				asked++
			}
		}
		if asked != 1 {
			t.Errorf("the shop is asked %d times", asked)
		}
	})
}
