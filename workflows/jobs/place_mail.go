package jobs

import (
	"context"

	"habeas/models"
)

// placeMail places a received mail that whoever kept it did not. The job's
// subject is the mail.
func (r *Runner) placeMail(ctx context.Context, j models.Job) error {
	return r.Mail.Place(ctx, j.Subject, j.ID)
}

// mailFiles adds the files of a mail to the request that staff placed it in. Each
// is added under a key of its own: twice it finds them there.
func (r *Runner) mailFiles(ctx context.Context, j models.Job) error {
	return r.Service.AddMailFiles(ctx, j.Subject, j.RequestID, j.ID)
}

// heldMail alarms the managers of a mail that staff let lie for a day.
func (r *Runner) heldMail(ctx context.Context, j models.Job) error {
	return r.Service.HeldTooLong(ctx, j.Subject, j.ID)
}
