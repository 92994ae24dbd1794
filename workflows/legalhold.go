package workflows

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/policies"
)

// ErrLegalHold says that a system is not to erase what it was about to: a legal
// hold stands on the person.
var ErrLegalHold = errors.New("a legal hold stands on the person")

// legalHoldsAllow refuses to erase anything of somebody on whom a legal hold stands,
// and to say that it was.
func legalHoldsAllow(rules Rules, k Case, a Act) error {
	if len(k.LegalHolds.On) == 0 {
		return nil
	}
	erasing := a.Task.Action == models.ActionErase
	switch a.Command { //nolint:exhaustive // the rest erases nothing
	case CommandErase:
		return models.Errorf(models.CodeConflict, "a legal hold stands on the person: the request is kept")
	case CommandDeleteFile:
		return models.Errorf(models.CodeConflict, "a legal hold stands on the person: no file is deleted until it is lifted")
	case CommandMoveMail:
		if a.Mail != nil && a.Mail.ID != k.Request.Mail { // what leaves is words, and files
			return models.Errorf(models.CodeConflict, "a legal hold stands on the person: no message leaves the case until it is lifted")
		}
	case CommandApprovePreview:
		if erasing {
			return models.Errorf(models.CodeConflict, "a legal hold stands on the person: nothing is erased until it is lifted")
		}
	case CommandRetryTask:
		if erasing && (a.Task.Step == models.StepApply || a.Task.Step == models.StepDirect) && a.Task.Fault != models.FaultUncertain {
			return models.Errorf(models.CodeConflict, "a legal hold stands on the person: nothing is erased until it is lifted")
		}
	case CommandCompleteTask:
		if erasing && (a.Outcome == models.TaskCompleted || a.Outcome == models.TaskPartly) {
			return models.Errorf(models.CodeConflict, "a legal hold stands on the person: nothing may be erased until it is lifted; the task can be refused, or nothing was found")
		}
	case CommandDecide, CommandApprove:
		return exceptionNamed(rules, k, a)
	}
	return nil
}

// exceptionNamed refuses an answer to a deletion under a legal hold that does not
// say that, and why, something is kept. Where nobody has proved who they are, they
// are not told.
func exceptionNamed(rules Rules, k Case, a Act) error {
	p := a.Proposal
	if a.Command == CommandApprove {
		p = k.Request.Proposal
	}
	required := exceptions(rules, k)
	verified := verifiedFor(rules, k.Request, models.ActionErase) == nil
	if p.Outcome == "" || len(required) == 0 || !unerased(rules, k) || !verified {
		return nil
	}
	switch p.Outcome { //nolint:exhaustive // a duplicate and spam are no answers
	case models.OutcomeFulfilled, models.OutcomeNoData:
		return models.Errorf(models.CodeConflict, "it cannot be %s: a legal hold stands on the person; deny it, or fulfil it in part, with the reason %s",
			p.Outcome, required[0])
	case models.OutcomeDenied, models.OutcomePartly:
		given := slices.Clone(p.Reasons)
		for _, item := range p.Items {
			given = append(given, item.Reasons...)
		}
		if slices.ContainsFunc(required, func(code string) bool { return slices.Contains(given, code) }) {
			return nil
		}
		return models.Errorf(models.CodeConflict, "a legal hold stands on the person: the answer has to give the reason %s", required[0])
	}
	return nil
}

// exceptions are the reasons of the legal holds on a person that a law or rule of
// the case knows, so that the answer can give them with their citation. Where it
// knows none of theirs, any that it has will do, and none is asked for.
func exceptions(rules Rules, k Case) []string {
	t, ok := rules.TypeOf(k.Request.Facts)
	if !ok {
		return nil
	}
	var codes []string
	for _, h := range k.LegalHolds.On {
		if _, known := rules.ReasonFor(t, h.Reason, rules.RegimesOf(rules.CaseOf(k.Request.Facts)), k.Request.Locale); known {
			codes = append(codes, h.Reason)
		}
	}
	return codes
}

// unerased reports whether the request asks for an erasure that has not been
// carried out in all systems.
func unerased(rules Rules, k Case) bool {
	erasing := slices.ContainsFunc(rules.TasksFor(k.Request.Asked()), func(rule *policies.TaskRule) bool { return rule.Action == models.ActionErase })
	tasks, undone := false, false
	for _, t := range k.Tasks {
		if t.Action == models.ActionErase && t.State != models.TaskCancelled && !t.Former(k.Request) {
			tasks = true
			undone = undone || t.Outcome != models.TaskCompleted && t.Outcome != models.TaskNothingFound
		}
	}
	return undone || erasing && !tasks
}

