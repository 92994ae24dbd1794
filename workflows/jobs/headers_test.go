package jobs_test

import (
	"bytes"
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"time"

	"habeas/intake"
	"habeas/models"
	"habeas/notifications"
	"habeas/workflows"
	"habeas/workflows/cases"
	"habeas/workflows/jobs"
)

// told is where answers go in these tests.
type told struct{}

func (told) Reply(reference string) string { return "privacy+reply." + reference + "@example.org" }

func (told) Bounce(reference, messageID string) string {
	return "privacy+bounce." + reference + "." + messageID[28:] + "@example.org"
}

func (told) ReplyTo(reference, messageID string) string {
	return "privacy+reply-to-" + messageID[:4] + "-" + reference + "@example.org"
}

// sentMail returns the mails that were sent with these words in them.
func (b *bed) sentMail(words string) []notifications.Outgoing {
	b.post.mu.Lock()
	defer b.post.mu.Unlock()
	var found []notifications.Outgoing
	for _, o := range b.post.sent {
		if strings.Contains(string(o.Raw), words) {
			found = append(found, o)
		}
	}
	return found
}

func (b *bed) addressed() *jobs.Runner {
	return jobs.New(jobs.Config{
		Service: b.service, Staff: b.store, Digests: b.store, Letters: b.letters, Sender: b.post, Addresses: told{},
		TeamAddress: "team@example.org", Locale: "en", Log: b.logger(),
	})
}

func TestWhatComesBackFindsItsCase(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		b.hire("May", "may@example.org", models.RoleAgent)
		d, err := b.service.Cases.Submit(t.Context(), models.Actor{Kind: models.ActorIntake}, workflows.Submit{
			Type: models.TypeAccess, Channel: models.ChannelEmail, InReplyTo: "their@mail.example",
			Person: models.Person{Email: "ana@example.net"},
		}, cases.Option{})
		b.must(err)
		r := b.prove(d.Request)
		b.drain(b.addressed())
		root := "<habeas." + strings.ToLower(r.Reference) + "@example.org>"
		tests := map[string]struct{ subject, reply, answers, references string }{
			"the first":         {"Your code", "privacy+reply." + r.Reference + "@example.org", "<their@mail.example>", "<their@mail.example> " + root},
			"those that follow": {"We have your", "privacy+reply." + r.Reference + "@example.org", "", root},
			"to staff":          {"New request", "", "", root},
		}
		for name, tc := range tests {
			found := b.sentMail("Subject: " + tc.subject)
			if len(found) != 1 {
				t.Fatalf("%s: %d mails %s, want 1", name, len(found), tc.subject)
			}
			m, err := mail.ReadMessage(bytes.NewReader(found[0].Raw))
			b.must(err)
			if got := strings.Trim(m.Header.Get("Reply-To"), "<>"); got != tc.reply || m.Header.Get("In-Reply-To") != tc.answers || m.Header.Get("References") != tc.references {
				t.Errorf("%s: answers go to %s, it answers %s of %s", name, got, m.Header.Get("In-Reply-To"), m.Header.Get("References"))
			}
			if want := "privacy+bounce." + r.Reference; !strings.HasPrefix(found[0].From, want) {
				t.Errorf("%s: the envelope sender is %s, want %s…", name, found[0].From, want)
			}
		}
	})
}

