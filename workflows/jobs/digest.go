package jobs

import (
	"context"
	"strings"

	"habeas/models"
)

// mostLines bounds the requests that one digest reads; the most urgent are
// first.
const mostLines = 500

// digest mails somebody the list of their open work. The job's subject is
// "<staff id>/<day>". A day that is over, or an empty list, makes no mail.
func (r *Runner) digest(ctx context.Context, j models.Job) error {
	id, subject, _ := strings.Cut(j.Subject, "/")
	day, err := models.ParseDate(subject)
	if err != nil {
		return err
	}
	member, err := r.Staff.FindStaff(ctx, id)
	if err != nil {
		return err
	}
	if !works(member) || day.Before(r.today()) {
		return models.Errorf(models.CodeConflict, "nobody reads this digest any more")
	}
	letter, err := r.digestLetter(ctx, member, day)
	if err != nil {
		return err
	}
	if len(letter.Overdue)+len(letter.Due)+letter.Unowned+letter.Held == 0 {
		return models.Errorf(models.CodeConflict, "there is nothing to list")
	}
	return r.Service.Jobs.FinishJob(ctx, j.ID, []models.Message{r.toStaff("digest/"+j.Subject, member.ID, letter)})
}

func (r *Runner) digestLetter(ctx context.Context, member models.Staff, day models.Date) (models.StaffDigestLetter, error) {
	letter := models.StaffDigestLetter{Locale: r.Locale, On: day}
	open, err := r.Digests.Unanswered(ctx, member.ID, mostLines)
	if err != nil {
		return letter, err
	}
	tasks, err := r.undoneTasks(ctx, open)
	if err != nil {
		return letter, err
	}
	for _, q := range open {
		line := r.digestLine(q, tasks[q.ID], day)
		if q.Overdue(r.now()) {
			letter.Overdue = append(letter.Overdue, line)
		} else {
			letter.Due = append(letter.Due, line)
		}
	}
	if manages(member) {
		unowned, err := r.Digests.Unanswered(ctx, "", mostLines)
		if err != nil {
			return letter, err
		}
		letter.Unowned = len(unowned)
	}
	held, since, err := r.Service.Store.QuarantinedMail(ctx, 0)
	if err != nil || held == 0 {
		return letter, err
	}
	letter.Held, letter.HeldSince = held, models.DateOf(since, r.Service.Zone)
	return letter, nil
}

// mostTasks bounds the tasks that a digest lists of one request.
const mostTasks = 10

// undoneTasks are the tasks of requests that have not ended, by the id of the
// request.
func (r *Runner) undoneTasks(ctx context.Context, requests []models.Request) (map[string][]models.Task, error) {
	ids := make([]string, len(requests))
	for i, q := range requests {
		ids[i] = q.ID
	}
	return r.Service.Tasks.Undone(ctx, ids)
}

func (r *Runner) digestLine(q models.Request, tasks []models.Task, day models.Date) models.DigestLine {
	line := models.DigestLine{
		Reference: q.Reference, TypeName: string(q.Type), State: q.State,
		RespondOn: q.Deadline.RespondOn, DaysLeft: q.Deadline.RespondOn.DaysSince(day),
	}
	if t, ok := r.Service.Policy.TypeOf(q.Facts); ok {
		line.TypeName = t.Name(r.Locale)
	}
	for _, t := range tasks[:min(len(tasks), mostTasks)] {
		line.Tasks = append(line.Tasks, models.DigestTask{
			System: t.SystemName, Action: t.Action, Owner: t.Owner, DueOn: t.DueOn, DaysLeft: t.DueOn.DaysSince(day),
		})
	}
	line.MoreTasks = len(tasks) - len(line.Tasks)
	return line
}
