package main_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"habeas/internal/testbed"
)

// office is a service behind a Postfix: mail to its mailbox comes in by LMTP,
// what it sends goes out by SMTP.
type office struct {
	*program
	post    *testbed.PostfixServer
	mailbox string
}

// The people whose mail Postfix keeps in files.
const (
	robin = "robin@people.example"
	eve   = "eve@people.example"
)

func boxes() []string { return []string{robin, eve, "team@staff.example"} }

// newOffice starts a service with a mailbox; env is more of its environment.
func newOffice(t *testing.T, env ...string) *office {
	t.Helper()
	const mailbox = "privacy@example.org"
	socket := testbed.SocketFolder(t) + "/lmtp"
	post := testbed.OwnPostfix(t, testbed.PostfixConfig{Boxes: boxes(), Transports: map[string]string{mailbox: "lmtp:unix:" + socket}})
	return openOffice(t, post, mailbox, socket, env...)
}

func openOffice(t *testing.T, post *testbed.PostfixServer, mailbox, socket string, env ...string) *office {
	t.Helper()
	p := serve(t, dataDir(t), append([]string{
		"HABEAS_LMTP_LISTEN=unix:" + socket, "HABEAS_MAIL_FROM=" + mailbox, "HABEAS_MAIL_IN=" + mailbox, "HABEAS_SMTP_URL=" + post.URL(),
	}, env...)...)
	return &office{p, post, mailbox}
}

// write hands a mail of a person to Postfix.
func (o *office) write(from, to, subject, text string, header ...string) {
	o.t.Helper()
	raw := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%d@people.example>\r\n%s\r\n%s\r\n",
		from, to, subject, time.Now().Format(time.RFC1123Z), time.Now().UnixNano(), strings.Join(append(header, ""), "\r\n"), text)
	o.post.Send(from, raw, to)
}

// got waits for the nth mail in a person's file.
func (o *office) got(box string, n int) (raw string, l letter) {
	o.t.Helper()
	var all []string
	testbed.Eventually(o.t, fmt.Sprintf("mail %d to %s", n, box), func() bool {
		all = o.post.Delivered(box)
		return len(all) >= n
	})
	// The files of a folder are in no order: the one that was not there before
	// is the one that names itself last.
	raw = newest(all)
	return raw, parseMail(o.t, []byte(raw))
}

var mailID = regexp.MustCompile(`(?m)^Message-ID: <([^@>]+)@`)

// newest returns the mail with the highest id: ours sort by time.
func newest(all []string) string {
	best, id := "", ""
	for _, raw := range all {
		if m := mailID.FindStringSubmatch(raw); len(m) == 2 && m[1] > id {
			best, id = raw, m[1]
		}
	}
	return best
}

func headerOf(raw, name string) string {
	m := regexp.MustCompile(`(?mi)^` + name + `: (.*)$`).FindStringSubmatch(raw)
	if m == nil {
		return ""
	}
	return strings.TrimSpace(m[1])
}

var (
	referenceInMail = regexp.MustCompile(`HB-\w{4}-\w{4}-\w{2}`)
	inBrackets      = regexp.MustCompile(`<(.*)>`)
)

// A person writes to the privacy address, proves the mailbox, and answers a
// question, all by mail and through a real mail server.
func TestPostfixConversation(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	staff := o.as(t, o.token("manager", managerName))
	o.write(robin, o.mailbox, "Delete my data", "Please delete all the personal data that you hold about me.")
	raw, code := o.got(robin, 1)
	reference := referenceInMail.FindString(code.subject)
	if headerOf(raw, "Auto-Submitted") != "auto-replied" || !strings.Contains(headerOf(raw, "In-Reply-To"), "@people.example>") {
		t.Errorf("not an answer to a mail:\n%s", raw)
	}
	if from := headerOf(raw, "Return-Path"); !strings.HasPrefix(from, "<privacy+v1.") {
		t.Errorf("failures would come back to %s", from)
	}
	r := staff.get("/v1/admin/requests/" + reference)
	if r.text("state") != "unverified" || r.text("channel") != "email" || r.text("type") != "deletion" {
		t.Fatalf("%s", r.raw)
	}
	o.as(t, "").call(200, "POST", "/v1/requests/"+reference+"/verify", map[string]any{"code": code.code(t)})
	staff.do(reference, "start", nil)
	staff.do(reference, "ask", map[string]any{"message": "Which of your two accounts do you mean?"})
	raw, _ = o.got(robin, 3) // code, acknowledgement, question
	reply := inBrackets.FindStringSubmatch(headerOf(raw, "Reply-To"))[1]

	// Somebody else who got hold of the address is heard and not believed.
	o.write(eve, reply, "Re: your question", "Both of them, and send everything to me.")
	testbed.Eventually(t, "a message of another sender", func() bool { return len(flagged(staff, reference, "other_sender")) == 1 })
	if s := staff.get("/v1/admin/requests/" + reference); s.text("state") != "on_hold" {
		t.Errorf("another sender took the case off hold: %s", s.raw)
	}
	o.write(robin, reply, "Re: your question", "The newer one.\r\n\r\nOn Tuesday you wrote:\r\n> Which of your two accounts do you mean?")
	testbed.Eventually(t, "an answer", func() bool { return staff.get("/v1/admin/requests/"+reference).text("state") == "in_progress" })
	testbed.Eventually(t, "an empty queue", func() bool { return o.post.Queued() == 0 })
	o.noCanaries(t)
}

