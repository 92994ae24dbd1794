package web_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/web"
	"habeas/web/console"
	"habeas/workflows"
	"habeas/workflows/cases"
)

func isID(id string) func(*html.Node) bool {
	return func(n *html.Node) bool { return attr(n, "id") == id }
}

// Two people work on one request: the second is told what the first did, and
// loses nothing.
func TestConsoleShowsConflictsAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, bob := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleManager)
	r := b.wish(models.TypeAccess)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	b.do(r.Reference, ann.ID, workflows.Start{})
	drawn := ann.open(r.Reference)

	// Meanwhile Bob asks, which moves the version.
	bob.open(r.Reference).act("ask").fill("message", "Which account?").send("").want(200)
	version := b.request(r.Reference).Version
	p := drawn.act("decide").fill("outcome", "no_data", "message", "We found nothing, I typed for an hour.").send("give")
	p.want(409, "has changed since this page was drawn", "Question put to the requester", "Bob")
	if got := b.request(r.Reference); got.Version != version || got.State != models.StateOnHold {
		t.Errorf("it was overwritten: %s, version %d", got.State, got.Version)
	}

	// On hold nothing can be decided: what was typed is still on the page.
	b.do(r.Reference, ann.ID, workflows.Resume{})
	drawn = ann.open(r.Reference)
	// The requester writes: no version moves, but the answer would pass by it.
	_, err := b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorSubject}, r.Reference, workflows.Write{Text: "I withdraw half of it."}, cases.Option{})
	must(t, err)
	p = drawn.act("decide").fill("outcome", "no_data", "message", "I typed for an hour.").send("give").want(409, "The requester wrote", "I typed for an hour.", "I withdraw half of it.")
	b.at(r.Reference, models.StateInProgress)
	p.act("decide").send("give").want(200, "The decision was recorded")
	bob.open(r.Reference).act("approve").send("").want(200, "approved")

	// So does a mail of somebody else: it is read first, and is in nobody's way then.
	drawn = ann.open(r.Reference)
	_, err = b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorIntake}, r.Reference, workflows.Receive{Mail: newID(), Text: "I am not Robin.", Flags: []models.MessageFlag{models.FlagOtherSender}}, cases.Option{})
	must(t, err)
	drawn.act("reopen").fill("reason", "To see.").send("").want(200, "taken up again")
	b.do(r.Reference, ann.ID, workflows.Start{})
	p = drawn.v.get("/console/requests/" + r.Reference)
	p.act("reply").fill("message", "Who are you?").send("").want(200, "Who are you?", "!Not done")

	// What the clock did is no conflict.
	o := b.wish(models.TypeDeletion, func(c *workflows.Submit) { c.Person.Email = "other@example.com" })
	drawn = ann.open(o.Reference)
	b.sleep(24 * day)
	_, err = b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorSystem}, o.Reference, workflows.Remind{Threshold: "50%", DueOn: o.Deadline.RespondOn}, cases.Option{})
	must(t, err)
	ann.comeBack(b)
	drawn.act("verify").fill("level", "high", "method", "callback").send("").want(200, "The verification was recorded")
}

// crossed is the service with somebody who acts between a look at the log and
// what comes of it.
type crossed struct {
	console.Staff
	meanwhile func()
}

func (c *crossed) Events(ctx context.Context, reference string) ([]models.Event, error) {
	all, err := c.Staff.Events(ctx, reference)
	if f := c.meanwhile; f != nil {
		c.meanwhile = nil
		f()
	}
	return all, err //nolint:wrapcheck // the service itself
}

