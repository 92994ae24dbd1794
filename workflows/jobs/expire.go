package jobs

import (
	"context"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// expire ends a request that nobody verified in time.
func (r *Runner) expire(ctx context.Context, j models.Job) error {
	_, err := r.Service.Cases.DoByID(ctx, system(), j.RequestID, workflows.Expire{}, cases.Option{JobDone: j.ID})
	return err
}
