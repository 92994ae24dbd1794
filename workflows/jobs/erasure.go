package jobs

import (
	"context"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// coolingOff has the tasks of an erasure go on once the requester has had the time
// to think again. A second run finds the job done.
func (r *Runner) coolingOff(ctx context.Context, j models.Job) error {
	_, err := r.Service.Cases.DoByID(ctx, system(), j.RequestID, workflows.EndCoolingOff{}, cases.Option{JobDone: j.ID})
	return err
}

// lookAgain asks the systems again after an erasure. A second run finds the job done.
func (r *Runner) lookAgain(ctx context.Context, j models.Job) error {
	_, err := r.Service.Cases.DoByID(ctx, system(), j.RequestID, workflows.LookAgain{}, cases.Option{JobDone: j.ID})
	return err
}

// voidPackages voids what went out to a person whose data is erased. What is void
// already stays so, however often it runs.
func (r *Runner) voidPackages(ctx context.Context, j models.Job) error {
	if err := r.Service.Cases.VoidPackages(ctx, j.RequestID, j.Subject); err != nil {
		return err
	}
	return r.Service.JobStore.Finish(ctx, j.ID, r.now())
}
