package cases

import (
	"context"
	"slices"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// Call is what a connector is told for a task: whom it is about by every
// identifier that is known, and what the policy of the request says.
func (s *Tasks) Call(ctx context.Context, t models.Task) (models.Call, error) {
	r, err := s.Store.FindByID(ctx, t.RequestID)
	if err != nil {
		return models.Call{}, err
	}
	rules, err := s.rulesOf(ctx, r.Policy)
	if err != nil {
		return models.Call{}, err
	}
	if r.Shredded {
		return models.Call{}, models.Errorf(models.CodeConflict, "the personal data of the request is destroyed")
	}
	c := models.Call{
		Task: t.ID, Action: t.Action, Identifiers: identifiers(r), Treatments: rules.Treatments(), Key: t.Key, At: s.now(),
	}
	if t.Action == models.ActionCorrect {
		c.Corrections = corrections(r)
	}
	tasks, err := s.Store.TasksOf(ctx, t.RequestID)
	if err != nil {
		return models.Call{}, err
	}
	tasks = slices.DeleteFunc(tasks, func(o models.Task) bool { return o.ID == t.ID || o.Former(r) || o.State != models.TaskDone })
	derived, err := s.derived(ctx, tasks)
	c.Identifiers = append(c.Identifiers, derived...)
	return c, err
}

// identifiers are what a request itself says of whom it is about, each with how
// surely.
func identifiers(r models.Request) []models.Identifier {
	var all []models.Identifier
	if r.Person.Email != "" {
		verified := models.VerifiedNot
		switch {
		case workflows.Verified(r.Facts) && strings.EqualFold(r.Mailbox(), r.Person.Email):
			verified = models.VerifiedMailbox
		case r.Level.Covers(models.LevelReasonable): // staff made sure of who it is about
			verified = models.VerifiedStaff
		}
		all = append(all, models.Identifier{Kind: models.IdentifierEmail, Value: r.Person.Email, Verified: verified})
	}
	return all
}

// corrections are the fields that the person wants to have right.
func corrections(r models.Request) []models.Correction {
	var all []models.Correction
	for _, item := range r.Facts.Items {
		for _, text := range r.ItemTexts {
			if text.No == item.No && item.Code != "" && text.Requested != "" {
				all = append(all, models.Correction{Field: item.Code, Value: &text.Requested})
			}
		}
	}
	return all
}

// derived are the identifiers that systems returned for tasks.
func (s *core) derived(ctx context.Context, tasks []models.Task) ([]models.Identifier, error) {
	var all []models.Identifier
	for _, t := range tasks {
		if t.Action != models.ActionFind || t.Found == 0 || t.Manual() {
			continue
		}
		if t.Derived != nil {
			all = append(all, t.Derived...)
			continue
		}
		found, err := decoded[models.Findings](ctx, s, t.ID, models.ResultFindings)
		if models.CodeOf(err) == models.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, found.Derived...)
	}
	return all, nil
}

// Approved returns the preview that a task is to apply, as it was approved.
func (s *Tasks) Approved(ctx context.Context, t models.Task) (models.Preview, error) {
	return decoded[models.Preview](ctx, s.core, t.ID, models.ResultPreview)
}

// Answer records what became of a run, and that its job is done.
func (s *Tasks) Answer(ctx context.Context, id string, c workflows.Command, job string) error {
	_, err := s.Do(ctx, models.Actor{Kind: models.ActorSystem}, id, c, Option{JobDone: job})
	return err
}

// CalledBack records what a system says of a task after it had said that its
// answer follows: what it answered, or the fault of the answer. It is the same as
// an answer at once. taken is false where the task has ended or gone on
// meanwhile, so that nothing becomes of it.
func (s *Tasks) CalledBack(ctx context.Context, t models.Task, a models.Answered, fault *models.ConnectorError) (now models.Task, taken bool, err error) {
	var c workflows.Command = workflows.TaskAnswered{Task: t.ID, Run: t.Run, Findings: a.Findings, Preview: a.Preview, Receipt: a.Receipt}
	switch {
	case fault != nil:
		c = workflows.TaskFailed{Task: t.ID, Run: t.Run, Fault: *fault}
	case a.Answers(t.Step):
	case t.State == models.TaskRunning || t.State == models.TaskApproved:
		return t, false, models.Errorf(models.CodeInvalid, "the task waits for the answer to another step: %s", t.Step)
	default:
		return t, false, nil
	}
	now, err = s.Do(ctx, models.Actor{Kind: models.ActorSystem}, t.ID, c, Option{})
	if models.CodeOf(err) == models.CodeConflict {
		now, err = s.Store.Task(ctx, t.ID)
		return now, false, err
	}
	return now, err == nil, err
}
