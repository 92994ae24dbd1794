package web_test

import (
	"testing"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/workflows"
)

// Enter in a field presses the first button of its form. That of a decision
// only shows what would be sent, before a preview and behind it.
func TestEnterSendsNoDecision(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	for _, kind := range []models.RequestType{models.TypeMarketingOptOut, models.TypeCorrection} {
		r := b.wish(kind)
		b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "callback"})
		b.do(r.Reference, ann.ID, workflows.Start{})
		f := ann.open(r.Reference).act("decide").fill("message", "We did.")
		if kind == models.TypeCorrection {
			f.fill("item.1.outcome", "fulfilled", "item.2.outcome", "fulfilled")
		} else {
			f.fill("outcome", "fulfilled")
		}
		previewed := f.send("preview").want(200, "Nothing has been done yet").act("decide")
		for _, drawn := range []*form{f, previewed} {
			if first := nodes(drawn.node, "button")[0]; attr(first, "value") != "preview" || has(first, "disabled") {
				t.Errorf("%s: Enter presses %q", kind, textOf(first))
			}
		}
	}
}

// chosen are the values that a field of a page has as it is drawn.
func chosen(p *page, field string) (all []string) {
	for _, n := range find(p, func(n *html.Node) bool { return attr(n, "name") == field }) {
		if n.Data == "input" && has(n, "checked") {
			all = append(all, attr(n, "value"))
		}
		for _, o := range nodes(n, "option") {
			if has(o, "selected") {
				all = append(all, attr(o, "value"))
			}
		}
	}
	return all
}

// A form that comes back has every choice as it was made.
func TestChoicesComeBack(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, admin := b.hire("Ann", models.RoleAgent), b.hire("Ada", models.RoleAdmin)
	keeps := func(p *page, field, value string) {
		t.Helper()
		if got := chosen(p, field); len(got) != 1 || got[0] != value {
			t.Errorf("%s: %s came back as %q, want %q", p.path(), field, got, value)
		}
	}
	r := b.wish(models.TypeAccess)
	b.do(r.Reference, ann.ID, workflows.Assign{Assignee: ann.ID})
	drawn := ann.open(r.Reference)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "callback"})
	keeps(drawn.act("assign").fill("assignee", "").send("").want(409), "assignee", "")
	keeps(drawn.form("Add the file").fill("for", "shared").upload("run.exe", []byte("MZ\x90\x00binary")).want(415), "for", "shared")

	keeps(admin.get("/console/people").form("Invite").fill("name", "Eve", "email", "eve", "by", "link").press("Invite").want(422), "by", "link")
}

// What goes wrong leaves staff where they are: signed in, with all the ways on.
func TestProblemsKeepTheNavigation(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	eve := b.hire("Eve", models.RoleAuditor)
	for path, status := range map[string]int{"/console/nothing": 404, "/console/requests/HB-0000-0000-00": 404, "/console/people": 403} {
		eve.get(path).want(status, "Overview", "Settings", "Eve")
	}
	b.visitor().get("/console/nothing").want(404, "!Settings")
}
