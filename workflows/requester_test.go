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
