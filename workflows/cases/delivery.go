package cases

import (
	"context"

	"habeas/models"
	"habeas/workflows"
)

// RecordDelivery stores what became of one try to send a mail about r, or about
// no request if that is zero, in one transaction with its job.
func (s *Cases) RecordDelivery(ctx context.Context, c workflows.RecordDelivery, r models.Request) error {
	_, err := s.run(ctx, models.Actor{Kind: models.ActorSystem}, c, Option{}, s.from(ctx, r))
	return err
}

// from finds r as it was read before, and once that is stale anew.
func (s *core) from(ctx context.Context, r models.Request) func() (models.Request, error) {
	read := true
	return func() (models.Request, error) {
		if read || r.ID == "" {
			read = false
			return r, nil
		}
		return s.Store.FindByID(ctx, r.ID)
	}
}

// FinishJob marks a job done together with its effect, which is about no single
// request: ErrJobDone if it already was.
func (s *JobsAdmin) FinishJob(ctx context.Context, id string, messages []models.Message, jobs ...models.Job) error {
	var d workflows.Decision
	at := s.stamp(ctx)
	for _, m := range messages {
		d.Send(at, m)
	}
	for _, j := range jobs {
		d.Plan(at, j)
	}
	return s.finish(ctx, d, Option{JobDone: id})
}

// FailJob records a failed try: j is pending again or dead, and alarm is what
// staff hear of it. ErrJobDone if it is not pending.
func (s *JobsAdmin) FailJob(ctx context.Context, j models.Job, alarm ...models.Message) error {
	var d workflows.Decision
	at := s.stamp(ctx)
	d.With(models.JobFailed{Job: j})
	for _, m := range alarm {
		d.Send(at, m)
	}
	return s.finish(ctx, d, Option{})
}

// EnsureJob plans a job unless its unique key is there.
func (s *JobsAdmin) EnsureJob(ctx context.Context, j models.Job) error { return s.ensure(ctx, j) }

// EnsureJobs does that with many at once.
func (s *JobsAdmin) EnsureJobs(ctx context.Context, all []models.Job) error {
	return s.ensure(ctx, all...)
}

func (s *core) ensure(ctx context.Context, all ...models.Job) error {
	if len(all) == 0 {
		return nil
	}
	var d workflows.Decision
	at := s.stamp(ctx)
	for _, j := range all {
		d.Plan(at, j)
	}
	return s.finish(ctx, d, Option{})
}
