package web_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/web"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// toDo is a request whose policy makes a task for the owner of the paper files.
func (b *bed) toDo() (models.Request, models.Task) {
	b.t.Helper()
	b.withPaper()
	r := b.wish(models.TypeDeletion, byLetter)
	b.do(r.Reference, "ann", workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	tasks, err := b.store.TasksOf(context.Background(), r.ID)
	must(b.t, err)
	if len(tasks) != 1 || tasks[0].Owner != "archive@example.com" {
		b.t.Fatalf("the tasks are %+v", tasks)
	}
	return r, tasks[0]
}

// ownerCodes mails the codes that were asked for, and returns the last for a
// task; "" where none was mailed.
func (b *bed) ownerCode(task models.Task) (code string) {
	b.t.Helper()
	ctx := context.Background()
	jobs, err := b.store.Claim(ctx, b.clock().Add(time.Second), time.Minute, 1000)
	must(b.t, err)
	for _, j := range jobs {
		if j.Kind == models.JobOwnerCode {
			id, locale, _ := strings.Cut(j.Subject, "/")
			if err := b.service.Owners.IssueCode(ctx, id, locale, j.ID); err != nil && models.CodeOf(err) != models.CodeTooMany && models.CodeOf(err) != models.CodeNotFound {
				b.t.Fatal(err)
			}
		}
	}
	all, err := b.store.Messages(ctx, task.RequestID)
	must(b.t, err)
	for _, m := range all {
		if l, ok := m.Letter.(*models.OwnerCodeLetter); ok && l.Task.ID == task.ID {
			code = l.Code
		}
	}
	return code
}

// ownerOf opens a task as its owner does.
func (b *bed) ownerOf(v *visitor, task models.Task) *page {
	b.t.Helper()
	p := v.get("/tasks/"+task.ID).want(200, "Email me a code")
	p = p.form("Email me a code").press("Email me a code").want(200, "If this task exists, a code is on its way")
	return p.form("Open the task").fill("code", b.ownerCode(task)).press("Open the task")
}

// The owner of a system does a task with nothing but their mail: they ask for a
// code, read whom it is about, and say what they did with a file that shows it.
func TestAnOwnerDoesATaskWithTheirMail(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	r, task := b.toDo()
	v := b.visitor()
	p := b.ownerOf(v, task).want(200, "Paper files: Erase the data", r.Reference, r.Person.Name, r.Person.Email, "verified by a code", "Please be done by the end of")
	if p.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("it may be kept: %s", p.Header.Get("Cache-Control"))
	}
	if n := b.events(models.EventTaskOpened); n != 1 {
		t.Errorf("%d events of the look", n)
	}
	p.form("Send the report").press("Send the report").want(422, "Choose one of the answers")
	p = p.form("Send the report").fill("outcome", "refused").press("Send the report").want(422, "Say what was not done, and why")
	p = p.form("Send the report").fill("outcome", "completed", "text", "Shredded, both folders.").attach("proof.exe", []byte("MZ\x90\x00")).press("Send the report").want(415, "We do not take files of this kind", "Shredded, both folders.")
	f := p.form("Send the report").fill("outcome", "completed").attach("proof.txt", []byte("Certificate of destruction 17"))
	f.press("Send the report").want(200, "Thank you", "This task is done", "!"+r.Person.Email, "!"+r.Person.Name)
	f.press("Send the report").want(200) // a double click
	if n := b.events(models.EventTaskDone); n != 1 {
		t.Errorf("done %d times", n)
	}

	ann := b.hire("Ann", models.RoleAgent)
	ann.open(r.Reference).want(200, "Paper files: erase Done Completed", "Shredded, both folders.", "proof.txt")
	files, err := b.store.Files(t.Context(), r.ID)
	must(t, err)
	if len(files) != 1 || !files[0].Internal || files[0].Author.Kind != models.ActorOwner {
		t.Errorf("the files are %+v", files)
	}
	events, err := b.store.Events(t.Context(), r.ID)
	must(t, err)
	for _, e := range events {
		if text := fmt.Sprintf("%+v", e); strings.Contains(text, "archive@") || strings.Contains(text, "Shredded") || strings.Contains(text, r.Person.Email) {
			t.Errorf("an event holds personal data: %s", text)
		}
	}
	// A person who asked for their data does not see what owners write.
	own := b.visitor()
	own.get("/requests/"+r.Reference).form("Open my request").fill("code", b.code(r.Reference)).press("Open my request").want(200, "!Shredded", "!proof.txt")
}

