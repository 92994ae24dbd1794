package workflows

import (
	"context"
	"errors"
	"slices"
	"strings"

	"habeas/models"
)

// LegalHolds sets, reviews and lifts legal holds.
type LegalHolds struct {
	*core
	cases *Cases
}

// NewLegalHold is what a legal hold is set with.
type NewLegalHold struct {
	Identifiers []models.Identifier // any of them names the subject
	Reason      string              // a code of the policy
	Note        string              // why, in the words of whoever sets it
	ReviewOn    models.Date
}

// The lengths that the words of a legal hold may have, in bytes.
const (
	mostIdentifiers    = 20
	longestIdentifier  = 254
	longestNote        = 4000
	longestReviewYears = 2
)

// Set sets a legal hold. The tasks of open requests follow by a job; that nothing
// is erased holds from now on.
func (s *LegalHolds) Set(ctx context.Context, by models.Actor, n NewLegalHold, o Option) (models.LegalHold, error) {
	if err := s.check(n); err != nil {
		return models.LegalHold{}, err
	}
	h := models.LegalHold{ID: s.NewID(), Version: 1, LegalHoldFacts: models.LegalHoldFacts{Reason: n.Reason, ReviewOn: n.ReviewOn}}
	h.Identifiers = n.Identifiers
	for _, id := range n.Identifiers {
		if !slices.Contains(h.Kinds, id.Kind) {
			h.Kinds = append(h.Kinds, id.Kind)
		}
	}
	d := s.step(ctx, by, &h, models.LegalHoldSet, models.EventLegalHoldSet, n.Note)
	d.With(models.LegalHoldChanged{Hold: h, Digests: s.newDigests(n.Identifiers)})
	d.follow(h)
	d.reviewLater(h)
	return h, s.finish(ctx, d, o)
}

// newDigests are what a legal hold is stored under: under the newest key only.
func (s *core) newDigests(all []models.Identifier) [][]byte {
	var digests [][]byte
	for _, id := range all {
		digests = append(digests, s.subjectDigests([]models.Identifier{id})[0])
	}
	return digests
}

func (s *LegalHolds) check(n NewLegalHold) error {
	var faults []models.FieldError
	fault := func(field, code, message string) {
		faults = append(faults, models.FieldError{Field: field, Code: code, Message: message})
	}
	if len(n.Identifiers) == 0 {
		fault("identifiers", "required", "are required: what the person is known by")
	}
	if len(n.Identifiers) > mostIdentifiers {
		fault("identifiers", "max", "are too many")
	}
	for _, id := range n.Identifiers {
		switch {
		case !slices.Contains(models.LegalHoldIdentifiers(), id.Kind):
			fault("identifiers", "oneof", "must be email, phone_number or external_id")
		case s.subjectKey(id) == "" || len(id.Value) > longestIdentifier,
			id.Kind == models.IdentifierEmail && !strings.Contains(id.Value, "@"):
			fault("identifiers", "invalid", "must be an email address, a telephone number or a customer number")
		}
	}
	if !s.Policy.Knows(n.Reason, models.TypeDeletion) {
		fault("reason", "unknown", "is not a reason of the policy for which a deletion can be refused")
	}
	for _, f := range []*models.FieldError{noteFault(n.Note), s.reviewFault(n.ReviewOn)} {
		if f != nil {
			faults = append(faults, *f)
		}
	}
	if len(faults) > 0 {
		return models.Invalid(faults...)
	}
	return nil
}

// noteFault refuses a step that nobody says the reason of, or at too much length.
func noteFault(note string) *models.FieldError {
	switch {
	case strings.TrimSpace(note) == "":
		return &models.FieldError{Field: "note", Code: "required", Message: "is required: say why"}
	case len(note) > longestNote:
		return &models.FieldError{Field: "note", Code: "max", Message: "is too long: it may have 4000 bytes"}
	}
	return nil
}

func (s *core) reviewFault(on models.Date) *models.FieldError {
	today := models.DateOf(s.now(), s.Zone)
	if on.IsZero() || !on.After(today) || on.After(today.AddMonths(12*longestReviewYears)) {
		return &models.FieldError{Field: "review_on", Code: "range", Message: "must be a day after today, within two years"}
	}
	return nil
}

// Review keeps a legal hold until another day.
func (s *LegalHolds) Review(ctx context.Context, by models.Actor, id, note string, on models.Date, o Option) (models.LegalHold, error) {
	return s.change(ctx, by, id, models.LegalHoldReviewed, models.EventLegalHoldReviewed, note, o, func(d *decider, h *models.LegalHold) error {
		if f := s.reviewFault(on); f != nil {
			return models.Invalid(*f)
		}
		h.ReviewOn = on
		h.History[len(h.History)-1].ReviewOn = on
		d.reviewLater(*h)
		return nil
	})
}

