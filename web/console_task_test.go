package web_test

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/workflows"
)

// withPaper gives the organisation a system that a person looks into.
func (b *bed) withPaper() {
	b.service.Config.Systems = []models.System{{
		Key: "paper", Name: "Paper files", Kind: models.SystemManual, Owner: "archive@example.com",
		Actions: []models.Action{models.ActionFind, models.ActionCorrect, models.ActionErase},
	}}
}

// byLetter makes a request one that came by letter: its requester is not asked
// again whether they are sure.
func byLetter(c *workflows.Submit) { c.Channel = models.ChannelLetter }

// answered stores tasks of the shop with what its connector returned for them.
func (b *bed) answered(r models.Request, tasks ...models.Task) {
	b.t.Helper()
	var d models.Decision
	for _, t := range tasks {
		t.RequestID, t.Version = r.ID, 1
		t.System, t.SystemName, t.Kind, t.Run = "shop", "Shop database", models.SystemSQL, 1
		t.DueOn, t.DueBy, t.CreatedAt = r.Deadline.RespondOn, r.Deadline.RespondBy, r.ReceivedAt
		d.With(models.TaskChanged{Task: t})
		for kind, body := range map[models.TaskResultKind]string{
			models.ResultFindings: `{"system":"shop","records":[{"table":"person","key":[{"name":"id","value":"17"}],"fields":[
				{"name":"street","value":"Canary Lane 7","categories":["user.contact.address.street"]},
				{"name":"passport","value":"canarypassport","categories":["user.government_id.passport_number"]}]}]}`,
			models.ResultPreview: `{"system":"shop","action":"erase","hash":"h","rows":[{"table":"person","key":[{"name":"id","value":"17"}],"operation":"update","fields":[
				{"name":"street","before":"Canary Lane 7","after":null,"verdict":"erased","categories":["user.contact.address.street"]},
				{"name":"passport","before":"canarypassport","after":"canarymask","verdict":"masked","categories":["user.government_id"]}]}]}`,
		} {
			d.With(models.TaskResulted{Result: models.TaskResult{TaskID: t.ID, RequestID: r.ID, Kind: kind, Run: 1, At: r.ReceivedAt, Body: []byte(body)}})
		}
	}
	must(b.t, b.store.Commit(b.t.Context(), d))
}

// A request with a task that a person does is answered as fulfilled once the
// task is done, and not before.
func TestATaskDoneByHandLeadsToAFulfilledAnswer(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.withPaper()
	ann, bob := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleManager)
	r := b.wish(models.TypeDeletion, byLetter)
	p := ann.open(r.Reference).act("verify").fill("level", "high", "method", "account_login").send("")
	p.want(200, "Paper files: erase To do", "archive@example.com", "Due on")
	ann.get("/console?view=open").want(200, r.Reference, "Paper files: erase, archive@example.com, due on")
	p = p.act("start").send("").want(200, "before these tasks are done: Paper files: erase")

	// The answer is refused, whatever the form says, and names the task.
	f := p.act("decide").fill("message", "It is gone.")
	for _, n := range nodes(f.node, "input") {
		if attr(n, "name") == "outcome" && attr(n, "value") == "fulfilled" {
			t.Error("it can be called fulfilled while a task is undone")
		}
	}
	f.values.Set("outcome", "fulfilled")
	p = f.send("give").want(409, "the task Paper files: erase is open", "It is gone.")
	b.at(r.Reference, models.StateInProgress)

	p = p.act("reassign").fill("owner", "not an address").send("").want(422, "This is not a mail address")
	p = p.act("reassign").fill("owner", "cellar@example.com").send("").want(200, "The task has another owner", "cellar@example.com")
	p = p.act("complete").send("").want(422, "Choose how it ended")
	p = p.act("complete").fill("outcome", "refused").send("").want(422, "say what was not done")
	done := p.act("complete").fill("outcome", "completed", "note", "Shredded, both folders.")
	done.send("").want(200, "What was done is recorded", "Done Completed", "Shredded, both folders.")
	p = done.send("").want(200)
	if n := b.events(models.EventTaskDone); n != 1 {
		t.Errorf("a form that came twice did it %d times", n)
	}

	// One more by hand, which the owner finds nothing for.
	p = p.act("tasks").fill("note", "Look in the cellar.").send("").want(422, "Choose a system", "Look in the cellar.")
	p = p.act("tasks").fill("system", "paper", "action", "find").send("").want(200, "The task was added", "Paper files: find To do", "Look in the cellar.")
	p = p.act("complete").fill("outcome", "nothing_found").send("").want(200, "Done Nothing found", "!before these tasks are done")

	p = p.act("decide").fill("outcome", "fulfilled", "message", "It is gone.").send("give").want(200, "The decision was recorded")
	if b.request(r.Reference).State == models.StateInReview {
		p = bob.open(r.Reference).act("approve").send("")
	}
	p.want(200, "Fulfilled")
	b.at(r.Reference, models.StateClosed)
	if p.offers("tasks") || p.offers("complete") {
		t.Error("a closed request offers work on tasks")
	}
}

