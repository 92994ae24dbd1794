package web_test

import (
	"net/url"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// stop returns the path that the first mail of a request leads to.
func (b *bed) stop(reference string) string {
	b.t.Helper()
	r, err := b.service.Store.Find(b.t.Context(), reference)
	must(b.t, err)
	messages, err := b.service.Store.Messages(b.t.Context(), r.ID)
	must(b.t, err)
	for _, m := range messages {
		switch l := m.Letter.(type) {
		case *models.CodeLetter:
			return "/not-me/" + l.StopToken
		case *models.AcknowledgementLetter:
			return "/not-me/" + l.StopToken
		}
	}
	b.t.Fatal("no mail has a way to say that it was not me")
	return ""
}

func TestSomebodyElsesRequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	path := b.stop(anyReference.FindString(file(v, "robin@example.com").text()))
	events := b.count("events")
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		v.send(method, path, "", nil, "Purpose", "prefetch")
	}
	v.post(path, url.Values{"mail": {"never"}}, "Origin", "https://evil.example").want(403)
	v.post(path, nil).want(200, "Wasn’t this you?")
	if n := b.count("events"); n != events || b.count("never_mail") != 0 {
		t.Fatalf("looking changed something: %d events, had %d", n, events)
	}
	done := v.get(path).want(200, "Someone gave your email address").form("Never email this address").press("Never email this address").want(200, "We’ll no longer email this address")
	if b.count("never_mail") != 1 {
		t.Error("the address is on no list")
	}
	codes := b.count("codes")
	file(v, "Robin+again@example.com").want(200, "HB-") // the same answer as ever
	if n := b.count("codes"); n != codes {
		t.Errorf("%d codes more", n-codes)
	}
	done.form("Email this address again").press("Email this address again").want(200, "Wasn’t this you?")
	for _, wrong := range []string{"/not-me/", "/not-me/x", path + "x", "/not-me/00000000-0000-0000-0000-000000000000.AAAA"} {
		v.get(wrong).want(404)
		v.post(wrong, url.Values{"mail": {"never"}}).want(404)
	}
	if b.count("never_mail") != 0 {
		t.Error("the address is still on the list")
	}
}

// What the page says of the request behind the mail is true: one that needs no
// code goes on, and one that nobody typed the code of is over.
func TestWhatBecomesOfSomebodyElsesRequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	sent := v.get("/requests/new/marketing_opt_out").form("Continue").fill("name", "Robin", "email", "robin@example.com").press("Continue").
		want(200).form("Send the request").press("Send the request")
	receipt := b.stop(anyReference.FindString(sent.text()))
	v.get(receipt).want(200, "It needs no code", "It isn’t closed if you do nothing", "write to privacy@acme.example", "!Without the code", "!the request will be closed")
	for lang, text := range map[string]string{"de": "Er braucht keinen Code", "fr": "Elle ne requiert pas de code", "es": "No necesita código"} {
		v.get(receipt+"?lang="+lang).want(200, text, "privacy@acme.example")
	}
	reference := anyReference.FindString(file(v, "kim@example.com").text())
	mail := b.stop(reference)
	v.get(mail).want(200, "Without the code", "the request will be closed")
	b.sleep(40 * 24 * time.Hour)
	_, err := b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorSystem}, reference, workflows.Expire{}, cases.Option{})
	must(t, err)
	v.get(mail).want(200, "so it was closed", "need to do anything", "!Without the code")
}

// A question says of the day what its mail says.
func TestAQuestionMovesTheDayAsItsMailSays(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	moves := map[bool]string{true: "that date moves for as long", false: "that date doesn’t move"}
	b.sleep(74 * 24 * time.Hour) // in February a month is shorter than our 30 days, and the GDPR governs
	for _, paused := range []bool{true, false} {
		v := b.visitor()
		form := v.get("/requests/new/access").form("Continue").fill("name", "Robin", "email", "robin@example.com")
		if paused {
			form.fill("country", "FR")
		}
		reference := anyReference.FindString(form.press("Continue").want(200).form("Send the request").press("Send the request").text())
		v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200)
		b.do(reference, "ann", workflows.Start{})
		b.do(reference, "ann", workflows.Ask{Message: "Which?", Purpose: models.HoldIdentity})
		messages, err := b.service.Queries.Conversation(t.Context(), b.request(reference))
		must(t, err)
		if mail, ok := messages[len(messages)-1].Letter.(*models.QuestionLetter); !ok || mail.Paused != paused {
			t.Errorf("the mail is %+v, want paused: %t", messages[len(messages)-1].Letter, paused)
		}
		v.get("/requests/"+reference).want(200, moves[paused], "!"+moves[!paused])
	}
}