// Lift ends a legal hold.
func (s *LegalHolds) Lift(ctx context.Context, by models.Actor, id, note string, o Option) (models.LegalHold, error) {
	return s.change(ctx, by, id, models.LegalHoldLifted, models.EventLegalHoldLifted, note, o, func(d *decider, h *models.LegalHold) error {
		h.LiftedAt = d.now
		d.follow(*h)
		return nil
	})
}

// change takes one step with a legal hold that stands.
func (s *LegalHolds) change(
	ctx context.Context, by models.Actor, id string, act models.LegalHoldAct, event models.EventKind, note string, o Option,
	then func(*decider, *models.LegalHold) error,
) (models.LegalHold, error) {
	if f := noteFault(note); f != nil {
		return models.LegalHold{}, models.Invalid(*f)
	}
	for try := 1; ; try++ {
		h, err := s.Store.LegalHold(ctx, id)
		if err != nil {
			return h, err
		}
		if !h.Stands() {
			return h, models.Errorf(models.CodeConflict, "the legal hold was lifted before")
		}
		if o.IfVersion != 0 && o.IfVersion != h.Version {
			return h, models.Errorf(models.CodeStale, "the legal hold has changed since it was read: it is at version %d", h.Version)
		}
		before := h.Version
		h.Version++
		h.History = slices.Clone(h.History)
		d := s.step(ctx, by, &h, act, event, note)
		if err := then(d, &h); err != nil {
			return h, err
		}
		d.With(models.LegalHoldChanged{Hold: h, Before: before})
		err = s.finish(ctx, d, o)
		if models.CodeOf(err) != models.CodeStale || try == attempts || o.IfVersion != 0 {
			return h, err
		}
	}
}

// step notes what is done with a legal hold, by whom and why.
func (s *LegalHolds) step(ctx context.Context, by models.Actor, h *models.LegalHold, act models.LegalHoldAct, event models.EventKind, note string) *decider {
	d := s.decider(ctx, by)
	h.History = append(h.History, models.LegalHoldStep{Act: act, By: by.ID, At: d.now})
	h.Notes = append(slices.Clone(h.Notes), note)
	if act == models.LegalHoldSet {
		h.History[0].ReviewOn = h.ReviewOn
	}
	d.observe(event, map[string]string{"legal_hold": h.ID, "reason": h.Reason})
	return d
}

// follow has the tasks of requests follow a legal hold that was set or lifted.
func (d *decider) follow(h models.LegalHold) {
	act := string(h.History[len(h.History)-1].Act)
	d.Plan(d.stamp, models.Job{Kind: models.JobLegalHolds, Subject: h.ID, UniqueKey: "legal_holds/" + h.ID + "/" + act, RunAt: d.now})
}

// reviewLater reminds whoever set a legal hold on the day of its review.
func (d *decider) reviewLater(h models.LegalHold) {
	d.Plan(d.stamp, LegalHoldReviewJob(h.ID, h.ReviewOn, h.ReviewOn, d.rules))
}

// LegalHoldReviewJob is the reminder, sent on a day, to review a legal hold that
// was to be reviewed on a day.
func LegalHoldReviewJob(id string, reviewOn, day models.Date, rules Rules) models.Job {
	subject := id + "/" + reviewOn.String()
	return models.Job{
		Kind: models.JobLegalHoldReview, Subject: subject, UniqueKey: "legal_hold/" + subject + "/" + day.String(),
		RunAt: day.At(rules.DigestHour(), rules.Zone),
	}
}

// Follow has the undone tasks that erase follow the legal holds that stand now. A
// request that fails keeps no other from that; the error names it.
func (s *LegalHolds) Follow(ctx context.Context) error {
	seen := map[string]bool{}
	var faults faults
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
			_, err := s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, t.RequestID, FollowLegalHolds{}, Option{})
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

// Remind tells whoever set a legal hold that its review is due, until somebody
// reviews it: once a week. CodeConflict where that was done.
func (s *LegalHolds) Remind(ctx context.Context, id string, reviewOn models.Date, locale, job string) error {
	h, err := s.Store.LegalHold(ctx, id)
	if err != nil {
		return err
	}
	if !h.Stands() || h.ReviewOn != reviewOn {
		return models.Errorf(models.CodeConflict, "the legal hold was reviewed or lifted")
	}
	d := s.decider(ctx, models.Actor{Kind: models.ActorSystem})
	to := h.SetBy()
	if d.today().After(reviewOn) {
		to += " " + models.Managers // whoever set it may be gone
	}
	d.observe(models.EventLegalHoldReminded, map[string]string{"legal_hold": h.ID})
	d.tellStaff(to, models.StaffLegalHoldLetter{Locale: locale, ID: h.ID, SetOn: models.DateOf(h.History[0].At, s.Zone), ReviewOn: reviewOn})
	d.Plan(d.stamp, LegalHoldReviewJob(h.ID, reviewOn, d.today().AddDays(daysOfWeek), d.rules))
	return s.finish(ctx, d, Option{JobDone: job})
}

const daysOfWeek = 7

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
