package jobs

import (
	"context"
	"log/slog"

	"habeas/models"
)

// placeMail places a received mail that whoever kept it did not. The job's
// subject is the mail.
func (r *Runner) placeMail(ctx context.Context, j models.Job) error {
	return r.Mail.Place(ctx, j.Subject, j.ID)
}

// holdUnplaced gives a mail to staff that cannot be placed, so that none is
// forgotten. It returns what the job failed of where the mail is placed.
func (r *Runner) holdUnplaced(ctx context.Context, j models.Job, fault error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	err := r.Service.Inbox.QuarantineUnrouted(ctx, j.Subject, j.ID)
	switch {
	case models.CodeOf(err) == models.CodeConflict || models.CodeOf(err) == models.CodeNotFound:
		return fault
	case err == nil:
		r.Log.ErrorContext(ctx, "a mail could not be placed and waits for staff", slog.String("mail_id", j.Subject),
			slog.String("fault", words(fault)), slog.Any("error", fault))
	}
	return err
}

// mailFiles adds the files of a mail to the request that staff placed it in. Each
// is added under a key of its own: twice it finds them there.
func (r *Runner) mailFiles(ctx context.Context, j models.Job) error {
	return r.Service.Inbox.AddMailFiles(ctx, j.Subject, j.RequestID, j.ID)
}

// heldMail alarms the managers of a mail that staff let lie for a day.
func (r *Runner) heldMail(ctx context.Context, j models.Job) error {
	return r.Service.Inbox.QuarantinedTooLong(ctx, j.Subject, j.ID)
}
