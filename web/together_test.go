package web_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"habeas/models"
	"habeas/policies"
)

// under puts another policy in force: its mail.yaml has these sets.
func (b *bed) under(sets string) {
	b.t.Helper()
	p, err := policies.Load(fstest.MapFS{"mail.yaml": {Data: []byte("mail:\n  together: " + sets + "\n")}})
	must(b.t, err)
	must(b.t, b.store.SavePolicy(context.Background(), p.Version(), p.Snapshot()))
	b.service.Policy = p
	b.serve()
}

// Staff and requester see every right of a request for several, and what was
// decided about each.
func TestARequestForSeveralRightsIsSeenWhole(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.under("[[access, deletion]]")
	b.mailIn("From: Robin Vale <robin@example.com>\nSubject: Zugang und Löschung\nMessage-ID: <1@example.com>\nContent-Type: text/plain; charset=utf-8\n\n" +
		"Please send me a copy of all my personal data. After that please delete my account and all of my data.\n")
	v := b.colleague(models.RoleManager)
	list := v.get("/console?state=unverified").want(200, "Access to my data", "Deletion of my data")
	reference := anyReference.FindString(list.body)
	r := b.request(reference)
	if len(r.Rights) != 2 {
		t.Fatalf("%+v", r.Facts)
	}
	title := "Deletion of my data and Access to my data"
	if r.Type == models.TypeAccess {
		title = "Access to my data and Deletion of my data"
	}
	v.get("/console/requests/"+reference).want(200, title, "Asked for")
	v.get("/console/policies").want(200, "Access to my data + Deletion of my data")

	code := b.code(reference)
	p := v.get("/console/requests/"+reference).form("Verify").fill("level", "high", "method", "staff_check").press("Record it")
	p = p.form("Start work").press("Start work")
	access, deletion := "item.1.", "item.2."
	if r.Type == models.TypeDeletion {
		access, deletion = deletion, access
	}
	decide := p.form("Decide").fill("message", "Here it is.", access+"outcome", "fulfilled", deletion+"outcome", "denied",
		deletion+"reasons", "consent_contract", deletion+"explain.consent_contract", "An order is open.")
	for _, n := range []string{access + "reasons=never_disclose", deletion + "reasons=consent_contract"} {
		name, value, _ := strings.Cut(n, "=")
		if !strings.Contains(p.body, `name="`+name+`" value="`+value+`"`) {
			t.Errorf("there is no choice %s", n)
		}
	}
	if strings.Contains(p.body, `name="`+access+`reasons" value="consent_contract"`) {
		t.Error("an access may be refused for a reason of a deletion")
	}
	decide.press("Preview the answer").want(200, "Partly fulfilled", "An order is open.").form("Decide").press("Ask for approval")
	b.colleague(models.RoleManager).get("/console/requests/"+reference).form("Approve").press("Approve").want(200, "Partly fulfilled")

	own := b.visitor()
	own.get("/requests/" + reference + "?lang=de")
	own.post("/requests/"+reference+"/code", url.Values{"code": {code}}, "Origin", own.base)
	own.get("/requests/"+reference+"?lang=de").want(200, "Auskunft über meine Daten", "Löschung meiner Daten", "Verlangt")
}

func TestStaffSayThatAMailAsksForSeveralRights(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.under("[[access, deletion, portability]]")
	b.mailIn("From: robin@example.com\nSubject: Hello\nMessage-ID: <2@example.com>\n\nIt is about the thing we talked about. What now?\n")
	v := b.colleague(models.RoleAgent)
	reference := anyReference.FindString(v.get("/console").body)
	form := v.get("/console/requests/"+reference).want(200, "What it asks for too").form("Say what it asks for")
	form.fill("type", "access", "also", "deletion").press("Set it").want(200, "Access to my data and Deletion of my data")
	if r := b.request(reference); len(r.Rights) != 2 || len(r.Facts.Items) != 2 {
		t.Errorf("%+v", r.Facts)
	}
}
