package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// A requester reads what is lost and confirms; staff see all systems on one page,
// and another person approves what was read; the certificate is there for both.
func TestAnErasureFromConfirmationToCertificate(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.withPaper()
	ann, bob := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleManager)
	v := b.visitor()
	filed := v.get("/requests/new/deletion").form("Continue").fill("name", "Robin", "email", "robin@example.com").press("Continue").want(200).form("Send the request").press("Send the request")
	reference := anyReference.FindString(filed.text())
	v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200, "!Please confirm the erasure")
	b.do(reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	b.do(reference, ann.ID, workflows.Start{})
	ann.open(reference).want(200, "Paper files: erase Waiting", "has not confirmed the erasure")

	// Nobody erases before; a stranger is asked for a code.
	b.visitor().get("/requests/"+reference+"/confirm").want(200, "Enter a code first", "!Erase your data for good")
	own := v.get("/requests/"+reference).want(200, "Please confirm the erasure", "We asked you to confirm the erasure")
	sure := own.click("Confirm the erasure").want(200, "Erase your data for good?", "cannot be brought back", "until when, you can still withdraw", "!3 more days")
	sure.form("Yes, erase my data").press("Yes, erase my data").want(200, "The erasure is confirmed", "You can still change your mind", "Withdraw this request")
	sure.form("Yes, erase my data").press("Yes, erase my data").want(200, "The erasure is confirmed")
	if n := b.events(models.EventErasureConfirmed); n != 1 {
		t.Errorf("it was confirmed %d times", n)
	}
	v.get("/requests/" + reference + "/certificate").want(404)

	// Staff see both systems on one page; who had the preview made does not approve.
	shop := models.Task{ID: newID(), TaskFacts: models.TaskFacts{Action: models.ActionErase, State: models.TaskNeedsReview, Step: models.StepPreview, RunBy: ann.ID, Preview: "h"}}
	b.answered(b.request(reference), shop)
	ann.open(reference).click("The erasure in all systems").want(200, "The requester confirmed", "may still withdraw", "Paper files", "Shop database", "Canary Lane 7", "!canarypassport", "!Approve all previews")
	bob.get("/console/requests/"+reference+"/erasure").want(200, "may still withdraw", "!Approve all previews", "!Z.")
	b.sleep(b.request(reference).Erasure.From.Sub(b.clock()) + time.Minute)
	ann.comeBack(b)
	bob.comeBack(b)
	_, err := b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorSystem}, reference, workflows.EndCoolingOff{}, cases.Option{})
	must(b.t, err)
	ann.get("/console/requests/"+reference+"/erasure").want(200, "approved by another person", "!Approve all previews")
	page := bob.get("/console/requests/"+reference+"/erasure").want(200, "Approve all previews", "0 records deleted, 1 changed")
	form := page.act("erasure/approve")
	hash := form.values.Get("hash")
	form.values.Set("hash", "of something else")
	form.send("").want(409, "Nothing was done", "have changed since this page was drawn")
	form.values.Set("hash", hash)
	form.send("").want(200, "Being carried out")
	if got, err := b.store.Task(t.Context(), shop.ID); err != nil || got.State != models.TaskApproved || got.ApprovedBy != bob.ID || got.ApprovedRole != models.RoleManager {
		t.Errorf("the task is %+v", got)
	}
	_, err = b.service.Tasks.Do(t.Context(), models.Actor{Kind: models.ActorSystem}, shop.ID, workflows.TaskAnswered{Task: shop.ID, Run: 2, Receipt: &models.Receipt{
		System: "shop", Action: models.ActionErase, Outcome: models.TaskCompleted, Commitment: "h", At: b.clock(), Tables: []models.Counts{{Table: "person", Updated: 1}},
		Erased: []models.CategoryCount{{Category: "user.contact.address.street", Verdict: models.VerdictErased, Count: 1}},
	}}, cases.Option{})
	must(b.t, err)
	tasks, err := b.store.TasksOf(t.Context(), b.request(reference).ID)
	must(b.t, err)
	for _, one := range tasks {
		if one.Manual() {
			_, err := b.service.Tasks.Do(t.Context(), staff(ann.ID), one.ID, workflows.CompleteTask{Task: one.ID, Outcome: models.TaskCompleted, Note: "Shredded."}, cases.Option{})
			must(b.t, err)
		}
	}

	// The certificate is there for staff at once, for the requester with the answer.
	certificate := ann.open(reference).click("The erasure in all systems").click("Read the certificate")
	certificate.want(200, "Shop database", "street and house number: 1", "Paper files", b.request(reference).Erasure.Certificate, "!Canary", "!Bob", "!Shredded")
	b.do(reference, ann.ID, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "It is gone."})
	if b.request(reference).State == models.StateInReview {
		b.do(reference, bob.ID, workflows.Approve{})
	}
	v = b.visitor()
	v.post("/requests/"+reference+"/fresh-code", nil)
	own = v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200, "Certificate of erasure")
	own.click("Read the certificate").want(200, "Certificate of erasure", "Shop database: erased", "street and house number: 1", "by the requester on the page of the request", b.request(reference).Erasure.Certificate, "!Bob")
	for kind, words := range map[string]string{".txt": "street and house number: 1", ".json": "user.contact.address.street"} {
		got := v.get("/requests/" + reference + "/certificate" + kind)
		if got.StatusCode != http.StatusOK || !strings.Contains(got.body, words) || !strings.Contains(got.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %s", kind, got.StatusCode, got.body)
		}
	}
	log, err := b.store.Events(t.Context(), b.request(reference).ID)
	must(b.t, err)
	if !slices.ContainsFunc(log, func(e models.Event) bool {
		return e.Kind == models.EventCertificateRead && e.Actor.Kind == models.ActorSubject
	}) {
		t.Error("that the requester read it is not recorded")
	}
}
