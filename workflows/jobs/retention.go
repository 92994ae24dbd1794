package jobs

import (
	"context"
	"errors"
	"strings"

	"habeas/models"
	"habeas/workflows/cases"
)

// retentionHour is the hour of the day at which what was kept long enough is
// erased: nobody is at work then.
const retentionHour = 3

func (r *Runner) ensureRetention(ctx context.Context, day models.Date) error {
	return r.Service.Jobs.EnsureJob(ctx, models.Job{
		Kind: models.JobRetention, Subject: day.String(), UniqueKey: "retention/" + day.String(), RunAt: day.At(retentionHour, r.Service.Zone),
	})
}

// retention plans the erasure of each request whose time is over, and erases what
// belongs to none. After an outage today makes up for the days before.
func (r *Runner) retention(ctx context.Context, j models.Job) error {
	day, err := models.ParseDate(j.Subject)
	if err != nil {
		return err
	}
	next := day.AddDays(1)
	if today := r.today(); next.Before(today) {
		next = today
	}
	// First of all the chain goes on, even if this day fails for good.
	if err := r.ensureRetention(ctx, next); err != nil {
		return err
	}
	// What fails is tried again, and then somebody hears of it; it keeps nothing
	// else from being erased.
	if err := errors.Join(r.planErasures(ctx, day), r.Service.Retention.EraseRest(ctx)); err != nil {
		return err
	}
	left := models.Job{Kind: models.JobLeftovers, UniqueKey: "leftovers/" + day.String(), RunAt: r.now()}
	return r.Service.Jobs.FinishJob(ctx, j.ID, nil, left)
}

// erasuresPlanned is how many erasures one statement plans.
const erasuresPlanned = 500

// planErasures plans the erasure of each request whose time is over.
func (r *Runner) planErasures(ctx context.Context, day models.Date) error {
	var batch []models.Job
	plan := func() error {
		err := r.Service.Jobs.EnsureJobs(ctx, batch)
		batch = batch[:0]
		return err
	}
	err := r.Service.Retention.Requests(ctx, r.now(), func(due cases.Due) error {
		// Tomorrow is another try: a legal hold may be lifted by then.
		batch = append(batch, models.Job{
			Kind: models.JobErase, RequestID: due.Request.ID, UniqueKey: "erase/" + due.Request.ID + "/" + day.String(), RunAt: r.now(),
		})
		if len(batch) < erasuresPlanned {
			return nil
		}
		return plan()
	})
	return errors.Join(err, plan())
}

// erase erases the personal data of one closed request.
func (r *Runner) erase(ctx context.Context, j models.Job) error {
	return r.Service.Retention.EraseRequest(ctx, j.RequestID, j.ID)
}

// leftovers deletes files whose rows are gone.
func (r *Runner) leftovers(ctx context.Context, j models.Job) error {
	if err := r.Service.Retention.DeleteLeftovers(ctx); err != nil {
		return err
	}
	return r.Service.Jobs.FinishJob(ctx, j.ID, nil)
}

// legalHolds has the tasks of open requests follow a legal hold that was set or
// lifted.
func (r *Runner) legalHolds(ctx context.Context, j models.Job) error {
	if err := r.Service.LegalHolds.Follow(ctx); err != nil {
		return err
	}
	return r.Service.Jobs.FinishJob(ctx, j.ID, nil)
}

// reviewLegalHold reminds of the review of a legal hold; the job's subject is its
// id and the day.
func (r *Runner) reviewLegalHold(ctx context.Context, j models.Job) error {
	id, on, _ := strings.Cut(j.Subject, "/")
	day, err := models.ParseDate(on)
	if err != nil {
		return err
	}
	return r.Service.LegalHolds.Remind(ctx, id, day, r.Locale, j.ID)
}
