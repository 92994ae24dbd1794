package web_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// second is what a label says of what another person approves.
const second = "another person approves"

// labels are the words beside the choices of a field.
func (f *form) labels(name string) map[string]string {
	words, all := map[string]string{}, map[string]string{}
	for _, n := range nodes(f.node, "label") {
		words[attr(n, "for")] = textOf(n)
	}
	for _, n := range nodes(f.node, "input", "select") {
		if attr(n, "name") != name {
			continue
		}
		if n.Data == "input" {
			all[attr(n, "value")] = words[attr(n, "id")]
		}
		for _, o := range nodes(n, "option") {
			all[attr(o, "value")] = textOf(o)
		}
	}
	delete(all, "")
	return all
}

// Of every outcome of every type, as a whole or for an item, the label says exactly
// where another person approves it, and so does the preview: it is what happens.
func TestALabelSaysExactlyWhereAnotherPersonApproves(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	seen := map[bool]int{}
	for _, kind := range []models.RequestType{
		models.TypeAccess, models.TypeDeletion, models.TypeCorrection, models.TypeTestimonialRemoval, models.TypeDisclosure, models.TypeMarketingOptOut,
	} {
		for _, outcome := range models.Decidable() {
			r := b.wish(kind)
			b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
			b.do(r.Reference, ann.ID, workflows.Start{})
			f := ann.open(r.Reference).act("decide").fill("message", "So it is.")
			said := false
			fields := []string{""} // the request as a whole, or each of its items
			if n := len(r.Facts.Items); n > 0 {
				fields = nil
				for i := range n {
					fields = append(fields, "item."+strconv.Itoa(i+1)+".")
				}
			}
			for _, at := range fields {
				label, offered := f.labels(at + "outcome")[string(outcome)]
				if !offered {
					t.Fatalf("%s cannot be %s", kind, outcome)
				}
				said = said || strings.Contains(label, second)
				f.values.Set(at+"outcome", string(outcome))
				if outcome.NeedsReason() {
					f.values.Set(at+"reasons", f.reason(at+"reasons"))
				}
			}
			preview := f.send("preview").want(200, "Nothing has been done yet")
			if strings.Contains(preview.text(), "goes to another person") != said {
				t.Errorf("%s, %s: the labels say %t, and the preview %s", kind, outcome, said, preview.text())
			}
			preview.act("decide").send("give").want(200, "The decision was recorded")
			if state := b.request(r.Reference).State; (state == models.StateInReview) != said {
				t.Errorf("%s, %s: the labels say %t, and it is %s", kind, outcome, said, state)
			}
			seen[said]++
		}
	}
	if seen[true] < 5 || seen[false] < 2 {
		t.Errorf("%v: this proves little", seen)
	}
}

// What ends a request without an answer says so, too, and lies no more where nobody
// proved to be there.
func TestALabelOfAnEndSaysExactlyWhereAnotherPersonApproves(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAgent)
	for _, proved := range []bool{false, true} {
		for _, command := range []workflows.CommandName{workflows.CommandMarkSpam, workflows.CommandMerge} {
			one, two := b.wish(models.TypeAccess), b.wish(models.TypeAccess)
			for _, r := range []models.Request{one, two} {
				if proved {
					b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
				}
			}
			f := ann.open(one.Reference).act(string(command))
			if command == workflows.CommandMerge {
				f.fill("into", two.Reference)
			}
			buttons := nodes(f.node, "button")
			said := slices.ContainsFunc(buttons, func(n *html.Node) bool { return strings.Contains(textOf(n), second) })
			f.send("").want(200)
			if state := b.request(one.Reference).State; said != proved || (state == models.StateInReview) != said {
				t.Errorf("%s of a request that is proved %t: the label says %t, and it is %s", command, proved, said, state)
			}
			for _, r := range []models.Request{one, two} { // out of the way of the next
				if b.request(r.Reference).State == models.StateInReview {
					b.do(r.Reference, "bob", workflows.Approve{Version: b.request(r.Reference).Version})
				}
			}
			if b.request(two.Reference).State != models.StateClosed {
				b.do(two.Reference, ann.ID, workflows.MarkSpam{})
			}
		}
	}
}

