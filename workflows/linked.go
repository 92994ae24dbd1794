package workflows

import (
	"context"

	"habeas/models"
)

// proveLinked is the proof of the mailbox by the code of another request that
// came in the same mail. It is the acknowledgement of this one.
func (d *decider) proveLinked() error {
	if d.proved() {
		return nil
	}
	change := d.written()
	change.Level = new(models.LevelMailbox)
	if d.Request.State != models.StateUnverified {
		d.record(models.EventMailboxProved, change, nil)
		d.acknowledge()
		return nil
	}
	change.State = new(models.StateOpen)
	d.record(models.EventMailboxProved, change, nil)
	d.opened()
	return nil
}

// ProveLinked carries a proof of the mailbox on to the requests that came in
// the same mail, as the effect of a job: one code is enough for one mail. What
// was proved, or closed, before stays as it is.
func (s *Service) ProveLinked(ctx context.Context, requestID, job string) error {
	r, err := s.Store.FindByID(ctx, requestID)
	if err != nil {
		return err
	}
	references, err := s.Store.Linked(ctx, r.ID)
	if err != nil {
		return err
	}
	for _, reference := range references {
		q, err := s.Store.Find(ctx, reference)
		if err != nil {
			return err
		}
		if q.Mail != r.Mail || q.Mailbox() != r.Mailbox() || q.Level.Covers(models.LevelMailbox) {
			continue
		}
		_, err = s.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, q.ID, ProveLinked{}, Option{})
		if err != nil && models.CodeOf(err) != models.CodeConflict {
			return err
		}
	}
	return s.Jobs.Finish(ctx, job, s.now())
}

// Awaited reports whether the requester was sent a code for a request and has
// not typed it: requests that came in the same mail may wait for that.
func (s *Service) Awaited(ctx context.Context, r models.Request) (bool, error) {
	if r.State != models.StateUnverified {
		return false, nil
	}
	n, err := s.Store.CodesSince(ctx, r.ID, r.EnteredAt)
	return n > 0, err
}
