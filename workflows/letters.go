package workflows

import (
	"cmp"

	"habeas/models"
)

// proved reports whether the owner of the mailbox is known to have asked.
// Before that, mail to it holds no words of the requester.
func (d *decider) proved() bool { return d.Request.Level.Covers(models.LevelMailbox) }

func (d *decider) respondOn() models.Date { return d.Request.Deadline.RespondOn }

// owner is who hears of news on the request: its assignee, or else everyone.
func (d *decider) owner() string { return cmp.Or(d.Request.Assignee, models.Everyone) }

// about names the request; that is all that staff learn from a mail.
func (d *decider) about() models.About {
	a := models.About{Reference: d.Request.Reference, Type: d.Request.Type, Locale: d.Request.Locale}
	if t, ok := d.rules.TypeOf(d.Request.Facts); ok {
		a.TypeName = t.Name(d.Request.Locale)
	}
	return a
}

// dear is about with the name to greet, once the mailbox is proved.
func (d *decider) dear() models.About {
	a := d.about()
	if d.proved() {
		a.Name = d.Request.Addressee()
	}
	return a
}

// toRequester is a letter to the requester, with the words of staff if any.
// Somebody without a mailbox gets it by post: the message is kept for staff to
// print.
func (d *decider) toRequester(text string, l models.Letter) models.Message {
	m := models.Message{
		RequestID: d.Request.ID, Direction: models.Outgoing, Audience: models.ToRequester, Author: d.by,
		Text: text, Letter: l, Delivery: models.DeliveryQueued, InReplyTo: d.inReplyTo,
	}
	if d.Request.Mailbox() == "" {
		m.Delivery = models.DeliveryNone
	}
	return m
}

// tell mails a letter to the requester.
func (d *decider) tell(l models.Letter) { d.say("", l) }

// say is tell with the words of staff, kept for the correspondence.
func (d *decider) say(text string, l models.Letter) { d.Send(d.stamp, d.toRequester(text, l)) }

// tellMailbox is tell for a mailbox that may belong to somebody else. Until it
// is verified the mail holds no word of the requester, has the token with which
// its owner can stop such mail, and is counted.
func (d *decider) tellMailbox(l models.Letter) {
	mailbox := d.Request.Mailbox()
	if d.proved() || mailbox == "" {
		d.tell(l)
		return
	}
	m := d.toRequester("", l)
	m.ID = d.stamp.NewID()
	if u, ok := l.(models.Unproven); ok && d.rules.StopToken != nil {
		m.Letter = u.WithStop(d.rules.StopToken(m.ID))
	}
	d.Send(d.stamp, m)
	d.With(d.toMailbox(d.Request.Channel))
}

// tellNamed tells the person that somebody else files for, who may know nothing
// of it. The mailbox is nobody's that we know: the mail is counted, and where a
// limit is reached, it is left out.
func (d *decider) tellNamed() {
	mailbox := d.Request.NamedMailbox()
	if mailbox == "" {
		return
	}
	count := d.mailCount(mailbox, d.Request.Channel)
	if d.limit(count) != nil {
		return
	}
	m := models.Message{
		ID: d.stamp.NewID(), RequestID: d.Request.ID, Direction: models.Outgoing, Audience: models.ToNamed, Author: d.by,
		Delivery: models.DeliveryQueued,
	}
	letter := models.NamedPersonLetter{About: d.about()}
	if m.Letter = letter; d.rules.StopToken != nil {
		m.Letter = letter.WithStop(d.rules.StopToken(m.ID))
	}
	d.Send(d.stamp, m)
	d.With(count)
}

// tellStaff mails a letter to staff: ids or groups, separated by blanks.
func (d *decider) tellStaff(whom string, l models.Letter) { d.tellStaffOnce("", whom, l) }

// tellStaffOnce is tellStaff, but of all letters under one key only the first
// goes out.
func (d *decider) tellStaffOnce(key, whom string, l models.Letter) {
	d.Send(d.stamp, models.Message{
		RequestID: d.Request.ID, Direction: models.Outgoing, Audience: models.ToStaff, Author: d.by,
		Staff: whom, Letter: l, Key: key, Delivery: models.DeliveryQueued,
	})
}

// keep stores words that are not mailed: a note, or what the requester wrote.
func (d *decider) keep(direction models.Direction, text string) { d.keepMail(direction, text, "", nil) }

// keepMail is keep for a message that came as a mail.
func (d *decider) keepMail(direction models.Direction, text, mail string, flags []models.MessageFlag) {
	d.Send(d.stamp, models.Message{
		RequestID: d.Request.ID, Direction: direction, Audience: models.ToStaff, Author: d.by,
		Text: text, Delivery: models.DeliveryNone, Mail: mail, Flags: flags,
	})
}