// holdTasks makes the tasks that erase follow the legal holds on the person: they
// wait while one stands, and go on once none does.
func (d *decider) holdTasks() {
	if !d.k.LegalHolds.Known {
		return
	}
	held := len(d.k.LegalHolds.On) > 0
	for i, t := range d.tasks {
		waits := t.State == models.TaskWaiting && t.Waits == models.WaitLegalHold
		switch {
		case t.Action != models.ActionErase:
			continue
		case held && (t.State == models.TaskNeedsReview || t.Manual() && t.State == models.TaskOpen):
			d.holdTask(&t)
		case !held && waits:
			d.releaseTask(&t)
		default:
			continue
		}
		d.saveTask(t, d.tasks[i].Version)
	}
}

// held reports whether a task is not to be done because of a legal hold.
func (d *decider) held(t models.Task) bool {
	return t.Action == models.ActionErase && (t.Waits == models.WaitLegalHold || len(d.k.LegalHolds.On) > 0)
}

// holdTask has the owner who was told of a task told to stop.
func (d *decider) holdTask(t *models.Task) {
	if t.Manual() && t.Instructed && !t.Stopped && t.OwnerDigest != "" {
		t.Stopped = true
		d.tellHold(*t, t.Owner, true)
	}
	for _, former := range t.FormerOwners {
		d.tellHold(*t, former, true)
	}
	t.FormerOwners = nil
	t.State, t.Waits, t.Pending, t.ApprovedBy = models.TaskWaiting, models.WaitLegalHold, false, ""
	d.taskEvent(models.EventTaskHeld, *t, nil)
}

// leaveOwner remembers an owner who was told to erase something and loses the task:
// they may be at it, and are told to stop once a legal hold stands.
func (d *decider) leaveOwner(t *models.Task, next string) {
	t.FormerOwners = slices.DeleteFunc(slices.Clone(t.FormerOwners), func(a string) bool { return mailaddr.Same(a, next) })
	switch {
	case !t.Manual() || t.Action != models.ActionErase || !t.Instructed || t.Stopped || t.OwnerDigest == "":
	case d.held(*t):
		d.tellHold(*t, t.Owner, true)
	default:
		t.FormerOwners = append(t.FormerOwners, t.Owner)
	}
}

// tellHold tells an owner of a task at once of a legal hold that was set or lifted.
func (d *decider) tellHold(t models.Task, owner string, stands bool) {
	d.Send(d.stamp, models.Message{
		RequestID: t.RequestID, Direction: models.Outgoing, Audience: models.ToOwner, Author: d.by, Delivery: models.DeliveryQueued,
		Letter: models.OwnerHoldLetter{Owner: owner, Task: d.ownerTask(t), Stands: stands},
	})
}

// releaseTask has staff approve a preview anew, and an owner told that they may go
// on, or of the task where they were not before.
func (d *decider) releaseTask(t *models.Task) {
	d.erasureSeen()
	t.State, t.Waits = models.TaskOpen, ""
	if t.Preview != "" {
		t.State = models.TaskNeedsReview
	}
	d.taskEvent(models.EventTaskReleased, *t, nil)
	switch {
	case t.Stopped:
		t.Stopped = false
		d.tellHold(*t, t.Owner, false)
	case t.Manual():
		d.tellOwner(*t)
	}
}

// taskHeld says that a connector was about to erase when a legal hold stood.
func (d *decider) taskHeld(t *models.Task, c TaskHeld) error {
	if err := stale(t, c.Run); err != nil {
		return err
	}
	t.Preview = "" // whoever goes on has to look again
	d.holdTask(t)
	return nil
}

// phoneDigits are the last digits of a telephone number, which it has with and
// without the prefix of its country.
const phoneDigits = 9

// SubjectKey is an identifier in the one spelling that legal holds are found by:
// too much rather than too little is found.
func (r Rules) SubjectKey(id models.Identifier) string {
	value := strings.TrimSpace(id.Value)
	switch id.Kind { //nolint:exhaustive // the rest is an id of some system
	case models.IdentifierEmail:
		return r.MailKey(value)
	case models.IdentifierPhone:
		digits := strings.Map(func(c rune) rune {
			if unicode.IsDigit(c) {
				return c
			}
			return -1
		}, value)
		return digits[max(0, len(digits)-phoneDigits):]
	}
	return strings.ToLower(strings.Join(strings.Fields(value), ""))
}

// erasureSeen makes a decision that erases, or says so, fail where a legal hold was
// set or lifted since it was made.
func (d *decider) erasureSeen() {
	if _, seen := models.EffectOf[models.LegalHoldsSeen](d.Decision); d.k.LegalHolds.Known && !seen {
		d.With(models.LegalHoldsSeen{Version: d.k.LegalHolds.Version})
	}
}