// flagged returns the messages of a case that carry a flag.
func flagged(c client, reference, flag string) (found []map[string]any) {
	c.t.Helper()
	for _, m := range messagesOf(c, reference) {
		flags, _ := m["flags"].([]any)
		for _, f := range flags {
			if f == flag {
				found = append(found, m)
			}
		}
	}
	return found
}

func messagesOf(c client, reference string) (found []map[string]any) {
	c.t.Helper()
	items, _ := c.get("/v1/admin/requests/" + reference).body["messages"].([]any)
	for _, i := range items {
		if m, ok := i.(map[string]any); ok {
			found = append(found, m)
		}
	}
	return found
}

// A mail that Postfix cannot deliver comes back to the very message.
func TestPostfixBounce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	staff := o.as(t, o.token("manager", managerName))
	filed := o.as(t, "").call(201, "POST", "/v1/requests", map[string]any{
		"type": "deletion", "person": map[string]any{"name": "Nobody", "email": "nobody@people.example"},
	})
	reference := filed.text("reference")
	testbed.Eventually(t, "a bounce in the case", func() bool {
		for _, m := range messagesOf(staff, reference) {
			if m["template"] == "code" && m["delivery"] == "bounced" {
				return true
			}
		}
		return false
	})
	if n := len(o.requests(staff)); n != 1 {
		t.Errorf("a bounce became a request: %d", n)
	}
}

func (o *office) requests(c client) []any {
	o.t.Helper()
	items, _ := c.get("/v1/admin/requests?limit=500").body["items"].([]any)
	return items
}

// locked is how long Postfix leaves a mail alone that whom it was given to may
// still be at.
const locked = time.Minute

// Whatever ends in the middle of a delivery, each mail becomes one request.
func TestPostfixDeliversThroughKills(t *testing.T) {
	t.Parallel()
	database := testbed.OwnPostgres(t)
	o := newOffice(t, "HABEAS_DATABASE_URL="+database.URL(), "HABEAS_REDIS_URL="+testbed.Redis(t))
	staff := o.as(t, o.token("manager", managerName))
	mails := testbed.Soak(12, 30)
	for i := range mails {
		if i%(mails/3) == mails/6 {
			o.kill()
			o.start()
		}
		o.write(fmt.Sprintf("person%d@people.example", i), o.mailbox, "My data", "Please send me a copy of the data that you have about me.")
	}
	// Without its database the service takes nothing, and Postfix keeps it.
	testbed.Within(t, locked+testbed.Patience(), "everything", func() bool { return o.post.Queued() == 0 }, o.post.Log)
	database.Stop("immediate")
	o.write(robin, o.mailbox, "My data", "Please send me a copy of the data that you have about me.")
	testbed.Eventually(t, "a mail that waits", func() bool {
		return strings.Contains(o.post.Log(), "status=deferred") && o.post.Queued() > 0
	})
	database.Start()
	testbed.Within(t, locked+testbed.Patience(), "every mail a request", func() bool {
		all, err := staff.try("GET", "/v1/admin/requests?limit=500", nil) // the database may still be coming up
		items, _ := all.body["items"].([]any)
		return err == nil && all.status == 200 && len(items) == mails+1
	})
	seen := map[any]bool{}
	for _, r := range o.requests(staff) {
		seen[r.(map[string]any)["reference"]] = true
	}
	for i := range mails {
		found, _ := staff.get("/v1/admin/requests?email=" + url.QueryEscape(fmt.Sprintf("person%d@people.example", i))).body["items"].([]any)
		if len(found) != 1 {
			t.Errorf("person %d has %d requests", i, len(found))
		}
	}
	if len(seen) != mails+1 {
		t.Errorf("%d requests", len(seen))
	}
}

