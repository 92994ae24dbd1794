package workflows_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas/models"
	"habeas/workflows"
)

// holdReason is the reason of the legal holds of these tests.
const holdReason = "legal_claims"

// changeHold sets, reviews or lifts a legal hold on one of the people, if whoever
// tries may: managers, and nobody else of these.
func (w *world) changeHold(rt *rapid.T) string {
	l, by := w.lives[0], w.staff(rt)
	on := models.DateOf(l.now, time.UTC).AddDays(30)
	hold := workflows.StandingHold{}
	var c workflows.Command
	what := "hold set"
	switch {
	case len(w.hold.On) == 0:
		whom := rapid.SampledFrom([]string{"ana@example.org", "ana@example.org", "bea@example.org"}).Draw(rt, "on whom")
		c = workflows.SetLegalHold{NewLegalHold: workflows.NewLegalHold{
			Identifiers: []models.Identifier{{Kind: models.IdentifierEmail, Value: whom}}, Reason: holdReason, Note: "n", ReviewOn: on,
		}}
	case rapid.Bool().Draw(rt, "reviewed"):
		hold.Hold, what = w.hold.On[0], "hold reviewed"
		c = workflows.ReviewLegalHold{StandingHold: hold, Note: "n", ReviewOn: on}
	default:
		hold.Hold, what = w.hold.On[0], "hold lifted"
		c = workflows.LiftLegalHold{StandingHold: hold, Note: "n"}
	}
	d, err := workflows.Decide(l.rules, workflows.Case{}, by, c, l.stamp())
	if may := by.Role == models.RoleManager; (err == nil) != may {
		rt.Fatalf("%s by the %s %s: %v", c.Name(), by.Role, by.ID, err)
	}
	if err != nil {
		return "hold refused"
	}
	changed, _ := models.EffectOf[models.LegalHoldChanged](d)
	if len(d.Events) != 1 || changed.Before != hold.Hold.Version || changed.Hold.Version != changed.Before+1 || changed.Hold.Stands() != (what != "hold lifted") {
		rt.Fatalf("%s leads to %+v with %v", c.Name(), changed, d.Events)
	}
	if what == "hold set" {
		w.on = changed.Hold.Identifiers[0].Value
	}
	if what != "hold reviewed" {
		w.hold = models.LegalHolds{Version: w.hold.Version + 1}
	}
	if changed.Hold.Stands() {
		w.hold.On = []models.LegalHold{changed.Hold}
	}
	return what
}

// holdsOn are the legal holds on the person of a request, as the service reads them.
func (w *world) holdsOn(r models.Request) models.LegalHolds {
	found := models.LegalHolds{Known: true, Version: w.hold.Version}
	if len(w.hold.On) > 0 && r.Person.Email == w.on {
		found.On = w.hold.On
	}
	return found
}

// againstHold are the commands that would go on with an erasure while a legal hold
// stands.
func againstHold(l *life) (names []workflows.CommandName) {
	if len(l.holds.On) == 0 {
		return nil
	}
	for _, t := range l.tasks {
		switch {
		case t.Action != models.ActionErase:
		case t.State == models.TaskNeedsReview:
			names = append(names, workflows.CommandApprovePreview)
		case t.State == models.TaskFailed && t.Step == models.StepApply:
			names = append(names, workflows.CommandRetryTask)
		case t.State == models.TaskOpen, t.State == models.TaskWaiting:
			names = append(names, workflows.CommandCompleteTask)
		}
	}
	return names
}

// limits uses up the limits on mail to unverified mailboxes now and then.
func (w *world) limits(rt *rapid.T) {
	n := rapid.IntRange(0, 29).Draw(rt, "limits")
	if n > 1 {
		return
	}
	var used map[string]models.MailUsage
	if n == 0 {
		used = map[string]models.MailUsage{}
		for _, mailbox := range []string{"ana@example.org", "bea@example.org", "pat@example.org"} {
			used[mailbox] = models.MailUsage{Suppressed: rapid.Bool().Draw(rt, "suppressed")}
		}
	}
	for _, l := range w.lives {
		l.used = used
	}
}