// Two of us that mail each other fall silent: to our own mail we say nothing,
// and neither does anybody who follows RFC 3834.
func TestOurMailIsNeverAnswered(t *testing.T) {
	t.Parallel()
	b := newBed(t, "sqlite3")
	b.hire("May", "may@example.org", models.RoleAgent)
	r := b.submit("privacy@other.example")
	_, err := b.service.Cases.Submit(t.Context(), models.Actor{Kind: models.ActorIntake}, workflows.Submit{
		Type: models.TypeAccess, Channel: models.ChannelEmail, InReplyTo: "their@other.example",
		Person: models.Person{Email: "privacy@other.example"},
	}, cases.Option{})
	b.must(err)
	b.prove(r)
	b.drain(b.addressed())
	ours := intake.Config{Own: []string{"privacy@example.org"}, MessageDomain: "example.org", Instance: notifications.Instance("privacy@example.org")}
	byInstance := intake.Config{Instance: ours.Instance}
	theirs := intake.Config{Own: []string{"privacy@other.example"}, MessageDomain: "other.example", Instance: notifications.Instance("privacy@other.example")}
	for _, o := range b.sentMail("") {
		e := intake.Envelope{FromKnown: true, MailFrom: o.From, RcptTo: o.To}
		for _, c := range []intake.Config{ours, byInstance, theirs} {
			m := intake.Read(o.Raw, e, c)
			if ok, _ := intake.Answerable(m, e, c); ok || m.Fault != "" {
				t.Errorf("a mail is answered by %q:\n%s", c.Instance, o.Raw)
			}
			if got, why := intake.Route(m, c); c.Instance == ours.Instance && (got != intake.OutcomeHeld || why != intake.ReasonLoop) {
				t.Errorf("our own mail is %s, %s", got, why)
			}
		}
	}
	if n := b.post.took(t); n < 4 {
		t.Errorf("%d mails were looked at", n)
	}
}

// A mail of ours answers the newest mail of its requester, and names those
// before it, so that mail programs show one conversation.
func TestAMailAnswersTheNewestOfItsConversation(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bed) {
		may := b.hire("May", "may@example.org", models.RoleAgent)
		place := func(id, more, text string) {
			b.set(b.now().Add(time.Hour)) // what nobody proves to be hers is limited by the hour
			b.keep("From: ana@example.net\r\nSubject: Access request\r\nMessage-ID: <" + id + "@mail.example>\r\n" + more + "\r\n" + text + "\r\n")
			for _, j := range b.ofKind(models.JobPending, models.JobPlaceMail) {
				b.set(j.RunAt)
				b.must(b.runner().Run(t.Context(), j.ID))
			}
		}
		place("1", "", "Please send me a copy of all my personal data.")
		list, _, err := b.store.List(t.Context(), models.Filter{Limit: 10})
		b.must(err)
		r := b.prove(list[0])
		b.drain(b.addressed())
		ours := b.sentMail("Subject: Your code")[0].MailID
		b.do(r, may, workflows.Reply{Message: "We look into it."})
		answer := func(id, more string) { place(id, "In-Reply-To: <"+ours+">\r\n"+more, "Thank you "+id+".") }
		for i := 2; i < 16; i++ {
			answer(strconv.Itoa(i), "")
		}
		answer("machine", "Auto-Submitted: auto-replied\r\n")
		b.do(r, may, workflows.Reply{Message: "Nearly done."})
		b.drain(b.addressed())
		headers := func(words string) mail.Header {
			found := b.sentMail(words)
			if len(found) != 1 {
				t.Fatalf("%d mails say %s", len(found), words)
			}
			for line := range bytes.Lines(found[0].Raw) {
				if len(line) > 998 {
					t.Errorf("a line of %d bytes", len(line))
				}
			}
			m, err := mail.ReadMessage(bytes.NewReader(found[0].Raw))
			b.must(err)
			return m.Header
		}
		root := "<habeas." + strings.ToLower(r.Reference) + "@example.org>"
		if h := headers("We look into it."); h.Get("In-Reply-To") != "<1@mail.example>" || h.Get("References") != "<1@mail.example> "+root {
			t.Errorf("the first answers %s of %s", h.Get("In-Reply-To"), h.Get("References"))
		}
		h := headers("Nearly done.")
		chain := strings.Fields(h.Get("References"))
		if h.Get("In-Reply-To") != "<15@mail.example>" || len(chain) != 11 || chain[0] != "<1@mail.example>" || chain[1] != root || chain[2] != "<7@mail.example>" || chain[10] != "<15@mail.example>" {
			t.Errorf("the second answers %s of %v", h.Get("In-Reply-To"), chain)
		}
	})
}
