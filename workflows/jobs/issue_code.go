package jobs

import (
	"context"

	"habeas/models"
)

// issueCode mails a fresh code. The job's subject is a reference, which may
// not exist: then there is no effect, as for one code too many.
func (r *Runner) issueCode(ctx context.Context, j models.Job) error {
	return r.Service.Cases.IssueCode(ctx, j.Subject, j.ID)
}
