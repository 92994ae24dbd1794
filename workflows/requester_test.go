package workflows_test

import (
	"slices"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// bea is whom a mail is really from.
func bea() workflows.SetRequester {
	return workflows.SetRequester{
		PersonName: " Bea Muster ", Email: "bea@example.org",
		Challenge: workflows.Challenge{Plain: "NEWCODE1", Code: models.MailedCode{ID: "c2", RequestID: "r1"}},
	}
}

// A colleague forwards what a customer wrote: the request is the customer's, who
// proves it; nobody is written to at the colleague's address.
func TestStaffSayWhoAMailedRequestIsFrom(t *testing.T) {
	t.Parallel()
	l := mailedFrom(t, models.TypeAccess, "", "") // under no law that says when it ends
	former, since := l.r, l.now
	at := slices.IndexFunc(l.jobs, func(j models.Job) bool { return j.Kind == models.JobExpire })
	l.now = l.jobs[at].RunAt.Add(-time.Hour)
	l.must(alice, bea())
	l.wants("person", l.r.Person, models.Person{Name: "Bea Muster", Email: "bea@example.org"})
	l.wants("state", l.r.State, models.StateUnverified)
	l.wants("since", l.r.RequesterSince, l.now)
	l.wants("received", l.r.ReceivedAt, former.ReceivedAt)
	l.wants("deadline", l.r.Deadline, former.Deadline)
	l.wants("event", l.last.Events[0].Kind, models.EventRequesterSet)
	l.wants("what the log says of it", len(l.last.Events[0].Detail), 0)
	l.wants("letters", l.templates(), "[code]")
	l.wants("to", l.last.Messages[0].Recipient(l.r), "bea@example.org")
	old := models.Message{Audience: models.ToRequester, CreatedAt: since}
	l.wants("an old letter to", old.Recipient(l.r), "")
	l.wants("an old letter went to", old.Recipient(former), former.Person.Email)
	gone, ok := models.EffectOf[models.RequesterReplaced](l.last)
	l.wants("what the former requester has", gone.RequestID+" "+map[bool]string{true: "ends"}[ok], "r1 ends")
	replayed(t, l)

	// The time to prove it begins anew.
	l.refused(system, workflows.RemindVerify{}, models.CodeConflict)
	l.now = l.now.Add(2 * time.Hour)
	l.refused(system, workflows.Expire{}, models.CodeConflict)
	l.now = l.now.Add(l.rules.VerifyReminderAfter())
	l.must(system, workflows.RemindVerify{})
	version := l.r.Version
	l.must(alice, bea())
	l.wants("version after the same again", l.r.Version, version)
	l.must(subject, prove())
	l.wants("state", l.r.State, models.StateOpen)
	replayed(t, l)
}

// Whoever proved the mailbox was there: one member of staff alone does not take
// their request from them.
func TestToTakeAProvedRequestFromSomebodyIsForTwo(t *testing.T) {
	t.Parallel()
	l := mailedFrom(t, models.TypeAccess, "DE", "")
	l.must(subject, prove())
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.must(alice, workflows.Start{})
	l.now = l.now.Add(time.Hour)
	l.must(alice, bea())
	l.wants("state", l.r.State, models.StateInReview)
	l.wants("person before", l.r.Person.Email, submission(models.TypeAccess).Person.Email)
	l.refused(alice, workflows.Approve{Version: l.r.Version}, models.CodeOtherPerson)
	l.must(bob, workflows.Return{Reason: "Why?"})
	l.wants("what was proposed", l.r.NewRequester == nil, true)
	l.must(alice, bea())
	l.must(bob, workflows.Approve{Version: l.r.Version, Challenge: bea().Challenge})
	l.wants("person", l.r.Person.Email, "bea@example.org")
	l.wants("state", l.r.State, models.StateUnverified)
	l.wants("level", l.r.Level, models.LevelNone)
	l.wants("letters", l.templates(), "[code]")
	l.wants("code", l.last.Messages[0].Letter.(models.CodeLetter).Code, "NEWCODE1")
	l.wants("proposal", l.r.Proposal.Waits(), false)
	replayed(t, l)
}

func TestWhoTheRequesterIsIsForStaffToSayOfMailOnly(t *testing.T) {
	t.Parallel()
	form := file(t, models.TypeAccess)
	form.refused(alice, bea(), models.CodeConflict)
	l := mailedFrom(t, models.TypeAccess, "DE", "")
	for _, wrong := range []string{"", "bea", "bea@example", `"b ea"@example.org`, "bea@example.org, x@example.org"} {
		c := bea()
		c.Email = wrong
		l.refused(alice, c, models.CodeInvalid)
	}
	later := bea()
	later.ReceivedAt = l.r.ReceivedAt.Add(time.Hour)
	l.refused(alice, later, models.CodeInvalid)
	l.refused(subject, bea(), models.CodeForbidden)

	// A colleague had it for three days: the clock runs from when they got it.
	before := l.r.Deadline.RespondOn
	earlier := bea()
	earlier.ReceivedAt = l.r.ReceivedAt.Add(-72 * time.Hour)
	l.must(alice, earlier)
	l.wants("received", l.r.ReceivedAt, earlier.ReceivedAt)
	l.wants("deadline", l.r.Deadline.RespondOn.Before(before), true)
	replayed(t, l)

	// What may not be verified is not, and its new requester is told.
	out := mailedFrom(t, models.TypeMarketingOptOut, "DE", "")
	out.now = out.now.Add(time.Hour)
	out.must(alice, bea())
	out.wants("state", out.r.State, models.StateOpen)
	out.wants("letters", out.templates(), "[acknowledgement]")
	replayed(t, out)

	// The mailbox may have had as much mail as it may: then staff hear of it.
	full := mailedFrom(t, models.TypeAccess, "DE", "")
	_, err := workflows.Decide(full.rules, workflows.Case{Request: full.r, MailUsage: map[string]models.MailUsage{"bea@example.org": {Suppressed: true}}}, alice, bea(), stamp(full.now))
	if models.CodeOf(err) != models.CodeTooMany {
		t.Errorf("a mailbox that wants no mail: %v", err)
	}
}

// A name that was misread is put right without a new proof: the mailbox is the same,
// and whoever proved it. The gate is asked before anything that was typed is looked at.
func TestANameIsCorrectedWithoutANewProof(t *testing.T) {
	t.Parallel()
	named := bea()
	named.Email = "ANA@Example.org"
	l := mailedFrom(t, models.TypeAccess, "DE", "")
	jobs := len(l.jobs)
	l.must(alice, named)
	l.wants("person", l.r.Person.Name+" "+l.r.Person.Email, "Bea Muster ANA@Example.org")
	l.wants("since", l.r.RequesterSince.IsZero(), true)
	l.wants("letters", l.templates(), "[]")
	l.wants("jobs", len(l.jobs), jobs)
	if _, ended := models.EffectOf[models.RequesterReplaced](l.last); ended {
		t.Error("the code and the sessions of the same person end")
	}
	replayed(t, l)

	proved := atPlaces(mailedFrom(t, models.TypeAccess, "DE", ""))
	proved.must(subject, prove())
	proved.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	proved.must(alice, workflows.Start{})
	tasks := proved.states()
	proved.must(alice, named)
	proved.must(bob, workflows.Approve{Version: proved.r.Version})
	proved.wants("level", proved.r.Level, models.LevelMailbox) // whom staff were sure of had another name
	proved.wants("state", proved.r.State, models.StateInProgress)
	proved.wants("name", proved.r.Person.Name, "Bea Muster")
	proved.wants("tasks", proved.states(), tasks)
	replayed(t, proved)

	earlier := named
	earlier.PersonName, earlier.ReceivedAt = "Bea Moser", l.r.ReceivedAt.Add(-72*time.Hour)
	before := l.r.Deadline.RespondOn
	l.must(alice, earlier)
	l.wants("deadline", l.r.Deadline.RespondOn.Before(before), true)
	replayed(t, l)

	// Mail comes from addresses that nobody can type into a form.
	odd := mailedFrom(t, models.TypeAccess, "DE", "")
	odd.r.Person.Email, named.Email = `"odd user"@example.org`, `"odd user"@example.org`
	odd.must(alice, named)

	form, wrong := file(t, models.TypeAccess), bea()
	wrong.Email = "nobody"
	form.refused(alice, wrong, models.CodeConflict)
	l.refused(subject, wrong, models.CodeForbidden)
}

// What was gathered for whom the request was taken to be from does not go out to
// whoever it is of.
func TestFilesOfAFormerRequesterAreNotSent(t *testing.T) {
	t.Parallel()
	l := mailedFrom(t, models.TypeAccess, "DE", "")
	l.must(subject, prove())
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.must(alice, workflows.Start{})
	old := models.File{ID: "f1", Author: alice, CreatedAt: l.now}
	l.now = l.now.Add(time.Hour)
	l.must(alice, bea())
	l.must(bob, workflows.Approve{Version: l.r.Version, Challenge: bea().Challenge})
	l.must(subject, prove())
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.must(alice, workflows.Start{})
	made := old
	made.ID, made.CreatedAt = "f2", l.now
	answer := workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Here it is.", Files: []string{"f1"}, Attached: []models.File{old, made}}
	l.refused(alice, answer, models.CodeInvalid)
	answer.Files = []string{"f2"}
	l.must(alice, answer)
}

// What was erased of whom the request was taken to be from says nothing of whoever it
// is of: a legal hold asks for its reason all the same.
func TestTasksOfAFormerRequesterAreNotTheErasure(t *testing.T) {
	t.Parallel()
	l := atPlaces(mailedFrom(t, models.TypeDeletion, "DE", ""))
	l.must(subject, prove())
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.must(alice, workflows.Start{})
	l.now = l.now.Add(time.Hour)
	l.r.RequesterSince = l.now
	former := models.Task{ID: "t0", RequestID: l.r.ID, TaskFacts: models.TaskFacts{
		Action: models.ActionErase, State: models.TaskDone, Outcome: models.TaskPartly, CreatedAt: l.now.Add(-time.Minute), DueOn: l.r.Deadline.RespondOn,
	}}
	own := former
	own.ID, own.Outcome, own.CreatedAt = "t1", models.TaskCompleted, l.now
	k := workflows.Case{
		Request: l.r, Tasks: []models.Task{former, own}, LegalHolds: models.LegalHolds{Known: true, On: []models.LegalHold{{ID: "h", LegalHoldFacts: models.LegalHoldFacts{Reason: "legal_claims"}}}},
	}
	answer := workflows.Act{Command: workflows.CommandDecide, At: l.now, Proposal: models.Proposal{Outcome: models.OutcomeFulfilled}}
	if ruling := workflows.Gate(l.rules, k, alice, answer); ruling.Verdict == workflows.Refused {
		t.Errorf("all was erased, and what was left of another person counts: %v", ruling.Because)
	}
	k.Tasks[0].Outcome, k.Tasks = models.TaskCompleted, k.Tasks[:1]
	if ruling := workflows.Gate(l.rules, k, alice, answer); ruling.Verdict != workflows.Refused {
		t.Error("what was erased of another person counts as the erasure")
	}
}
