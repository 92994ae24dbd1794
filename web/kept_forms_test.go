package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/workflows"
)

// late types a note into a case whose session then ends, and sends it.
func (b *bed) late(v *visitor, reference, words string) *page {
	b.t.Helper()
	p := v.get("/console/requests/" + reference).want(200)
	b.sleep(31 * time.Minute)
	return p.act("note").fill("text", words).send("").want(200, "nothing is lost")
}

// The issue: "going back, double-clicking, losing the network half-way and an
// expired session lose nothing that was typed".
func TestSendingAKeptFormTwiceDoesItOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	send := b.late(v, r.Reference, "Twice or not at all.").enter(b, "ada@acme.example", own).form("Send it now")
	(&form{p: &page{v: without(v), Response: send.p.Response}, node: send.node, values: send.values}).press("Send it now") // nobody waits for what it leads to
	send.press("Send it now").want(200, "Twice or not at all.", r.Reference)
	if n := b.events(models.EventNoted); n != 1 {
		t.Errorf("%d notes", n)
	}
	v.get("/console/continue").want(200, "Worklist")
}

// What is refused stays, until it was done or thrown away.
func TestAKeptFormStaysUntilItIsDone(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	b.do(r.Reference, "typist", workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	b.do(r.Reference, "typist", workflows.Start{})
	p := v.get("/console/requests/" + r.Reference)
	b.sleep(31 * time.Minute)
	kept := p.act("ask").fill("message", "Which of the two?").send("").want(200, "nothing is lost")
	b.do(r.Reference, "typist", workflows.Assign{})
	refused := kept.enter(b, "ada@acme.example", own).form("Send it now").press("Send it now").want(409, "the request has changed", "Which of the two?")
	back := b.away("requests")
	v.get("/console/continue").want(200, "You were about to send this", "Which of the two?").form("Send it now").press("Send it now").want(500)
	back()
	v.get("/console").want(200, "Something you typed waits").click("Look at it").want(200, "Which of the two?")
	refused.act("ask").send("").want(200, "Which of the two?") // sent from where it was refused
	v.get("/console/continue").want(200, "Worklist", "!Something you typed waits")
}

func TestTheAnswerToAStepOfSigningInIsLost(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAdmin)
	r := b.wish(models.TypeAccess)
	// lost sends a form whose answer never comes: the browser has the cookies of before.
	lost := func(send func()) {
		before := v.cookie("habeas-staff")
		send()
		v.has("habeas-staff", before)
	}
	const words = "I typed this on a train."
	p := b.late(v, r.Reference, words).form("Sign in").fill("email", "ada@acme.example", "password", password)
	lost(func() { p.press("Sign in").want(200, "Second factor") })
	factor := p.press("Sign in").want(200, "Second factor").form("Continue")
	lost(func() { factor.fill("code", own.code(b)).press("Continue").want(200, words) })
	again := factor.fill("code", own.code(b)).press("Continue").want(200, "Sign in", "Your session has ended")
	again.enter(b, "ada@acme.example", own).want(200, words).form("Send it now").press("Send it now").want(200, words)
	if n := b.events(models.EventNoted); n != 1 {
		t.Errorf("%d notes", n)
	}
	v.get("/console/account").want(200, "!Something you typed waits")

	// Likewise where both factors are asked for anew.
	b.sleep(6 * time.Minute)
	create := v.get("/console/tokens").form("Make a token").fill("name", "kept token", "role", "intake", "life", "30")
	confirm := create.press("Make a token").want(200, "Confirm that it is you").form("Continue")
	lost(func() {
		confirm.fill("password", password, "code", own.code(b)).press("Continue").want(200, "kept token")
	})
	again = confirm.fill("password", password, "code", own.code(b)).press("Continue").want(200, "Sign in", "Your session has ended")
	again.enter(b, "ada@acme.example", own).want(200, "kept token").form("Send it now").press("Send it now").want(200, "Shown once")
	if n := b.count("tokens"); n != 1 {
		t.Errorf("%d tokens", n)
	}
	// What nobody holds the key of is not left open.
	if n := strings.Count(v.get("/console/account").text(), "End the session in"); n != 1 {
		t.Errorf("%d sessions are open", n)
	}
}

