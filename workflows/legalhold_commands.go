package workflows

import (
	"slices"
	"strings"

	"habeas/models"
)

// The commands about legal holds. One stands on a person, whatever requests they
// have, and so they are about no request; what follows for the tasks of each is
// FollowLegalHolds.
const (
	CommandSetLegalHold    CommandName = "set-legal-hold"
	CommandReviewLegalHold CommandName = "review-legal-hold"
	CommandLiftLegalHold   CommandName = "lift-legal-hold"
	CommandRemindLegalHold CommandName = "remind-legal-hold"
)

// legalHoldCommands are those of staff.
func legalHoldCommands() []CommandName {
	return []CommandName{CommandSetLegalHold, CommandReviewLegalHold, CommandLiftLegalHold}
}

type (
	// SetLegalHold keeps everything about a person from being erased. Digests are
	// what its subject is found by, which Service fills in.
	SetLegalHold struct {
		NewLegalHold
		Digests [][]byte
	}
	// ReviewLegalHold keeps a legal hold until another day.
	ReviewLegalHold struct {
		StandingHold
		Note     string
		ReviewOn models.Date
	}
	// LiftLegalHold ends one.
	LiftLegalHold struct {
		StandingHold
		Note string
	}
	// RemindLegalHold tells whoever set a legal hold that its review is due, which
	// was planned when it was to be reviewed on that day.
	RemindLegalHold struct {
		StandingHold
		ReviewOn models.Date
		Locale   string
	}
	// StandingHold is the legal hold that a command is about. Read is the version
	// that somebody has read, 0 for any; Service fills in the Hold, as it stands.
	StandingHold struct {
		ID   string
		Read int
		Hold models.LegalHold
	}
	// NewLegalHold is what a legal hold is set with.
	NewLegalHold struct {
		Identifiers []models.Identifier // any of them names the subject
		Reason      string              // a code of the policy
		Note        string              // why, in the words of whoever sets it
		ReviewOn    models.Date
	}
)

// Name implements Command.
func (SetLegalHold) Name() CommandName { return CommandSetLegalHold }

// Name implements Command.
func (ReviewLegalHold) Name() CommandName { return CommandReviewLegalHold }

// Name implements Command.
func (LiftLegalHold) Name() CommandName { return CommandLiftLegalHold }

// Name implements Command.
func (RemindLegalHold) Name() CommandName { return CommandRemindLegalHold }

// holdOf is the legal hold that a command is about, as it stands.
func holdOf(c Command) *models.LegalHold {
	switch c := c.(type) {
	case ReviewLegalHold:
		return &c.Hold
	case LiftLegalHold:
		return &c.Hold
	case RemindLegalHold:
		return &c.Hold
	}
	return nil
}

// holdStands refuses every step with a legal hold that was lifted.
func holdStands(_ Rules, _ models.Request, _ models.Actor, a Act) error {
	if a.Hold == nil || a.Hold.Stands() {
		return nil
	}
	return models.Errorf(models.CodeConflict, "the legal hold was lifted before")
}

// applyHold decides a command about a legal hold, or reports that it is none.
func (d *decider) applyHold(c Command) (bool, error) {
	switch c := c.(type) {
	case SetLegalHold:
		return true, d.setHold(c)
	case ReviewLegalHold:
		return true, d.reviewHold(c)
	case LiftLegalHold:
		return true, d.liftHold(c)
	case RemindLegalHold:
		return true, d.remindHold(c)
	}
	return false, nil
}

// The lengths that the words of a legal hold may have, in bytes.
const (
	mostIdentifiers    = 20
	longestIdentifier  = 254
	longestNote        = 4000
	longestReviewYears = 2
)

// setHold sets a legal hold. The tasks of open requests follow by a job; that
// nothing is erased holds from now on.
func (d *decider) setHold(c SetLegalHold) error {
	if faults := d.holdErrors(c.NewLegalHold); len(faults) > 0 {
		return models.Invalid(faults...)
	}
	h := models.LegalHold{ID: d.stamp.NewID(), LegalHoldFacts: models.LegalHoldFacts{Reason: c.Reason, ReviewOn: c.ReviewOn}}
	h.Identifiers = c.Identifiers
	for _, id := range c.Identifiers {
		if !slices.Contains(h.Kinds, id.Kind) {
			h.Kinds = append(h.Kinds, id.Kind)
		}
	}
	d.holdStep(&h, models.LegalHoldStep{Act: models.LegalHoldSet, ReviewOn: c.ReviewOn}, c.Note)
	d.observe(models.EventLegalHoldSet, holdDetail(h))
	d.With(models.LegalHoldChanged{Hold: h, Digests: c.Digests})
	d.follow(h)
	d.reviewLater(h)
	return nil
}

