package workflows

import (
	"cmp"
	"regexp"
	"strings"

	"habeas/models"
)

// DeliveryResult is how one try to send a mail ended.
type DeliveryResult struct {
	Delivery models.Delivery // DeliverySent, DeliveryDeferred, or DeliveryFailed if it is not tried again
	// Words say why not: the server's or ours, without any address.
	Words string
	Code  string // of the words, which is kept in clear; "" is ServerCode's
	// Apart are the ids of staff who are to get the message in a mail of their
	// own, because what became of this one is not true of them. Kept are the
	// others, whom it is for from now on. Without Apart it is for all as before.
	Apart, Kept []string
}

// separateKey begins the key of a message for one of several recipients.
const separateKey = "apart/"

// SeparateDelivery reports whether a message is for one of several recipients of another,
// who have it or get it otherwise.
func SeparateDelivery(m models.Message) bool { return strings.HasPrefix(m.Key, separateKey) }

// recordDelivery stores what became of one try to send a mail, and what follows
// for the request that it is about, if any.
func (d *decider) recordDelivery(c RecordDelivery) error {
	m, was := c.Message, c.Message.Delivery
	m.Delivery, m.LastError = c.Result.Delivery, cmp.Or(c.Result.Code, ServerCode(c.Result.Words))
	m.Attempts++
	if len(c.Result.Apart) > 0 && !d.Request.Shredded {
		d.deliverSeparately(m, c.Result.Apart)
		m.Staff = strings.Join(c.Result.Kept, " ")
	}
	forget := c.Withheld
	if c.Withheld {
		d.observe(models.EventMailWithheld, mailDetail(m))
	}
	switch m.Delivery {
	case models.DeliverySent:
		var change models.Change
		if was == models.DeliveryFailed && m.Audience == models.ToRequester {
			d.reached(&change) // what refused this very mail takes it now
		}
		d.record(models.EventMailSent, change, mailDetail(m))
		m.SentAt = d.now
		var coded bool
		m.Letter, coded = withoutCode(m.Letter)
		forget = forget || coded
	case models.DeliveryFailed:
		d.record(models.EventMailFailed, d.unreached(m), mailDetail(m))
		d.undeliverable(m, c.Result.Words, "mail_failed/")
	case models.DeliveryDeferred, models.DeliveryQueued, models.DeliveryNone, models.DeliveryBounced:
	}
	d.With(models.MailTried{Message: m, Forget: forget})
	if m.Delivery == models.DeliverySent || m.Delivery == models.DeliveryNone {
		d.With(models.JobFinished{ID: c.Job.ID})
	} else {
		d.With(models.JobFailed{Job: c.Job})
	}
	for _, alarm := range c.Alarm {
		d.Send(d.stamp, alarm)
	}
	d.leave()
	return nil
}

// apart writes m anew for each of some of its recipients, once. It is the same
// letter of the same time.
func (d *decider) deliverSeparately(m models.Message, staff []string) {
	for _, id := range staff {
		d.Send(d.stamp, models.Message{
			RequestID: m.RequestID, Direction: m.Direction, Audience: m.Audience, Author: m.Author, Staff: id,
			Text: m.Text, Letter: m.Letter, CreatedAt: m.CreatedAt, InReplyTo: m.InReplyTo,
			Key: separateKey + m.ID + "/" + id, Delivery: models.DeliveryQueued,
		})
	}
}

// mailDetail is what an event says of a mail: of one that is for one of several
// staff, also for whom.
func mailDetail(m models.Message) map[string]string {
	detail := map[string]string{"message": m.ID, "template": templateOf(m), "audience": string(m.Audience)}
	if SeparateDelivery(m) {
		detail["staff"] = m.Staff
	}
	return detail
}

func templateOf(m models.Message) string {
	if m.Letter == nil {
		return ""
	}
	return m.Letter.Template()
}

// ServerCode is what is kept in clear of the words of a mail server: its codes
// (RFC 5321, 3463). The words themselves may name anybody, and stand in a sealed
// letter to staff only.
func ServerCode(words string) string {
	return strings.Join(serverCodes.FindAllString(words, 2), " ")
}

var serverCodes = regexp.MustCompile(`\b([245]\d\d|[245]\.\d{1,3}\.\d{1,3})\b`)

// unreached marks the requester whom a mail did not reach.
func (d *decider) unreached(m models.Message) (change models.Change) {
	if m.Audience == models.ToRequester && !m.Former(d.Request) && !d.Request.Unreachable && !d.Request.Shredded {
		change.Unreachable = new(true)
	}
	return change
}

// undeliverable tells staff that the requester cannot be reached by mail, once
// under a key that begins as given, or has the tasks of a system's owner given to
// them. Of a mail to staff it tells nobody: that mail would fail too, and so on.
func (d *decider) undeliverable(m models.Message, words, key string) {
	if m.Audience == models.ToOwner {
		d.ownerMissed(m)
	}
	if m.Audience != models.ToRequester || d.Request.Shredded || m.Former(d.Request) {
		return // nobody can be told of, or written to
	}
	about := m.ID
	if d.Request.State == models.StateUnverified && d.Request.Channel == models.ChannelWeb {
		// Anybody can mistype a hundred addresses into a form. The list shows
		// them all; one letter a day says to look.
		about = "unverified/" + d.today().String()
	}
	d.tellStaffOnce(key+about, d.owner(), models.StaffMailFailedLetter{
		About: d.about(), Failed: templateOf(m), Why: words, RespondOn: d.respondOn(),
	})
}

// withoutCode returns the letter without its code or secret, and whether it had
// one:
// once it is in the mailbox, nobody who reads our database needs it.
func withoutCode(l models.Letter) (models.Letter, bool) {
	switch l := l.(type) {
	case models.CodeLetter:
		l.Code = ""
		return l, true
	case *models.CodeLetter:
		return withoutCode(*l)
	case models.VerifyReminderLetter:
		l.Code = ""
		return l, true
	case *models.VerifyReminderLetter:
		return withoutCode(*l)
	case models.OwnerCodeLetter:
		l.Code = ""
		return l, true
	case *models.OwnerCodeLetter:
		return withoutCode(*l)
	case models.StaffInvitationLetter:
		l.Secret = ""
		return l, true
	case *models.StaffInvitationLetter:
		return withoutCode(*l)
	}
	return l, false
}
