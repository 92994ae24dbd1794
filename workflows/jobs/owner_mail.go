package jobs

import (
	"context"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// ownerMail tells a system owner of their tasks, once a day. The job's subject
// is "<digest of the owner>/<day>".
func (r *Runner) ownerMail(ctx context.Context, j models.Job) error {
	digest, _, _ := strings.Cut(j.Subject, "/")
	return r.Service.Tasks.OwnerMail(ctx, digest, r.Locale, j.ID)
}

// remindTask reminds of a task. The job's subject is "<task>/<date>/<what>".
func (r *Runner) remindTask(ctx context.Context, j models.Job) error {
	id, rest, _ := strings.Cut(j.Subject, "/")
	day, what, _ := strings.Cut(rest, "/")
	due, err := models.ParseDate(day)
	if err != nil {
		return err
	}
	return r.Service.Tasks.Answer(ctx, id, workflows.RemindTask{Task: id, DueOn: due, What: models.TaskNews(what)}, j.ID)
}

// ownerCode mails the code of a task to its owner. The job's subject is
// "<task>/<locale>"; where there is no such task it has no effect.
func (r *Runner) ownerCode(ctx context.Context, j models.Job) error {
	id, locale, _ := strings.Cut(j.Subject, "/")
	return r.Service.Owners.IssueCode(ctx, id, locale, j.ID)
}

// ownerUnreachable gives a task to staff. The job's subject is "<task>/<digest of
// the owner>".
func (r *Runner) ownerUnreachable(ctx context.Context, j models.Job) error {
	id, digest, _ := strings.Cut(j.Subject, "/")
	return r.Service.Tasks.Answer(ctx, id, workflows.OwnerUnreachable{Task: id, OwnerDigest: digest}, j.ID)
}