var delivered = regexp.MustCompile(`to=<privacy[^>]*@(a|b)\.example>.*status=sent`)

// Two services whose privacy addresses write to each other fall silent after
// one mail each, and machines that answer get no answer at all (T30).
func TestLoopsFallSilent(t *testing.T) {
	t.Parallel()
	here, there := testbed.SocketFolder(t)+"/lmtp", testbed.SocketFolder(t)+"/lmtp"
	post := testbed.OwnPostfix(t, testbed.PostfixConfig{Boxes: boxes(), Transports: map[string]string{
		"privacy@a.example": "lmtp:unix:" + here, "privacy@b.example": "lmtp:unix:" + there,
	}})
	a, b := openOffice(t, post, "privacy@a.example", here), openOffice(t, post, "privacy@b.example", there)
	const words = "Please delete all the personal data that you hold about me."
	a.write(b.mailbox, a.mailbox, "Delete my data", words)
	b.write(a.mailbox, b.mailbox, "Delete my data", words)
	testbed.Eventually(t, "both have heard", func() bool { return len(delivered.FindAllString(post.Log(), -1)) >= 4 })
	for i, h := range vacations() {
		a.write(fmt.Sprintf("holiday%d@people.example", i), a.mailbox, "Automatic reply: your mail", "I am away until Monday.", h)
	}
	testbed.Eventually(t, "everything", func() bool {
		return post.Queued() == 0 && len(delivered.FindAllString(post.Log(), -1)) >= 4+len(vacations())
	})
	for _, o := range []*office{a, b} {
		staff := o.as(t, o.token("manager", managerName))
		testbed.Eventually(t, "no job waits", func() bool {
			for _, m := range o.requests(staff) {
				for _, out := range messagesOf(staff, m.(map[string]any)["reference"].(string)) {
					if out["delivery"] == "queued" {
						return false
					}
				}
			}
			return post.Queued() == 0
		})
	}
	// Two mails that we wrote, an answer to each, the machines', and no more:
	// nothing of ours went to a machine.
	log := post.Log()
	if n := len(delivered.FindAllString(log, -1)); n != 4+len(vacations()) {
		t.Errorf("%d mails between the two", n)
	}
	if strings.Contains(log, "to=<holiday") {
		t.Error("a machine was answered")
	}
}

// vacations are the ways in which 30 machines say that they answer.
func vacations() []string {
	marks := []string{
		"Auto-Submitted: auto-replied", "Auto-Submitted: auto-replied (vacation)", "Auto-Submitted: Auto-Replied; owner=x", "Auto-Submitted: auto-generated",
		"Auto-Submitted: auto-notified", "Auto-Submitted: something-new", "Precedence: bulk", "Precedence: junk", "Precedence: auto_reply", "Precedence: list",
		"X-Autoreply: yes", "X-Autorespond: away", "X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress: OOF, DR", "X-Auto-Response-Suppress: AutoReply",
	}
	return append(marks, marks...)
}

// A mailbox that is read by IMAP: each mail is one request, however often the
// service is killed, and is moved away once it is kept.
func TestDovecotMailbox(t *testing.T) {
	t.Parallel()
	box := testbed.OwnDovecot(t)
	var mails []string
	for i := range 12 {
		mails = append(mails, fmt.Sprintf("From: person%d@people.example\r\nTo: privacy@example.org\r\nSubject: My data\r\nMessage-ID: <%d@people.example>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nPlease send me a copy of my data.\r\n", i, i))
	}
	box.Append("INBOX", time.Now(), mails...)
	p := serve(t, dataDir(t), "HABEAS_IMAP_URL="+box.PlainURL(), "HABEAS_IMAP_INTERVAL=1s", "HABEAS_MAIL_FROM=privacy@example.org", "HABEAS_MAIL_IN=privacy@example.org")
	staff := p.as(t, p.token("manager", managerName))
	o := &office{program: p}
	testbed.Eventually(t, "a first request", func() bool { return len(o.requests(staff)) > 0 })
	p.kill()
	p.start()
	testbed.Eventually(t, "every mail moved", func() bool { return len(box.Mails("INBOX")) == 0 })
	if n := len(box.Mails("habeas-done")); n != len(mails) {
		t.Errorf("%d mails were moved", n)
	}
	// One that was stored when the service died is placed by its job.
	testbed.Eventually(t, "a request for each", func() bool { return len(o.requests(staff)) >= len(mails) })
	if n := len(o.requests(staff)); n != len(mails) {
		t.Errorf("%d requests", n)
	}
}
