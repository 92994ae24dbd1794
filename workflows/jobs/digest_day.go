package jobs

import (
	"context"

	"habeas/models"
)

// Schedule makes sure that the digests and the erasures of today are planned.
// Every day plans the next, so calling it at each start is enough.
func (r *Runner) Schedule(ctx context.Context) error {
	if err := r.ensureRetention(ctx, r.today()); err != nil {
		return err
	}
	return r.ensureDay(ctx, r.today())
}

func (r *Runner) today() models.Date { return models.DateOf(r.now(), r.Service.Zone) }

func (r *Runner) ensureDay(ctx context.Context, day models.Date) error {
	return r.Service.Jobs.EnsureJob(ctx, models.Job{
		Kind: models.JobDigestDay, Subject: day.String(), UniqueKey: "digest_day/" + day.String(),
		RunAt: day.At(r.Service.Policy.DigestHour(), r.Service.Zone),
	})
}

// digestDay plans the digests of one day, the job's subject. After an outage
// only today has any: nobody needs last week's list of open work.
func (r *Runner) digestDay(ctx context.Context, j models.Job) error {
	day, err := models.ParseDate(j.Subject)
	if err != nil {
		return err
	}
	today := r.today()
	over := day.Before(today)
	next := day.AddDays(1)
	if over {
		next = today
	}
	// First of all the chain goes on, even if this day fails for good.
	if err := r.ensureDay(ctx, next); err != nil {
		return err
	}
	if over {
		return models.Errorf(models.CodeConflict, "that day is over")
	}
	if err := r.forget(ctx); err != nil {
		return err
	}
	digests, err := r.digestsOf(ctx, day)
	if err != nil {
		return err
	}
	return r.Service.Jobs.FinishJob(ctx, j.ID, nil, digests...)
}

// forget drops what is kept for some days only. Doing it twice drops nothing
// more.
func (r *Runner) forget(ctx context.Context) error {
	if err := r.Service.Store.ForgetMailCounts(ctx, r.now()); err != nil {
		return err
	}
	return r.Service.Store.ForgetAnswers(ctx, r.now())
}

// digestsOf returns one job for everybody who has something to read.
func (r *Runner) digestsOf(ctx context.Context, day models.Date) ([]models.Job, error) {
	staff, err := r.Staff.Staff(ctx)
	if err != nil {
		return nil, err
	}
	var jobs []models.Job
	for _, member := range staff {
		if !works(member) {
			continue
		}
		busy, err := r.hasWork(ctx, member)
		if err != nil {
			return nil, err
		}
		if busy {
			subject := member.ID + "/" + day.String()
			jobs = append(jobs, models.Job{
				Kind: models.JobDigest, Subject: subject, UniqueKey: "digest/" + subject, RunAt: r.now(),
			})
		}
	}
	return jobs, nil
}

func (r *Runner) hasWork(ctx context.Context, member models.Staff) (bool, error) {
	for _, assignee := range listsOf(member) {
		open, err := r.Digests.Unanswered(ctx, assignee, 1)
		if err != nil || len(open) > 0 {
			return true, err
		}
	}
	return false, nil
}

// listsOf names the assignees whose work somebody's digest lists: their own
// and, for those who give work out, nobody's ("").
func listsOf(member models.Staff) []string {
	if manages(member) {
		return []string{member.ID, ""}
	}
	return []string{member.ID}
}

// works reports whether somebody can be given work.
func works(s models.Staff) bool { return !s.Disabled && models.Permit(s.Role, models.MayOwn) }

func manages(s models.Staff) bool { return s.Role == models.RoleManager || s.Role == models.RoleAdmin }
