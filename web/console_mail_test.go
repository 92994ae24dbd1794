package web_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"habeas/intake"
	"habeas/models"
)

// mailIn takes a mail in by the real mail room and returns its id.
func (b *bed) mailIn(raw string) string {
	b.t.Helper()
	desk := intake.NewIngester(intake.IngesterConfig{
		Service: b.service, Log: slog.New(slog.DiscardHandler),
		Config: intake.Config{Own: []string{"privacy@acme.example"}, MessageDomain: "acme.example"},
		Tokens: intake.Tokens{Mailbox: "privacy", Domain: "acme.example", Current: "v1", Keys: map[string]intake.MAC{"v1": func(m []byte) []byte { return m }}},
	})
	got, err := desk.Take(context.Background(), []byte(strings.ReplaceAll(raw, "\n", "\r\n")), intake.Envelope{Source: "lmtp", ReceivedAt: b.clock().Add(-50 * time.Hour)})
	must(b.t, err)
	return got.ID
}

// twoSenders is a mail that nobody can place but staff.
func twoSenders(subject, text string) string {
	return fmt.Sprintf("From: Robin Canary <robin.canary@example.com>, x@example.org\nSubject: %s\nMessage-ID: <%s@example.org>\n\n%s\n", subject, newID(), text)
}

func TestAHeldMailBecomesARequest(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	agent, auditor := b.colleague(models.RoleAgent), b.colleague(models.RoleAuditor)
	agent.get("/console/mail").want(200, "No mail waits for you.")
	id := b.mailIn(twoSenders("Delete me", "Please delete all my data. I live in California."))
	list := agent.get("/console/mail").want(200, "For you to place 1", "It has several senders", "Deletion of my data", "Waits for 2 days", "mail server")
	if strings.Contains(list.body, "canary") {
		t.Error("the list says who wrote")
	}
	auditor.get("/console/mail").want(200, "It has several senders")
	auditor.get("/console/mail/" + id).want(403)
	auditor.post("/console/mail/"+id+"/dismiss", nil, "Origin", auditor.base).want(403)
	p := list.click("It has several senders: nobody knows whose it is.").want(200, "Delete me", "Please delete all my data.", "robin.canary@example.com", "x@example.org", "They decide nothing", "%")
	if n := b.events(models.EventMailOpened); n != 1 {
		t.Errorf("it was looked at once, the log says %d times", n)
	}
	wrong := p.form("Make a request").fill("email", "").press("Make a request").want(422, "There is a problem", "is required")
	sent := wrong.form("Make a request").fill("email", "robin.canary@example.com", "name", "Robin Canary", "country", "us", "region", "ca")
	made := sent.press("Make a request").want(200, "Deletion of my data")
	if again := sent.press("Make a request"); again.path() != made.path() {
		t.Errorf("the form sent twice leads to %s and %s", made.path(), again.path())
	}
	if n := b.count("requests"); n != 1 {
		t.Errorf("%d requests", n)
	}
	reference := anyReference.FindString(made.path())
	r := b.request(reference)
	if r.Mail != id || r.Person.Email != "robin.canary@example.com" || r.Country != "US" || !r.ReceivedAt.Equal(noon.Add(-50*time.Hour)) {
		t.Errorf("the request is %+v of %+v", r.Facts, r.Person)
	}
	agent.get("/console/mail").want(200, "No mail waits for you.")
	agent.get("/console/mail?state=placed").want(200, "It belongs to a request.")
	agent.get("/console/mail/"+id).want(200, "!Make a request of it", reference)
}

func TestAHeldMailIsPutIntoACaseOrDismissed(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleManager)
	r := b.wish(models.TypeAccess)
	id := b.mailIn(twoSenders("More", "Here is more about what I asked."))
	p := v.get("/console/mail/" + id)
	p.form("Put into the case").fill("reference", "nonsense").press("Put into the case").want(422, "This is not a reference")
	p.form("Put into the case").fill("reference", "HB-0000-0000-00").press("Put into the case").want(422, "There is no request with this reference.")
	p.form("Put into the case").fill("reference", strings.ToLower(r.Reference)).press("Put into the case").want(200, "Here is more about what I asked.")
	before, err := b.store.Events(context.Background(), r.ID)
	must(t, err)
	v.get("/console/mail/" + id + "/raw").want(200)
	after, err := b.store.Events(context.Background(), r.ID)
	must(t, err)
	if look := after[len(after)-1]; len(after) != len(before)+1 || look.Kind != models.EventMailOpened || look.Reference != r.Reference || look.Detail["mail"] != id || look.Version != 0 {
		t.Errorf("the log of the case says of who read its mail: %+v", look)
	}
	p.form("Dismiss").fill("reason", "spam").press("Dismiss").want(409, "Somebody else decided meanwhile")
	other := b.mailIn(twoSenders("Offer", "Buy this."))
	q := v.get("/console/mail/" + other)
	q.form("Dismiss").press("Dismiss").want(422, "Say why.")
	q.form("Dismiss").fill("reason", "spam").press("Dismiss").want(200, "Nothing will be done with the mail.")
	v.get("/console/mail?state=dismissed").want(200, "Spam.")
	if raw := v.get("/console/mail/" + other + "/raw").want(200).body; !strings.Contains(raw, "Subject: Offer\r\n") {
		t.Errorf("the raw mail is %q", raw)
	}
	v.get("/console/mail/none").want(404)
	v.get("/console/mail?state=nonsense&after=nonsense").want(200, "No mail waits for you.")
}

// What a stranger writes stays text, in every field and on every page.
func TestHostileMailStaysText(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleAdmin)
	all := payloads()
	for i := 0; i < len(all); i += 4 {
		lot := strings.Join(all[i:min(i+4, len(all))], " ")
		one := strings.NewReplacer("\n", " ", "\r", " ").Replace(all[i])
		id := b.mailIn("From: \"" + strings.ReplaceAll(short(one), `"`, `'`) + "\" <a@example.com>, b@example.org\nSubject: " + short(one) + "\nContent-Type: multipart/mixed; boundary=x\n\n" +
			"--x\nContent-Type: text/plain; charset=utf-8\n\n" + lot + "\n--x\nContent-Type: text/plain\nContent-Disposition: attachment; filename=\"" + strings.ReplaceAll(short(one), `"`, `'`) + ".txt\"\n\na text\n--x--\n")
		p := v.get("/console/mail/" + id)
		inert(t, p.want(200), lot)
		inert(t, v.get("/console/mail").want(200), lot)
	}
}
