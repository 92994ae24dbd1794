package workflows

import (
	"slices"
	"time"

	"habeas/models"
	"habeas/policies"
)

// close ends the request with an outcome, together with whatever else changes.
func (d *decider) close(kind models.EventKind, o models.Outcome, change models.Change) {
	change.State, change.Outcome, change.ClosedAt = new(models.StateClosed), &o, &d.now
	if d.Request.State == models.StateOnHold {
		change.Pauses = new(ended(d.Request.Pauses, d.today()))
	}
	if d.Request.State == models.StateInReview && change.Proposal == nil {
		change.Proposal = &models.Proposal{}
	}
	d.Request.Classify, d.Request.NewRequester = nil, nil
	d.record(kind, change, map[string]string{"outcome": string(o)})
}

// ended returns the pauses with the last one over.
func ended(pauses []models.Pause, on models.Date) []models.Pause {
	pauses = append([]models.Pause(nil), pauses...)
	if n := len(pauses); n > 0 && pauses[n-1].To.IsZero() {
		pauses[n-1].To = on
	}
	return pauses
}

func (d *decider) markSpam() error {
	verdict, err := d.gate(Act{Command: CommandMarkSpam})
	if err != nil {
		return err
	}
	if verdict == WantsSecond {
		d.propose(models.Proposal{Outcome: models.OutcomeSpam})
		return nil
	}
	d.close(models.EventMarkedSpam, models.OutcomeSpam, models.Change{})
	return nil
}

func (d *decider) withdraw() error {
	d.close(models.EventWithdrawn, models.OutcomeWithdrawn, models.Change{})
	d.tell(models.WithdrawnLetter{About: d.dear()})
	d.tellStaff(d.owner(), models.StaffWithdrawnLetter{About: d.about()})
	return nil
}

// reopen takes a closed request up again under its old date.
func (d *decider) reopen(c Reopen) error {
	if err := required("reason", c.Reason); err != nil {
		return err
	}
	t, err := d.kind()
	if err != nil {
		return err
	}
	state := models.StateOpen
	if !d.proved() && t.Level(d.Request.DataClass) != models.LevelNone {
		state = models.StateUnverified
	}
	d.record(models.EventReopened, d.anew(state), nil)
	d.keep(models.Internal, c.Reason)
	if d.proved() {
		d.tell(models.ReopenedLetter{About: d.dear(), RespondOn: d.respondOn()})
	}
	if state == models.StateUnverified && d.Request.Mailbox() != "" {
		d.job(models.JobExpire, d.now.Format(time.RFC3339), d.rules.expiry(d.Request.Facts, d.now).At)
	}
	d.scheduleReminder()
	return nil
}

// anew is what reopening and an appeal have in common: the answer is off.
func (d *decider) anew(state models.State) models.Change {
	items := append([]models.ItemFacts(nil), d.Request.Facts.Items...)
	for i := range items {
		items[i].Outcome, items[i].Reasons = "", nil
	}
	change := models.Change{
		State: &state, Outcome: new(models.Outcome("")), ClosedAt: &time.Time{}, MergedInto: new(""), Items: &items,
	}
	if d.Request.Moved {
		change.Moved = new(false)
	}
	if d.Request.Certificate != nil {
		e := d.Request.Erasure
		e.Shown = true // the requester has read it, or could: it does not go away
		change.Erasure = &e
	}
	return change
}

// appeal reopens an answered request for another person, under the clock that
// the regime gives for appeals.
func (d *decider) appeal(c FileAppeal) error {
	if err := required("text", c.Text); err != nil {
		return err
	}
	deadline, err := appealDeadline(d.rules, d.Request, d.now)
	if err != nil {
		return err
	}
	answer := d.Request.Decision
	barred := []string{answer.By}
	if answer.ApprovedBy != "" {
		barred = append(barred, answer.ApprovedBy)
	}
	change := d.anew(models.StateOpen)
	change.Assignee, change.Deadline, change.Reminded = new(""), &deadline, new([]string(nil))
	change.Appeal = &models.Appeal{No: 1, FiledAt: d.now, Barred: barred}
	d.record(models.EventAppealed, change, nil)
	d.keep(models.Incoming, c.Text)
	d.tell(models.AppealReceivedLetter{About: d.dear(), RespondOn: d.respondOn()})
	d.tellStaff(models.Managers, models.StaffAppealLetter{About: d.about(), RespondOn: d.respondOn()})
	d.scheduleReminder()
	return nil
}

// appealDeadline is the deadline of an appeal against the answer of a request, or
// why there is none.
func appealDeadline(rules Rules, r models.Request, now time.Time) (models.Deadline, error) {
	answer, until, today := r.Decision, models.Date{}, models.DateOf(now, rules.Zone)
	if r.Outcome == answer.Outcome && slices.Contains(models.Decidable(), answer.Outcome) && r.Appeal.No == 0 {
		answered := models.DateOf(r.ClosedAt, rules.Zone)
		until = rules.Remedy(rules.CaseOf(r.Facts), policies.OccasionOf(answer.Outcome, false), answered, r.Locale).AppealUntil
	}
	if until.IsZero() || today.After(until) {
		return models.Deadline{}, models.Errorf(models.CodeConflict, "there is no appeal against this answer, or the time for it is over")
	}
	deadline, ok := rules.AppealDeadline(rules.RegimesOf(rules.CaseOf(r.Facts)), today, rules.Zone)
	if !ok {
		return models.Deadline{}, models.Errorf(models.CodeConflict, "there is no appeal against this answer")
	}
	return deadline, nil
}
