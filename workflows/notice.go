package workflows

import (
	"context"
	"strings"
	"time"

	"habeas/models"
)

// NoticeKind says what a mail server tells about a mail of ours.
type NoticeKind string

// The kinds.
const (
	NoticeFailed    NoticeKind = "failed"    // it cannot be delivered, for good
	NoticeDelayed   NoticeKind = "delayed"   // it is still being tried
	NoticeDelivered NoticeKind = "delivered" // it has arrived, or was read
	NoticeComplaint NoticeKind = "complaint" // whoever got it called it abuse (ARF, RFC 5965)
)

// MailNotice is what came back about a mail of ours. Anybody can forge one who
// has seen the mail; it flags, and opens nothing.
type MailNotice struct {
	Kind NoticeKind
	// Reference and Message are from the token in the address it came to: the
	// case, and the end of the id of the message. "" without a token.
	Reference, Message string
	// MailIDs are the Message-IDs, without brackets, that it seems to be about,
	// the likeliest first. Only one that we gave counts.
	MailIDs []string
	Words   string // the server's, without any address
	Mail    string // the id of the received mail
}

// Bounced stores what follows from a notice about a mail of ours, and returns
// the reference of the request that it is about, or "" for a mail to staff
// about none. A notice about no mail of ours is a CodeNotFound error. The same
// notice again changes nothing.
func (s *Service) Bounced(ctx context.Context, n MailNotice) (reference string, err error) {
	for try := 1; ; try++ {
		m, err := s.about(ctx, n)
		if err != nil {
			return "", err
		}
		r := models.Request{}
		if m.RequestID != "" {
			if r, err = s.Store.FindByID(ctx, m.RequestID); err != nil {
				return "", err
			}
		}
		err = s.bounced(ctx, m, r, n)
		if models.CodeOf(err) == models.CodeStale && try < attempts {
			continue
		}
		return r.Reference, err
	}
}

func (s *Service) bounced(ctx context.Context, m models.Message, r models.Request, n MailNotice) error {
	rules, err := s.rules(ctx, r.Policy)
	if err != nil {
		return err
	}
	d := Noticed(rules, m, r, n, s.now())
	if d.Empty() {
		return nil
	}
	s.identify(ctx, &d)
	err = s.Store.Commit(ctx, Commit{Decision: d, Before: before(d, r), Once: noticeOnce(m, n)})
	if models.CodeOf(err) == models.CodeInFlight {
		return nil // such a notice came before
	}
	if err != nil {
		return err
	}
	s.Kick()
	return nil
}

// noticeOnce makes one of all notices of a kind about a mail: anybody can send
// a thousand, and a run after a crash stores none twice.
func noticeOnce(m models.Message, n MailNotice) *Once {
	return mailOnce(m.ID, "notice/"+string(n.Kind))
}

// before is the version that a decision about r builds on: none where it
// changes nothing about it.
func before(d Decision, r models.Request) int {
	if d.Request.ID == "" {
		return 0
	}
	return r.Version
}

// about finds the mail of ours that a notice is about: by its token first,
// because only the address that we sent from has it.
func (s *Service) about(ctx context.Context, n MailNotice) (models.Message, error) {
	if n.Reference != "" && n.Message != "" {
		m, err := s.tokened(ctx, n)
		if models.CodeOf(err) != models.CodeNotFound {
			return m, err
		}
	}
	for _, id := range n.MailIDs {
		m, err := s.Store.MessageByMailID(ctx, id)
		if models.CodeOf(err) == models.CodeNotFound || err == nil && m.Direction != models.Outgoing {
			continue
		}
		return m, err
	}
	return models.Message{}, models.Errorf(models.CodeNotFound, "no mail of ours is meant")
}

// tokened finds the message that a token names.
func (s *Service) tokened(ctx context.Context, n MailNotice) (models.Message, error) {
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

// Noticed says what follows from a notice about m, which is about r, or about
// no request if that is zero. It is pure, like Decide. A mail that failed makes
// the requester unreachable until they show that they are not, and is a task
// for staff: the duty to tell them remains, and no date moves. The rest is a
// note in the log.
func Noticed(rules Rules, m models.Message, r models.Request, n MailNotice, now time.Time) Decision {
	d := &decider{rules: rules, by: models.Actor{Kind: models.ActorSystem}, now: now, from: r, Decision: Decision{Request: r}}
	detail := mailDetail(m)
	if n.Mail != "" {
		detail["mail"] = n.Mail
	}
	switch n.Kind {
	case NoticeFailed:
		if m.Delivery == models.DeliveryBounced {
			return Decision{}
		}
		d.bounced(m, n, detail)
	case NoticeComplaint:
		detail["notice"] = string(n.Kind)
		d.observe(models.EventMailNoticed, detail)
		d.complained(m)
	case NoticeDelayed, NoticeDelivered:
		detail["notice"] = string(n.Kind)
		d.observe(models.EventMailNoticed, detail)
	}
	d.settle()
	if d.Request.Version == r.Version {
		d.Request = models.Request{}
	}
	return d.Decision
}

func (d *decider) bounced(m models.Message, n MailNotice, detail map[string]string) {
	d.record(models.EventMailBounced, d.unreached(m), detail)
	m.Delivery, m.LastError = models.DeliveryBounced, n.Words
	var forget bool
	m.Letter, forget = withoutCode(m.Letter)
	d.Delivery = &Delivery{Message: m, Forget: forget}
	d.undeliverable(m, "mail_bounced/")
}

// complained ends mail to the mailbox unless it is proved, and has staff look:
// who reports abuse did not ask for it, or pressed the wrong button.
func (d *decider) complained(m models.Message) {
	if m.Audience != models.ToRequester {
		return
	}
	d.Wish = &models.MailWish{Mailbox: d.Request.Mailbox(), Never: true}
	d.tellStaff(d.owner(), models.StaffComplaintLetter{About: d.about(), RespondOn: d.respondOn()})
	d.Messages[len(d.Messages)-1].Key = "complaint/" + m.ID
}

// reached ends that the requester is unreachable: there was a proof of the
// mailbox, or mail from it.
func (d *decider) reached(change *models.Change) {
	if d.Request.Unreachable {
		change.Unreachable = new(false)
	}
}
