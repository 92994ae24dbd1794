package web_test

import (
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// A form says who a mailed request is from; what is wrong with it stands beside
// the input, and nothing that was typed is lost.
func TestStaffPutTheRequesterRightOnThePage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.mailed(unsure)
	b.sleep(time.Minute)
	p := ann.open(r.Reference).act("requester").fill("name", "Bea Muster", "email", "bea at example").send("give").want(422, "There is a problem")
	linked(t, p, "requester.email")
	f := p.act("requester")
	if f.values.Get("name") != "Bea Muster" {
		t.Errorf("what was typed is lost: %v", f.values)
	}
	f.fill("email", "bea@example.com").send("give").want(200, "recorded as that person", "Bea Muster", "The requester was put right")
	if now := b.request(r.Reference); now.Person.Email != "bea@example.com" || now.State != models.StateUnverified {
		t.Errorf("it is %s of %+v", now.State, now.Person)
	}
	ann.open(r.Reference).want(200, "it was for the former requester")
	b.do(r.Reference, ann.ID, workflows.Classify{Type: models.TypeAccess})
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelMailbox, Method: "staff_check"})
	b.sleep(time.Minute)
	ann.open(r.Reference).act("requester").fill("email", "cleo@example.com").send("give").want(200, "To be the request of somebody else", "cleo@example.com")
	mia := b.hire("Mia", models.RoleManager)
	mia.open(r.Reference).want(200, "cleo@example.com", "Approve").act("approve").send("").want(200, "was approved")
	if now := b.request(r.Reference); now.Person.Email != "cleo@example.com" || now.Level != models.LevelNone {
		t.Errorf("it is at %s of %+v", now.Level, now.Person)
	}

	own := b.wish(models.TypeAccess) // who filed by form said who they are
	if ann.open(own.Reference).offers("requester") {
		t.Error("the requester of a form can be put right")
	}
}
