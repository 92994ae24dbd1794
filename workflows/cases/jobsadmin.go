package cases

import (
	"context"

	"habeas/models"
)

// RetryJob runs a dead job again, now.
func (s *JobsAdmin) RetryJob(ctx context.Context, by models.Actor, id string) (models.Job, error) {
	j, err := s.JobStore.Job(ctx, id)
	if err != nil {
		return models.Job{}, err
	}
	e := s.observed(by, models.Request{ID: j.RequestID}, models.EventJobRetried, map[string]string{"job": id})
	if err := s.JobStore.Retry(ctx, id, s.now(), e); err != nil {
		return models.Job{}, err
	}
	s.Kick()
	return s.JobStore.Job(ctx, id)
}
