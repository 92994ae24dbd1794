package workflows

import (
	"context"
	"time"

	"habeas/models"
)

// refusalTime is how long a wrong code takes at least. Counting a try writes to
// the database, which a reference that does not exist has no row for; behind
// this time nobody can tell one from the other (T06).
const refusalTime = 150 * time.Millisecond

// codeWindow is the time in which codesPerHour codes may be mailed.
const codeWindow = time.Hour

// Proof is what typing the mailed code gives: a session of 60 minutes with one
// request.
type Proof struct {
	Token     string
	ExpiresAt time.Time
	State     models.State
}

// Prove checks a typed code. The try is counted before the comparison, so that
// parallel guesses cannot outrun the count (T10). Every failure is the same
// CodeInvalid error on the field code, whether the reference exists or not, and
// takes the same time.
func (s *Service) Prove(ctx context.Context, reference, typed string) (Proof, error) {
	least := time.NewTimer(refusalTime)
	defer least.Stop()
	proof, err := s.prove(ctx, reference, typed)
	if models.CodeOf(err) == models.CodeInvalid {
		select {
		case <-least.C:
		case <-ctx.Done():
		}
	}
	return proof, err
}

func (s *Service) prove(ctx context.Context, reference, typed string) (Proof, error) {
	wrong := models.Invalid(models.FieldError{Field: "code", Code: "wrong", Message: "the code is wrong, used or no longer valid; ask for a fresh one"})
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return Proof{}, unlessFound(err, wrong)
	}
	code, err := s.Store.CountTry(ctx, r.ID, s.now())
	if err != nil {
		return Proof{}, unlessFound(err, wrong)
	}
	if code.Tries > codeTries || !equal(code.Digest, s.digest(r.ID, models.NormaliseCode(typed))) {
		return Proof{}, wrong
	}
	token, hash := newSecret("")
	session := models.Session{ID: s.NewID(), RequestID: r.ID, Hash: hash, ExpiresAt: s.now().Add(sessionLife)}
	d, err := s.DoByID(ctx, models.Actor{Kind: models.ActorSubject}, r.ID, ProveMailbox{CodeID: code.ID, Session: session}, Option{})
	if err != nil {
		return Proof{}, unlessFound(err, wrong)
	}
	return Proof{Token: token, ExpiresAt: session.ExpiresAt, State: d.Request.State}, nil
}

// InSession returns the request that a session token opens. Without the right
// token the reference does not exist: CodeNotFound.
func (s *Service) InSession(ctx context.Context, reference, token string) (models.Request, error) {
	missing := models.Errorf(models.CodeNotFound, "there is no such request, or the session for it has ended")
	if token == "" {
		return models.Request{}, missing
	}
	session, err := s.Store.Session(ctx, HashSecret(token), s.now())
	if err != nil {
		return models.Request{}, unlessFound(err, missing)
	}
	r, err := s.Store.FindByID(ctx, session.RequestID)
	if err != nil {
		return models.Request{}, unlessFound(err, missing)
	}
	if r.Reference != reference {
		return models.Request{}, missing
	}
	return r, nil
}

// Leave ends the session of a token at once, also for whoever has a copy of it.
// An unknown one is nothing to end.
func (s *Service) Leave(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return s.Store.EndSession(ctx, HashSecret(token))
}

// unlessFound replaces "not found" by what the asker may know.
func unlessFound(err error, shown *models.Error) error {
	if models.CodeOf(err) == models.CodeNotFound {
		return shown
	}
	return err
}
