package workflows

import (
	"context"
	"maps"
	"slices"
	"strings"

	"habeas/models"
)

// informed adds to a command what Decide has to know beside the request, as it
// is now.
func (s *core) informed(ctx context.Context, rules Rules, r models.Request, c Command) (Command, error) {
	var err error
	switch c := c.(type) {
	case Conclude:
		if len(c.Files) > 0 {
			c.Attached, err = s.Store.Files(ctx, r.ID)
		}
		return c, err
	case Attach:
		if c.Attached, err = s.Store.Files(ctx, r.ID); err == nil {
			c.In, err = s.inflow(ctx, rules, r.ID)
		}
		return c, err
	case DeleteFile:
		c.Attached, err = s.Store.Files(ctx, r.ID)
		return c, err
	case Write:
		c.In, err = s.inflow(ctx, rules, r.ID)
		return c, err
	case SendCode:
		c.Sent, err = s.Store.Codes(ctx, r.ID, s.now().Add(-CodeWindow))
		return c, err
	case CompleteTask:
		if len(c.Files) > 0 {
			c.Attached, err = s.Store.Files(ctx, r.ID)
		}
		return c, err
	case SendOwnerCode:
		c.Sent, err = s.Store.OwnerCodesSince(ctx, c.Challenge.Code.OwnerDigest, s.now().Add(-CodeWindow))
		return c, err
	case TellOwner:
		if c.Owned, err = s.owned(ctx, c.OwnerDigest); err == nil {
			c.Owned, c.Seen, err = s.unheld(ctx, c.Owned)
		}
		return c, err
	case RemindVerify:
		c.Led, err = s.led(ctx, r)
		return c, err
	case Receive:
		c.In, err = s.inflow(ctx, rules, r.ID)
		return c, err
	case PlaceMail:
		if c.Mail.State == models.MailHeld {
			c.Held.Waiting, c.Held.Oldest, err = s.Store.HeldMail(ctx, 0)
		}
		return c, err
	case RecallMail:
		c.Held.Waiting, c.Held.Oldest, err = s.Store.HeldMail(ctx, 0)
		return c, err
	case SetLegalHold:
		c.Digests = s.newDigests(c.Identifiers)
		return c, nil
	case ReviewLegalHold:
		c.StandingHold, err = s.standing(ctx, c.StandingHold)
		return c, err
	case LiftLegalHold:
		c.StandingHold, err = s.standing(ctx, c.StandingHold)
		return c, err
	case RemindLegalHold:
		c.StandingHold, err = s.standing(ctx, c.StandingHold)
		return c, err
	case WishMail:
		c.Was, err = s.Store.Suppressed(ctx, rules.CanonicalMailbox(c.Message.Recipient(r)))
		return c, err
	case PreviewErasure:
		c.Seed = s.newTaskKey()
		return c, nil
	case RunTask:
		c.Key = s.newTaskKey()
		return c, nil
	case EraseAgain:
		c.Key = s.newTaskKey()
		return c, nil
	case Merge:
		c.Target, err = s.target(ctx, c.Reference)
		return c, err
	case MoveMail:
		return s.moving(ctx, r, c)
	case SetRequester:
		c.Challenge = s.newChallenge(r.ID)
		return c, nil
	case Approve:
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
func (s *core) target(ctx context.Context, typed string) (Target, error) {
	unknown := models.Invalid(models.FieldError{Field: "into", Code: "unknown", Message: "there is no such request"})
	reference, ok := models.NormaliseReference(typed)
	if !ok {
		return Target{}, unknown
	}
	into, err := s.Store.Find(ctx, reference)
	if err != nil {
		return Target{}, unlessFound(err, unknown)
	}
	rules, err := s.rulesOf(ctx, into.Policy)
	if err != nil {
		return Target{}, err
	}
	tasks, err := s.Store.TasksOf(ctx, into.ID)
	return Target{into, rules, tasks}, err
}

// tied adds to an actor who made or reset, since the request came in, what they
// came in with: as far as anybody knows, it may be that person who acts. It
// matters where a thing is for two people.
func (s *core) tied(ctx context.Context, by models.Actor, k Case) (models.Actor, error) {
	if by.Kind != models.ActorStaff || !forTwo(k) {
		return by, nil
	}
	log, err := s.Store.WaysIn(ctx, k.Request)
	by.Ties = strings.Join(Ties(log, by), " ")
	return by, err
}

// forTwo reports whether something in a case waits for another person than who
// proposed it, had it made, or answered before.
func forTwo(k Case) bool {
	return k.Request.State == models.StateInReview || k.Request.Appeal.No > 0 ||
		slices.ContainsFunc(k.Tasks, func(t models.Task) bool { return t.State == models.TaskNeedsReview })
}

// Ties are the staff behind an actor by the log of accounts, oldest first: who
// made or reset the account, or the token that it came in with, and who did so
// for those.
func Ties(log []models.Event, by models.Actor) []string {
	behind := map[string]map[string]bool{} // account or token → who made it
	for _, e := range log {
		made := madeBy(e)
		if made == "" || e.Actor.Kind != models.ActorStaff || e.Actor.ID == made {
			continue
		}
		all := maps.Clone(behind[e.Actor.ID])
		if all == nil {
			all = map[string]bool{}
		}
		all[e.Actor.ID] = true
		maps.Copy(all, behind[made])
		behind[made] = all
	}
	found := maps.Clone(behind[by.ID])
	if found == nil {
		found = map[string]bool{}
	}
	if by.Token != "" {
		maps.Copy(found, behind[by.Token])
	}
	delete(found, by.ID)
	return slices.Sorted(maps.Keys(found))
}

// madeBy is the account or token that an event made or reset.
func madeBy(e models.Event) string {
	if e.Kind == models.EventTokenCreated {
		return e.Detail["token"]
	}
	return e.Detail["staff"]
}
