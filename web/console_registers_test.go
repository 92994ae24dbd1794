package web_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"habeas/accounts"
	"habeas/audit"
	"habeas/models"
	"habeas/notifications"
	"habeas/web"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// dead stores a job that gave up.
func (b *bed) dead(kind models.JobKind) string {
	b.t.Helper()
	ctx := context.Background()
	j := models.Job{ID: newID(), Kind: kind, UniqueKey: newID(), RunAt: noon, State: models.JobPending, CreatedAt: noon}
	must(b.t, b.store.Ensure(ctx, j))
	j.State, j.Attempts, j.LastError = models.JobDead, 12, "421 try later"
	must(b.t, b.store.Commit(ctx, models.Decision{Effects: []models.Effect{models.JobFailed{Job: j}}}))
	return j.ID
}

func TestADeadJobIsRunAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleManager)
	v.get("/console/jobs").want(200, "No job has given up.")
	id := b.dead(models.JobRemind)
	b.colleague(models.RoleAuditor).get("/console/jobs").want(200, "421 try later", "!Run again")
	b.colleague(models.RoleAgent).get("/console/jobs").want(403, "This is not for your role")
	p := v.get("/console/jobs").want(200, "Dead 1", "Remind staff of a date", "421 try later")
	p.form("Run again: Remind staff of a date "+id).press("Run again: Remind staff of a date "+id).want(200, "The job runs again.", "Dead 0", "To do 1")
	if j, err := b.store.Job(context.Background(), id); err != nil || j.State != models.JobPending {
		t.Errorf("the job is %v, %v", j.State, err)
	}
	// The same form once more finds nothing to do, and says so.
	v.post("/console/jobs/"+id+"/retry", nil, "Origin", v.base).want(200, "is under way again already", "!The job runs again.")
	v.get("/console/jobs?state=pending").want(200, "Remind staff of a date")
	v.get("/console/jobs?state=done&after=nonsense").want(200, "Nothing was done yet.")
}

// Registers are counted as far as it matters, and no further.
func TestRegistersAreNotCountedToTheirEnd(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleManager)
	b.dead(models.JobRemind)
	v.get("/console/health").want(200, "1 job given up")
	b.copies("jobs", 501, map[string]string{"unique_key": "NULL"})
	v.get("/console/jobs").want(200, "Dead 500+", "To do 0")
	b.bounced()
	v.get("/console/health").want(200, "500+ jobs given up", "1 mail could never be delivered")
	b.copies("messages", 501, map[string]string{"unique_key": "NULL"})
	v.get("/console/health").want(200, "500+ mails could never be delivered")
	v.get("/console/outgoing").want(200, "Came back 500+")
	b.mailIn(twoSenders("One", "Please delete my data."))
	v.get("/console/mail").want(200, "For you to place 1")
	b.copies("received_mail", 501, map[string]string{"event_key": "NULL", "hash_key": "NULL"})
	v.get("/console/health").want(200, "500+ mails waiting for staff") // the list is sealed: copies open nowhere
}

// bounced stores a mail that came back.
func (b *bed) bounced() {
	b.t.Helper()
	b.wish(models.TypeAccess)
	_, err := b.raw.Exec("UPDATE messages SET delivery = 'bounced'")
	must(b.t, err)
}

// copies stores copies of a row of a table under ids of their own, with other
// values in some columns.
func (b *bed) copies(table string, n int, other map[string]string) {
	b.t.Helper()
	rows, err := b.raw.Query("SELECT name FROM pragma_table_info(?) WHERE name <> 'id'", table)
	must(b.t, err)
	var names, values []string
	for rows.Next() {
		var name string
		must(b.t, rows.Scan(&name))
		names, values = append(names, name), append(values, cmp.Or(other[name], name))
	}
	must(b.t, rows.Err())
	must(b.t, rows.Close())
	_, err = b.raw.Exec("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO "+table+
		" (id, "+strings.Join(names, ", ")+") SELECT 'copy-' || i, "+strings.Join(values, ", ")+" FROM n, (SELECT * FROM "+table+" LIMIT 1)", n)
	must(b.t, err)
}

func TestOutgoingMailSaysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	admin := b.colleague(models.RoleAdmin)
	admin.get("/console/outgoing").want(200, "No mail is in this list.", "Emails reach nobody")
	reference := b.filed()
	p := admin.get("/console/outgoing").want(200, reference, "to the requester")
	if strings.Contains(p.body, "robin@example.com") {
		t.Error("the list says to whom")
	}
	r := b.request(reference)
	all, err := b.store.Messages(context.Background(), r.ID)
	must(t, err)
	m := all[0]
	must(t, b.sent.Send(context.Background(), notifications.Outgoing{MailID: m.MailID, To: []string{"robin@example.com"}, Raw: []byte(
		"From: privacy@acme.example\r\nTo: robin@example.com\r\nSubject: =?utf-8?q?Your_code?=\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n" +
			"--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCode=3A ABCD\r\n" +
			"--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Code: <b>ABCD</b><script>alert(1)</script></p>\r\n--x--\r\n")}))
	_, err = b.raw.Exec("UPDATE messages SET delivery = 'sent', sent_at = created_at WHERE id = ?", m.ID)
	must(t, err)
	read := admin.get("/console/outgoing?delivery=sent").want(200, reference)
	shown := admin.get(attr(linkIn(read, "/console/outgoing/"), "href")).want(200, "Your code", "robin@example.com", "Code: ABCD", "!alert")
	drawn := shown.click("As a mail program draws it").Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(drawn, "sandbox; default-src 'none'") {
		t.Errorf("the mail is drawn under %q", drawn)
	}
	if raw := shown.click("Download the file"); !strings.Contains(raw.Header.Get("Content-Disposition"), "mail.eml") || !strings.Contains(raw.body, "Code=3A") {
		t.Errorf("the file is %q", raw.body)
	}
	opened := 0
	events, err := b.store.Events(context.Background(), r.ID)
	must(t, err)
	for _, e := range events {
		if e.Kind == models.EventMailOpened && e.Detail["message"] == m.ID && e.Actor.Role == models.RoleAdmin {
			opened++
		}
	}
	if opened != 3 {
		t.Errorf("it was opened %d times, the log says %d", 3, opened)
	}
	manager := b.colleague(models.RoleManager)
	manager.get("/console/outgoing?delivery=sent").want(200, reference, "!Read")
	manager.get("/console/outgoing/" + m.ID).want(403)
	admin.get("/console/outgoing/nothing").want(404)
	bo := b.oldHand("Bo Ek")
	_, err = b.raw.Exec("UPDATE messages SET audience = 'staff', staff = ? WHERE id = ?", bo.ID, m.ID)
	must(t, err)
	admin.get("/console/outgoing?delivery=sent").want(200, "to Bo Ek", "!to staff")
	b.colleague(models.RoleAuditor).get("/console/outgoing?delivery=sent").want(200, "to staff", "!Bo Ek")
}

// oldHand is somebody who works here and has never signed in.
func (b *bed) oldHand(name string) models.Staff {
	b.t.Helper()
	m, err := b.accounts.People.Add(context.Background(), models.Actor{Kind: models.ActorSystem}, name, "", models.RoleAgent, accounts.Remembered[models.Staff]{})
	must(b.t, err)
	return m
}

// filed files a request by the portal's service and returns its reference.
func (b *bed) filed() string {
	b.t.Helper()
	d, err := b.service.Cases.Submit(context.Background(), models.Actor{Kind: models.ActorSubject}, workflows.Submit{
		Type: models.TypeAccess, Person: models.Person{Name: "Robin Roe", Email: "robin@example.com", Country: "US", Region: "CA"}, Channel: models.ChannelWeb, Locale: "en",
	}, cases.Option{})
	must(b.t, err)
	return d.Request.Reference
}

func TestEveryLetterIsShownInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleAuditor)
	list := v.get("/console/templates").want(200, "Message Your own: Deutsch", "staff")
	n := 0
	for _, a := range nodes(list.doc, "a") {
		if address := attr(a, "href"); strings.HasPrefix(address, "/console/templates/") {
			n++
			if name := strings.Split(address, "/")[3]; strings.HasSuffix(textOf(a), " "+strings.ReplaceAll(name, "_", " ")) {
				t.Errorf("the letter %s has no name in words", name)
			}
			if n%9 != 0 { // each takes a while; the golden files have them all
				continue
			}
			p := v.get(address).want(200, "Subject", "Template")
			html := p.click("As a mail program draws it")
			if policy := html.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox;") || len(html.body) < 500 {
				t.Errorf("%s is %d bytes under %q", address, len(html.body), policy)
			}
		}
	}
	if want := len(notifications.Templates()) * len(notifications.Locales()); n != want {
		t.Errorf("%d previews, want %d", n, want)
	}
	v.get("/console/templates/reply/de").want(200, "de/reply.md.tmpl : your own")
	v.get("/console/templates/reply/xx").want(404)
	v.get("/console/templates/nothing/en/html").want(404)
}

