package web_test

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/web"
	"habeas/workflows"
)

// solve does the work of the page's script.
func (p *page) solve() string {
	p.v.t.Helper()
	inputs := nodes(p.doc, "input")
	in := inputs[slices.IndexFunc(inputs, func(n *html.Node) bool { return attr(n, "name") == "solution" })]
	text := attr(in, "data-puzzle")
	times, err := strconv.Atoi(attr(in, "data-rounds"))
	must(p.v.t, err)
	zeros, err := strconv.Atoi(attr(in, "data-bits"))
	must(p.v.t, err)
	for n := 0; ; n++ {
		key, err := pbkdf2.Key(sha256.New, text, []byte(strconv.Itoa(n)), times, 8)
		must(p.v.t, err)
		if bits.LeadingZeros64(binary.BigEndian.Uint64(key)) >= zeros {
			return text + "." + strconv.Itoa(n)
		}
	}
}

// Where too many requests come from one place, one more is filed without a
// mail, and its page says so, in a browser without scripts; with the work that
// a script does it is served like any other.
func TestACrowdIsFiledWithoutAMail(t *testing.T) {
	t.Parallel()
	l := &limits{free: 1, left: map[string]int{"bound": 1000, "verify": 1000, "code": 1000}}
	b := newBed(t, func(c *web.Config) { c.Limits = l })
	v := b.visitor()
	review := func(kind string) *page {
		t.Helper()
		form := v.get("/requests/new/"+kind).form("Continue").fill("name", "Robin", "email", "robin."+strconv.Itoa(b.count("requests"))+"@example.com")
		if kind == "question" {
			form.fill("details", "Why?")
		}
		return form.press("Continue").want(200, "Check before you send")
	}
	unsent := func(p *page, want models.Suppression) {
		t.Helper()
		if r := b.request(anyReference.FindString(p.text())); r.Suppressed != want {
			t.Errorf("it is unsent for %q, want %q", r.Suppressed, want)
		}
	}
	const waits, later = "your browser solves a small calculation", "choose “Email me a new code”"
	first := review("access").want(200, "!"+waits).form("Send the request").press("Send the request").want(200, "!"+later, "We’ll email you a code")
	unsent(first, "")

	crowded := review("access").want(200, waits, "still take your request")
	sent := crowded.form("Send the request").press("Send the request").
		want(200, "We have your request, and our time to answer is running", later, "!We’ll email you a code within")
	unsent(sent, models.SuppressedClient)
	sent.form("Email me a new code").press("Email me a new code").want(200)
	again := crowded.form("Send the request").press("Send the request").want(200, later) // it was sent already
	if anyReference.FindString(again.text()) != anyReference.FindString(sent.text()) {
		t.Error("the form is filed twice")
	}
	unsent(review("marketing_opt_out").form("Send the request").press("Send the request").
		want(200, "may not have emailed you a confirmation", "!"+later), models.SuppressedClient)

	worked := review("access")
	solution := worked.solve()
	edited := worked.form("Send the request").press("Change something").form("Continue").press("Continue") // another page of the same form
	unsent(edited.form("Send the request").fill("solution", solution).press("Send the request").want(200, "!"+later, "We’ll email you a code"), "")
	unsent(review("access").form("Send the request").fill("solution", solution).press("Send the request").want(200, later), models.SuppressedClient)

	// The same where no more mail goes out to anybody.
	l.free = 1000
	b.service.MailLimits = workflows.MailLimits{FormPerHour: 4}
	for range 3 {
		review("access").want(200, "!"+waits).form("Send the request").press("Send the request").want(200, "!"+later)
	}
	short := review("access").want(200, waits)
	unsent(short.form("Send the request").press("Send the request").want(200, later), models.SuppressedTotal)
	short = review("access")
	unsent(short.form("Send the request").fill("solution", short.solve()).press("Send the request").want(200, "!"+later), "")
}
