package web_test

import (
	"context"
	"fmt"
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
	b.ruled(fstest.MapFS{"mail.yaml": {Data: []byte("mail:\n  together: " + sets + "\n")}})
}

// ruled puts another policy in force: the built-in one with these files.
func (b *bed) ruled(files fstest.MapFS) {
	b.t.Helper()
	p, err := policies.Load(files)
	must(b.t, err)
	b.rule(p)
}

func (b *bed) rule(p *policies.Policy) {
	b.t.Helper()
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
	ann, bob := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleManager)
	list := ann.get("/console?state=unverified").want(200, "Access to my data", "Deletion of my data")
	reference := anyReference.FindString(list.body)
	r := b.request(reference)
	if len(r.Rights) != 2 {
		t.Fatalf("%+v", r.Facts)
	}
	title, access, deletion := "Access to my data and Deletion of my data", "item.1.", "item.2."
	if r.Type == models.TypeDeletion {
		title, access, deletion = "Deletion of my data and Access to my data", deletion, access
	}
	ann.get("/console/policies").want(200, "Access to my data + Deletion of my data")
	code := b.code(reference)
	p := ann.open(reference).want(200, title, "Asked for")
	p = p.act("verify").fill("level", "high", "method", "staff_check").send("")
	p = p.act("start").send("")
	f := p.act("decide").fill("message", "Here it is.", access+"outcome", "fulfilled", deletion+"outcome", "denied")
	f.values.Set(deletion+"reasons", "consent_contract")
	f.values.Set(deletion+"explain.consent_contract", "An order is open.")
	if !strings.Contains(p.body, `name="`+access+`reasons" value="never_disclose"`) || !strings.Contains(p.body, `name="`+deletion+`reasons" value="consent_contract"`) {
		t.Error("a right is not to be refused for its own reasons")
	}
	if strings.Contains(p.body, `name="`+access+`reasons" value="consent_contract"`) {
		t.Error("an access is to be refused for a reason of a deletion")
	}
	f.send("preview").want(200, "Partly fulfilled", "An order is open.", "goes to another person").act("decide").send("give").want(200, "The decision was recorded")
	bob.open(reference).act("approve").send("").want(200, "Partly fulfilled", "An order is open.")
	b.at(reference, models.StateClosed)

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
	ann := b.hire("Ann", models.RoleAgent)
	reference := anyReference.FindString(ann.get("/console").body)
	f := ann.open(reference).act("classify").fill("type", "access").send("type").want(200, "What it asks for too").act("classify")
	f.values.Add("also", "deletion")
	f.values.Set("f.scope", "categories")
	f = f.send("give").want(422, "asks no further questions").act("classify")
	f.values.Set("f.scope", "")
	f.send("give").want(200, "Access to my data and Deletion of my data")
	if r := b.request(reference); len(r.Rights) != 2 || len(r.Facts.Items) != 2 {
		t.Errorf("%+v", r.Facts)
	}
}

// A mail that no machine may answer waits for a person, not for its requester.
func TestWhatNoMachineMayAnswerIsToDo(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.mailIn("From: robin@example.com\nSubject: Deletion\nAuto-Submitted: auto-generated\nMessage-ID: <3@example.com>\n\nPlease delete my account and all of my personal data.\n")
	v := b.colleague(models.RoleAgent)
	reference := anyReference.FindString(v.get("/console").want(200, "Deletion of my data").body)
	if r := b.request(reference); r.Type != models.TypeDeletion || r.State != models.StateUnverified || r.Suppressed != models.SuppressedAutomatic {
		t.Fatalf("%+v", r.Facts)
	}
	v.get("/console?view=unassigned").want(200, reference)
	v.get("/console/requests/"+reference).want(200, "Nothing was mailed to the requester", "!They were mailed a code")
}

// A notice of absence is no word of the requester, and is not said to be.
func TestAnAutomaticMailIsNotTheRequesters(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	b.mailIn("From: robin@example.com\nSubject: Access\nMessage-ID: <4@example.com>\n\nPlease send me a copy of all my personal data.\n")
	reference := anyReference.FindString(ann.get("/console?state=unverified").body)
	messages, err := b.store.Messages(context.Background(), b.request(reference).ID)
	must(t, err)
	answer := func(id, more, text string) {
		b.mailIn(fmt.Sprintf("From: robin@example.com\nSubject: Re\nIn-Reply-To: <%s>\nMessage-ID: <%s@example.com>\n%s\n%s\n", messages[0].MailID, id, more, text))
	}
	answer("5", "Auto-Submitted: auto-replied\n", "I am on the beach.")
	ann.open(reference).want(200, "I am on the beach.", "an automatic answer", "!The requester wrote", "!the requester, by mail")
	answer("6", "", "I am back.")
	ann.open(reference).want(200, "I am back.", "the requester, by mail", "The requester wrote")
}
