package web_test

import (
	"net/http"
	"testing"
	"time"

	"habeas/models"
)

func TestALegalHoldInTheConsole(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleManager)
	list := v.get("/console/legal-holds").want(200, "There are no legal holds.", "Set a legal hold")
	form := list.form("Set the legal hold")
	form.press("Set the legal hold").want(422, "Say why nothing may be erased.", "Enter the day of the review.", "Enter what the person is known by")
	form.fill("emails", "zoe@canary.example\nzoe.q@canary.example", "numbers", "K-40721", "note", "The canary claim.", "review_on", "2020-01-01").
		press("Set the legal hold").want(422, "The day of the review is after today", "K-40721", "The canary claim.")
	form.fill("review_on", models.DateOf(noon, time.UTC).AddDays(90).String())
	one := form.press("Set the legal hold").want(200, "The legal hold stands.", "zoe@canary.example", "zoe.q@canary.example", "K-40721", "The canary claim.", "The data is needed for legal claims")
	form.press("Set the legal hold").want(200, "Legal holds", "email address, customer number", "!canary") // the same form again
	if n := b.count("legal_holds"); n != 1 {
		t.Errorf("%d legal holds", n)
	}
	b.colleague(models.RoleAuditor).get("/console/legal-holds").want(200, "Stands", "!canary", "!Set a legal hold")
	b.colleague(models.RoleAgent).get("/console/legal-holds").want(http.StatusForbidden)

	one.form("Keep until then").press("Keep until then").want(422, "Say why.", "Enter the day of the next review.")
	one.form("Keep until then").fill("review-note", "Still pending.", "review_on", models.DateOf(noon, time.UTC).AddDays(200).String()).
		press("Keep until then").want(200, "The legal hold was reviewed.", "Still pending.")
	lift := one.form("Lift the legal hold").fill("lift-note", "Settled.")
	lift.press("Lift the legal hold").want(200, "The legal hold is lifted.", "Settled.", "!Keep until then")
	lift.press("Lift the legal hold").want(200, "The legal hold is lifted.")
	again := one.form("Lift the legal hold").fill("lift-note", "Settled again.")
	again.press("Lift the legal hold").want(409, "was lifted before")
	if n := b.events(models.EventLegalHoldLifted); n != 1 {
		t.Errorf("it was lifted %d times", n)
	}
	if b.events(models.EventLegalHoldOpened) == 0 {
		t.Error("nobody is recorded to have read it")
	}
}