// A decision that waits is not approved while a task of it is undone.
func TestAnApprovalWaitsForItsTasks(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, bob := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleManager)
	r := b.wish(models.TypeDeletion, byLetter)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	b.do(r.Reference, ann.ID, workflows.Start{})
	b.do(r.Reference, ann.ID, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Gone."})
	b.at(r.Reference, models.StateInReview)
	b.answered(b.request(r.Reference), models.Task{ID: newID(), TaskFacts: models.TaskFacts{Action: models.ActionErase, State: models.TaskOpen}})
	if p := bob.open(r.Reference).want(200, "It cannot be fulfilled: the task Shop database: erase is open"); p.offers("approve") {
		t.Error("it can be approved")
	}
}

// What would change is read on a page of its own, which leaves an event, and is
// approved by another person than who had it made, who has read the same.
func TestAPreviewIsApprovedByASecondPerson(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, bob := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleAgent)
	r := b.wish(models.TypeDeletion, byLetter)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	id, found := newID(), newID()
	b.answered(b.request(r.Reference),
		models.Task{ID: id, TaskFacts: models.TaskFacts{Action: models.ActionErase, State: models.TaskNeedsReview, Step: models.StepPreview, RunBy: ann.ID, Preview: "h"}},
		models.Task{ID: found, TaskFacts: models.TaskFacts{Action: models.ActionFind, State: models.TaskDone, Outcome: models.TaskCompleted, Found: 1}})
	p := ann.open(r.Reference).want(200, "Shop database: erase Preview to approve", "approved by another person", "1 record found", "!Canary Lane", "!canarypassport")

	findings := p.click("Read what was found in Shop database").want(200, "person 17", "Canary Lane 7", "withheld: government id number", "!canarypassport")
	findings.click("The request "+r.Reference).want(200, "Findings read")
	p = p.click("Read the preview of Shop database").want(200, "Canary Lane 7", "Erased", "Masked", "withheld: government id number", "approved by another person", "!canarypassport", "!canarymask")
	if p.offers("approve-preview") {
		t.Error("who had the preview made may approve it")
	}
	approve := "/console/tasks/" + id + "/approve-preview"
	ann.post(approve, url.Values{"hash": {"h"}, "seed": {"s"}, "version": {"1"}}).want(409, "another person has to do this")

	f := bob.get("/console/tasks/"+id+"/preview").want(200, "Canary Lane 7").act("approve-preview")
	if f.values.Get("hash") != "h" {
		t.Errorf("the form approves %q", f.values.Get("hash"))
	}
	bob.post(approve, url.Values{"hash": {"other"}, "seed": {"s"}, "version": {"1"}}).want(409, "Nothing was done")
	f.send("").want(200, "The preview was approved", "Shop database: erase Being carried out")
	bob.post(approve, url.Values{"hash": {"h"}, "seed": {"t"}, "version": {"1"}}).want(409, "the state of the task “Shop database: erase” is now “Being carried out”")
	for kind, want := range map[models.EventKind]int{models.EventPreviewOpened: 2, models.EventFindingsOpened: 1, models.EventPreviewApproved: 1} {
		if n := b.events(kind); n != want {
			t.Errorf("%d events %s, want %d", n, kind, want)
		}
	}
	_, err := b.raw.Exec("CREATE TRIGGER no_more BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END")
	must(t, err)
	for _, part := range []string{id + "/preview", found + "/findings"} {
		if p := ann.get("/console/tasks/" + part); p.StatusCode < 500 || strings.Contains(p.body, "Canary Lane") {
			t.Errorf("%s is shown although it could not be recorded: %d", part, p.StatusCode)
		}
	}
}

// An auditor sees which tasks there are and what became of them, and nothing
// that people wrote or systems returned.
func TestAnAuditorOnlyLooksAtTasks(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.withPaper()
	ann, eve := b.hire("Ann", models.RoleAgent), b.hire("Eve", models.RoleAuditor)
	r := b.wish(models.TypeDeletion, byLetter)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	id := newID()
	b.answered(b.request(r.Reference), models.Task{ID: id, TaskFacts: models.TaskFacts{Action: models.ActionErase, State: models.TaskNeedsReview, RunBy: ann.ID, Preview: "h"}})
	ann.open(r.Reference).act("tasks").fill("system", "paper", "action", "find", "note", "canarynote").send("").want(200, "canarynote")
	for _, p := range []*page{
		eve.open(r.Reference).want(200, "Tasks", "Paper files: find", "Shop database: erase Preview to approve"),
		eve.get("/console/tasks").want(200, "Paper files: find", "Shop database: erase", r.Reference),
		eve.get("/console?view=open").want(200, r.Reference),
	} {
		if strings.Contains(p.body, "canarynote") || strings.Contains(p.body, "archive@") || strings.Contains(p.body, "Read the preview") {
			t.Errorf("%s shows an auditor too much: %s", p.path(), p.text())
		}
		for _, command := range []string{"tasks", "run", "complete", "reassign", "retry", "approve-preview"} {
			if len(find(p, func(n *html.Node) bool {
				return n.Data == "form" && attr(n, "method") == "post" && strings.HasSuffix(attr(n, "action"), "/"+command)
			})) > 0 {
				t.Errorf("%s offers an auditor %s", p.path(), command)
			}
		}
	}
	eve.get("/console/tasks/" + id + "/preview").want(403)
	eve.get("/console/tasks/" + id + "/findings").want(403)
	if n := b.events(models.EventPreviewOpened) + b.events(models.EventFindingsOpened); n != 0 {
		t.Errorf("%d readings of somebody who read nothing", n)
	}
}

