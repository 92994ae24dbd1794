package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// member is somebody of the staff, and their browser.
type member struct {
	*visitor
	models.Staff
	secret string // of the session
}

// hire adds a member of staff who is signed in.
func (b *bed) hire(name string, role models.Role) *member {
	b.t.Helper()
	m, secret := b.signedIn(name, strings.ToLower(name)+"@acme.example", role)
	v := b.visitor()
	v.has("habeas-staff", secret)
	return &member{v, m, secret}
}

// comeBack signs somebody in again whose session is over.
func (m *member) comeBack(b *bed) {
	m.t.Helper()
	secret, err := b.accounts.Sessions.Open(context.Background(), m.ID)
	must(m.t, err)
	m.secret = secret
	m.has("habeas-staff", secret)
}

// has gives a visitor a cookie.
func (v *visitor) has(name, value string) {
	v.t.Helper()
	at, err := url.Parse(v.base)
	must(v.t, err)
	v.http.Jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// wish is a request that is typed in for a test.
func (b *bed) wish(kind models.RequestType, change ...func(*workflows.Submit)) models.Request {
	b.t.Helper()
	c := workflows.Submit{
		Type: kind, Person: models.Person{Name: "Robin Canary", Email: "robin.canary@example.com", Country: "US", Region: "CA"},
		Details: "Please do as I ask.", Channel: models.ChannelEmail, ReceivedAt: b.clock(), Fields: map[string]any{},
	}
	switch kind {
	case models.TypeCorrection:
		c.Fields["corrections"] = []any{
			map[string]any{"field": "company", "current": "Old Co", "requested": "New & Co"},
			map[string]any{"field": "location", "current": "Rome", "requested": "Oslo"},
		}
	case models.TypeTestimonialRemoval:
		c.Fields["places"] = []any{"https://acme.example/t/1"}
	case models.TypeDisclosure:
		c.Fields["year"] = "2025"
	}
	for _, f := range change {
		f(&c)
	}
	d, err := b.service.Cases.Submit(context.Background(), staff("typist"), c, cases.Option{})
	must(b.t, err)
	return d.Request
}

// open opens the case page.
func (m *member) open(reference string) *page {
	m.t.Helper()
	return m.get("/console/requests/"+reference).want(200, reference)
}

// act returns the form of a command.
func (p *page) act(command string) *form {
	p.v.t.Helper()
	for _, node := range nodes(p.doc, "form") {
		if strings.HasSuffix(attr(node, "action"), "/"+command) {
			return &form{p: p, node: node, values: valuesOf(node)}
		}
	}
	p.v.t.Fatalf("%s has no form for %s: %s", p.path(), command, p.text())
	return nil
}

// offers reports whether a page has the form of a command.
func (p *page) offers(command string) bool {
	for _, node := range nodes(p.doc, "form") {
		if strings.HasSuffix(attr(node, "action"), "/"+command) {
			return true
		}
	}
	return false
}

// send sends the form as its button of that value would; "" has no name.
func (f *form) send(do string) *page {
	f.p.v.t.Helper()
	if do != "" {
		f.values.Set("do", do)
	}
	return f.p.v.post(attr(f.node, "action"), f.values, "Origin", f.p.v.base, "Sec-Fetch-Site", "same-origin")
}

// at is the state of a request.
func (b *bed) at(reference string, state models.State) {
	b.t.Helper()
	if r := b.request(reference); r.State != state {
		b.t.Fatalf("%s is %s, want %s", reference, r.State, state)
	}
}

// events counts the events of a kind.
func (b *bed) events(kind models.EventKind) (n int) {
	b.t.Helper()
	must(b.t, b.raw.QueryRow("SELECT count(*) FROM events WHERE kind = ?", string(kind)).Scan(&n))
	return n
}

// hidden returns the value of a field of the first form that has it.
func hidden(p *page, name string) string {
	for _, n := range nodes(p.doc, "input") {
		if attr(n, "name") == name {
			return attr(n, "value")
		}
	}
	return ""
}

// find returns the elements that a test holds for.
func find(p *page, holds func(*html.Node) bool) (all []*html.Node) {
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && holds(n) {
			all = append(all, n)
		}
	}
	return all
}

const day = 24 * time.Hour
