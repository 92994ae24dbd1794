package jobs

import (
	"context"

	"habeas/models"
)

// verifyReminder reminds the requester to type the mailed code.
func (r *Runner) verifyReminder(ctx context.Context, j models.Job) error {
	return r.Service.Cases.RemindVerify(ctx, j.RequestID, j.ID)
}
