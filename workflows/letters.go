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

// tell mails a letter to the requester. Somebody without a mailbox gets it by
// post: the message is kept for staff to print.
func (d *decider) tell(l models.Letter) { d.say("", l) }

// say is tell with the words of staff, kept for the correspondence.
func (d *decider) say(text string, l models.Letter) {
	m := models.Message{
		RequestID: d.Request.ID, Direction: models.Outgoing, Audience: models.ToRequester, Author: d.by,
		Text: text, Letter: l, CreatedAt: d.now, Delivery: models.DeliveryQueued,
	}
	if d.Request.Mailbox() == "" {
		m.Delivery = models.DeliveryNone
	}
	d.Messages = append(d.Messages, m)
}

// tellStaff mails a letter to staff: ids or groups, separated by blanks.
func (d *decider) tellStaff(whom string, l models.Letter) {
	d.Messages = append(d.Messages, models.Message{
		RequestID: d.Request.ID, Direction: models.Outgoing, Audience: models.ToStaff, Author: d.by,
		Staff: whom, Letter: l, CreatedAt: d.now, Delivery: models.DeliveryQueued,
	})
}

// keep stores words that are not mailed: a note, or what the requester wrote.
func (d *decider) keep(direction models.Direction, text string) {
	audience := models.ToStaff
	d.Messages = append(d.Messages, models.Message{
		RequestID: d.Request.ID, Direction: direction, Audience: audience, Author: d.by,
		Text: text, CreatedAt: d.now, Delivery: models.DeliveryNone,
	})
}
