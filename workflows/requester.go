package workflows

import (
	"cmp"
	"strings"
	"time"

	"habeas/internal/mailaddr"
	"habeas/models"
)

// SetRequester says who the requester of a mailed request is, where that is
// not who sent the mail: a colleague forwarded it, or a form did. Nothing that
// was proved counts for the new mailbox, and the old one hears nothing more.
type SetRequester struct {
	PersonName, Email string
	// ReceivedAt is when the request reached the organisation, where that was
	// before the mail that was filed; zero leaves it.
	ReceivedAt time.Time
	Challenge  Challenge // which Service fills in
}

// Name implements Command.
func (SetRequester) Name() CommandName { return CommandSetRequester }

// setRequester puts another person in the place of whom the mail was taken to be
// from. Where that mailbox was proved, somebody was there: another person
// approves it. The same person again changes nothing.
func (d *decider) setRequester(c SetRequester) error {
	verdict, err := d.gate(Act{Command: CommandSetRequester})
	if err != nil {
		return err
	}
	r := models.NewRequester{Name: strings.TrimSpace(c.PersonName), Email: strings.TrimSpace(c.Email), ReceivedAt: c.ReceivedAt.UTC().Truncate(time.Second)}
	if err := d.plausibleRequester(r); err != nil {
		return err
	}
	person := d.Request.Person
	if r.Name == person.Name && r.Email == person.Email && (r.ReceivedAt.IsZero() || r.ReceivedAt.Equal(d.Request.ReceivedAt)) {
		return nil
	}
	if verdict == WantsSecond {
		d.Request.NewRequester = &r
		d.propose(models.Proposal{Requester: true})
		return nil
	}
	return d.replaceRequester(r, c.Challenge, models.Change{}, nil)
}

func (d *decider) plausibleRequester(r models.NewRequester) error {
	if !mailaddr.Valid(r.Email) && !mailaddr.Same(r.Email, d.Request.Person.Email) {
		return models.Invalid(models.FieldError{Field: "email", Code: "invalid", Message: "must be an address that mail can be sent to"})
	}
	if at := r.ReceivedAt; !at.IsZero() && (at.After(d.Request.ReceivedAt) || at.Before(d.now.Add(-oldest))) {
		return models.Invalid(models.FieldError{Field: "received_at", Code: "range", Message: "must be before the mail was received, five years ago at most"})
	}
	return nil
}

// approveRequester carries out what another person proposed.
func (d *decider) approveRequester(p models.Proposal, c Challenge) error {
	r := d.Request.NewRequester
	if r == nil {
		return models.Errorf(models.CodeConflict, "what was proposed is gone; send it back")
	}
	change := models.Change{State: new(models.StateInProgress), Proposal: &models.Proposal{}}
	if d.Request.Assignee == "" {
		change.Assignee = &p.By
	}
	return d.replaceRequester(*r, c, change, map[string]string{"proposed_by": p.By})
}

// replaceRequester makes the request that of another person, together with
// whatever else changes. Where something is to be proved, the proof is wanted
// from the new mailbox before anything goes on; the tasks are those of the new
// person. In the same mailbox it is the same person; under another name only that
// the mailbox is theirs is still proved.
func (d *decider) replaceRequester(r models.NewRequester, c Challenge, change models.Change, detail map[string]string) error {
	t, err := d.kind()
	if err != nil {
		return err
	}
	former, formerName, same := d.Request.Facts, d.Request.Person.Name, mailaddr.Same(r.Email, d.Request.Person.Email)
	d.Request.NewRequester = nil
	d.Request.Person.Name, d.Request.Person.Email = r.Name, r.Email
	if at := r.ReceivedAt; !at.IsZero() && at.Before(former.ReceivedAt) {
		change.ReceivedAt, change.ReceivedOn = &at, new(models.DateOf(at, d.rules.Zone))
		if err := d.computeDates(&change); err != nil {
			return err
		}
	}
	if same {
		change.Level = new(former.Level)
		if formerName != "" && r.Name != formerName && former.Level.Covers(models.LevelMailbox) {
			change.Level = new(models.LevelMailbox)
		}
		d.record(models.EventRequesterSet, change, detail)
		if d.respondOn() != former.Deadline.RespondOn {
			d.scheduleReminder()
		}
		return nil
	}
	d.Request.Similar = d.rules.CanonicalMailbox(r.Email)
	change.RequesterSince, change.Level = &d.now, new(models.LevelNone)
	if former.Erasure != (models.Erasure{}) {
		change.Erasure, d.Request.Certificate = &models.Erasure{}, nil
	}
	if former.Authority != "" {
		change.Authority = new(models.Level(""))
	}
	if former.Unreachable {
		change.Unreachable = new(false)
	}
	if former.Suppressed != "" {
		change.Suppressed = new(models.Suppression(""))
	}
	waits := t.Level(former.DataClass) != models.LevelNone
	if waits && former.State != models.StateUnverified {
		change.State = new(models.StateUnverified)
	}
	d.record(models.EventRequesterSet, change, detail)
	if err := d.exceeds(former.Channel); err != nil {
		return err
	}
	d.With(models.RequesterReplaced{RequestID: d.Request.ID})
	if len(d.tasks) > 0 {
		d.cancelTasks()
	}
	if !waits {
		d.acknowledge()
	} else {
		d.mailCode(c, nil)
		since := d.now.Format(time.RFC3339)
		d.job(models.JobVerifyReminder, since, d.now.Add(d.rules.VerifyReminderAfter()))
		d.job(models.JobExpire, since, d.rules.expiry(d.Request.Facts, d.now).At)
	}
	if d.respondOn() != former.Deadline.RespondOn {
		d.scheduleReminder()
	}
	return nil
}

// mailedRequester refuses to say anew who the requester is of a request whose
// person said so themselves, or that was answered.
func mailedRequester(r models.Request) error {
	switch {
	case r.Mail == "":
		return models.Errorf(models.CodeConflict, "the requester said who they are; only of a request that came by mail staff can say who it is from")
	case r.Capacity != models.CapacitySelf:
		return models.Errorf(models.CodeConflict, "somebody files this request for the person; withdraw it and file another")
	case cmp.Or(r.Decision.Outcome, r.Outcome) != "" || r.Appeal.No > 0:
		return models.Errorf(models.CodeConflict, "the request was answered to the person that it is of; file another")
	}
	return nil
}