// What the clock did is passed by, and nothing else with it.
func TestConsolePassesByTheClockAlone(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	service := &crossed{Staff: web.ForConsole(b.service)}
	b.serve(func(c *web.Config) { c.Staff = service })
	ann := b.hire("Ann", models.RoleAgent)
	r := b.wish(models.TypeDeletion)
	b.sleep(24 * day)
	ann.comeBack(b)
	drawn := ann.open(r.Reference)
	_, err := b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorSystem}, r.Reference, workflows.Remind{Threshold: "50%", DueOn: r.Deadline.RespondOn}, cases.Option{})
	must(t, err)
	service.meanwhile = func() { b.do(r.Reference, "bob", workflows.Assign{Assignee: ann.ID}) }
	drawn.act("verify").fill("level", "high", "method", "callback").send("").want(409, "Assigned", "has changed since this page was drawn")
	if got := b.request(r.Reference); got.Level == models.LevelHigh {
		t.Error("it was done in spite of what changed meanwhile")
	}
	// Where nobody can tell what happened nothing is done, and the page says so.
	b.do(r.Reference, "bob", workflows.Note{Text: "x"})
	drawn = ann.open(r.Reference)
	b.do(r.Reference, "bob", workflows.Assign{})
	back := b.away("events")
	drawn.act("verify").fill("level", "high", "method", "callback").send("").want(500)
	back()
}

// Closed as spam from the list is only what nobody has written about: the list
// shows no words.
func TestConsoleClosesNothingUnreadAsSpam(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	one, two := b.wish(models.TypeQuestion), b.wish(models.TypeAccess)
	for _, r := range []*models.Request{&one, &two} {
		b.do(r.Reference, "bob", workflows.Verify{Level: models.LevelHigh, Method: "callback"})
		*r = b.request(r.Reference)
	}
	f := ann.get("/console").form("Close as spam")
	_, err := b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorSubject}, one.Reference, workflows.Write{Text: "I am real."}, cases.Option{})
	must(t, err)
	f.values["row"] = []string{fmt.Sprintf("%s:%d", one.Reference, one.Version), fmt.Sprintf("%s:%d", two.Reference, two.Version)}
	f.send("spam").want(200, "1 of 2 done", "somebody wrote about it")
	b.at(two.Reference, models.StateInReview) // its requester is verified
	if b.request(one.Reference).State == models.StateClosed {
		t.Error("closed unread")
	}
}

// slow is the service with somebody who writes between the look at the
// conversation and the transaction.
type slow struct {
	console.Staff
	meanwhile func()
}

func (s *slow) Do(ctx context.Context, by models.Actor, reference string, c workflows.Command, o cases.Option) (workflows.Decision, error) {
	if f := s.meanwhile; f != nil {
		s.meanwhile = nil
		f()
	}
	return s.Staff.Do(ctx, by, reference, c, o) //nolint:wrapcheck // the service itself
}

// A message that comes in the very moment in which an answer is sent stops it:
// the answer would pass by what nobody has read.
func TestConsoleReadsBeforeItAnswers(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	service := &slow{Staff: web.ForConsole(b.service)}
	b.serve(func(c *web.Config) { c.Staff = service })
	ann := b.hire("Ann", models.RoleAgent)
	for i, command := range []workflows.CommandName{workflows.CommandReply, workflows.CommandAsk, workflows.CommandDecide} {
		r := b.wish(models.TypeMarketingOptOut, func(c *workflows.Submit) { c.Person.Email = fmt.Sprintf("robin%d@example.com", i) })
		b.do(r.Reference, ann.ID, workflows.Start{})
		f := ann.open(r.Reference).act(string(command)).fill("message", "I typed for an hour.")
		if command == workflows.CommandDecide {
			f.fill("outcome", "fulfilled")
		}
		service.meanwhile = func() {
			_, err := b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorSubject}, r.Reference, workflows.Write{Text: "Please do not."}, cases.Option{})
			must(t, err)
		}
		p := f.send("give").want(409, "The requester wrote", "Please do not.", "I typed for an hour.")
		b.at(r.Reference, models.StateInProgress)
		p.act(string(command)).send("give").want(200, "I typed for an hour.", "!Not done")
	}
}