// Under a legal hold the page of a task says to stop, and neither of whom nor how.
func TestUnderALegalHoldAnOwnerReadsToStop(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	r, task := b.toDo()
	_, err := b.service.LegalHolds.Set(t.Context(), models.Actor{Kind: models.ActorStaff, ID: "max", Role: models.RoleManager}, workflows.NewLegalHold{
		Identifiers: []models.Identifier{{Kind: models.IdentifierEmail, Value: r.Person.Email}}, Reason: "legal_claims", Note: "A claim.",
		ReviewOn: models.DateOf(b.clock(), time.UTC).AddDays(90),
	}, cases.Option{})
	must(t, err)
	b.ownerOf(b.visitor(), task).want(200, "Stop: a legal hold stands", "!"+r.Person.Name, "!"+r.Person.Email, "!Send the report")
}

// Whoever has no code learns nothing: not whether there is a task, not whose.
func TestWithoutTheCodeATaskDoesNotExist(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	r, task := b.toDo()
	none := newID()
	v := b.visitor()
	strip := func(p *page, id string) string {
		text := strings.ReplaceAll(p.body, id, "ID")
		for _, n := range nodes(p.doc, "input") {
			if attr(n, "name") == "form" {
				text = strings.ReplaceAll(text, attr(n, "value"), "FORM")
			}
		}
		return text
	}
	for _, step := range []func(id string) *page{
		func(id string) *page { return v.get("/tasks/" + id) },
		func(id string) *page { return v.post("/tasks/"+id+"/fresh-code", url.Values{}) },
		func(id string) *page {
			return v.post("/tasks/"+id+"/code", url.Values{"code": {"AAAAAAAA"}, "form": {"x"}})
		},
		func(id string) *page {
			return v.post("/tasks/"+id+"/done", url.Values{"outcome": {"completed"}, "text": {"Gone."}, "seed": {"s"}})
		},
		func(id string) *page { return v.post("/tasks/"+id+"/leave", url.Values{}) },
	} {
		there, missing := step(task.ID), step(none)
		if there.StatusCode != missing.StatusCode || strip(there, task.ID) != strip(missing, none) {
			t.Errorf("%s tells: %d\n%s\nand %d\n%s", there.path(), there.StatusCode, there.text(), missing.StatusCode, missing.text())
		}
		if strings.Contains(there.body, r.Person.Email) || strings.Contains(there.body, r.Reference) || strings.Contains(there.body, "archive@") {
			t.Errorf("%s shows %s", there.path(), there.text())
		}
	}
	v.get("/tasks/nonsense").want(404)
	if n := b.events(models.EventTaskDone); n != 0 {
		t.Error("somebody without a session did it")
	}
}

