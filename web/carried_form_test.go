package web_test

import (
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// late types a note into a case whose session then ends, and sends it.
func (b *bed) late(v *visitor, reference, words string) *page {
	b.t.Helper()
	p := v.get("/console/requests/" + reference).want(200)
	b.sleep(31 * time.Minute)
	return p.act("note").fill("text", words).send("").want(401, "nothing is lost")
}

// again is the form that was shown again after signing in.
func (p *page) again() *form { return p.form("Send it again") }

// What was typed when the session had ended is sent after signing in again.
func TestAnExpiredSessionLosesNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	const words = `I typed <this> & "that" for an hour.`
	p := b.late(v, r.Reference, words)
	if strings.Contains(p.body, "I typed") {
		t.Error("whoever comes next can read it")
	}
	p.form("Sign in").fill("email", "ada@acme.example", "password", "wrong").press("Sign in").want(401)
	p = p.enter(b, "ada@acme.example", own).want(200, "You were about to send this", "Add a note, "+r.Reference, words)
	if n := b.events(models.EventNoted); n != 0 {
		t.Error("it was sent without being asked")
	}
	p.again().press("Send it again").want(200, words, r.Reference)
	p.again().press("Send it again").want(200, words, r.Reference) // twice, or after going back
	if n := b.events(models.EventNoted); n != 1 {
		t.Errorf("%d notes", n)
	}
	// As long as it may be, in the widest letters.
	long := strings.Repeat("語", 9_000)
	p = b.late(v, r.Reference, long).enter(b, "ada@acme.example", own)
	p.again().press("Send it again").want(200, long, r.Reference)
	// Somebody else at the same browser does not get it.
	_, bobs := b.invited("Bob", models.RoleAgent)
	p = b.late(v, r.Reference, "For my eyes only.")
	p.enter(b, "bob@acme.example", bobs).want(200, "Worklist", "!my eyes")
	v.post("/console/sign-out", nil)
	// It is still in the page, for its owner; but not for ever.
	p.enter(b, "ada@acme.example", own).want(200, "For my eyes only.")
	p = b.late(v, r.Reference, "Too late.")
	b.sleep(time.Hour)
	p.enter(b, "ada@acme.example", own).want(200, "Worklist", "!Too late.")
	// Nor is there anything to keep it for where nobody was signed in.
	v.post("/console/sign-out", nil)
	v.post("/console/requests/"+r.Reference+"/note", map[string][]string{"text": {"Whose is this?"}}).want(200, "Sign in", "!nothing is lost")
}

// What is refused is shown where it was refused.
func TestACarriedFormThatIsRefusedIsShownAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	b.do(r.Reference, "typist", workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	b.do(r.Reference, "typist", workflows.Start{})
	p := v.get("/console/requests/" + r.Reference)
	b.sleep(31 * time.Minute)
	late := p.act("ask").fill("message", "Which of the two?").send("").want(401, "nothing is lost")
	b.do(r.Reference, "typist", workflows.Assign{})
	shown := late.enter(b, "ada@acme.example", own)
	back := b.away("requests")
	shown.again().press("Send it again").want(500, "Which of the two?")
	back()
	refused := shown.again().press("Send it again").want(409, "the request has changed", "Which of the two?")
	refused.act("ask").send("").want(200, "Which of the two?")
}

// A form goes along even if the answer to a step never arrives.
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
	again := factor.fill("code", own.code(b)).press("Continue").want(401, "Sign in", "Your session has ended")
	again.enter(b, "ada@acme.example", own).want(200, words).again().press("Send it again").want(200, words)
	if n := b.events(models.EventNoted); n != 1 {
		t.Errorf("%d notes", n)
	}

	// Likewise where both factors are asked for anew.
	b.sleep(6 * time.Minute)
	create := v.get("/console/tokens").form("Make a token").fill("name", "late token", "role", "intake", "life", "30")
	confirm := create.press("Make a token").want(401, "Confirm that it is you").form("Continue")
	lost(func() {
		confirm.fill("password", password, "code", own.code(b)).press("Continue").want(200, "late token")
	})
	again = confirm.fill("password", password, "code", own.code(b)).press("Continue").want(401, "Sign in", "Your session has ended")
	again.enter(b, "ada@acme.example", own).want(200, "late token").again().press("Send it again").want(200, "Shown once")
	if n := b.count("tokens"); n != 1 {
		t.Errorf("%d tokens", n)
	}
}

// Each tab has its own words, and another one may have signed in meanwhile.
func TestEachTabCarriesItsOwnForm(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAgent)
	r, other := b.wish(models.TypeAccess), b.wish(models.TypeDeletion)
	one, two, three := v.get("/console/requests/"+r.Reference), v.get("/console/requests/"+other.Reference), v.get("/console/requests/"+other.Reference)
	b.sleep(31 * time.Minute)
	one = one.act("note").fill("text", "Words of the first tab.").send("").want(401, "nothing is lost")
	two = two.act("note").fill("text", "Words of the second tab.").send("").want(401, "nothing is lost")
	two.enter(b, "ada@acme.example", own).want(200, "second tab", "!first tab").again().press("Send it again").want(200, "second tab")
	three.act("note").fill("text", "Words of the third tab.").send("").want(200, "third tab")
	one.enter(b, "ada@acme.example", own).want(200, "first tab", "!second tab").again().press("Send it again").want(200, "first tab")
	if n := b.events(models.EventNoted); n != 3 {
		t.Errorf("%d notes", n)
	}
}
