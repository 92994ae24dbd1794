package cases

import (
	"context"

	"habeas/models"
	"habeas/workflows"
)

// subjectDigests are what a legal hold may be stored under that names one of the
// identifiers.
func (s *core) subjectDigests(all []models.Identifier) [][]byte {
	var digests [][]byte
	for _, id := range all {
		if value := s.rules(s.Policy).SubjectKey(id); value != "" {
			digests = append(digests, s.Keys.Indexes("legal_holds.subject", []byte(string(id.Kind)+"\x00"+value))...)
		}
	}
	return digests
}

// subjects are the identifiers of whom a request is about: what it says itself,
// whatever its form asked for, and what systems returned.
func (s *core) subjects(ctx context.Context, r models.Request, tasks []models.Task) ([]models.Identifier, error) {
	all := identifiers(r)
	for _, v := range r.Fields {
		if text, ok := v.(string); ok && text != "" && len(text) <= 254 {
			for _, kind := range models.LegalHoldIdentifiers() {
				all = append(all, models.Identifier{Kind: kind, Value: text})
			}
		}
	}
	derived, err := s.derived(ctx, tasks)
	return append(all, derived...), err
}

// ofRequester names who filed a request: what they wrote is erased with it.
func ofRequester(r models.Request) []models.Identifier {
	return []models.Identifier{{Kind: models.IdentifierEmail, Value: r.Mailbox()}}
}

// legalHoldsOn returns the legal holds that stand on whom a request is about, or
// on whoever has one of more identifiers. Without tasks they are read.
func (s *core) legalHoldsOn(ctx context.Context, r models.Request, tasks []models.Task, more ...models.Identifier) (models.LegalHolds, error) {
	return s.Store.LegalHoldsOn(ctx, func() ([][]byte, error) {
		if tasks == nil {
			var err error
			if tasks, err = s.Store.TasksOf(ctx, r.ID); err != nil {
				return nil, err
			}
		}
		all, err := s.subjects(ctx, r, tasks)
		return s.subjectDigests(append(all, more...)), err
	})
}

// MayErase makes sure, right before a system erases something, that no legal hold
// stands on the person. It returns what to store the token with, or ErrLegalHold;
// nil for a task that erases nothing.
func (s *Tasks) MayErase(ctx context.Context, t models.Task) (*models.LegalHoldsSeen, error) {
	if t.Action != models.ActionErase {
		return nil, nil //nolint:nilnil // nothing is asked of such a task
	}
	r, err := s.Store.FindByID(ctx, t.RequestID)
	if err != nil {
		return nil, err
	}
	holds, err := s.legalHoldsOn(ctx, r, nil)
	switch {
	case err != nil:
		return nil, err
	case len(holds.On) > 0:
		return nil, workflows.ErrLegalHold
	}
	return &models.LegalHoldsSeen{Version: holds.Version}, nil
}

// BeforeCommit stores the name of the transaction in which a system is about to
// change what a preview shows, unless the task is over or a legal hold stands.
func (s *Tasks) BeforeCommit(ctx context.Context, t models.Task, preview, token string) error {
	for try := 1; ; try++ {
		seen, err := s.MayErase(ctx, t)
		if err != nil {
			return err
		}
		if err = s.Store.SaveToken(ctx, t.ID, preview, token, t.Run, seen); models.CodeOf(err) != models.CodeStale || try == attempts {
			return err
		}
	}
}

// withLegalHolds adds to a case the legal holds on whom it is about, where they
// matter: not where there are neither tasks nor systems to make them for.
func (s *core) withLegalHolds(ctx context.Context, k workflows.Case, c workflows.Command, systems bool) (workflows.Case, error) {
	if k.Request.ID == "" || k.Request.Shredded {
		return k, nil
	}
	switch c.(type) {
	case workflows.Erase:
		return s.withHeldMail(ctx, k)
	case workflows.DeleteFile, workflows.MoveMail: // a file may be that of who filed the request
		var err error
		k.LegalHolds, err = s.legalHoldsOn(ctx, k.Request, k.Tasks, ofRequester(k.Request)...)
		return k, err
	case workflows.Conclude, workflows.Approve, workflows.FollowLegalHolds, workflows.VoidPackage, nil: // nil: somebody looks at what may be done
	default:
		if len(k.Tasks) == 0 && !systems {
			return k, nil
		}
	}
	var err error
	k.LegalHolds, err = s.legalHoldsOn(ctx, k.Request, k.Tasks)
	return k, err
}

// withHeldMail adds to the case of a request that is to be erased the legal holds
// on whom it is about and on who filed it, and the mail that others keep.
func (s *core) withHeldMail(ctx context.Context, k workflows.Case) (workflows.Case, error) {
	var err error
	if k.LegalHolds, err = s.legalHoldsOn(ctx, k.Request, k.Tasks, ofRequester(k.Request)...); err == nil && k.LegalHolds.Any {
		k.QuarantinedMail, err = s.heldMailOf(ctx, k.Request)
	}
	return k, err
}
