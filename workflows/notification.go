package workflows

import (
	"habeas/models"
)

// NotificationKind says what a mail server tells about a mail of ours.
type NotificationKind string

// The kinds.
const (
	NotificationFailed    NotificationKind = "failed"    // it cannot be delivered, for good
	NotificationDelayed   NotificationKind = "delayed"   // it is still being tried
	NotificationDelivered NotificationKind = "delivered" // it has arrived, or was read
	NotificationComplaint NotificationKind = "complaint" // whoever got it called it abuse (ARF, RFC 5965)
)

// DeliveryNotification is what came back about a mail of ours. Anybody can forge
// one who has seen the mail; it flags, and opens nothing.
type DeliveryNotification struct {
	Kind NotificationKind
	// Reference and Message are from the token in the address it came to: the
	// case, and the end of the id of the message. "" without a token.
	Reference, Message string
	// MailIDs are the Message-IDs, without brackets, that it seems to be about,
	// the likeliest first. Only one that we gave counts.
	MailIDs []string
	Words   string // the server's, without any address
	Mail    string // the id of the received mail
}

// recordNotification says what follows from a notification. A mail that failed
// makes the requester unreachable until they show that they are not, and is a
// task for staff: the duty to tell them remains, and no date moves. The rest is
// a note in the log.
func (d *decider) recordNotification(c RecordNotification) error {
	detail := mailDetail(c.Message)
	if c.Notification.Mail != "" {
		detail["mail"] = c.Notification.Mail
	}
	if c.Notification.Kind == NotificationFailed {
		if c.Message.Delivery != models.DeliveryBounced {
			d.bounced(c.Message, c.Notification, detail)
		}
	} else {
		detail["notice"] = string(c.Notification.Kind)
		d.observe(models.EventMailNoticed, detail)
	}
	if c.Notification.Kind == NotificationComplaint {
		d.complained(c.Message)
	}
	d.leave()
	return nil
}

func (d *decider) bounced(m models.Message, n DeliveryNotification, detail map[string]string) {
	d.record(models.EventMailBounced, d.unreached(m), detail)
	m.Delivery, m.LastError = models.DeliveryBounced, ServerCode(n.Words)
	var forget bool
	m.Letter, forget = withoutCode(m.Letter)
	d.With(models.MailTried{Message: m, Forget: forget})
	d.undeliverable(m, n.Words, "mail_bounced/")
}

// complained ends mail to the mailbox unless it is verified, and has staff look:
// who reports abuse did not ask for it, or pressed the wrong button.
func (d *decider) complained(m models.Message) {
	if m.Audience != models.ToRequester || d.Request.Shredded || m.Former(d.Request) {
		return
	}
	d.With(models.SuppressionChanged{Mailbox: d.rules.CanonicalMailbox(d.Request.Mailbox()), Suppressed: true})
	d.tellStaffOnce("complaint/"+m.ID, d.owner(), models.StaffComplaintLetter{About: d.about(), RespondOn: d.respondOn()})
}

// reached ends that the requester is unreachable: there was a proof of the
// mailbox, or mail from it.
func (d *decider) reached(change *models.Change) {
	if d.Request.Unreachable {
		change.Unreachable = new(false)
	}
}
