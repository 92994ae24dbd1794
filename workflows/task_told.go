package workflows

import (
	"context"
	"slices"

	"habeas/models"
)

type (
	// TellOwner mails the owner with the digest what is open for them: their one
	// mail of the day. Owned are all undone tasks of theirs, of every request, which
	// Service fills in.
	TellOwner struct {
		OwnerDigest, Locale string
		Owned               []models.Task
	}
	// KeepPreview stores the preview of a task that is applied at once.
	KeepPreview struct {
		Task    string
		Run     int
		Preview models.Preview
	}
)

// CommandKeepPreview is the name of KeepPreview.
const CommandKeepPreview CommandName = "keep-preview"

// Name implements Command.
func (TellOwner) Name() CommandName   { return CommandTellOwner }
func (KeepPreview) Name() CommandName { return CommandKeepPreview }

// mostListed is how many tasks one mail to an owner lists; the rest stands in a
// second one.
const mostListed = 50

// tellOwned mails what is open for an owner, where there is something that they
// were not told of yet. Each mail is about the request of its first task: what
// comes back of it is known by that.
func (d *decider) tellOwned(c TellOwner) error {
	var tell []models.Task
	for _, t := range c.Owned {
		if t.Manual() && !t.State.Ended() && t.OwnerDigest == c.OwnerDigest && !t.Unreachable {
			tell = append(tell, t)
		}
	}
	if !slices.ContainsFunc(tell, func(t models.Task) bool { return !t.Told }) {
		return models.Errorf(models.CodeConflict, "there is nothing to tell the owner")
	}
	for part := range slices.Chunk(tell, mostListed) {
		letter := models.OwnerTasksLetter{Locale: c.Locale, Owner: part[0].Owner}
		for _, t := range part {
			letter.Tasks = append(letter.Tasks, d.ownerTask(t))
			if !t.Told {
				t.Told = true
				d.saveTask(t, t.Version)
			}
		}
		d.Send(d.stamp, models.Message{
			RequestID: part[0].RequestID, Direction: models.Outgoing, Audience: models.ToOwner, Author: d.by, Letter: letter, Delivery: models.DeliveryQueued,
		})
	}
	return nil
}

// owned are all undone tasks of an owner, the soonest due first, with what is
// sealed of those that they were not told of, which are stored anew.
func (s *core) owned(ctx context.Context, digest string) ([]models.Task, error) {
	f := models.TaskFilter{Owners: []string{digest}, Undone: true, Limit: 500}
	var all []models.Task
	for {
		page, next, err := s.Store.Tasks(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, t := range page {
			if t.Manual() && !t.Told {
				reference := t.Reference
				if t, err = s.Store.Task(ctx, t.ID); err != nil {
					return nil, err
				}
				t.Reference = reference
			}
			all = append(all, t)
		}
		if f.After = next; next.IsZero() {
			return all, nil
		}
	}
}

// OwnerMail makes the mail of the day to the system owner with the digest, as the
// effect of its job. It is CodeConflict where there is nothing to tell.
func (s *Tasks) OwnerMail(ctx context.Context, digest, locale, job string) error {
	all, err := s.owned(ctx, digest)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t models.Task) bool { return t.Manual() && !t.Told && !t.Unreachable })
	if i < 0 {
		return models.Errorf(models.CodeConflict, "there is nothing to tell the owner")
	}
	c := TellOwner{OwnerDigest: digest, Locale: locale}
	_, err = s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, all[i].RequestID, c, Option{JobDone: job})
	return err
}

// keepPreview stores what is about to be applied.
func (d *decider) keepPreview(t models.Task, c KeepPreview) error {
	if err := stale(&t, c.Run); err != nil {
		return err
	}
	return d.result(t, models.ResultPreview, c.Preview)
}

// SavePreview stores the preview of a task that is applied at once.
func (s *Tasks) SavePreview(ctx context.Context, t models.Task, p models.Preview) error {
	_, err := s.Do(ctx, models.Actor{Kind: models.ActorSystem}, t.ID, KeepPreview{Task: t.ID, Run: t.Run, Preview: p}, Option{})
	return err
}
