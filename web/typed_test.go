package web_test

import (
	"strings"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// away takes the tables of the database away, and returns what brings them back.
func (b *bed) away(tables ...string) (back func()) {
	b.t.Helper()
	for _, name := range tables {
		_, err := b.raw.Exec("ALTER TABLE " + name + " RENAME TO " + name + "_away")
		must(b.t, err)
	}
	return func() {
		b.t.Helper()
		for _, name := range tables {
			_, err := b.raw.Exec("ALTER TABLE " + name + "_away RENAME TO " + name)
			must(b.t, err)
		}
	}
}

// While the database is away the page that says so holds what was typed: it is
// sent from there when the database is back, and is done once.
func TestTheDatabaseIsAwayAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	reference := anyReference.FindString(file(v, "robin@example.com").text())
	own := v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200)
	typed := "\nI wrote this <b>for an hour</b>,\n\nover many lines."
	words := strings.TrimSpace(typed)

	back := b.away("requests")
	f := own.form("Send").fill("text", typed)
	p := f.press("Send").want(500, "Nothing you typed is lost", "for an hour")
	sound(t, p)
	again := p.form("Send it again")
	if got := again.values.Get("text"); got != words || again.values.Get("seed") != f.values.Get("seed") {
		t.Errorf("the page holds %q", again.values)
	}
	upload := own.form("Send").fill("text", "With a file.").upload("a.txt", []byte("this")).want(500, "Nothing you typed is lost", "With a file.", "have to choose files again")
	again.press("Send it again").want(500, "for an hour") // still away
	back()
	for range 2 {
		again.press("Send it again").want(200, "Your message has reached us", "for an hour")
	}
	upload.form("Send it again").press("Send it again").want(200, "With a file.")
	if n := b.events(models.EventReceived); n != 2 {
		t.Errorf("%d messages", n)
	}

	// A new request, in another language.
	v.lang = "de"
	form := v.get("/requests/new/question").form("Weiter").fill("name", "Robin Vale", "email", "r@example.com", "details", "Eine Frage, lang und breit.")
	review := form.press("Weiter").want(200).form("Antrag senden")
	back = b.away("requests", "idempotency")
	failed := review.press("Antrag senden")
	if failed.StatusCode < 500 || !strings.Contains(failed.body, "Eine Frage, lang und breit.") {
		t.Errorf("%d %s", failed.StatusCode, failed.text())
	}
	back()
}

// The same in the console, where not even who it is can be looked up; and
// secrets are on no page.
func TestTheDatabaseIsAwayFromTheConsole(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.wish(models.TypeMarketingOptOut)
	b.do(r.Reference, ann.ID, workflows.Start{})
	p := ann.open(r.Reference)
	reply := p.act("reply").fill("message", "Dear Robin,\n\nwe are on it.")
	decide := p.act("decide").fill("outcome", "fulfilled", "message", "No more mail.")
	upload := p.act("files")
	entry := ann.get("/console/requests/new?type=access").form("File the request").fill("channel", "letter", "received_on", "2026-11-19", "name", "Robin Canary", "details", "As in the letter.")
	for _, table := range []string{"staff_sessions", "requests", "events"} {
		back := b.away(table)
		known := map[bool]string{true: "!Ann", false: "Ann"}[table == "staff_sessions"]
		failed := reply.send("").want(500, "Nothing you typed is lost", "we are on it.", known)
		sound(t, failed)
		again := failed.form("Send it again")
		if again.values.Get("message") != "Dear Robin,\n\nwe are on it." || again.values.Get("version") != reply.values.Get("version") {
			t.Errorf("the page holds %v", again.values)
		}
		decide.send("give").want(500, "No more mail.")
		if table == "staff_sessions" {
			upload.upload("a.txt", []byte("this")).want(500, "Files have to be chosen again")
		}
		if at := entry.send("file"); !strings.Contains(at.body, "As in the letter.") || at.StatusCode < 500 {
			t.Errorf("%s away: %d %s", table, at.StatusCode, at.text())
		}
		back()
	}
	back := b.away("requests")
	failed := reply.send("").want(500)
	back()
	for range 2 {
		failed.form("Send it again").press("Send it again").want(200, "Dear Robin,", "!Not done")
	}

	back = b.away("staff", "staff_sessions", "staff_accounts", "sign_in_tries", "codes")
	v := b.visitor()
	for path, form := range map[string]map[string][]string{
		"/console/sign-in":                   {"email": {"ann and bob@acme.example"}, "password": {"a secret of many words"}},
		"/console/second-factor":             {"code": {"123 456"}},
		"/console/account/password":          {"current": {"a secret of many words"}, "password": {"a secret of many words"}},
		"/console/confirm":                   {"password": {"a secret of many words"}, "code": {"123 456"}},
		"/requests/" + r.Reference + "/code": {"code": {"123 456"}, "text": {"and some words"}},
	} {
		got := v.post(path, form)
		if strings.Contains(got.body, "many words") || strings.Contains(got.body, "123 456") {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	back()
}

// What was typed stays text on the page that holds it.
func TestHostileTextStaysTextWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	defer b.away("requests")()
	for _, payload := range payloads() {
		form := map[string][]string{"text": {payload + " and more"}, "message": {payload + " and more"}, "seed": {payload}, "version": {"1"}}
		inert(t, b.visitor().post("/requests/"+r.Reference+"/messages", form), payload)
		inert(t, ann.post("/console/requests/"+r.Reference+"/reply", form), payload)
	}
}
