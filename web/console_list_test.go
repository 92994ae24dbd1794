package web_test

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// ticks are the references that a list lets the viewer tick.
func ticks(p *page) (all []string) {
	for _, n := range find(p, func(n *html.Node) bool { return attr(n, "name") == "row" }) {
		reference, _, _ := strings.Cut(attr(n, "value"), ":")
		all = append(all, reference)
	}
	slices.Sort(all)
	return all
}

// A list has a box to tick where the gate lets the viewer do something with the
// request, and only the buttons of what that is.
func TestAListOffersWhatTheGateLets(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, eve := b.hire("Ann", models.RoleManager), b.hire("Eve", models.RoleAuditor)
	bob := b.hire("Bob", models.RoleManager)
	plain, appealed := b.wish(models.TypeAccess), b.wish(models.TypeAccess)
	for _, r := range []models.Request{plain, appealed} {
		b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	}
	b.do(appealed.Reference, ann.ID, workflows.Start{})
	b.do(appealed.Reference, ann.ID, workflows.Conclude{
		Outcome: models.OutcomeDenied, Message: "No.", Reasons: []workflows.ReasonGiven{{Code: "manifestly_unfounded"}},
	})
	b.do(appealed.Reference, bob.ID, workflows.Approve{Version: b.request(appealed.Reference).Version})
	closed := ann.get("/console?view=closed").want(200, appealed.Reference)
	if len(ticks(closed)) > 0 {
		t.Error("what is closed can be ticked")
	}
	_, err := b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorSubject}, appealed.Reference, workflows.FileAppeal{Text: "I object."}, cases.Option{})
	must(t, err)

	both := []string{plain.Reference, appealed.Reference}
	slices.Sort(both)
	carol := b.hire("Carol", models.RoleAgent)
	list := carol.get("/console?view=open").want(200, "take from their owners", "Close as spam")
	if got := ticks(list); !slices.Equal(got, both) {
		t.Errorf("an agent can tick %v", got)
	}
	if got := ticks(ann.get("/console?view=open").want(200, plain.Reference, appealed.Reference)); !slices.Equal(got, []string{plain.Reference}) {
		t.Errorf("who made the answer can tick %v", got)
	}
	if got := ticks(eve.get("/console?view=open").want(200, plain.Reference)); len(got) > 0 {
		t.Errorf("an auditor can tick %v", got)
	}
	b.do(plain.Reference, ann.ID, workflows.MarkSpam{}) // proposed
	list = carol.get("/console?view=approve").want(200, plain.Reference, "take from their owners")
	if spam := find(list, func(n *html.Node) bool { return attr(n, "name") == "do" && attr(n, "value") == "spam" }); len(spam) > 0 {
		t.Error("what waits for approval can be closed as spam")
	}
	row := appealed.Reference + ":" + strconv.Itoa(b.request(appealed.Reference).Version)
	ann.post("/console/bulk", url.Values{"do": {"spam"}, "row": {row}, "seed": {"s"}}).want(200, "an appeal is for another person")
	eve.post("/console/bulk", url.Values{"do": {"assign"}, "row": {row}, "seed": {"s"}}).want(403)
	if b.request(appealed.Reference).State != models.StateOpen {
		t.Error("who is barred ended the appeal")
	}
}
