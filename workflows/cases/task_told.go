package cases

import (
	"context"
	"slices"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/workflows"
)

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
			if t.Manual() && !t.Notified {
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

// unheld leaves out the tasks that erase something of somebody on whom a legal hold
// stands: nobody is told of them. It is CodeStale where one is set or lifted
// meanwhile.
func (s *core) unheld(ctx context.Context, all []models.Task) ([]models.Task, models.LegalHoldsSeen, error) {
	state, err := s.Store.LegalHoldsOn(ctx, func() ([][]byte, error) { return nil, nil })
	seen := models.LegalHoldsSeen{Version: state.Version}
	if err != nil || !state.Any {
		return all, seen, err
	}
	held := map[string]bool{}
	for _, t := range all {
		if _, known := held[t.RequestID]; known || t.Action != models.ActionErase {
			continue
		}
		holds, err := s.legalHoldsOnTask(ctx, t)
		switch {
		case err != nil:
			return nil, seen, err
		case holds.Version != seen.Version:
			return nil, seen, models.Errorf(models.CodeStale, "a legal hold was set or lifted meanwhile")
		}
		held[t.RequestID] = len(holds.On) > 0
	}
	all = slices.DeleteFunc(all, func(t models.Task) bool { return t.Action == models.ActionErase && held[t.RequestID] })
	return all, seen, nil
}

// legalHoldsOnTask returns the legal holds that stand on whom a task is about.
func (s *core) legalHoldsOnTask(ctx context.Context, t models.Task) (models.LegalHolds, error) {
	r, err := s.Store.FindByID(ctx, t.RequestID)
	if err != nil {
		return models.LegalHolds{}, err
	}
	return s.legalHoldsOn(ctx, r, nil)
}

// StillTrue returns a mail to a system owner as it may go out now, which may be
// long after it was written: without what is to be erased of somebody on whom a
// legal hold stands, and nil where nothing is left to say.
func (s *Tasks) StillTrue(ctx context.Context, l models.Letter) (models.Letter, error) {
	switch l := l.(type) {
	case *models.OwnerTasksLetter:
		var tell []models.OwnerTask
		for _, t := range l.Tasks {
			held, err := s.held(ctx, t)
			if err != nil {
				return nil, err
			}
			if !held {
				tell = append(tell, t)
			}
		}
		if len(tell) == 0 {
			return nil, nil
		}
		return &models.OwnerTasksLetter{Locale: l.Locale, Owner: l.Owner, Tasks: tell}, nil
	case *models.OwnerHoldLetter:
		held, err := s.held(ctx, l.Task)
		if err != nil || held != l.Stands {
			return nil, err
		}
	}
	return l, nil
}

// Untold notes of the tasks that a mail to a system owner was to ask for, and did
// not, that they were not told of them. Doing it twice changes nothing more.
func (s *Owners) Untold(ctx context.Context, written, sent models.Letter) error {
	if _, asks := written.(*models.OwnerTasksLetter); !asks {
		return nil
	}
	said := map[string]bool{}
	for _, t := range models.OwnedTasks(sent) {
		said[t.ID] = true
	}
	for _, t := range models.OwnedTasks(written) {
		if said[t.ID] {
			continue
		}
		c := workflows.OwnerUntold{Task: t.ID, OwnerDigest: s.ownerDigest(mailaddr.Normal(models.OwnerAddress(written))), First: t.First}
		_, err := s.tasks.Do(ctx, models.Actor{Kind: models.ActorSystem}, t.ID, c, Option{})
		if err != nil && models.CodeOf(err) != models.CodeConflict {
			return err
		}
	}
	return nil
}

// held reports whether a task of a mail erases something under a legal hold.
func (s *Tasks) held(ctx context.Context, told models.OwnerTask) (bool, error) {
	if told.Action != models.ActionErase {
		return false, nil
	}
	t, err := s.Store.Task(ctx, told.ID)
	if err != nil {
		return false, err
	}
	holds, err := s.legalHoldsOnTask(ctx, t)
	return len(holds.On) > 0, err
}

// OwnerMail makes the mail of the day to the system owner with the digest, as the
// effect of its job. It is CodeConflict where there is nothing to tell.
func (s *Tasks) OwnerMail(ctx context.Context, digest, locale, job string) error {
	all, err := s.owned(ctx, digest)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t models.Task) bool { return t.Manual() && !t.Notified && !t.Unreachable && !t.Cools() })
	if i < 0 {
		return models.Errorf(models.CodeConflict, "there is nothing to tell the owner")
	}
	c := workflows.TellOwner{OwnerDigest: digest, Locale: locale}
	_, err = s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, all[i].RequestID, c, Option{JobDone: job})
	return err
}

// SavePreview stores the preview of a task that is applied at once.
func (s *Tasks) SavePreview(ctx context.Context, t models.Task, p models.Preview) error {
	_, err := s.Do(ctx, models.Actor{Kind: models.ActorSystem}, t.ID, workflows.KeepPreview{Task: t.ID, Run: t.Run, Preview: p}, Option{})
	return err
}
