package jobs

import (
	"context"
	"strings"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// remind reminds staff of a due date. The job's subject is "<date>/<threshold>".
func (r *Runner) remind(ctx context.Context, j models.Job) error {
	day, threshold, _ := strings.Cut(j.Subject, "/")
	due, err := models.ParseDate(day)
	if err != nil {
		return err
	}
	_, err = r.Service.Cases.DoByID(ctx, system(), j.RequestID,
		workflows.Remind{Threshold: threshold, DueOn: due}, cases.Option{JobDone: j.ID})
	return err
}
