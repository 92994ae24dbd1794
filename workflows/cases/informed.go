package cases

import (
	"context"
	"slices"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// informed adds to a command what Decide has to know beside the request, as it
// is now.
func (s *core) informed(ctx context.Context, rules workflows.Rules, r models.Request, c workflows.Command) (workflows.Command, error) {
	var err error
	switch c := c.(type) {
	case workflows.Conclude:
		if len(c.Files) > 0 {
			c.Attached, err = s.Store.Files(ctx, r.ID)
		}
		return c, err
	case workflows.Attach:
		if c.Attached, err = s.Store.Files(ctx, r.ID); err == nil {
			c.In, err = s.inflow(ctx, rules, r.ID)
		}
		return c, err
	case workflows.DeleteFile:
		c.Attached, err = s.Store.Files(ctx, r.ID)
		return c, err
	case workflows.Write:
		c.In, err = s.inflow(ctx, rules, r.ID)
		return c, err
	case workflows.SendCode:
		c.Sent, err = s.Store.Codes(ctx, r.ID, s.now().Add(-workflows.CodeWindow))
		return c, err
	case workflows.CompleteTask:
		if len(c.Files) > 0 {
			c.Attached, err = s.Store.Files(ctx, r.ID)
		}
		return c, err
	case workflows.SendOwnerCode:
		c.Sent, err = s.Store.OwnerCodesSince(ctx, c.Challenge.Code.OwnerDigest, s.now().Add(-workflows.CodeWindow))
		return c, err
	case workflows.TellOwner:
		if c.Owned, err = s.owned(ctx, c.OwnerDigest); err == nil {
			c.Owned, c.Seen, err = s.unheld(ctx, c.Owned)
		}
		return c, err
	case workflows.RemindVerify:
		c.Led, err = s.led(ctx, r)
		return c, err
	case workflows.Receive:
		c.In, err = s.inflow(ctx, rules, r.ID)
		return c, err
	case workflows.PlaceMail:
		if c.Mail.State == models.MailHeld {
			c.Held.Waiting, c.Held.Oldest, err = s.Store.QuarantinedMail(ctx, 0)
		}
		return c, err
	case workflows.RecallMail:
		c.Held.Waiting, c.Held.Oldest, err = s.Store.QuarantinedMail(ctx, 0)
		return c, err
	case workflows.SetLegalHold:
		c.Digests = s.newDigests(c.Identifiers)
		return c, nil
	case workflows.ReviewLegalHold:
		c.StandingHold, err = s.standing(ctx, c.StandingHold)
		return c, err
	case workflows.LiftLegalHold:
		c.StandingHold, err = s.standing(ctx, c.StandingHold)
		return c, err
	case workflows.RemindLegalHold:
		c.StandingHold, err = s.standing(ctx, c.StandingHold)
		return c, err
	case workflows.SetSuppression:
		c.Was, err = s.Store.Suppressed(ctx, rules.CanonicalMailbox(c.Message.Recipient(r)))
		return c, err
	case workflows.VoidPackage:
		if c.Why == models.PackageErased {
			var f models.File
			f, err = s.packageFile(ctx, r)
			c.Blob = f.Blob
		}
		return c, err
	case workflows.PreviewErasure:
		c.Seed = s.newTaskKey()
		return c, nil
	case workflows.RunTask:
		c.Key = s.newTaskKey()
		return c, nil
	case workflows.EraseAgain:
		c.Key = s.newTaskKey()
		return c, nil
	case workflows.Merge:
		c.Target, err = s.target(ctx, c.Reference)
		return c, err
	case workflows.MoveMail:
		return s.moving(ctx, r, c)
	case workflows.SetRequester:
		c.Challenge = s.newChallenge(r.ID)
		return c, nil
	case workflows.Approve:
		if r.Proposal.Into != "" {
			c.Target, err = s.target(ctx, r.Proposal.Into)
		}
		if r.Proposal.Requester {
			c.Challenge = s.newChallenge(r.ID)
		}
		return c, err
	}
	return c, nil
}

// target is the request that staff name to merge another into. An unknown one is
// a CodeInvalid error on the field into.
func (s *core) target(ctx context.Context, typed string) (workflows.Target, error) {
	unknown := models.Invalid(models.FieldError{Field: "into", Code: "unknown", Message: "there is no such request"})
	reference, ok := models.NormaliseReference(typed)
	if !ok {
		return workflows.Target{}, unknown
	}
	into, err := s.Store.Find(ctx, reference)
	if err != nil {
		return workflows.Target{}, unlessFound(err, unknown)
	}
	rules, err := s.rulesOf(ctx, into.Policy)
	if err != nil {
		return workflows.Target{}, err
	}
	tasks, err := s.Store.TasksOf(ctx, into.ID)
	return workflows.Target{Into: into, Under: rules, Tasks: tasks}, err
}

// tied adds to an actor who made or reset, since the request came in, what they
// came in with: as far as anybody knows, it may be that person who acts. It
// matters where a thing is for two people.
func (s *core) tied(ctx context.Context, by models.Actor, k workflows.Case) (models.Actor, error) {
	if by.Kind != models.ActorStaff || !forTwo(k) {
		return by, nil
	}
	log, err := s.Store.WaysIn(ctx, k.Request)
	by.Ties = strings.Join(workflows.Ties(log, by), " ")
	return by, err
}

// forTwo reports whether something in a case waits for another person than who
// proposed it, had it made, or answered before.
func forTwo(k workflows.Case) bool {
	return k.Request.State == models.StateInReview || k.Request.Appeal.No > 0 ||
		slices.ContainsFunc(k.Tasks, func(t models.Task) bool { return t.State == models.TaskNeedsReview })
}
