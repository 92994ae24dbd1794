package cases

import (
	"context"
	"errors"

	"habeas/models"
	"habeas/workflows"
)

// LegalHolds sets, reviews and lifts legal holds.
type LegalHolds struct {
	*core
	cases *Cases
}

// Set sets a legal hold.
func (s *LegalHolds) Set(ctx context.Context, by models.Actor, n workflows.NewLegalHold, o Option) (models.LegalHold, error) {
	return s.change(ctx, by, workflows.SetLegalHold{NewLegalHold: n}, o)
}

// Review keeps a legal hold until another day.
func (s *LegalHolds) Review(ctx context.Context, by models.Actor, id, note string, on models.Date, o Option) (models.LegalHold, error) {
	return s.change(ctx, by, workflows.ReviewLegalHold{StandingHold: workflows.StandingHold{ID: id, Read: o.IfVersion}, Note: note, ReviewOn: on}, o)
}

// Lift ends a legal hold.
func (s *LegalHolds) Lift(ctx context.Context, by models.Actor, id, note string, o Option) (models.LegalHold, error) {
	return s.change(ctx, by, workflows.LiftLegalHold{StandingHold: workflows.StandingHold{ID: id, Read: o.IfVersion}, Note: note}, o)
}

// Remind tells whoever set a legal hold that its review is due. CodeConflict where
// somebody reviewed or lifted it.
func (s *LegalHolds) Remind(ctx context.Context, id string, reviewOn models.Date, locale, job string) error {
	c := workflows.RemindLegalHold{StandingHold: workflows.StandingHold{ID: id}, ReviewOn: reviewOn, Locale: locale}
	_, err := s.change(ctx, models.Actor{Kind: models.ActorSystem}, c, Option{JobDone: job})
	return err
}

// change runs a command about a legal hold and returns that as it then is. The
// version of the option is the one of the legal hold, which Decide looks at.
func (s *LegalHolds) change(ctx context.Context, by models.Actor, c workflows.Command, o Option) (models.LegalHold, error) {
	o.IfVersion = 0
	d, err := s.run(ctx, by, c, o, s.from(ctx, models.Request{}))
	changed, _ := models.EffectOf[models.LegalHoldChanged](d)
	return changed.Hold, err
}

// May asks the gate whether somebody may take a step with a legal hold.
func (s *LegalHolds) May(by models.Actor, c workflows.CommandName, h models.LegalHold) bool {
	return workflows.Gate(s.rules(s.Policy), workflows.Case{}, by, workflows.Act{Command: c, At: s.now(), Hold: &h}).Verdict != workflows.Refused
}

// standing adds to a command the legal hold that it is about.
func (s *core) standing(ctx context.Context, h workflows.StandingHold) (workflows.StandingHold, error) {
	var err error
	h.Hold, err = s.Store.LegalHold(ctx, h.ID)
	return h, err
}

// newDigests are what a legal hold is stored under: under the newest key only.
func (s *core) newDigests(all []models.Identifier) [][]byte {
	var digests [][]byte
	for _, id := range all {
		if found := s.subjectDigests([]models.Identifier{id}); len(found) > 0 {
			digests = append(digests, found[0])
		}
	}
	return digests
}

// Follow has the undone tasks that erase follow the legal holds that stand now. A
// request that fails keeps no other from that; the error names it.
func (s *LegalHolds) Follow(ctx context.Context) error {
	seen := map[string]bool{}
	var faults failures
	f := models.TaskFilter{Undone: true, Limit: 500}
	for {
		f.Now = s.now()
		page, next, err := s.Store.Tasks(ctx, f)
		if err != nil {
			return errors.Join(faults.all(), err)
		}
		for _, t := range page {
			if t.Action != models.ActionErase || seen[t.RequestID] {
				continue
			}
			seen[t.RequestID] = true
			_, err := s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, t.RequestID, workflows.FollowLegalHolds{}, Option{})
			if models.CodeOf(err) != models.CodeConflict {
				faults.add(t.Reference, err)
			}
		}
		if next.IsZero() || ctx.Err() != nil {
			return errors.Join(faults.all(), ctx.Err())
		}
		f.After = next
	}
}

// List returns a page of legal holds, without what is personal in them.
func (s *LegalHolds) List(ctx context.Context, f models.LegalHoldFilter) ([]models.LegalHold, models.Cursor, error) {
	return s.Store.LegalHolds(ctx, f)
}

// Open returns one legal hold, after recording who looked.
func (s *LegalHolds) Open(ctx context.Context, by models.Actor, id string) (models.LegalHold, error) {
	h, err := s.Store.LegalHold(ctx, id)
	if err != nil {
		return h, err
	}
	e := s.observed(by, models.Request{}, models.EventLegalHoldOpened, map[string]string{"legal_hold": h.ID})
	if err := s.Store.Record(ctx, e); err != nil {
		return models.LegalHold{}, err
	}
	return h, nil
}
