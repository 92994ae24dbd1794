package workflows

import (
	"slices"
	"time"

	"habeas/models"
)

// The commands about received mail that belongs to no request, or to none yet.
// Submit and Receive put one into a case.
type (
	// KeepMail stores a mail before anybody reads it. Its bytes lie sealed in the
	// blob store, under Key, which is wrapped.
	KeepMail struct {
		Mail models.ReceivedMail
		Key  []byte
	}
	// PlaceMail says what became of a kept mail: its State, and the Reason.
	PlaceMail struct {
		Mail models.ReceivedMail
		Held QuarantinedMail
	}
	// DismissMail says that nothing is to be done with a mail that waits for
	// staff. It is kept.
	DismissMail struct {
		Mail   models.ReceivedMail // as it stands
		Reason string
	}
	// RecallMail reminds the managers of a mail that staff let lie for a day.
	RecallMail struct {
		Mail models.ReceivedMail
		Held QuarantinedMail
	}
)

// QuarantinedMail is how many mails wait for staff, the oldest since when. Service fills
// it in.
type QuarantinedMail struct {
	Waiting int
	Oldest  time.Time
}

// Name implements Command.
func (KeepMail) Name() CommandName    { return CommandKeepMail }
func (PlaceMail) Name() CommandName   { return CommandPlaceMail }
func (DismissMail) Name() CommandName { return CommandDismissMail }
func (RecallMail) Name() CommandName  { return CommandRecallMail }

// mailOf is the received mail that a command decides about, as it stands.
func mailOf(c Command) *models.ReceivedMail {
	switch c := c.(type) {
	case Submit:
		return c.Routed
	case Receive:
		return c.Routed
	case ReplyToTask:
		return c.Routed
	case DismissMail:
		return &c.Mail
	case RecallMail:
		return &c.Mail
	}
	return nil
}

// mailWaits refuses staff a decision about a mail that is decided.
func mailWaits(_ Rules, _ models.Request, by models.Actor, a Act) error {
	switch {
	case a.Mail == nil || a.Command == CommandMoveMail || a.Command == CommandRecallMail && a.Mail.State == models.MailHeld:
		return nil
	case a.Command == CommandRecallMail:
		return models.Errorf(models.CodeConflict, "the mail is placed")
	case by.Kind == models.ActorStaff && !a.Mail.Waits(a.At):
		return models.Errorf(models.CodeConflict, "the mail is %s; only one that is held can be decided", a.Mail.State)
	}
	return nil
}

func (d *decider) keepReceived(c KeepMail) error {
	d.With(models.MailReceived(c))
	d.logMail(models.EventMailKept, c.Mail)
	d.Plan(d.stamp, models.Job{
		Kind: models.JobPlaceMail, Subject: c.Mail.ID, UniqueKey: "place_mail/" + c.Mail.ID, RunAt: d.now.Add(placeAfter),
	})
	return nil
}

func (d *decider) placeMail(c PlaceMail) error {
	d.With(models.MailRouted{Mail: c.Mail})
	switch c.Mail.State {
	case models.MailHeld:
		d.logMail(models.EventMailHeld, c.Mail)
		d.alarmHeld(c.Mail, c.Held)
	case models.MailRepeated:
		d.logMail(models.EventMailRepeated, c.Mail)
	case models.MailNoticed:
		d.logMail(models.EventMailNoticed, c.Mail)
	case models.MailPlaced, models.MailKept, models.MailDismissed:
		d.logMail(models.EventMailPlaced, c.Mail)
	}
	return nil
}

func (d *decider) dismissMail(c DismissMail) error {
	if !slices.Contains(DismissReasons(), c.Reason) {
		return models.Invalid(models.FieldError{
			Field: "reason", Code: "oneof", Message: "must be spam, not_a_request, duplicate or answered_elsewhere",
		})
	}
	m := c.Mail
	m.State, m.Reason, m.DecidedBy = models.MailDismissed, c.Reason, d.by
	d.With(models.MailRouted{Mail: m})
	d.logMail(models.EventMailDismissed, m)
	return nil
}

// recallMail tells the managers once for each mail, and in one letter for all of
// a day.
func (d *decider) recallMail(c RecallMail) error {
	d.tellHeld("held_too_long/"+d.now.Format("2006-01-02"), models.Managers, models.StaffMailHeldLetter{
		Locale: "en", Waiting: c.Held.Waiting, OldestOn: models.DateOf(c.Held.Oldest, d.rules.Zone), TooLong: true,
	})
	return nil
}

// logMail writes an event about a mail, which is about no request.
func (d *decider) logMail(kind models.EventKind, m models.ReceivedMail) {
	d.Log(d.stamp, models.Event{Kind: kind, Actor: d.by, Detail: ReceivedDetail(m)})
}

// Held mail: staff hear of it within the hour, managers after a day.
const heldTooLong = 24 * time.Hour

// alarmHeld tells staff that mail waits, once an hour, and plans to tell the
// managers if it still does after a day. So many wait besides, the oldest since
// then.
func (d *decider) alarmHeld(m models.ReceivedMail, held QuarantinedMail) {
	if held.Oldest.IsZero() || m.ReceivedAt.Before(held.Oldest) {
		held.Oldest = m.ReceivedAt
	}
	d.tellHeld("held/"+d.now.Format("2006-01-02T15"), models.Everyone,
		models.StaffMailHeldLetter{Locale: "en", Waiting: held.Waiting + 1, OldestOn: models.DateOf(held.Oldest, d.rules.Zone)})
	d.Plan(d.stamp, models.Job{
		Kind: models.JobHeldMail, Subject: m.ID, UniqueKey: "held_mail/" + m.ID, RunAt: d.now.Add(heldTooLong),
	})
}

// tellHeld tells staff of mail that waits, as no person.
func (d *decider) tellHeld(key, whom string, l models.StaffMailHeldLetter) {
	d.Send(d.stamp, models.Message{
		Direction: models.Outgoing, Audience: models.ToStaff, Author: models.Actor{Kind: models.ActorSystem}, Staff: whom,
		Letter: l, Key: key, Delivery: models.DeliveryQueued,
	})
}
