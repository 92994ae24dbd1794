package workflows

import (
	"context"
	"strings"
	"time"

	"habeas/models"
)

// Result says how one try to send a mail ended.
type Result struct {
	Delivery models.Delivery // DeliverySent, DeliveryDeferred, or DeliveryFailed if it is not tried again
	// Words say why not: the server's or ours, without any address.
	Words string
	// Apart are the ids of staff who are to get the message in a mail of their
	// own, because what became of this one is not true of them. Kept are the
	// others, whom it is for from now on. Without Apart it is for all as before.
	Apart, Kept []string
}

// apartKey begins the key of a message for one of several recipients.
const apartKey = "apart/"

// Apart reports whether a message is for one of several recipients of another,
// who have it or get it otherwise.
func Apart(m models.Message) bool { return strings.HasPrefix(m.Key, apartKey) }

// Delivered says what follows from one try to send m, which is about r, or
// about no request if that is zero. It is pure, like Decide. Where nothing about
// the request changes the decision is one without a request, and its events
// carry version 0.
func Delivered(rules Rules, m models.Message, r models.Request, result Result, now time.Time) Decision {
	d := &decider{rules: rules, by: models.Actor{Kind: models.ActorSystem}, now: now, from: r, Decision: Decision{Request: r}}
	was := m.Delivery
	m.Delivery, m.LastError = result.Delivery, result.Words
	m.Attempts++
	if len(result.Apart) > 0 {
		d.apart(m, result.Apart)
		m.Staff = strings.Join(result.Kept, " ")
	}
	forget := false
	switch result.Delivery {
	case models.DeliverySent:
		var change models.Change
		if was == models.DeliveryFailed && m.Audience == models.ToRequester {
			d.reached(&change) // what refused this very mail takes it now
		}
		d.record(models.EventMailSent, change, mailDetail(m))
		m.SentAt = now
		m.Letter, forget = withoutCode(m.Letter)
	case models.DeliveryFailed:
		d.record(models.EventMailFailed, d.unreached(m), mailDetail(m))
		d.undeliverable(m, "mail_failed/")
	case models.DeliveryDeferred, models.DeliveryQueued, models.DeliveryNone, models.DeliveryBounced:
	}
	d.Delivery = &Delivery{Message: m, Forget: forget}
	d.settle()
	if d.Request.Version == r.Version {
		d.Request = models.Request{}
	}
	return d.Decision
}

// apart writes m anew for each of some of its recipients, once. It is the same
// letter of the same time.
func (d *decider) apart(m models.Message, staff []string) {
	for _, id := range staff {
		d.Messages = append(d.Messages, models.Message{
			RequestID: m.RequestID, Direction: m.Direction, Audience: m.Audience, Author: m.Author, Staff: id,
			Text: m.Text, Letter: m.Letter, CreatedAt: m.CreatedAt, InReplyTo: m.InReplyTo,
			Key: apartKey + m.ID + "/" + id, Delivery: models.DeliveryQueued,
		})
	}
}

// mailDetail is what an event says of a mail: of one that is for one of several
// staff, also for whom.
func mailDetail(m models.Message) map[string]string {
	detail := map[string]string{"message": m.ID, "template": templateOf(m), "mail_id": m.MailID, "audience": string(m.Audience)}
	if Apart(m) {
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

// unreached marks the requester whom a mail did not reach.
func (d *decider) unreached(m models.Message) (change models.Change) {
	if m.Audience == models.ToRequester && !d.Request.Unreachable && !d.Request.Shredded {
		change.Unreachable = new(true)
	}
	return change
}

// undeliverable tells staff that the requester cannot be reached by mail, once
// under a key that begins as given. Of a mail to staff it tells nobody: that
// mail would fail too, and so on.
func (d *decider) undeliverable(m models.Message, key string) {
	if m.Audience != models.ToRequester {
		return
	}
	d.tellStaff(d.owner(), models.StaffMailFailedLetter{
		About: d.about(), Failed: templateOf(m), Why: m.LastError, RespondOn: d.respondOn(),
	})
	letter := &d.Messages[len(d.Messages)-1]
	letter.Key = key + m.ID
	if d.Request.State == models.StateUnverified && d.Request.Channel == models.ChannelWeb {
		// Anybody can mistype a hundred addresses into a form. The list shows
		// them all; one letter a day says to look.
		letter.Key = key + "unverified/" + d.today().String()
	}
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
	case models.StaffInvitationLetter:
		l.Secret = ""
		return l, true
	case *models.StaffInvitationLetter:
		return withoutCode(*l)
	}
	return l, false
}

// MailTried stores what became of one try to send m, in one transaction with
// its job: done if it was sent, else as j says, pending again or dead. alarm
// is what else staff must hear.
func (s *Service) MailTried(ctx context.Context, j models.Job, m models.Message, r models.Request, result Result, alarm ...models.Message) error {
	for try := 1; ; try++ {
		err := s.mailTried(ctx, j, m, r, result, alarm)
		if models.CodeOf(err) != models.CodeStale || try == attempts {
			return err
		}
		if r, err = s.Store.FindByID(ctx, r.ID); err != nil {
			return err
		}
	}
}

func (s *Service) mailTried(ctx context.Context, j models.Job, m models.Message, r models.Request, result Result, alarm []models.Message) error {
	rules, err := s.rules(ctx, r.Policy)
	if err != nil {
		return err
	}
	d := Delivered(rules, m, r, result, s.now())
	d.Messages = append(d.Messages, alarm...)
	c := Commit{Before: before(d, r), JobFailed: &j}
	if result.Delivery == models.DeliverySent {
		c.JobDone, c.JobFailed = j.ID, nil
	}
	s.identify(ctx, &d)
	c.Decision = d
	if err := s.Store.Commit(ctx, c); err != nil {
		return err
	}
	s.Kick()
	return nil
}

// CommitJob marks a job done together with its effect, which is about no
// single request: ErrJobDone if it already was.
func (s *Service) CommitJob(ctx context.Context, id string, d Decision) error {
	s.identify(ctx, &d)
	if err := s.Store.Commit(ctx, Commit{Decision: d, JobDone: id}); err != nil {
		return err
	}
	s.Kick()
	return nil
}

// FailJob records a failed try: j is pending again or dead, and alarm is what
// staff hear of it. ErrJobDone if it is not pending.
func (s *Service) FailJob(ctx context.Context, j models.Job, alarm Decision) error {
	s.identify(ctx, &alarm)
	if err := s.Jobs.Fail(ctx, j, alarm); err != nil {
		return err
	}
	s.Kick()
	return nil
}

// EnsureJob plans a job unless its unique key is there.
func (s *Service) EnsureJob(ctx context.Context, j models.Job) error {
	d := Decision{Jobs: []models.Job{j}}
	s.identify(ctx, &d)
	if err := s.Jobs.Ensure(ctx, d.Jobs[0]); err != nil {
		return err
	}
	s.Kick()
	return nil
}