func (d *decider) holdErrors(n NewLegalHold) []models.FieldError {
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
		case d.rules.SubjectKey(id) == "" || len(id.Value) > longestIdentifier,
			id.Kind == models.IdentifierEmail && !strings.Contains(id.Value, "@"):
			fault("identifiers", "invalid", "must be an email address, a telephone number or a customer number")
		}
	}
	if !d.rules.Knows(n.Reason, models.TypeDeletion) {
		fault("reason", "unknown", "is not a reason of the policy for which a deletion can be refused")
	}
	for _, f := range []*models.FieldError{noteError(n.Note), d.reviewError(n.ReviewOn)} {
		if f != nil {
			faults = append(faults, *f)
		}
	}
	return faults
}

// noteError refuses a step that nobody says the reason of, or at too much length.
func noteError(note string) *models.FieldError {
	switch {
	case strings.TrimSpace(note) == "":
		return &models.FieldError{Field: "note", Code: "required", Message: "is required: say why"}
	case len(note) > longestNote:
		return &models.FieldError{Field: "note", Code: "max", Message: "is too long: it may have 4000 bytes"}
	}
	return nil
}

func (d *decider) reviewError(on models.Date) *models.FieldError {
	if on.IsZero() || !on.After(d.today()) || on.After(d.today().AddMonths(12*longestReviewYears)) {
		return &models.FieldError{Field: "review_on", Code: "range", Message: "must be a day after today, within two years"}
	}
	return nil
}

func (d *decider) reviewHold(c ReviewLegalHold) error {
	if f := d.reviewError(c.ReviewOn); f != nil {
		return models.Invalid(*f)
	}
	return d.changeHold(c.StandingHold, models.LegalHoldReviewed, models.EventLegalHoldReviewed, c.Note, func(h *models.LegalHold) {
		h.ReviewOn = c.ReviewOn
		h.History[len(h.History)-1].ReviewOn = c.ReviewOn
		d.reviewLater(*h)
	})
}

func (d *decider) liftHold(c LiftLegalHold) error {
	return d.changeHold(c.StandingHold, models.LegalHoldLifted, models.EventLegalHoldLifted, c.Note, func(h *models.LegalHold) {
		h.LiftedAt = d.now
		d.follow(*h)
	})
}

// changeHold takes one step with a legal hold that stands.
func (d *decider) changeHold(c StandingHold, act models.LegalHoldAct, event models.EventKind, note string, then func(*models.LegalHold)) error {
	if f := noteError(note); f != nil {
		return models.Invalid(*f)
	}
	if c.Read != 0 && c.Read != c.Hold.Version {
		return models.Errorf(models.CodeStale, "the legal hold has changed since it was read: it is at version %d", c.Hold.Version)
	}
	h := c.Hold
	d.holdStep(&h, models.LegalHoldStep{Act: act}, note)
	d.observe(event, holdDetail(h))
	then(&h)
	d.With(models.LegalHoldChanged{Hold: h, Before: c.Hold.Version})
	return nil
}

// holdStep notes what is done with a legal hold, by whom and why.
func (d *decider) holdStep(h *models.LegalHold, step models.LegalHoldStep, note string) {
	step.By, step.At = d.by.ID, d.now
	h.Version++
	h.History = append(slices.Clone(h.History), step)
	h.Notes = append(slices.Clone(h.Notes), note)
}

func holdDetail(h models.LegalHold) map[string]string {
	return map[string]string{"legal_hold": h.ID, "reason": h.Reason}
}

// remindHold reminds until somebody reviews: once a week.
func (d *decider) remindHold(c RemindLegalHold) error {
	h := c.Hold
	if h.ReviewOn != c.ReviewOn {
		return models.Errorf(models.CodeConflict, "the legal hold was reviewed")
	}
	to := h.SetBy()
	if d.today().After(c.ReviewOn) {
		to += " " + models.Managers // whoever set it may be gone
	}
	d.observe(models.EventLegalHoldReminded, map[string]string{"legal_hold": h.ID})
	d.tellStaff(to, models.StaffLegalHoldLetter{Locale: c.Locale, ID: h.ID, SetOn: models.DateOf(h.History[0].At, d.rules.Zone), ReviewOn: c.ReviewOn})
	d.Plan(d.stamp, LegalHoldReviewJob(h.ID, c.ReviewOn, d.today().AddDays(daysOfWeek), d.rules))
	return nil
}

const daysOfWeek = 7

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
