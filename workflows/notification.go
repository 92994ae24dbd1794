package workflows

import (
	"context"
	"strings"

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

// Notify stores what follows from a notification about a mail of ours, and
// returns the reference of the request that it is about, or "" for a mail to
// staff about none. A notification about no mail of ours is a CodeNotFound
// error. The same one again changes nothing.
func (s *Cases) Notify(ctx context.Context, n DeliveryNotification) (reference string, err error) {
	c := RecordNotification{Notification: n}
	if c.Message, err = s.about(ctx, n); err != nil {
		return "", err
	}
	var r models.Request
	if c.Message.RequestID != "" {
		if r, err = s.Store.FindByID(ctx, c.Message.RequestID); err != nil {
			return "", err
		}
	}
	_, err = s.run(ctx, models.Actor{Kind: models.ActorSystem}, c, Option{Once: notificationOnce(c)}, s.from(ctx, r))
	if models.CodeOf(err) == models.CodeInFlight {
		err = nil // such a notification came before
	}
	return r.Reference, err
}

// notificationOnce makes one of all notifications of a kind about a mail: anybody
// can send a thousand, and a run after a crash stores none twice.
func notificationOnce(c RecordNotification) *Once {
	return mailOnce(c.Message.ID, "notice/"+string(c.Notification.Kind))
}

// about finds the mail of ours that a notification is about: by its token, which
// only the address that we sent from has, or, of what is only a note in the log,
// by its Message-ID.
func (s *core) about(ctx context.Context, n DeliveryNotification) (models.Message, error) {
	if n.Reference != "" && n.Message != "" {
		m, err := s.tokened(ctx, n)
		if models.CodeOf(err) != models.CodeNotFound {
			return m, err
		}
	}
	missing := models.Errorf(models.CodeNotFound, "no mail of ours is meant")
	if n.Kind == NotificationFailed || n.Kind == NotificationComplaint {
		return models.Message{}, missing // they silence a mailbox: a Message-ID is not enough
	}
	for _, id := range n.MailIDs {
		m, err := s.Store.MessageByMailID(ctx, id)
		if models.CodeOf(err) == models.CodeNotFound || err == nil && m.Direction != models.Outgoing {
			continue
		}
		return m, err
	}
	return models.Message{}, missing
}

// tokened finds the message that a token names.
func (s *core) tokened(ctx context.Context, n DeliveryNotification) (models.Message, error) {
	r, err := s.Store.Find(ctx, n.Reference)
	if err != nil {
		return models.Message{}, err
	}
	all, err := s.Store.Messages(ctx, r.ID)
	if err != nil {
		return models.Message{}, err
	}
	for _, m := range all {
		if m.Direction == models.Outgoing && strings.HasSuffix(m.ID, n.Message) {
			return m, nil
		}
	}
	return models.Message{}, models.Errorf(models.CodeNotFound, "no mail of ours is meant")
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
