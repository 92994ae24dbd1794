package jobs_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// erasedMailbox asks whether an address must not be mailed.
func (b *bed) erasedMailbox(address string) bool {
	b.t.Helper()
	found, err := b.service.Suppressed.Erased(context.WithoutCancel(b.t.Context()), address)
	b.must(err)
	return found
}

// Who was erased is not mailed again because of an import: their address is on the
// suppression list, however it is written, and nobody else's. Opening the request does
// not take it off; filing another one, and proving the mailbox for it, does.
func TestWhoWasErasedIsOnTheSuppressionListUntilTheyComeBack(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.rehearsed("ana@example.org")
		if b.erasedMailbox("ana@example.org") {
			t.Error("she is on the list before anything was erased")
		}
		r = b.act(clerk("bob"), r, workflows.ApproveErasure{Hash: workflows.ErasureHash(r, b.tasksOf(r))})
		b.drain(b.runner())
		r = b.request(r.ID)
		if !b.erasedMailbox("ana@example.org") || !b.erasedMailbox("ANA@Example.org") || b.erasedMailbox("bob@example.org") {
			t.Error("the list is not that of who was erased")
		}
		if r.Certificate == nil || !r.Certificate.Suppressed {
			t.Fatalf("the certificate is %+v", r.Certificate)
		}
		r = b.staff(r, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "It is gone."})
		r = b.act(clerk("bob"), r, workflows.Approve{Version: r.Version})
		b.drain(b.runner())
		if told := b.post.to("not write to you again by mistake"); len(told) != 1 || told[0] != "ana@example.org" {
			t.Errorf("told are %q", told)
		}

		b.pass(time.Hour)
		b.must(b.service.Cases.RequestCode(t.Context(), r.Reference))
		b.drain(b.runner())
		b.prove(r) // to read the certificate
		if !b.erasedMailbox("ana@example.org") {
			t.Error("reading the certificate took her off the list")
		}
		b.pass(time.Hour)
		again := b.submit("ana@example.org")
		if !b.erasedMailbox("ana@example.org") {
			t.Error("somebody who only names her address took her off the list")
		}
		b.prove(again)
		if b.erasedMailbox("ana@example.org") {
			t.Error("she came back, and is on the list")
		}
	})
}

// A recipient that was told of an erasure stands on its certificate.
func TestACertificateNamesTheRecipientsThatWereTold(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		b.service.Config.Systems = append(b.service.Config.Systems, models.System{
			Key: "house", Name: "Mail house", Kind: models.SystemManual, Owner: "house@example.org", Actions: []models.Action{models.ActionInform},
		})
		r := b.carriedOut("ana@example.org")
		if r.Certificate == nil || len(r.Certificate.Informed) != 0 {
			t.Fatalf("before it is told the certificate is %+v", r.Certificate)
		}
		told := b.task(r, "house")
		b.onTask("ada", told, workflows.CompleteTask{Task: told.ID, Outcome: models.TaskCompleted, Note: "Told by telephone."})
		if r = b.request(r.ID); strings.Join(r.Certificate.Informed, " ") != "Mail house" || r.Certificate.No != 2 {
			t.Errorf("the certificate names %q, and is number %d", r.Certificate.Informed, r.Certificate.No)
		}
	})
}

// While a request is opened again its certificate stays with the requester.
func TestACertificateStaysWhileTheRequestIsOpenAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.carriedOut("ana@example.org")
		requester := models.Actor{Kind: models.ActorSubject}
		if workflows.Certified(requester, r) {
			t.Error("it is there before the answer")
		}
		r = b.staff(r, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "It is gone."})
		r = b.act(clerk("bob"), r, workflows.Approve{Version: r.Version})
		if !workflows.Certified(requester, r) {
			t.Error("it is not there with the answer")
		}
		r = b.staff(r, workflows.Reopen{Reason: "She asks."})
		if r.State != models.StateOpen || !workflows.Certified(requester, r) {
			t.Errorf("the request is %s, and its certificate gone", r.State)
		}
	})
}

// A certificate that changes after the person came back does not say that they are on
// the suppression list.
func TestAChangedCertificateClaimsNoSuppressionThatEnded(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r := b.carriedOut("ana@example.org")
		look := func() models.Certificate {
			b.pass(7 * 24 * time.Hour)
			b.drain(b.runner())
			return *b.request(r.ID).Certificate
		}
		if c := look(); c.No != 2 || !c.Suppressed {
			t.Fatalf("while she is on the list the certificate is %+v", c)
		}
		b.pass(time.Hour)
		b.prove(b.submit("ana@example.org"))
		b.staff(r, workflows.LookAgain{})
		if c := look(); c.No < 3 || c.Suppressed {
			t.Errorf("after she came back the certificate is %+v", c)
		}
	})
}
