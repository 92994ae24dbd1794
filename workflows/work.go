package workflows

import (
	"slices"
	"time"

	"habeas/models"
	"habeas/policies"
)

// assign gives the request to somebody, or to nobody. The same again changes
// nothing and says nothing.
func (d *decider) assign(c Assign) error {
	if c.Assignee == d.Request.Assignee {
		return nil
	}
	if _, err := d.gate(Act{Command: CommandAssign, Assignee: c.Assignee}); err != nil {
		return err
	}
	d.record(models.EventAssigned, models.Change{Assignee: &c.Assignee}, nil)
	if c.Assignee != "" && c.Assignee != d.by.ID {
		d.tellStaff(c.Assignee, models.StaffAssignedLetter{About: d.about(), RespondOn: d.respondOn()})
	}
	return nil
}

// start begins the work; whoever starts an unassigned request has it.
func (d *decider) start() error {
	change := models.Change{State: new(models.StateInProgress)}
	if d.Request.Assignee == "" {
		change.Assignee = new(d.by.ID)
	}
	d.record(models.EventStarted, change, nil)
	return nil
}

// ask puts a question to the requester. Whether a clock stands still meanwhile
// is each regime's rule; the days are noted for all.
func (d *decider) ask(c Ask) error {
	if err := required("message", c.Message); err != nil {
		return err
	}
	if c.Purpose == "" {
		c.Purpose = models.HoldClarification
	}
	purposes := []models.HoldPurpose{models.HoldClarification, models.HoldIdentity, models.HoldFee}
	if !slices.Contains(purposes, c.Purpose) {
		return models.Invalid(models.FieldError{Field: "purpose", Code: "oneof", Message: "must be clarification, identity or fee"})
	}
	paused := d.rules.Paused(d.rules.CaseOf(d.Request.Facts), c.Purpose)
	pauses := append(slices.Clone(d.Request.Pauses), models.Pause{From: d.today(), Purpose: c.Purpose})
	change := d.written()
	change.State, change.Pauses = new(models.StateOnHold), &pauses
	d.record(models.EventAsked, change, map[string]string{"purpose": string(c.Purpose)})
	d.say(c.Message, models.QuestionLetter{About: d.dear(), Text: c.Message, Purpose: c.Purpose, RespondOn: d.respondOn(), Paused: paused})
	return nil
}

// resume takes the request off hold and moves its date by the days that the
// law did not count, together with whatever else changes.
func (d *decider) resume(kind models.EventKind, change models.Change, detail map[string]string) error {
	pauses := slices.Clone(d.Request.Pauses)
	if n := len(pauses); n > 0 && pauses[n-1].To.IsZero() {
		pauses[n-1].To = d.today()
	}
	facts := d.Request.Facts
	facts.Pauses = pauses
	change.State, change.Pauses = new(models.StateInProgress), &pauses
	// An appeal runs under a clock of its own, which nothing pauses.
	if d.Request.Appeal.No == 0 {
		deadline, err := d.rules.Deadline(d.rules.CaseOf(facts), d.rules.Zone)
		if err != nil {
			return err
		}
		if deadline.RespondOn != d.Request.Deadline.RespondOn {
			change.Deadline, change.Reminded = &deadline, new([]string(nil))
		}
	}
	d.record(kind, change, detail)
	if change.Deadline != nil {
		d.scheduleReminder()
	}
	return nil
}

// write takes a message of the requester; it answers a question if one is
// open.
func (d *decider) write(c Write) error {
	if err := required("text", c.Text); err != nil {
		return err
	}
	if err := checkTextQuota(c.In.Written, c.Text); err != nil {
		return err
	}
	d.With(models.LastSeen{Messages: c.In.Written.Messages})
	d.keep(models.Incoming, c.Text)
	resumed := d.Request.State == models.StateOnHold
	if resumed {
		if err := d.resume(models.EventAnswered, models.Change{}, nil); err != nil {
			return err
		}
	} else {
		d.observe(models.EventReceived, nil)
	}
	d.tellReceived(c.In, models.StaffRepliedLetter{Resumed: resumed})
	return nil
}

