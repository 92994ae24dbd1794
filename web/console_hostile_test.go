package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/html"

	"habeas/accounts"
	"habeas/models"
	"habeas/web/console"
	"habeas/workflows"
)

// written reports a field in which somebody types.
func written(n *html.Node) bool {
	kind := attr(n, "type")
	return n.Data == "textarea" || n.Data == "input" && slices.Contains([]string{"", "text", "email", "search", "date", "password"}, kind)
}

// stuffed are the fields of a form with a text in each one that somebody types
// into, and everything chosen that can be; nothing where nobody types.
func stuffed(node *html.Node, text string) url.Values {
	values, found := valuesOf(node), false
	for _, n := range nodes(node, "input", "textarea", "select") {
		switch name := attr(n, "name"); {
		case name == "" || has(n, "readonly"):
		case written(n):
			values.Set(name, text)
			found = true
		case n.Data == "select" && values.Get(name) == "":
			if options := nodes(n, "option"); len(options) > 1 {
				values.Set(name, attr(options[1], "value"))
			}
		case attr(n, "type") == "radio" && values.Get(name) == "":
			values.Set(name, attr(n, "value"))
		}
	}
	if !found {
		return nil
	}
	return values
}

// consoleForms are the forms of every page of the console in which somebody
// types, by what they are sent to. Those of a request are drawn in each of its
// states.
func consoleForms(t *testing.T, b *bed, admin, outside *visitor, reference string) map[string]*html.Node {
	t.Helper()
	forms := map[string]*html.Node{}
	add := func(p *page) {
		for _, node := range nodes(p.want(http.StatusOK).doc, "form") {
			action := attr(node, "action")
			if action == "" {
				action = p.path()
			}
			if stuffed(node, "x") != nil {
				forms[strings.ToUpper(attr(node, "method"))+" "+action] = node
			}
		}
	}
	colleague := b.hire("Colleague", models.RoleAgent)
	own := strings.NewReplacer("{id}", colleague.ID, "{template}", "reply", "{language}", "en", "{reference}", "none", "{file}", "none", "{mail}", "none", "{secret}", "none")
	for _, route := range console.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if method != http.MethodGet {
			continue
		}
		v := admin
		if route.May == "" {
			v = outside
		}
		if p := v.get(own.Replace(path)); p.StatusCode == http.StatusOK && p.doc != nil && len(nodes(p.doc, "main")) > 0 {
			add(p)
		}
	}
	add(admin.get("/console/requests/new?type=correction"))
	add(admin.get("/console/mail/" + b.mailIn(twoSenders("Delete me", "Please delete all my data."))))
	for _, c := range []workflows.Command{
		nil,
		workflows.Verify{Level: models.LevelReasonable, Method: "callback"},
		workflows.Start{},
		workflows.Ask{Message: "Which?"},
		workflows.Resume{},
		workflows.Conclude{Message: "No.", Items: []workflows.ItemGiven{
			{No: 1, Outcome: models.OutcomeDenied, Reasons: []workflows.ReasonGiven{{Code: "accurate_data"}}}, {No: 2, Outcome: models.OutcomeDenied, Reasons: []workflows.ReasonGiven{{Code: "accurate_data"}}},
		}},
		workflows.Approve{},
	} {
		if c != nil {
			b.do(reference, map[bool]string{true: "bob", false: "ann"}[c.Name() == workflows.CommandApprove], c)
		}
		add(admin.get("/console/requests/" + reference))
	}
	return forms
}

// Whatever staff type into any field of any page stays text, on the page that
// comes back.
func TestHostileStringsInEveryFieldOfTheConsoleStayText(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	_, secret, err := b.accounts.People.Invite(t.Context(), staff("operator"), accounts.Newcomer{Name: "New", Email: "new@acme.example", Role: models.RoleAgent})
	must(t, err)
	admin, outside := b.colleague(models.RoleAdmin), b.visitor()
	b.withPaper()
	drawn := b.wish(models.TypeCorrection).Reference
	forms := consoleForms(t, b, admin, outside, drawn)
	link := "/console/invitation/" + secret
	forms["POST "+link] = outside.get(link).want(http.StatusOK).form("Continue").node
	var names []string
	for target := range forms {
		names = append(names, target[strings.LastIndex(target, "/")+1:])
	}
	for _, want := range []string{
		"sign-in", "search", "new", "verify", "ask", "note", "reply", "extend", "decide", "return", "reopen", "request", "attach", "exports", "people", "tokens", "password", "confirm", "policies", "tasks", "complete", "reassign", secret,
	} {
		if !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, want) }) {
			t.Errorf("no form for %s among %v", want, names)
		}
	}
	var shown atomic.Int64
	withEach(t, func(payload string) {
		r := b.wish(models.TypeCorrection, func(c *workflows.Submit) {
			c.Person.Name, c.Details = short(payload), payload
			c.OnBehalf = &models.OnBehalf{Role: models.CapacityAgent, Name: short(payload), Email: "agent@example.com", Authority: payload}
			c.Fields["corrections"] = []any{map[string]any{"field": "company", "current": short(payload), "requested": short(payload)}}
		})
		its := admin.get("/console/requests/" + r.Reference).want(http.StatusOK)
		inert(t, its, payload)
		inert(t, its.act("files").upload(short(payload)+".txt", []byte("a text")), payload)
		for target, node := range forms {
			method, action, _ := strings.Cut(target, " ")
			action = strings.ReplaceAll(action, drawn, r.Reference)
			v, values := admin, stuffed(node, payload)
			if slices.ContainsFunc([]string{"sign-in", "invitation"}, func(part string) bool { return strings.Contains(action, part) }) {
				v = outside
			}
			for _, do := range []string{"", "preview"} {
				sent := maps.Clone(values)
				if do != "" {
					if !strings.HasSuffix(action, "/decide") {
						continue
					}
					sent.Set("do", do)
				}
				var p *page
				if method == http.MethodPost {
					p = v.post(action, sent)
				} else {
					p = v.get(action + "?" + sent.Encode())
				}
				if p.doc == nil {
					continue
				}
				inert(t, p, payload)
				if strings.Contains(strings.ToLower(p.body), "canary") {
					shown.Add(1)
				}
			}
		}
	})
	if n := shown.Load(); n < int64(10*len(payloads())) {
		t.Errorf("what was typed came back %d times", n)
	}
	for _, list := range []string{"/console/tokens", "/console/people", "/console/exports", "/console?view=open", "/console/mail", "/console/tasks?state=any"} {
		inert(t, admin.get(list).want(http.StatusOK), "all of them")
	}
}
