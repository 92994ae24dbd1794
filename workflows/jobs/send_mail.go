package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"habeas/models"
	"habeas/notifications"
	"habeas/workflows"
)

const (
	// sendLimit bounds one try. A server may take its time to store a mail, and
	// giving up before it answers means sending the mail twice.
	sendLimit = 90 * time.Second
	// sendHold is how long after its start nobody else begins a try. With Lease
	// it is how long a mail lies still whose sender was killed.
	sendHold = sendLimit + recordLimit
)

// sendMail delivers one message; the job's subject is its id. The mail leaves
// the house, so unlike all other effects it cannot share a transaction with
// the row: a crash between the server's 250 and the commit sends it again,
// under the same Message-ID. Everything else is kept from sending twice: the
// try is begun in the database first, by one run only.
func (r *Runner) sendMail(ctx context.Context, j models.Job) error {
	if err := r.Service.JobStore.Begin(ctx, j.ID, j.Attempts-1, r.now(), r.now().Add(sendHold)); err != nil {
		return err
	}
	m, err := r.Service.Store.Message(ctx, j.Subject)
	if err != nil {
		return err
	}
	var q models.Request
	if m.RequestID != "" {
		if q, err = r.Service.Store.FindByID(ctx, m.RequestID); err != nil {
			return err
		}
	}
	if m.Letter == nil || m.Delivery == models.DeliverySent || m.Delivery == models.DeliveryBounced {
		return models.Errorf(models.CodeConflict, "there is nothing to send: the words are destroyed, or sent")
	}
	letter, err := r.Service.Tasks.StillTrue(ctx, m.Letter)
	if err != nil {
		return err
	}
	if err := r.Service.Owners.Untold(ctx, m.Letter, letter); err != nil {
		return err
	}
	if letter == nil {
		return r.Service.Cases.RecordDelivery(ctx, workflows.RecordDelivery{
			Message: m, Withheld: true, Result: workflows.DeliveryResult{Delivery: models.DeliveryNone}, Job: j,
		}, q)
	}
	withheld := len(models.OwnedTasks(letter)) < len(models.OwnedTasks(m.Letter))
	m.Letter = r.inOurLanguage(letter)
	to, err := r.recipients(ctx, m, q)
	if err != nil {
		return err
	}
	thread, err := r.Service.Queries.Thread(ctx, m, q)
	if err != nil {
		return err
	}
	e := r.envelope(m, q, to.addresses())
	e.Thread = thread
	return r.record(ctx, j, m, q, to, withheld, r.deliver(ctx, j, m, e))
}

// inOurLanguage gives a letter to a system owner the language of the service: no
// request says theirs.
func (r *Runner) inOurLanguage(l models.Letter) models.Letter {
	if hold, ok := l.(*models.OwnerHoldLetter); ok && hold.Locale == "" {
		own := *hold
		own.Locale = r.Locale
		return &own
	}
	return l
}

// deliver renders and sends. What goes wrong on the way, a panic too, is the
// fate of this mail only; all but the server's last word is tried again.
func (r *Runner) deliver(ctx context.Context, j models.Job, m models.Message, e notifications.Envelope) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = r.panicked(ctx, j, p)
		}
	}()
	mail, err := r.Letters.Render(m.Letter)
	if err != nil {
		return err
	}
	out, err := r.Letters.Compose(e, mail)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	return r.Sender.Send(ctx, out)
}

// envelope addresses a mail. Answers of the requester come back to the case, and
// those of system owners to their task; those of staff belong in the console.
func (r *Runner) envelope(m models.Message, q models.Request, to []string) notifications.Envelope {
	e := notifications.Envelope{MailID: m.MailID, At: m.CreatedAt, To: to, Reference: q.Reference, InReplyTo: m.InReplyTo}
	if r.Addresses == nil || q.Reference == "" {
		return e
	}
	e.Bounce = r.Addresses.Bounce(q.Reference, m.ID)
	switch m.Audience { //nolint:exhaustive // the rest is not answered by mail
	case models.ToRequester:
		e.ReplyTo = r.Addresses.Reply(q.Reference)
	case models.ToOwner:
		e.ReplyTo = r.Addresses.ReplyTo(q.Reference, m.ID)
	}
	return e
}

// record stores how a try ended. To lose that means to send the mail again, so
// it is tried a few times, whether or not the job may go on.
func (r *Runner) record(ctx context.Context, j models.Job, m models.Message, q models.Request, to party, withheld bool, sent error) error {
	refused, answered := errors.AsType[*notifications.SendError](sent)
	if answered {
		to = to.without(refused)
	}
	result, j, alarm := r.verdict(ctx, j, m, sent)
	if len(to.apart) > 0 {
		result.Kept, result.Apart = staffIDs(to.to), to.apart
		r.Log.WarnContext(ctx, "some recipients of a mail get one of their own", slog.String("job_id", j.ID),
			slog.String("message_id", j.Subject), slog.Any("staff_ids", to.apart))
	}
	ctx = context.WithoutCancel(ctx)
	for pause := 100 * time.Millisecond; ; pause *= 2 {
		err := r.Service.Cases.RecordDelivery(ctx, workflows.RecordDelivery{Message: m, Withheld: withheld, Result: result, Job: j, Alarm: alarm}, q)
		if models.CodeOf(err) != models.CodeUnavailable || pause > recordLimit/2 {
			return err
		}
		<-time.After(pause)
	}
}

// verdict judges a try: the result, the job as it is then, and whom to alarm.
// A mail that is refused for good is a dead job, which staff can run again
// once they know why; for those the letter about the mail is the alarm.
func (r *Runner) verdict(ctx context.Context, j models.Job, m models.Message, sent error) (workflows.DeliveryResult, models.Job, []models.Message) {
	refused, answered := errors.AsType[*notifications.SendError](sent)
	if sent == nil || answered && refused.Delivered > 0 {
		return workflows.DeliveryResult{Delivery: models.DeliverySent}, j, nil
	}
	result := workflows.DeliveryResult{Delivery: models.DeliveryDeferred, Words: words(sent), Code: fault(sent)}
	j.LastError = result.Code
	fields := []any{
		slog.String("job_id", j.ID), slog.String("message_id", j.Subject),
		slog.Int("attempts", j.Attempts), slog.String("fault", j.LastError),
	}
	if workflows.SeparateDelivery(m) {
		fields = append(fields, slog.String("staff_id", m.Staff))
	}
	r.Log.WarnContext(ctx, "a mail was not delivered", fields...)
	at, again := next(j, r.now())
	if again && !(answered && !refused.Temporary) {
		j.RunAt = at
		return result, j, nil
	}
	result.Delivery, j.State = models.DeliveryFailed, models.JobDead
	switch {
	case workflows.SeparateDelivery(m):
		return result, j, r.unreached(m, j)
	case again:
		return result, j, nil
	}
	return result, j, r.alarm(ctx, j)
}