func (d *decider) note(c Note) error {
	if err := required("text", c.Text); err != nil {
		return err
	}
	d.keep(models.Internal, c.Text)
	d.observe(models.EventNoted, nil)
	return nil
}

func (d *decider) reply(c Reply) error {
	if err := required("message", c.Message); err != nil {
		return err
	}
	letter := models.ReplyLetter{About: d.dear(), Text: c.Message}
	if d.Request.State != models.StateClosed {
		letter.RespondOn = d.respondOn()
	}
	d.say(c.Message, letter)
	d.record(models.EventReplied, d.written(), nil)
	return nil
}

// attach adds a file. One that staff share may be the answer itself: where that
// wants another person, it goes out with the decision and not before.
func (d *decider) attach(c Attach) error {
	shared := d.by.Kind == models.ActorStaff && !c.File.Internal
	verdict, err := d.gate(Act{Command: CommandAttach, Shared: shared})
	if err != nil {
		return err
	}
	if verdict == WantsSecond {
		return models.Errorf(models.CodeOtherPerson, "another person approves what this request is answered with: add the file as internal, and name it in the decision")
	}
	if !c.File.Package() {
		if err := CheckShare(c.Attached, c.File); err != nil {
			return err
		}
	}
	detail := map[string]string{"file": c.File.ID, "media_type": c.File.MediaType}
	if c.File.Internal {
		detail["internal"] = "true"
	}
	if c.Commitment != "" {
		detail["commitment"] = c.Commitment
	}
	if c.Mail != "" {
		d.With(models.MailStays{MailID: c.Mail, RequestID: d.Request.ID})
	}
	d.With(models.FileAdded{File: c.File, Before: len(c.Attached)})
	d.observe(models.EventFileAdded, detail)
	if d.by.Kind == models.ActorSubject {
		d.tellReceived(c.In, models.StaffRepliedLetter{})
	}
	return nil
}

// extend prolongs the deadline, once, as far as the laws that apply allow, and
// tells the person why. Where the policy knows no law it is refused: nothing is
// extended in the law's name there, and a promise has no extension unless it
// says so.
func (d *decider) extend(c Extend) error {
	if err := required("reason", c.Reason); err != nil {
		return err
	}
	deadline, allowed, err := ExtendedDeadline(d.rules, d.Request, d.now)
	if err != nil {
		return err
	}
	former := d.respondOn()
	d.record(models.EventExtended, models.Change{
		Extended: new(true), ExtendedFrom: &former, Deadline: &deadline, Reminded: new([]string(nil)),
	}, nil)
	d.say(c.Reason, models.ExtendedLetter{
		About: d.dear(), Reason: c.Reason, FormerOn: former, RespondOn: d.respondOn(),
		Citation: d.rules.Cited(allowed.Citation, d.Request.Locale), Law: allowed.Law,
		Remedy: d.rules.Remedy(d.rules.CaseOf(d.Request.Facts), policies.OnAnswer, d.today(), d.Request.Locale),
	})
	d.scheduleReminder()
	return nil
}

// ExtendedDeadline is as far as every regime that applies allows to prolong a deadline,
// and the rule that it rests on. The notice has to go out before the original
// date (11 CCR § 7021(b); GDPR Art. 12(3)), so afterwards it is refused.
func ExtendedDeadline(rules Rules, r models.Request, now time.Time) (deadline models.Deadline, allowed policies.Extension, err error) {
	if now.After(r.Deadline.RespondBy) {
		return deadline, allowed, models.Errorf(models.CodeConflict, "the date to respond, %s, has passed; an extension had to be announced by then", r.Deadline.RespondOn)
	}
	if allowed, err = rules.CanExtend(rules.CaseOf(r.Facts)); err != nil {
		return deadline, allowed, err
	}
	facts := r.Facts
	facts.Extended = true
	deadline, err = rules.Deadline(rules.CaseOf(facts), rules.Zone)
	return deadline, allowed, err
}
