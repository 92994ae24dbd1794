package cases

import (
	"context"
	"slices"

	"habeas/models"
	"habeas/workflows"
)

// ProveLinked carries a proof of the mailbox on to the requests that came in
// the same mail, as the effect of a job: one code is enough for one mail. What
// was proved, or closed, before stays as it is.
func (s *Cases) ProveLinked(ctx context.Context, requestID, job string) error {
	r, err := s.Store.FindByID(ctx, requestID)
	if err != nil {
		return err
	}
	if err := s.carryProof(ctx, r); err != nil {
		return err
	}
	return s.JobStore.Finish(ctx, job, s.now())
}

// ProveLate is ProveLinked for requests that were made of a mail after the code
// of its first was typed: the job of that proof could not find them. It does
// nothing where there was no proof.
func (s *Cases) ProveLate(ctx context.Context, first models.Request) error {
	typed, err := s.codeTyped(ctx, first)
	if !typed || err != nil {
		return err
	}
	return s.carryProof(ctx, first)
}

// carryProof does nothing where the mailbox is not proved, or no longer: staff may
// have put another requester in the place of who typed the code.
func (s *Cases) carryProof(ctx context.Context, r models.Request) error {
	if !workflows.Verified(r.Facts) {
		return nil
	}
	siblings, err := s.siblings(ctx, r)
	if err != nil {
		return err
	}
	for _, q := range siblings {
		if q.Level.Covers(models.LevelMailbox) {
			continue
		}
		_, err = s.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, q.ID, workflows.ProveLinked{}, Option{})
		if err != nil && models.CodeOf(err) != models.CodeConflict {
			return err
		}
	}
	return nil
}

// siblings are the other requests for the same mailbox that came in the same mail.
func (s *core) siblings(ctx context.Context, r models.Request) (found []models.Request, err error) {
	if r.Mail == "" {
		return nil, nil
	}
	references, err := s.Store.Linked(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	for _, reference := range references {
		q, err := s.Store.Find(ctx, reference)
		if err != nil {
			return nil, err
		}
		if q.Mail == r.Mail && q.Mailbox() == r.Mailbox() {
			found = append(found, q)
		}
	}
	return found, nil
}

// Leads reports whether one code is enough for a request and those that came in
// the same mail: it was mailed and may yet be typed, or it was typed.
func (s *Cases) Leads(ctx context.Context, r models.Request) (bool, error) {
	if awaited, err := s.awaited(ctx, r); awaited || err != nil {
		return awaited, err
	}
	return s.codeTyped(ctx, r)
}

// awaited reports whether the requester was sent a code for a request and has
// not typed it.
func (s *core) awaited(ctx context.Context, r models.Request) (bool, error) {
	if r.State != models.StateUnverified {
		return false, nil
	}
	sent, err := s.Store.Codes(ctx, r.ID, r.EnteredAt)
	return len(sent) > 0, err
}

// codeTyped reports whether the mailbox was proved by a code that was mailed.
func (s *core) codeTyped(ctx context.Context, r models.Request) (bool, error) {
	events, err := s.Store.Events(ctx, r.ID)
	return slices.ContainsFunc(events, func(e models.Event) bool { return e.Kind == models.EventMailboxProved }), err
}

// led reports whether a request has no code of its own, and another of the same
// mail has one that may yet be typed.
func (s *core) led(ctx context.Context, r models.Request) (bool, error) {
	own, err := s.awaited(ctx, r)
	if own || err != nil {
		return false, err
	}
	siblings, err := s.siblings(ctx, r)
	if err != nil {
		return false, err
	}
	for _, q := range siblings {
		if awaited, err := s.awaited(ctx, q); awaited || err != nil {
			return awaited, err
		}
	}
	return false, nil
}