// discards reports a form that throws a kept one away.
func discards(n *html.Node) bool {
	return n.Data == "form" && strings.HasPrefix(textOf(n), "Discard it")
}

// Each tab has its own words.
func TestTheFormsOfSeveralTabsAreKept(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAgent)
	r, other := b.wish(models.TypeAccess), b.wish(models.TypeDeletion)
	one, two := v.get("/console/requests/"+r.Reference), v.get("/console/requests/"+other.Reference)
	b.sleep(31 * time.Minute)
	one.act("note").fill("text", "Words of the first tab.").send("").want(200, "nothing is lost")
	two.act("note").fill("text", "Words of the second tab.").send("").want(200, "nothing is lost")
	in := two.act("note").fill("text", "Words of the second tab.").send("").want(200, "nothing is lost") // clicked twice
	in.form("Sign in").fill("email", "ada@acme.example", "password", password).press("Sign in").want(200, "Second factor")
	one.act("note").fill("text", "Words while signing in.").send("").want(200, "nothing is lost")
	p := v.get("/console/second-factor").form("Continue").fill("code", own.code(b)).press("Continue")
	p.want(200, "You were about to send these", "Words of the first tab.", "Words of the second tab.", "Words while signing in.")
	if n := len(find(p, discards)); n != 3 {
		t.Errorf("%d forms are kept", n)
	}
	for _, words := range []string{"Words of the second tab.", "Words of the first tab."} {
		p = v.get("/console/continue")
		section := find(p, func(n *html.Node) bool { return n.Data == "section" && strings.Contains(textOf(n), words) })
		send := nodes(section[0], "form")[0]
		(&form{p: p, node: send, values: valuesOf(send)}).send("").want(200, words, "Something you typed waits")
	}
	p = v.get("/console/continue").want(200, "You were about to send this", "Words while signing in.", "!first tab", "!second tab")
	p.form("Discard it").press("Discard it").want(200, "Worklist", "!Something you typed waits")
	if n := b.events(models.EventNoted); n != 2 {
		t.Errorf("%d notes", n)
	}
	// Not without end: the newest five.
	one = v.get("/console/requests/" + r.Reference).want(200)
	b.sleep(31 * time.Minute)
	for i := range 7 {
		p = one.act("note").fill("text", fmt.Sprint("Words number ", i)).send("").want(200, "nothing is lost")
	}
	p = p.enter(b, "ada@acme.example", own).want(200, "!Words number 1", "Words number 2", "Words number 6")
	if n := len(find(p, discards)); n != 5 {
		t.Errorf("%d forms are kept", n)
	}
}

// Whoever uses the browser in between neither sees nor ends what somebody
// typed; nor does signing out.
func TestAKeptFormOutlivesSomebodyElseInTheBrowser(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAgent)
	_, bobs := b.invited("Bob", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	p := b.late(v, r.Reference, "For my eyes only.").enter(b, "bob@acme.example", bobs).want(200, "Worklist", "!my eyes", "!Something you typed waits")
	p.v.post("/console/sign-out", nil)
	v.get("/console/sign-in").enter(b, "ada@acme.example", own).want(200, "For my eyes only.")
	v.post("/console/sign-out", nil)
	v.get("/console/sign-in").enter(b, "ada@acme.example", own).want(200, "For my eyes only.")
	// Over a session that is still open
	v.get("/console/sign-in").want(200, "Worklist")
	v.post("/console/sign-in", map[string][]string{"email": {"bob@acme.example"}, "password": {password}}).want(200, "Second factor")
	v.get("/console/second-factor").form("Continue").fill("code", bobs.code(b)).press("Continue").want(200, "!my eyes")
	v.post("/console/sign-out", nil)
	v.get("/console/sign-in").enter(b, "ada@acme.example", own).form("Send it now").press("Send it now").want(200, "For my eyes only.")
	v.post("/console/sign-out", nil)
	v.get("/console/sign-in").enter(b, "ada@acme.example", own).want(200, "Worklist", "!my eyes")
}
