package web_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// Each main type lives its whole life in the console, without a script: what
// is verified, begun, asked, answered and decided by one person, and approved by
// another where the policy wants that.
func TestConsoleCarriesEachTypeToItsAnswer(t *testing.T) {
	t.Parallel()
	lives := map[models.RequestType]func(f *form) *form{
		models.TypeAccess:   func(f *form) *form { return f.fill("outcome", "fulfilled", "message", "Here is your data.") },
		models.TypeDeletion: func(f *form) *form { return f.fill("outcome", "fulfilled", "message", "It is gone.") },
		models.TypeCorrection: func(f *form) *form {
			f.fill("item.1.outcome", "fulfilled", "item.2.outcome", "denied", "message", "One of the two.")
			code := f.reason("item.2.reasons")
			f.values.Set("item.2.reasons", code)
			return f.fill("item.2.explain."+code, "Our records show otherwise.")
		},
		models.TypeTestimonialRemoval: func(f *form) *form {
			f.fill("item.1.outcome", "denied", "message", "It cannot be removed.")
			f.values.Set("item.1.reasons", f.reason("item.1.reasons"))
			return f
		},
		models.TypeDisclosure:      func(f *form) *form { return f.fill("outcome", "no_data", "message", "Nothing was shared.") },
		models.TypeMarketingOptOut: func(f *form) *form { return f.fill("outcome", "fulfilled", "message", "No more mail.") },
	}
	for kind, decide := range lives {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			ann, bob := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleManager)
			r := b.wish(kind, func(c *workflows.Submit) { c.Locale = "de" })
			p := ann.open(r.Reference).want(200, "Robin Canary", "robin.canary@example.com", "Please do as I ask.")
			if r.State == models.StateUnverified {
				if p.offers("start") || p.offers("decide") || p.offers("reply") {
					t.Error("an unverified request offers work")
				}
				p = p.act("verify").fill("level", "high", "method", "account_login", "note", "Signed in.").send("").want(200, "The verification was recorded", "Signed in to the account", "Enough")
			}
			p = p.act("assign").fill("assignee", "me").send("").want(200, "has a new owner", "Owner: you")
			p = p.act("start").send("").want(200, "Work has begun", "In progress")
			p = p.act("note").fill("text", "Looked into both systems.").send("").want(200, "Internal note", "Looked into both systems.")
			p = p.act("reply").fill("message", "We are on it.").send("").want(200, "We are on it.", "On its way")
			p = p.act("ask").fill("message", "Which account?").send("").want(200, "Waiting for the requester", "Which account?")
			p = p.act("resume").send("").want(200, "off hold")
			if p.offers("start") || p.offers("resume") || p.offers("approve") {
				t.Error("commands are offered that are not allowed")
			}
			f := decide(p.act("decide"))
			preview := f.send("preview").want(200, "Nothing has been done yet", "robin.canary@example.com")
			b.at(r.Reference, models.StateInProgress)
			p = preview.act("decide").send("give").want(200, "The decision was recorded")
			if b.request(r.Reference).State == models.StateInReview {
				p.want(200, "A decision is approved by another person than who proposed it", "Proposed decision", "What the requester will get")
				if p.offers("approve") {
					t.Error("one may approve one’s own decision")
				}
				p = bob.open(r.Reference).act("approve").send("").want(200, "approved, and the answer is on its way", "approved by you")
			}
			b.at(r.Reference, models.StateClosed)
			// What was looked at beforehand is what is sent, in the language of the requester.
			sent := b.lastLetter(r.Reference)
			if shown := nodes(preview.doc, "pre"); len(shown) != 1 || shown[0].FirstChild.Data != sent || attr(shown[0], "lang") != "de" || !strings.Contains(sent, "Guten Tag") {
				t.Errorf("the preview is not the letter %q", sent)
			}
			p.want(200, "Closed", "Decision", "!What to do now")
			bob.open(r.Reference).act("reopen").fill("reason", "A second account was found.").send("").want(200, "taken up again")
			if got := b.request(r.Reference).State; got != models.StateOpen {
				t.Errorf("reopened it is %s", got)
			}
		})
	}
}

// lastLetter is the text of the last mail to a requester.
func (b *bed) lastLetter(reference string) string {
	b.t.Helper()
	messages, err := b.service.Queries.Conversation(context.Background(), b.request(reference))
	must(b.t, err)
	for _, m := range slices.Backward(messages) {
		if m.Audience != models.ToRequester || m.Letter == nil {
			continue
		}
		mail, err := b.ports().Letters.Render(m.Letter)
		must(b.t, err)
		return mail.Text
	}
	b.t.Fatalf("%s has no letter", reference)
	return ""
}

// reason is the first reason that a form offers under a name.
func (f *form) reason(name string) string {
	f.p.v.t.Helper()
	for _, n := range nodes(f.node, "input") {
		if attr(n, "name") == name {
			return attr(n, "value")
		}
	}
	f.p.v.t.Fatalf("no reasons %s", name)
	return ""
}

func TestConsoleSendsADecisionBackAndExtendsOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, bob := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleManager)
	r := b.wish(models.TypeDeletion, func(c *workflows.Submit) { c.Person.Country, c.Person.Region = "DE", "" })
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	p := ann.open(r.Reference).act("start").send("")
	if p.offers("extend") {
		p = p.act("extend").fill("reason", "Four systems, one archived.").send("").want(200, "The date was extended", "Before the extension")
		if p.offers("extend") {
			t.Error("it can be extended twice")
		}
	}
	f := p.act("decide").fill("outcome", "denied", "message", "No.")
	f.values.Set("reasons", f.reason("reasons"))
	f.send("give").want(200, "Proposed decision")
	p = bob.open(r.Reference).act("return").fill("reason", "Cite the law.").send("").want(200, "went back", "Cite the law.")
	b.at(r.Reference, models.StateInProgress)
	p.act("note").fill("text", "").send("").want(422, "Write the note")
	// Duplicates are merged, spam is closed without a word.
	same := b.wish(models.TypeDeletion, func(c *workflows.Submit) { c.Person.Country, c.Person.Region = "DE", "" })
	p = bob.open(same.Reference).want(200, "Perhaps the same")
	p.want(200, "Merge", "!Merge (another person approves)")
	p.act("merge").fill("into", r.Reference).send("").want(200, "closed as a duplicate", "It goes on as "+r.Reference)
	spam := b.wish(models.TypeAccess)
	bob.open(spam.Reference).act("mark-spam").send("").want(200, "closed as spam", "Spam")
}

// A denial without a reason, an outcome that needs more proof: the form comes
// back with what was typed and what is wrong.
func TestConsoleKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	r := b.wish(models.TypeDeletion)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelMailbox, Method: "staff_check"})
	p := ann.open(r.Reference).act("start").send("").want(200, "not verified well enough")
	f := p.act("decide").fill("outcome", "denied", "message", "My long answer.")
	p = f.send("give").want(422, "at least one reason", "My long answer.")
	if !has(find(p, isID("act-decide"))[0], "open") {
		t.Error("the form that came back is closed")
	}
	f = p.act("decide")
	f.values.Set("outcome", "fulfilled") // the form does not offer it
	p = f.send("give").want(409, "not verified well enough", "My long answer.")
	p = p.act("decide").send("text:6").want(200, "My long answer.")
	if f := p.act("decide"); len(f.values.Get("message")) <= len("My long answer.") {
		t.Errorf("no text was inserted: %q", f.values.Get("message"))
	}
	b.at(r.Reference, models.StateInProgress)
}