// The list of tasks has the filters of the API, no mail address in an address of
// a page, and goes on page by page.
func TestTheListOfTasksIsFiltered(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.withPaper()
	ann := b.hire("Ann", models.RoleAgent)
	r := b.wish(models.TypeDeletion, byLetter)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	var many []models.Task
	for range 60 {
		many = append(many, models.Task{ID: newID(), TaskFacts: models.TaskFacts{Action: models.ActionFind, State: models.TaskFailed, Fault: models.FaultTimeout, FaultCode: "57014"}})
	}
	b.answered(b.request(r.Reference), many...)
	rows := func(p *page) int { return len(find(p, func(n *html.Node) bool { return has(n, "data-row") })) }
	first := ann.get("/console").click("Tasks").want(200, "Paper files: erase", "The system took too long. (57014)", "!‹ First")
	second := first.click("Next ›").want(200, "‹ First", "!Next ›")
	if rows(first) != 50 || rows(second) != 11 {
		t.Errorf("%d and %d tasks", rows(first), rows(second))
	}
	if p := first.click("archive@example.com"); rows(p) != 1 || strings.Contains(p.path(), "archive") {
		t.Errorf("%s lists %d tasks", p.path(), rows(p))
	}
	for query, want := range map[string]int{
		"state=failed": 50, "state=open": 1, "state=done": 0, "state=any": 50, "system=paper": 1, "system=lost": 0, "owner=none&system=paper": 0,
		"owner=none": 50, "owner=archive%40example.com": 0, "overdue=1": 0, "after=nonsense&system=paper": 1, "owner=%00": 0,
	} {
		if n := rows(ann.get("/console/tasks?" + query).want(200)); n != want {
			t.Errorf("%s lists %d, want %d", query, n, want)
		}
	}
	b.sleep(100 * day)
	ann.comeBack(b)
	if n := rows(ann.get("/console/tasks?overdue=1&state=open").want(200, "Overdue")); n != 1 {
		t.Errorf("%d are overdue", n)
	}
	ann.get("/console?view=open").want(200, "Paper files: erase, archive@example.com, due on", "and 56 more tasks", "Task overdue")
	ann.get("/console/tasks?assignee=none").want(200, "Next ›")
	ann.get("/console/tasks?assignee=me").want(200, "No task is like that.")
	b.do(r.Reference, ann.ID, workflows.Assign{Assignee: ann.ID})
	ann.get("/console/tasks?assignee=me").want(200, "Paper files: erase", "Next ›").click("Next ›").want(200, "!Next ›")
	// The overview counts the same tasks by system and by owner.
	p := b.colleague(models.RoleManager).get("/console/overview").want(200, "61 tasks in your systems", "Paper files", "Shop database", "archive@example.com", "Staff")
	if late := p.click("61 overdue").want(200, "Paper files: erase"); late.path() != "/console/tasks?overdue=1" {
		t.Errorf("what is overdue is at %s", late.path())
	}
	b.colleague(models.RoleAuditor).get("/console/overview").want(200, "61 tasks in your systems", "!archive@example.com")
}

// Staff read what would go out, leave some of it out, and choose the package when
// they decide.
func TestAnAccessPackageIsReviewedInTheConsole(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	b.answered(b.request(r.Reference), models.Task{ID: newID(), TaskFacts: models.TaskFacts{Action: models.ActionFind, State: models.TaskDone, Outcome: models.TaskCompleted, Found: 1}})
	p := ann.open(r.Reference).click("Review and make the access package").want(200, "Shop database: person 17", "Canary Lane 7", "withheld: government id number", "!canarypassport")
	if n := b.events(models.EventFindingsOpened); n != 1 {
		t.Errorf("%d looks are recorded", n)
	}
	p.form("Make the package").fill("words", "Nobody").press("Make the package").want(422, "“Nobody” is in none of the records")
	p.form("Make the package").fill("withhold", "shop/person/1").press("Make the package").want(422, "Choose the reason")
	made := p.form("Make the package").fill("words", "Canary Lane")
	made.press("Make the package").want(200, "data-"+r.Reference+".zip")
	made.press("Make the package") // twice is once
	files, err := b.store.Files(t.Context(), r.ID)
	must(t, err)
	if len(files) != 1 || !files[0].Internal || files[0].MediaType != "application/zip" {
		t.Errorf("the files are %+v", files)
	}
}
