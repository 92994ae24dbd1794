package jobs_test

import (
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Nobody approves the preview that they had made with what they made for
// another: a token, an account, or a second factor that they took away.
func TestAPreviewIsNotApprovedWithWhatItsMakerMade(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.shop()
		r, task := b.previewed("ana@example.org")
		made := func(kind models.EventKind, detail map[string]string) {
			b.must(b.store.Record(t.Context(), models.Event{ID: b.service.NewID(), At: b.now(), Kind: kind, Actor: clerk("ada"), Detail: detail}))
		}
		made(models.EventTokenCreated, map[string]string{"token": "t1"})
		made(models.EventFactorRemoved, map[string]string{"staff": "cat"})
		token := clerk("bob")
		token.Token = "t1"
		hash := workflows.ErasureHash(b.request(r.ID), []models.Task{task})
		for name, by := range map[string]models.Actor{"a token": token, "an account that was reset": clerk("cat")} {
			_, err := b.service.Tasks.Do(t.Context(), by, task.ID, workflows.ApprovePreview{Task: task.ID, Hash: task.Preview}, cases.Option{})
			if models.CodeOf(err) != models.CodeOtherPerson {
				t.Errorf("with %s the preview is approved: %v", name, err)
			}
			_, err = b.service.Cases.DoByID(t.Context(), by, r.ID, workflows.ApproveErasure{Hash: hash}, cases.Option{})
			if models.CodeOf(err) != models.CodeOtherPerson {
				t.Errorf("with %s the erasure is approved: %v", name, err)
			}
			l, err := b.service.Tasks.Seen(t.Context(), by, b.request(r.ID))
			b.must(err)
			if l.May(workflows.CommandApprovePreview, task).Verdict != workflows.Refused {
				t.Errorf("with %s there is a button to approve the preview", name)
			}
		}
		b.onTask("bob", task, workflows.ApprovePreview{Task: task.ID, Hash: task.Preview})
		b.drain(b.runner())
		b.wantState(r, "shop", models.TaskDone, models.TaskCompleted)
	})
}

// What a former requester proved does not count for whom staff put in their place,
// also where the job that carries it on to what came in the same mail runs late.
func TestAProofOfAFormerRequesterIsNotCarriedOn(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		first, second := b.linked()
		b.drain(b.runner())
		b.prove(first) // its job runs after what follows
		another := workflows.SetRequester{PersonName: "Bea", Email: "bea@example.org"}
		for _, r := range []models.Request{first, second} {
			b.set(b.now().Add(11 * time.Minute)) // the limits count mails to a mailbox
			d, err := b.service.Cases.DoByID(t.Context(), clerk("ada"), r.ID, another, cases.Option{})
			b.must(err)
			if d.Request.State == models.StateInReview {
				_, err = b.service.Cases.DoByID(t.Context(), clerk("bob"), r.ID, workflows.Approve{Version: d.Request.Version}, cases.Option{})
				b.must(err)
			}
		}
		b.drain(b.runner())
		for _, r := range []models.Request{first, second} {
			if after := b.request(r.ID); after.Level != models.LevelNone || after.State != models.StateUnverified {
				t.Errorf("%s of a mailbox that proved nothing is %s, %s", r.Type, after.State, after.Level)
			}
		}
	})
}
