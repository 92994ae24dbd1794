package jobs

import (
	"context"
	"fmt"

	"habeas/models"
)

// deleteBlob deletes the bytes of a file whose row is gone. To delete what is
// deleted already does nothing.
func (r *Runner) deleteBlob(ctx context.Context, j models.Job) error {
	if err := r.Service.Blobs.Delete(ctx, j.Subject); err != nil {
		return fmt.Errorf("deleting the bytes of a file: %w", err)
	}
	return r.Service.Jobs.FinishJob(ctx, j.ID, nil)
}