func TestHealthSaysWhatNeedsALook(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleManager)
	v.get("/console/health").want(200, "Everything works.", "v0.0.0", "None waits for staff.")
	b.dead(models.JobRemind)
	v.get("/console/health").want(200, "Something needs a look.", "1 job given up, waiting for staff")
	ctx, name := context.Background(), "privacy@mail.example/INBOX"
	must(t, b.store.HoldMailbox(ctx, name, "one", b.clock(), b.clock().Add(time.Minute)))
	must(t, b.store.RecordMailbox(ctx, name, b.clock(), ""))
	v.get("/console/health").want(200, "Mailbox privacy@mail.example/INBOX Good Read less than a minute ago.")
	b.sleep(61 * time.Minute)
	must(t, b.store.RecordMailbox(ctx, name, b.clock(), models.MailboxLogin))
	v = b.colleague(models.RoleManager) // the session before has ended meanwhile
	v.get("/console/health").want(200, "INBOX Look Read 1 hour ago. Its server does not let us in.")
	b.system.good = false
	v.get("/console/health").want(200, "Database Look")
}

func TestAnExportIsRecordedAndSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.populate(700)
	v := b.colleague(models.RoleAuditor)
	start := v.get("/console/exports").want(200, "Nobody has exported anything here.")
	start.form("Go on").fill("from", "2026-13-01").press("Go on").want(422, "This is not a date")
	start.form("Go on").fill("from", "2026-02-01", "to", "2026-01-01").press("Go on").want(422, "The last day is before the first.")
	f := start.form("Go on").fill("what", "requests", "format", "csv")
	ready := f.press("Go on").want(200, "Not fetched", "700 when it was prepared")
	if again := f.press("Go on"); again.path() != ready.path() {
		t.Errorf("the form sent twice leads to %s and %s", ready.path(), again.path())
	}
	n := b.exported()
	file := ready.form("Download").press("Download").want(200)
	if lines := strings.Count(file.body, "\n"); lines != 701 || !strings.Contains(file.Header.Get("Content-Disposition"), "habeas-requests.csv") {
		t.Errorf("%d lines, %s", lines, file.Header.Get("Content-Disposition"))
	}
	if b.exported() != n+1 {
		t.Error("the export is not in the log")
	}
	v.get(ready.path()).want(200, "Complete", "All 700 rows have left.", "Download again")
	v.get("/console/exports").want(200, "700 of 700")
	events := v.get("/console/exports").form("Go on").fill("what", "events", "format", "jsonl", "type", "access").press("Go on").want(200, "not counted")
	if got := events.form("Download").press("Download").want(200).body; strings.Count(got, "\n") < 10 {
		t.Errorf("the log is %q", got)
	}
	v.post("/console/exports", map[string][]string{"what": {"secrets"}, "format": {"csv"}}, "Origin", v.base).want(400)
	b.colleague(models.RoleAgent).get("/console/exports").want(403)
	// One that runs says how far it is; its process may die.
	id := strings.TrimPrefix(ready.path(), "/console/exports/")
	x, err := b.store.Export(context.Background(), id)
	must(t, err)
	x.State, x.Written, x.SeenAt = models.ExportRunning, 350, b.clock()
	must(t, b.store.SeeExport(context.Background(), x))
	v.get(ready.path()).want(200, "Under way", "350 of 700 rows have left")
	b.sleep(2 * time.Minute)
	v.get(ready.path()).want(200, "Broken off", "fetch it again")
}

// failing is a source that fails after so many rows.
type failing struct {
	audit.Source
	rows int
}

func (f failing) EachRequest(ctx context.Context, from, to time.Time, t models.RequestType, fn func(r models.Request, tasks []byte) error) error {
	n := 0
	return f.Source.EachRequest(ctx, from, to, t, func(r models.Request, tasks []byte) error { //nolint:wrapcheck // the source itself
		if n++; n > f.rows {
			return errors.New("the database is away")
		}
		return fn(r, tasks)
	})
}

// Whoever takes the log away gives both factors anew. The form has nothing to
// keep: it leads back to the page that it is on.
func TestADownloadNeedsAFreshSignIn(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAuditor)
	ready := v.get("/console/exports").form("Go on").fill("what", "requests", "format", "jsonl").press("Go on").want(200, "Not fetched")
	b.sleep(6 * time.Minute)
	asked := ready.form("Download").press("Download").want(200, "Confirm that it is you")
	if b.exported() != 0 {
		t.Error("the log was taken away all the same")
	}
	back := asked.form("Continue").fill("password", password, "code", own.code(b)).press("Continue").want(200, "Not fetched")
	if back.path() != ready.path() {
		t.Errorf("one is led to %s", back.path())
	}
	if got := back.form("Download").press("Download"); got.StatusCode != http.StatusOK || b.exported() != 1 {
		t.Errorf("then it answers %d", got.StatusCode)
	}
}