// A code has five tries of each client. It is of one task and its owner, used once, and mailed
// no more than ten times an hour; a session ends with its time, by leaving, and
// when somebody else becomes the owner.
func TestTheCodeOfATask(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	r, task := b.toDo()
	b.do(r.Reference, "ann", workflows.AddTask{System: "paper", Action: models.ActionFind})
	tasks, err := b.store.TasksOf(t.Context(), r.ID)
	must(t, err)
	other := tasks[1]
	ask := func(v *visitor, task models.Task) string {
		v.post("/tasks/"+task.ID+"/fresh-code", url.Values{}).want(200)
		return b.ownerCode(task)
	}
	try := func(v *visitor, task models.Task, code string) *page {
		return v.post("/tasks/"+task.ID+"/code", url.Values{"code": {code}, "form": {newID()}})
	}
	v := b.visitor()
	code := ask(v, task)
	if code == "" {
		t.Fatal("no code was mailed")
	}
	try(v, other, code).want(422, "This code is wrong") // there is none for it yet
	second := ask(v, other)
	try(v, other, code).want(422)
	try(v, task, second).want(422)
	try(v, task, code).want(200, "Paper files: Erase the data")
	v.get("/tasks/"+other.ID).want(200, "Email me a code", "!"+r.Person.Email) // a session is for one task
	try(b.visitor(), task, code).want(422)                                     // it was used

	code = ask(v, other)
	w := b.visitor()
	for range 5 {
		try(w, other, "AAAAAAAA").want(422)
	}
	try(w, other, code).want(422) // the client has no try left, but the owner has
	_, err = b.service.Owners.Prove(t.Context(), cases.TypedOwnerCode{Task: other.ID, Code: code, Client: "198.51.100.7", Form: newID()})
	must(t, err)

	// Leaving, and the end of the day.
	v.get("/tasks/"+task.ID).form("Leave this page").press("Leave this page").want(200, "You have left the task")
	v.get("/tasks/"+task.ID).want(200, "Email me a code")
	try(v, task, ask(v, task)).want(200, "Erase the data")
	b.sleep(12*time.Hour + time.Second)
	v.get("/tasks/"+task.ID).want(200, "isn’t open in your browser any more", "!"+r.Person.Email)
	typed := v.post("/tasks/"+task.ID+"/done", url.Values{"outcome": {"partly"}, "text": {"One folder is left."}, "seed": {"s"}}).want(403, "It is not lost", "One folder is left.")
	code = ask(b.visitor(), task)
	again := typed.form("Open the task").fill("code", code).press("Open the task").want(200, "Nothing was sent yet", "One folder is left.")
	if got := again.form("Send the report").values.Get("outcome"); got != "partly" {
		t.Errorf("the outcome was forgotten: %q", got)
	}

	// Another owner: the session and the code of the one before open nothing.
	code = ask(v, task)
	_, err = b.service.Tasks.Do(t.Context(), staff("ann"), task.ID, workflows.ReassignTask{Task: task.ID, Owner: "cellar@example.com"}, cases.Option{})
	must(t, err)
	again.form("Send the report").press("Send the report").want(403, "!"+r.Person.Email)
	try(v, task, code).want(422)
	if n := b.events(models.EventTaskDone); n != 0 {
		t.Error("who is the owner no more did it")
	}

	// Ten an hour for one mailbox, whatever the task.
	sent := b.events(models.EventOwnerCodeSent)
	for range 12 {
		ask(b.visitor(), other)
	}
	if n := b.events(models.EventOwnerCodeSent) - sent; n > 10 || n < 5 {
		t.Errorf("%d codes within the hour", n)
	}
}

// One client asks for so many codes, and tries so many.
func TestTheCodesOfTasksAreLimitedPerClient(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *web.Config) { c.Limits = &limits{left: map[string]int{"code": 1, "verify": 1}} })
	_, task := b.toDo()
	v := b.visitor()
	v.post("/tasks/"+task.ID+"/fresh-code", url.Values{}).want(200)
	v.post("/tasks/"+task.ID+"/fresh-code", url.Values{}).want(429)
	v.post("/tasks/"+task.ID+"/code", url.Values{"code": {"AAAAAAAA"}}).want(422)
	v.post("/tasks/"+task.ID+"/code", url.Values{"code": {"AAAAAAAA"}}).want(429)
}

// What cannot be recorded is not shown, and what is over shows nobody.
func TestALookAtATaskIsRecorded(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	r, task := b.toDo()
	v := b.visitor()
	b.ownerOf(v, task).want(200, r.Person.Email)
	_, err := b.raw.Exec("CREATE TRIGGER no_more BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END")
	must(t, err)
	if p := v.get("/tasks/" + task.ID); p.StatusCode < 500 || strings.Contains(p.body, r.Person.Email) {
		t.Errorf("it is shown although it could not be recorded: %d", p.StatusCode)
	}
	_, err = b.raw.Exec("DROP TRIGGER no_more")
	must(t, err)
	_, err = b.service.Cases.DoByID(t.Context(), models.Actor{Kind: models.ActorSubject}, r.ID, workflows.Withdraw{}, cases.Option{})
	must(t, err)
	v.get("/tasks/"+task.ID).want(200, "This task is no longer needed", "!"+r.Person.Email)
	v.post("/tasks/"+task.ID+"/done", url.Values{"outcome": {"completed"}, "text": {""}, "seed": {"s"}}).want(409, "This task is no longer needed")
}