// holdKeeps checks that nothing is erased, and nothing said to be, while a legal
// hold stands on the person, and that what is erased was decided on the legal
// holds as they are.
func holdKeeps(rt *rapid.T, l *life, before models.Request, was []models.Task, c workflows.Command, happened map[string]int) {
	d, held := l.last, len(l.holds.On) > 0
	_, erased := models.EffectOf[models.RequestErased](d)
	_, deleted := models.EffectOf[models.FileDeleted](d)
	seen, looked := models.EffectOf[models.LegalHoldsSeen](d)
	if (erased || deleted) && (held || !looked || seen.Version != l.holds.Version) {
		rt.Fatalf("%s erased something; a legal hold stands: %t, looked for: %t at version %d", c.Name(), held, looked, seen.Version)
	}
	if erased && (before.State != models.StateClosed || l.now.Before(before.ClosedAt.Add(24*time.Hour))) {
		rt.Fatalf("a request that is %s was erased at %s; it was closed at %s", before.State, l.now, before.ClosedAt)
	}
	if erased && before.Region == "CA" && before.Outcome == models.OutcomeFulfilled && l.now.Before(before.ClosedAt.AddDate(2, 0, 0)) {
		rt.Fatalf("a request of California that was closed at %s was erased at %s", before.ClosedAt, l.now)
	}
	if before.Shredded && (d.Request.ID != "" && d.Request.Version != before.Version || len(d.Messages) > 0) {
		rt.Fatalf("%s did something about a request that is erased", c.Name())
	}
	if slices.ContainsFunc(d.Events, func(e models.Event) bool { return e.Kind == models.EventTaskReleased }) {
		happened["task released"]++
	}
	if !held || d.Request.ID == "" { // what becomes of a mail leaves the case alone
		return
	}
	for _, t := range l.tasks {
		i := slices.IndexFunc(was, func(o models.Task) bool { return o.ID == t.ID })
		said := t.State == models.TaskDone && (i < 0 || was[i].State != models.TaskDone)
		if t.Action == models.ActionErase && said && (t.Outcome == models.TaskCompleted || t.Outcome == models.TaskPartly) {
			rt.Fatalf("%s: a task to erase is done as %s while a legal hold stands", c.Name(), t.Outcome)
		}
		if t.Action == models.ActionErase && (t.State == models.TaskNeedsReview || t.State == models.TaskOpen && t.Manual()) {
			rt.Fatalf("%s: a task to erase is %s while a legal hold stands", c.Name(), t.State)
		}
		if t.Action == models.ActionErase && t.State == models.TaskApproved && (i < 0 || was[i].State != models.TaskApproved) && was[i].Fault != models.FaultUncertain {
			rt.Fatalf("%s: a task to erase was approved while a legal hold stands", c.Name())
		}
	}
	answersForHold(rt, l, before, was, c, happened)
}

// answersForHold checks that a deletion that a legal hold keeps from being carried
// out is answered with the reason, to whoever has proved who they are.
func answersForHold(rt *rapid.T, l *life, before models.Request, was []models.Task, c workflows.Command, happened map[string]int) {
	after := l.r
	if before.State == models.StateClosed || after.State != models.StateClosed || before.Country == "" || !slices.Contains(before.Asked(), models.TypeDeletion) {
		return
	}
	t, _ := l.rules.Type(models.TypeDeletion)
	if !before.Level.Covers(t.Level("")) || before.Capacity != models.CapacitySelf && !before.Authority.Covers(t.Level("")) {
		return
	}
	tasks, undone := 0, 0
	for _, t := range was {
		if t.Action == models.ActionErase && t.State != models.TaskCancelled {
			tasks++
			if t.Outcome != models.TaskCompleted && t.Outcome != models.TaskNothingFound {
				undone++
			}
		}
	}
	if tasks > 0 && undone == 0 {
		return // it was carried out before
	}
	reasons := slices.Clone(after.Decision.Reasons)
	for _, item := range after.Facts.Items {
		reasons = append(reasons, item.Reasons...)
	}
	switch after.Outcome {
	case models.OutcomeFulfilled, models.OutcomeNoData:
		rt.Fatalf("%s: a deletion is %s while a legal hold stands", c.Name(), after.Outcome)
	case models.OutcomeDenied, models.OutcomePartly:
		if !slices.Contains(reasons, holdReason) {
			rt.Fatalf("%s: a deletion is %s for %v while a legal hold stands", c.Name(), after.Outcome, reasons)
		}
		happened["denied for a hold"]++
	}
}

// The mail of the day to a system's owner may be the first that happens to a case
// after a legal hold was set: its tasks are stored once, and follow it.
func TestTheMailOfTheDayFollowsANewLegalHold(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	l.holds = models.LegalHolds{Known: true, Version: 1, On: []models.LegalHold{{ID: "h", LegalHoldFacts: models.LegalHoldFacts{Reason: holdReason}}}}
	l.must(system, workflows.TellOwner{OwnerDigest: l.task("paper").OwnerDigest, Owned: l.tasks})
	l.wants("told", l.task("paper").Notified, true)
	l.wants("state", l.task("paper").State, models.TaskWaiting)
}

// What failed is not tried again while a legal hold stands.
func TestALegalHoldKeepsAnErasureFromBeingRetried(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	id := l.task("shop").ID
	l.must(alice, workflows.RunTask{Task: id, Key: make([]byte, 32)})
	l.must(system, workflows.TaskAnswered{Task: id, Run: 1, Preview: &models.Preview{Hash: "h", Rows: []models.RowChange{{Table: "t", Operation: models.OperationDelete}}}})
	l.must(bob, workflows.ApprovePreview{Task: id, Hash: "h"})
	l.must(system, workflows.TaskFailed{Task: id, Run: 2, Fault: models.ConnectorError{Fault: models.FaultUnavailable}})
	l.holds = models.LegalHolds{Known: true, Version: 1, On: []models.LegalHold{{ID: "h", LegalHoldFacts: models.LegalHoldFacts{Reason: holdReason}}}}
	l.refused(alice, workflows.RetryTask{Task: id}, models.CodeConflict)
	l.holds.On = nil
	l.must(alice, workflows.RetryTask{Task: id})
}