// A double click, and going back and sending again, is one act.
func TestConsoleActsOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.wish(models.TypeAccess)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	p := ann.open(r.Reference)
	for _, step := range []struct{ command, field, text string }{{"start", "", ""}, {"reply", "message", "We are on it."}, {"note", "text", "A note."}, {"ask", "message", "Which?"}} {
		f := p.act(step.command)
		if step.field != "" {
			f.fill(step.field, step.text)
		}
		before := b.count("messages") + b.count("events")
		p = f.send("").want(200, "!Not done")
		after := b.count("messages") + b.count("events")
		var clicks sync.WaitGroup
		for range 4 {
			clicks.Go(func() { f.send("").want(200, "!Not done") })
		}
		clicks.Wait()
		if got := b.count("messages") + b.count("events") - 4; got != after || after == before {
			t.Errorf("%s: %d rows before, %d after one click, %d after five", step.command, before, after, got)
		}
	}
}

func TestBulk(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, bob := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleManager)
	one, two, done := b.wish(models.TypeMarketingOptOut), b.wish(models.TypeAccess), b.wish(models.TypeDeletion)
	list := ann.get("/console?view=open").want(200, one.Reference, two.Reference, done.Reference)
	b.do(done.Reference, bob.ID, workflows.MarkSpam{})
	f := list.form("Assign")
	f.values["row"] = []string{one.Reference + ":1", two.Reference + ":1", done.Reference + ":1", "HB-0000-0000-00:1"}
	f.fill("assignee", bob.ID)
	for range 2 { // the second time is the same
		p := f.send("assign").want(200, "2 of 4 done", "Assign to Bob", "it has changed since the list was drawn", "there is no such request")
		p.want(200, one.Reference)
	}
	if b.request(one.Reference).Assignee != bob.ID || b.events(models.EventAssigned) != 2 {
		t.Errorf("assigned to %q, by %d events", b.request(one.Reference).Assignee, b.events(models.EventAssigned))
	}
	bob.get("/console?view=mine").want(200, one.Reference, two.Reference, "Mine 2")
	f = ann.get("/console?view=open").form("Close as spam")
	f.values["row"] = []string{one.Reference + ":2", two.Reference + ":2"}
	f.send("spam").want(200, "2 of 2 done")
	b.at(two.Reference, models.StateClosed)
	f.values["row"] = nil
	f.send("spam").want(200, "You selected no request")
	f.values["row"] = []string{"x"}
	f.send("spam").want(400)
}

func TestSearch(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, eve := b.hire("Ann", models.RoleAgent), b.hire("Eve", models.RoleAuditor)
	r := b.wish(models.TypeAccess)
	search := func(m *member, q string) *page {
		f := m.get("/console").form("Search").fill("q", q)
		return f.send("")
	}
	for _, typed := range []string{r.Reference, strings.ToLower(r.Reference), " " + strings.TrimPrefix(r.Reference, "HB-")} {
		if p := search(ann, typed); p.path() != "/console/requests/"+r.Reference {
			t.Errorf("%q leads to %s", typed, p.path())
		}
	}
	search(ann, " Robin.Canary@EXAMPLE.com ").want(200, "Requests of one mailbox", r.Reference)
	search(ann, "nobody@example.com").want(200, "No request came from this address", "!"+r.Reference)
	search(ann, "HB-0000-0000-00").want(404, "There is no request with the reference")
	search(ann, "Robin").want(422, "neither a reference nor a whole email address")
	search(ann, "").want(422, "Type a reference")
	if p := search(eve, r.Reference); p.path() != "/console/requests/"+r.Reference {
		t.Errorf("an auditor is led to %s", p.path())
	}
	search(eve, "robin.canary@example.com").want(422, "by their reference only", "!"+r.Reference)
	if strings.Contains(b.log.String(), "canary") || strings.Contains(b.log.String(), "CANARY") {
		t.Error("what was searched for is in the log")
	}
}