// Whoever approves reads the letter as it will go out, and is warned where an answer
// to access has no file. What they have read is what they approve.
func TestWhoApprovesReadsTheLetterAndApprovesThat(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, bob := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleManager)
	const warning = "No file goes out with this answer"
	propose := func(message string, files ...string) models.Request {
		r := b.wish(models.TypeAccess, func(c *workflows.Submit) { c.Locale = "fr" })
		b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
		b.do(r.Reference, ann.ID, workflows.Start{})
		c := workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: message}
		for _, name := range files {
			f, err := b.service.Cases.AddFile(t.Context(), staff(ann.ID), r.Reference, name, []byte("a copy"), true, cases.Option{})
			must(t, err)
			c.Files = append(c.Files, f.ID)
		}
		b.do(r.Reference, ann.ID, c)
		return r
	}
	for _, files := range [][]string{nil, {"copy.txt"}} {
		r := propose("Voici vos données.", files...)
		p := bob.open(r.Reference)
		if strings.Contains(p.text(), warning) != (len(files) == 0) {
			t.Errorf("with the files %v: %s", files, p.text())
		}
		shown := nodes(p.doc, "pre")
		p.act("approve").send("").want(200, "approved, and the answer is on its way")
		if sent := b.lastLetter(r.Reference); len(shown) != 1 || shown[0].FirstChild.Data != sent || !strings.Contains(sent, "Voici vos données.") {
			t.Errorf("what was read is not the letter %q", sent)
		}
	}

	r := propose("The first words.")
	drawn := bob.open(r.Reference).act("approve")
	b.do(r.Reference, ann.ID, workflows.Return{Reason: "Once more."})
	b.do(r.Reference, ann.ID, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Swapped words."})
	drawn.send("").want(409, "has changed since this page was drawn", "Swapped words.")
	drawn.values.Del("version")
	drawn.send("").want(409, "Swapped words.")
	b.at(r.Reference, models.StateInReview)
}

// Whoever is barred by an appeal reads what a package would hold, and is offered no
// button to make it.
func TestWhoIsBarredMakesNoPackage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, bob, cat := b.hire("Ann", models.RoleAgent), b.hire("Bob", models.RoleManager), b.hire("Cat", models.RoleManager)
	r := b.wish(models.TypeAccess)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	b.do(r.Reference, ann.ID, workflows.Start{})
	b.do(r.Reference, ann.ID, workflows.Conclude{Outcome: models.OutcomeDenied, Message: "No.", Reasons: []workflows.ReasonGiven{{Code: "manifestly_unfounded"}}})
	b.do(r.Reference, bob.ID, workflows.Approve{Version: b.request(r.Reference).Version})
	_, err := b.service.Cases.Do(t.Context(), models.Actor{Kind: models.ActorSubject}, r.Reference, workflows.FileAppeal{Text: "I object."}, cases.Option{})
	must(t, err)
	b.answered(b.request(r.Reference), models.Task{ID: newID(), TaskFacts: models.TaskFacts{Action: models.ActionFind, State: models.TaskDone, Outcome: models.TaskCompleted, Found: 1}})
	path := "/console/requests/" + r.Reference + "/package"
	for _, m := range []*member{ann, bob} {
		if p := m.get(path).want(200, "Canary Lane 7"); p.offers("package") {
			t.Error("who is barred is offered to make the package")
		}
	}
	if !cat.get(path).want(200, "Canary Lane 7").offers("package") {
		t.Error("nobody is offered to make the package")
	}
}

// Under a legal hold the page offers what the gate lets be done, also where no system
// is connected: no answer that says that all is erased, and no deletion of a file.
func TestUnderALegalHoldThePageOffersWhatTheGateLets(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann, mia := b.hire("Ann", models.RoleAgent), b.hire("Mia", models.RoleManager)
	r := b.wish(models.TypeDeletion)
	b.do(r.Reference, ann.ID, workflows.Verify{Level: models.LevelHigh, Method: "account_login"})
	b.do(r.Reference, ann.ID, workflows.Start{})
	_, err := b.service.Cases.AddFile(t.Context(), models.Actor{Kind: models.ActorSubject}, r.Reference, "theirs.txt", []byte("a text"), false, cases.Option{})
	must(t, err)
	offers := func() (outcomes []string, deletes bool) {
		p := ann.open(r.Reference)
		for outcome := range p.act("decide").labels("outcome") {
			outcomes = append(outcomes, outcome)
		}
		slices.Sort(outcomes)
		return outcomes, p.offers("delete-file")
	}
	if outcomes, deletes := offers(); !slices.Contains(outcomes, "fulfilled") || !deletes {
		t.Errorf("before the legal hold it offers %v, and to delete a file: %t", outcomes, deletes)
	}
	h, err := b.service.LegalHolds.Set(t.Context(), models.Actor{Kind: models.ActorStaff, ID: mia.ID, Role: models.RoleManager}, workflows.NewLegalHold{
		Identifiers: []models.Identifier{{Kind: models.IdentifierEmail, Value: r.Person.Email}}, Reason: "legal_claims", Note: "A claim.", ReviewOn: models.DateOf(b.clock(), time.UTC).AddDays(90),
	}, cases.Option{})
	must(t, err)
	if outcomes, deletes := offers(); slices.Contains(outcomes, "fulfilled") || slices.Contains(outcomes, "no_data") || deletes {
		t.Errorf("under the legal hold it offers %v, and to delete a file: %t", outcomes, deletes)
	}
	_, err = b.service.LegalHolds.Lift(t.Context(), models.Actor{Kind: models.ActorStaff, ID: mia.ID, Role: models.RoleManager}, h.ID, "Settled.", cases.Option{})
	must(t, err)
	if outcomes, deletes := offers(); !slices.Contains(outcomes, "fulfilled") || !deletes {
		t.Errorf("once it is lifted it offers %v, and to delete a file: %t", outcomes, deletes)
	}
}
