package web_test

import (
	"strings"
	"testing"

	"habeas/models"
)

// A letter of ten days ago is typed in: its clock runs from the day it came,
// nobody is mailed, and the same form again is the same request.
func TestStaffEnterALetter(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	f := ann.get("/console").click("Enter a request").want(200, "What does it ask for").click("Correction of my data").want(200, "Reached you on").form("File the request")
	p := f.fill("channel", "letter", "received_on", "2026-12-01").send("file").want(422, "The day is in the future", "There is a problem")
	p = p.form("File the request").fill("received_on", "2026-11-10", "name", "Robin Canary", "country", "DE").send("add:corrections").want(200, "Reached you on")
	f = p.form("File the request").fill("f.corrections.0.field", "company", "f.corrections.0.requested", "New Co", "details", "As in the letter.", "locale", "de")
	p = f.send("file").want(200, "The request was filed", "Robin Canary", "New Co", "By letter, received on 10 Nov 2026, entered on 20 Nov 2026", "Verify the person")
	r := b.request(anyReference.FindString(p.path()))
	if r.ReceivedOn.String() != "2026-11-10" || r.Deadline.RespondOn.String() != "2026-12-10" || r.Locale != "de" || r.Channel != models.ChannelLetter || r.Mailbox() != "" {
		t.Errorf("filed as %+v", r.Facts)
	}
	before := b.count("requests")
	if again := f.send("file"); again.path() != p.path() || b.count("requests") != before {
		t.Errorf("the same form again leads to %s", again.path())
	}
	ann.get("/console?view=todo").want(200, r.Reference)
	// By email there has to be a mailbox.
	f = ann.get("/console/requests/new?type=access").form("File the request").fill("channel", "email", "received_on", "2026-11-19", "name", "Robin Canary")
	p = f.send("file").want(422, "There is a problem")
	p.form("File the request").fill("email", "robin.canary@example.com").send("file").want(200, "The request was filed", "Not verified yet")
	if strings.Contains(strings.ToLower(b.log.String()), "canary") {
		t.Error("personal data in the log")
	}
}

// Every type can be entered.
func TestEveryTypeHasItsEntry(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	for _, kind := range b.service.Policy.Types("", "") {
		ann.get("/console/requests/new?type="+string(kind.Key)).want(200, "Enter: "+kind.Name("en"))
	}
	for _, payload := range payloads() {
		inert(t, ann.post("/console/requests/new", map[string][]string{
			"type": {"correction"}, "channel": {"letter"}, "received_on": {payload}, "locale": {payload}, "seed": {payload}, "name": {payload}, "email": {payload},
			"details": {payload}, "capacity": {payload}, "own_name": {payload}, "authority": {payload}, "country": {payload}, "f.corrections.rows": {"1"},
			"f.corrections.0.field": {payload}, "f.corrections.0.current": {payload}, "f.corrections.0.requested": {payload},
		}), payload)
	}
}