// An export that fails on the way never looks like a whole one.
func TestAnExportThatFailsIsBrokenOff(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.populate(500)
	b.serve(func(c *web.Config) { c.Console.Exports.Source = failing{b.store, 450} })
	v := b.colleague(models.RoleAuditor)
	ready := v.get("/console/exports").form("Go on").fill("what", "requests", "format", "jsonl").press("Go on").want(200)
	answer, err := v.http.PostForm(b.url+attr(ready.form("Download").node, "action"), nil)
	must(t, err)
	content, err := io.ReadAll(answer.Body)
	must(t, answer.Body.Close())
	if err == nil || len(content) == 0 {
		t.Errorf("%d bytes were read, and then: %v", len(content), err)
	}
	if !strings.Contains(b.log.String(), `"route":"/console/exports/:id/file","status":500`) {
		t.Error("the broken export is not in the log of pages")
	}
	v.get(ready.path()).want(200, "Broken off", "fetch it again")
}

// An export that fails before anything of it has left is a page that says so,
// and no broken download.
func TestAnExportThatCannotBeginIsAPage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.populate(20)
	for _, format := range []string{"csv", "jsonl"} {
		for _, rows := range []int{0, 12} {
			b.serve(func(c *web.Config) { c.Console.Exports.Source = failing{b.store, rows} })
			v := b.colleague(models.RoleAuditor)
			ready := v.get("/console/exports").form("Go on").fill("what", "requests", "format", format).press("Go on").want(200)
			failed := ready.form("Download").press("Download").want(500, "It failed at the start", "Broken off", "Download again")
			if got := failed.Header.Get("Content-Disposition"); got != "" || !strings.HasPrefix(failed.Header.Get("Content-Type"), "text/html") {
				t.Errorf("it comes as %s %s", failed.Header.Get("Content-Type"), got)
			}
			if !strings.Contains(b.log.String(), "the database is away") {
				t.Error("why is not in the log")
			}
			v.get(ready.path()).want(200, "Broken off", "fetch it again")
			b.serve(func(*web.Config) {})
			v = b.colleague(models.RoleAuditor)
			v.get(ready.path()).form("Download again").press("Download again").want(200)
			v.get(ready.path()).want(200, "Complete", "All 20 rows have left.")
		}
	}
}

// waiting is a source whose first row is long in coming.
type waiting struct {
	audit.Source
	until chan struct{}
}

func (w waiting) EachRequest(ctx context.Context, from, to time.Time, t models.RequestType, fn func(r models.Request, tasks []byte) error) error {
	<-w.until
	return w.Source.EachRequest(ctx, from, to, t, fn) //nolint:wrapcheck // the source itself
}

// A browser is told at once that a file comes, or its page, which looks again
// by itself, would end the download before it begins.
func TestAnExportBeginsBeforeItsFirstRow(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.populate(3)
	source := waiting{b.store, make(chan struct{})}
	b.serve(func(c *web.Config) { c.Console.Exports.Source = source })
	v := b.colleague(models.RoleAuditor)
	ready := v.get("/console/exports").form("Go on").fill("what", "requests", "format", "jsonl").press("Go on").want(200)
	answer, err := v.http.PostForm(b.url+attr(ready.form("Download").node, "action"), nil) // comes back before the first row
	must(t, err)
	close(source.until)
	content, err := io.ReadAll(answer.Body)
	must(t, err)
	must(t, answer.Body.Close())
	if n := strings.Count(string(content), "\n"); n != 3 {
		t.Errorf("%d rows", n)
	}
}

func (b *bed) exported() (n int) {
	b.t.Helper()
	must(b.t, b.raw.QueryRow("SELECT count(*) FROM events WHERE kind = 'exported'").Scan(&n))
	return n
}

// linkIn is the first link of a page that leads below an address.
func linkIn(p *page, below string) *html.Node {
	p.v.t.Helper()
	for _, a := range nodes(p.doc, "a") {
		if strings.HasPrefix(attr(a, "href"), below) {
			return a
		}
	}
	p.v.t.Fatalf("%s has no link to %s: %s", p.path(), below, p.text())
	return nil
}
