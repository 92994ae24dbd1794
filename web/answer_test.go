package web_test

import (
	"strings"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// What was answered, and why, stays to be read: while somebody writes an
// objection to it, while another person looks at it again, and afterwards.
func TestAnAnswerStaysWhateverBecomesOfTheRequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	const why = "The thread is quoted in a court file."
	review := v.get("/requests/new/content_removal?country=US&region=CA").form("Continue").
		fill("f.places", "https://forum.example/t/1", "name", "Robin", "email", "robin@example.com").press("Continue").want(200)
	reference := anyReference.FindString(review.form("Send the request").press("Send the request").want(200).text())
	v.get("/requests/"+reference).form("Open my request").fill("code", b.code(reference)).press("Open my request").want(200, "!Download the answer")
	b.do(reference, "ann", workflows.Start{})
	b.do(reference, "ann", workflows.Conclude{
		Outcome: models.OutcomeDenied, Message: "We leave it where it is.",
		Reasons: []workflows.ReasonGiven{{Code: "free_expression", Explanation: why}},
	})
	if b.request(reference).State == models.StateInReview {
		b.do(reference, "bob", workflows.Approve{})
	}
	kept := func(p *page, heading string, not ...string) *page {
		t.Helper()
		p.want(200, append(not, heading, "We cannot do this", "We leave it where it is.", why)...)
		letter := p.click("Download the answer").want(200, heading, "We leave it where it is.", why)
		if strings.Contains(letter.body, "You can object") == (heading != "Our answer") {
			t.Errorf("%s", letter.body)
		}
		return p
	}
	own := kept(v.get("/requests/"+reference), "Our answer", "Object to the answer")
	form := kept(own.click("Object to the answer"), "Our answer")
	form.form("Send the objection").press("Send the objection").want(422, why)
	form.form("Send the objection").fill("text", "It is not.").press("Send the objection").want(200, "Your objection has reached us")
	kept(v.get("/requests/"+reference), "Our earlier answer", "!Object to the answer")
	for lang, heading := range map[string]string{"de": "Unsere frühere Antwort", "fr": "Notre réponse précédente", "es": "Nuestra respuesta anterior"} {
		v.get("/requests/"+reference+"?lang="+lang).want(200, heading, why)
	}
	own = v.get("/requests/"+reference).click("Withdraw this request").form("Yes, withdraw it").press("Yes, withdraw it").want(200, "You withdrew this request")
	kept(own, "Our earlier answer", "!Object to the answer")
}
