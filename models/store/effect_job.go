package store

import (
	"time"

	"habeas/models"
)

func (w *write) jobFinished(e models.JobFinished) error {
	w.finish(e.ID, w.at)
	return nil
}

func (w *write) jobFailed(e models.JobFailed) error {
	j := e.Job
	w.exec("UPDATE jobs SET state = ?, run_at = ?, attempts = ?, last_error = ?, taken_at = NULL WHERE id = ? AND state = 'pending'",
		j.State, stored(j.RunAt), j.Attempts, j.LastError, j.ID).must(models.ErrJobDone)
	return nil
}

// finish marks a job done, or fails.
func (p *plan) finish(id string, at time.Time) {
	p.exec("UPDATE jobs SET state = ?, done_at = ? WHERE id = ? AND state = ?",
		models.JobDone, at, id, models.JobPending).must(models.ErrJobDone)
}
