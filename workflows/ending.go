package workflows

import (
	"time"

	"habeas/internal/mailaddr"
	"habeas/models"
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
	d.close(models.EventMarkedSpam, models.OutcomeSpam, models.Change{})
	return nil
}

func (d *decider) withdraw() error {
	d.close(models.EventWithdrawn, models.OutcomeWithdrawn, models.Change{})
	d.tell(models.WithdrawnLetter{About: d.dear()})
	d.tellStaff(d.owner(), models.StaffWithdrawnLetter{About: d.about()})
	return nil
}

// merge closes the request as a duplicate. Only a request of the same mailbox
// that asks for the same, or for more, takes it in: anything else would lose a right or show one person's
// case to another.
func (d *decider) merge(c Merge) error {
	into := c.Into
	refuse := func(code, why string) error {
		return models.Invalid(models.FieldError{Field: "into", Code: code, Message: why})
	}
	switch {
	case into.ID == d.Request.ID:
		return refuse("same", "is this request itself")
	case into.State == models.StateClosed:
		return refuse("closed", "is closed")
	case !into.AsksForAll(d.Request.Facts):
		return refuse("type", "is of another type: merging would lose a right")
	case d.Request.Mailbox() == "" || !mailaddr.Same(into.Mailbox(), d.Request.Mailbox()):
		return refuse("person", "is another person's")
	}
	d.close(models.EventMerged, models.OutcomeDuplicate, models.Change{MergedInto: &into.Reference})
	if d.proved() {
		d.tell(models.MergedLetter{About: d.dear(), Into: into.Reference, RespondOn: into.Deadline.RespondOn})
	}
	d.Log(d.stamp, models.Event{
		RequestID: into.ID, Reference: into.Reference, Kind: models.EventAbsorbed, Actor: d.by,
		From: into.State, To: into.State, Policy: into.Policy, Detail: map[string]string{"reference": d.Request.Reference},
	})
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
		d.job(models.JobExpire, d.now.Format(time.RFC3339), d.now.Add(d.rules.ExpireUnverifiedAfter()))
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
	return models.Change{
		State: &state, Outcome: new(models.Outcome("")), ClosedAt: &time.Time{}, MergedInto: new(""), Items: &items,
	}
}

// appeal reopens an answered request for another person, under the clock that
// the regime gives for appeals.
func (d *decider) appeal(c FileAppeal) error {
	if err := required("text", c.Text); err != nil {
		return err
	}
	answer := d.Request.Decision
	until := models.Date{}
	if d.Request.Outcome == answer.Outcome && answer.Outcome != "" && d.Request.Appeal.No == 0 {
		answered := models.DateOf(d.Request.ClosedAt, d.rules.Zone)
		until = d.rules.Remedy(d.Request.Deadline.Regimes, answer.Outcome, answered, d.Request.Locale).AppealUntil
	}
	if until.IsZero() || d.today().After(until) {
		return models.Errorf(models.CodeConflict, "there is no appeal against this answer, or the time for it is over")
	}
	deadline, ok := d.rules.AppealDeadline(d.Request.Deadline.Regimes, d.today(), d.rules.Zone)
	if !ok {
		return models.Errorf(models.CodeConflict, "there is no appeal against this answer")
	}
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
