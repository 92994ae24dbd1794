package jobs

import (
	"context"

	"habeas/models"
)

// proveLinked carries a proof of the mailbox on to the requests of the same
// mail. Twice it finds them proved.
func (r *Runner) proveLinked(ctx context.Context, j models.Job) error {
	return r.Service.Cases.ProveLinked(ctx, j.RequestID, j.ID)
}
