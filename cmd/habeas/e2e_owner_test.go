package main_test

import (
	"database/sql"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"habeas/internal/testbed"
)

// withPaper is a folder of systems: one that eve looks into by hand.
func withPaper(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	text := "system: paper\nname: Paper files\nowner: " + eve + "\nkind: manual\ncategories: [user.contact]\nactions: [find, erase]\ninstruction: Both folders in the cellar.\n"
	if err := os.WriteFile(filepath.Join(dir, "paper.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// erasure files a deletion by letter that staff have verified, and returns its
// reference and its one task.
func (o *office) erasure(c client) (reference, task string) {
	o.t.Helper()
	filed := c.call(201, "POST", "/v1/admin/requests", object{
		"type": "deletion", "channel": "letter", "person": object{"name": "Robin Vale", "email": robin, "country": "DE"},
	})
	reference = filed.text("reference")
	c.do(reference, "verify", object{"level": "high", "method": "staff_check"})
	tasks := c.get("/v1/admin/requests/" + reference + "/tasks").items()
	if len(tasks) != 1 || tasks[0]["owner"] != eve {
		o.t.Fatalf("the tasks are %v", tasks)
	}
	return reference, fmt.Sprint(tasks[0]["id"])
}

// tellOwners has the mails of the day to owners sent now: they wait for more tasks.
func (o *office) tellOwners() {
	o.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(o.dir, "habeas.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		o.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(o.t.Context(), "UPDATE jobs SET run_at = created_at WHERE kind = 'owner_mail' AND state = 'pending'"); err != nil {
		o.t.Fatal(err)
	}
}

// reader is a browser of somebody who has only their mail.
type reader struct {
	t    *testing.T
	base string
	http *http.Client
}

func (o *office) reader() reader {
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return reader{o.t, o.base, &http.Client{Jar: jar}}
}

func (r reader) read(answer *http.Response, err error) string {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %d, %v: %s", answer.Request.URL.Path, answer.StatusCode, err, page)
	}
	return html.UnescapeString(string(page))
}

var (
	taskLink = regexp.MustCompile(`/tasks/([0-9a-f-]{36})`)
	taskSeed = regexp.MustCompile(`name="seed" value="([^"]+)"`)
)

// The owner of a system does a task with only their mail, through a real mail
// server: they get it, answer it, type the code that it leads to, and send a
// file that shows what they did. Staff see that, and can answer the person.
func TestAnOwnerDoesATaskByMail(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "HABEAS_SYSTEMS_DIR="+withPaper(t))
	staff := hire(t, o.program)
	reference, task := o.erasure(staff.agent)
	o.tellOwners()
	raw, told := o.got(eve, 1)
	if m := taskLink.FindStringSubmatch(told.text); len(m) != 2 || m[1] != task || !strings.Contains(told.text, reference) || strings.Contains(told.text, "Robin") {
		t.Fatalf("the mail to the owner is %s", told.text)
	}

	// An answer by mail is a note on the task, whoever wrote it, and no more.
	back := inBrackets.FindStringSubmatch(headerOf(strings.ReplaceAll(raw, ":\n <", ": <"), "Reply-To"))
	if back == nil {
		t.Fatalf("no address to answer to:\n%s", raw)
	}
	o.write(eve, back[1], "Re: "+told.subject, "The first folder is shredded, the second one follows.")
	o.write(robin, back[1], "Re: "+told.subject, "Please say that it is done.")
	var replies []any
	testbed.Eventually(t, "two answers on the task", func() bool {
		replies, _ = staff.agent.get("/v1/admin/requests/" + reference + "/tasks").items()[0]["replies"].([]any)
		return len(replies) == 2
	})
	for _, one := range replies {
		said := one.(map[string]any)
		if flagged := strings.Contains(fmt.Sprint(said["flags"]), "other_sender"); flagged != strings.Contains(fmt.Sprint(said["text"]), "Please say") {
			t.Errorf("an answer is %v", said)
		}
	}
	if now := staff.agent.get("/v1/admin/requests/" + reference + "/tasks").items()[0]; now["state"] != "open" {
		t.Fatalf("an answer by mail ended the task: %v", now)
	}
	staff.agent.do(reference, "start", nil)
	staff.agent.refused(409, reference, "decide", object{"outcome": "fulfilled", "message": "It is gone."})

	r := o.reader()
	at := r.base + "/tasks/" + task
	if page := r.read(r.http.Get(at)); strings.Contains(page, reference) || strings.Contains(page, "Robin") {
		t.Errorf("the page shows whom it is about without a code: %s", page)
	}
	r.read(r.http.PostForm(at+"/fresh-code", url.Values{}))
	_, letter := o.got(eve, 2)
	page := r.read(r.http.PostForm(at+"/code", url.Values{"code": {letter.code(t)}, "form": {"a form"}}))
	for _, want := range []string{reference, "Robin Vale", robin, "Both folders in the cellar.", "Erase the data"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q: %s", want, page)
		}
	}
	proof := upload{"certificate.txt", "Certificate of destruction 17", map[string]string{
		"seed": taskSeed.FindStringSubmatch(page)[1], "outcome": "completed", "text": "Both folders are shredded.",
	}}
	body, media := proof.form(t)
	if page := r.read(r.http.Post(at+"/done", media, body)); !strings.Contains(page, "This task is done") || strings.Contains(page, "Robin") {
		t.Errorf("after the report: %s", page)
	}

	done := staff.agent.get("/v1/admin/requests/" + reference + "/tasks").items()[0]
	files, _ := done["files"].([]any)
	if done["state"] != "done" || done["outcome"] != "completed" || done["report"] != "Both folders are shredded." || len(files) != 1 {
		t.Fatalf("the task is %v", done)
	}
	if a := staff.agent.get(fmt.Sprintf("/v1/admin/requests/%s/files/%v", reference, files[0])); string(a.raw) != "Certificate of destruction 17" {
		t.Errorf("the proof is %q", a.raw)
	}
	decided := staff.agent.do(reference, "decide", object{"outcome": "fulfilled", "message": "It is gone."})
	if decided.text("state") == "in_review" {
		decided = staff.manager.do(reference, "approve", object{"version": decided.body["version"]})
	}
	decided.want("state", "closed")
	o.noCanaries(t)
}

// A mail to an owner that cannot be delivered comes back to the task, which is
// with staff from then on.
func TestAnOwnerWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "HABEAS_SYSTEMS_DIR="+withPaper(t))
	staff := hire(t, o.program)
	reference, task := o.erasure(staff.agent)
	staff.agent.call(200, "POST", "/v1/admin/tasks/"+task+"/reassign", object{"owner": "nobody@people.example"})
	o.tellOwners()
	testbed.Eventually(t, "a task whose owner cannot be reached", func() bool {
		return staff.agent.get("/v1/admin/requests/" + reference + "/tasks").items()[0]["owner_unreachable"] == true
	})
	staff.agent.call(200, "POST", "/v1/admin/tasks/"+task+"/reassign", object{"owner": eve})
	if now := staff.agent.get("/v1/admin/requests/" + reference + "/tasks").items()[0]; now["owner_unreachable"] != nil {
		t.Errorf("the new owner cannot be reached either: %v", now)
	}
	if n := len(o.requests(staff.manager)); n != 1 {
		t.Errorf("the bounce became a request: %d", n)
	}
}
