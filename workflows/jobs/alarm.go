package jobs

import (
	"context"

	"habeas/models"
)

// alarm is the mail that tells the managers of a dead job, once for each. The
// delivery of a mail to staff alarms nobody: that alarm would share its fate,
// and be the next dead job. It is on the list of dead jobs all the same.
func (r *Runner) alarm(ctx context.Context, j models.Job) []models.Message {
	if j.Kind == models.JobSendMail {
		m, err := r.Service.Store.Message(ctx, j.Subject)
		if err != nil || m.Audience == models.ToStaff {
			return nil
		}
	}
	reference := ""
	if j.RequestID != "" {
		// Without the reference the alarm is as loud.
		if q, err := r.Service.Store.FindByID(ctx, j.RequestID); err == nil {
			reference = q.Reference
		}
	}
	return []models.Message{r.toStaff("dead/"+j.ID, models.Managers, models.StaffDeadJobLetter{
		Locale: r.Locale, JobID: j.ID, Kind: j.Kind, Reference: reference, Attempts: j.Attempts, Error: j.LastError,
	})}
}

// unreached tells the managers of somebody whom letters to several do not reach,
// once a day for each: the others got it, and so they get this. It names an id,
// which the page of people has.
func (r *Runner) unreached(m models.Message, j models.Job) []models.Message {
	day := models.DateOf(r.now(), r.Service.Zone).String()
	return []models.Message{r.toStaff("unreached/"+m.Staff+"/"+day, models.Managers, models.StaffDeadJobLetter{
		Locale: r.Locale, JobID: j.ID, Kind: j.Kind, Attempts: j.Attempts, Error: "to staff " + m.Staff + ": " + j.LastError,
	})}
}

// toStaff is a mail to staff that concerns no single request.
func (r *Runner) toStaff(key, whom string, l models.Letter) models.Message {
	return models.Message{
		Direction: models.Outgoing, Audience: models.ToStaff, Author: system(), Staff: whom,
		Letter: l, CreatedAt: r.now(), Key: key, Delivery: models.DeliveryQueued,
	}
}

func system() models.Actor { return models.Actor{Kind: models.ActorSystem} }
