package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// crowd files so many requests of one mailbox, in many spellings, without a
// word to anybody.
func (b *bed) crowd(n int, email string) []models.Request {
	b.t.Helper()
	all := make([]models.Request, n)
	for i := range all {
		local, domain, _ := strings.Cut(email, "@")
		d, err := b.service.Cases.Submit(b.t.Context(), models.Actor{Kind: models.ActorSubject}, workflows.Submit{
			Type: models.TypeAccess, Person: models.Person{Name: "Robin", Email: fmt.Sprintf("%s+%d@%s", local, i, domain)}, Crowded: true,
		}, cases.Option{})
		must(b.t, err)
		all[i] = d.Request
	}
	return all
}

// A flood is one line for staff: what is alike is a link to the list of those,
// and all of it is closed at once, without what came in meanwhile.
func TestAFloodIsClosedAtOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	flood := b.crowd(130, "mallory@example.net")
	single := b.crowd(1, "robin@example.net")[0]
	other := b.wish(models.TypeAccess)
	b.sleep(time.Minute)

	list := ann.get("/console?view=suppressed").want(200, "Not written to", "130 similar", "131")
	list.want(200, "!"+other.Reference)
	ann.open(single.Reference).want(200, "Nobody has written to the requester", "too many requests came from the same network", "was mailed no code", "!They were mailed a code")
	alike := list.click("130 similar").want(200, flood[0].Reference[:3], "Next", "!130 similar", "!"+single.Reference)
	if strings.Contains(alike.path(), "mallory") {
		t.Errorf("the address is %s", alike.path())
	}
	asked := alike.form("Close as spam").fill("whole", "1").press("Close as spam").want(200, "The list has 130", "Do nothing")
	b.sleep(time.Minute)
	late := b.crowd(1, "mallory@example.net")[0]
	early := flood[7]
	b.do(early.Reference, ann.ID, workflows.MarkSpam{})
	genuine := flood[9]
	b.do(genuine.Reference, "bob", workflows.Verify{Level: models.LevelHigh, Method: "callback"})
	_, err := b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorSubject}, genuine.Reference, workflows.Write{Text: "I am real."}, cases.Option{})
	must(t, err)
	asked.form("Close as spam: 130").press("Close as spam: 130").want(200, "128 done, 1 not possible", "That was all of it")
	closed := 0
	for _, r := range flood {
		if q := b.request(r.Reference); q.Outcome == models.OutcomeSpam {
			closed++
		}
	}
	if closed != len(flood)-1 {
		t.Errorf("%d of %d are closed", closed, len(flood))
	}
	for _, r := range []models.Request{late, single, other, genuine} { // of what somebody wrote about, the words were not read
		if q := b.request(r.Reference); q.State == models.StateClosed {
			t.Errorf("%s is closed, too", r.Reference)
		}
	}

	// Assigning goes the same way, and reaches every page.
	b.crowd(90, "eve@example.net")
	b.sleep(time.Second)
	whole := ann.get("/console?suppressed=1").form("Assign").fill("whole", "1").fill("assignee", ann.ID).press("Assign").want(200, "The list has 92")
	whole.form("Assign to Ann: 92").press("Assign to Ann: 92").want(200, "92 done.")
	var mine int
	must(t, b.raw.QueryRow("SELECT count(*) FROM requests WHERE assignee = ?", ann.ID).Scan(&mine))
	if mine != 92 {
		t.Errorf("%d are assigned", mine)
	}

	// Everybody's work is no flood.
	if todo := ann.get("/console").want(200); strings.Contains(todo.body, "whole") {
		t.Error("all that there is to do can be closed at once")
	}
	for _, back := range []string{"/console", "/console?view=open", "/console?state=open", "https://evil.example/", "/console?similar_to=x"} {
		p := ann.post("/console/bulk", url.Values{"do": {"spam"}, "whole": {"1"}, "sure": {"1"}, "drawn": {b.clock().Format(time.RFC3339)}, "back": {back}, "seed": {"s"}})
		if p.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", back, p.StatusCode)
		}
	}
	if q := b.request(other.Reference); q.State == models.StateClosed {
		t.Error("a request of no flood is closed")
	}
	b.hire("Eve", models.RoleAuditor).post("/console/bulk", url.Values{"do": {"spam"}, "whole": {"1"}, "sure": {"1"}, "drawn": {b.clock().Format(time.RFC3339)}, "back": {"/console?view=suppressed"}}).want(403)
}
