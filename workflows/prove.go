package workflows

import (
	"context"
	"time"

	"habeas/internal/secrets"
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

// typedCode is a code as it was typed.
type typedCode struct {
	reference, code string
	browser         bool
	form            string // the seed of its form, if it has one
}

// Prove checks a code that a program sends. The try is counted before the
// comparison, so that parallel guesses cannot outrun the count (T10). Every
// failure is the same CodeInvalid error on the field code, whether the reference
// exists or not, and takes the same time.
func (s *Sessions) Prove(ctx context.Context, reference, typed string) (Proof, error) {
	return s.proveSlowly(ctx, typedCode{reference: reference, code: models.NormaliseCode(typed)})
}

// ProveIn is Prove for a form in a browser. Sent twice within a minute, as by a
// double click, it leads to the same session: the code was right. That session
// ends after 15 minutes without use (security.md 3b).
func (s *Sessions) ProveIn(ctx context.Context, form, reference, typed string) (Proof, error) {
	return s.proveSlowly(ctx, typedCode{reference, models.NormaliseCode(typed), true, form})
}

func (s *Sessions) proveSlowly(ctx context.Context, t typedCode) (Proof, error) {
	least := time.NewTimer(refusalTime)
	defer least.Stop()
	proof, err := s.prove(ctx, t)
	if models.CodeOf(err) == models.CodeInvalid {
		select {
		case <-least.C:
		case <-ctx.Done():
		}
	}
	return proof, err
}

func (s *Sessions) prove(ctx context.Context, t typedCode) (Proof, error) {
	wrong := models.Invalid(models.FieldError{Field: "code", Code: "wrong", Message: "the code is wrong, used or no longer valid; ask for a fresh one"})
	r, err := s.Store.Find(ctx, t.reference)
	if err != nil {
		return Proof{}, unlessFound(err, wrong)
	}
	proof, err := s.useCode(ctx, r.ID, t)
	if models.CodeOf(err) == models.CodeNotFound && t.form != "" {
		proof, err = s.provedBefore(ctx, r.ID, t)
	}
	return proof, unlessFound(err, wrong)
}

// useCode opens a session. A code that is not the right one now is CodeNotFound.
func (s *Sessions) useCode(ctx context.Context, requestID string, t typedCode) (Proof, error) {
	code, err := s.Store.CountTry(ctx, requestID, s.now())
	if err != nil {
		return Proof{}, err
	}
	if code.Tries > codeTries || !equal(code.Digest, s.digest(requestID, t.code)) {
		return Proof{}, models.Errorf(models.CodeNotFound, "this is not the code")
	}
	session := models.Session{ID: s.NewID(), RequestID: requestID, ExpiresAt: s.now().Add(sessionLife)}
	token, hash := s.secrets().New("")
	if t.form != "" {
		token = s.formToken(requestID, t.code, t.form)
		hash = secrets.Hash(token)
	}
	if session.Hash = hash; t.browser {
		session.SeenAt = s.now()
	}
	d, err := s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSubject}, requestID, ProveMailbox{CodeID: code.ID, Session: session}, Option{})
	return Proof{Token: token, ExpiresAt: session.ExpiresAt, State: d.Request.State}, err
}

// provedBefore is the session that the same form opened just before, or
// CodeNotFound. Whoever left it has no way back.
func (s *core) provedBefore(ctx context.Context, requestID string, t typedCode) (Proof, error) {
	token := s.formToken(requestID, t.code, t.form)
	session, err := s.Store.Session(ctx, secrets.Hash(token), s.now())
	if err != nil {
		return Proof{}, err
	}
	if opened := session.ExpiresAt.Add(-sessionLife); !s.now().Before(opened.Add(sameFormFor)) {
		return Proof{}, models.Errorf(models.CodeNotFound, "this form was used up")
	}
	r, err := s.Store.FindByID(ctx, requestID)
	return Proof{Token: token, ExpiresAt: session.ExpiresAt, State: r.State}, err
}

// InSession returns the request that a session token opens. Without the right
// token the reference does not exist: CodeNotFound.
func (s *Sessions) InSession(ctx context.Context, reference, token string) (models.Request, error) {
	missing := models.Errorf(models.CodeNotFound, "there is no such request, or the session for it has ended")
	if token == "" {
		return models.Request{}, missing
	}
	session, err := s.Store.Session(ctx, secrets.Hash(token), s.now())
	if err != nil {
		return models.Request{}, unlessFound(err, missing)
	}
	idle := s.now().Sub(session.SeenAt)
	if !session.SeenAt.IsZero() && idle >= sessionIdle {
		return models.Request{}, missing
	}
	r, err := s.Store.FindByID(ctx, session.RequestID)
	if err != nil {
		return models.Request{}, unlessFound(err, missing)
	}
	if r.Reference != reference {
		return models.Request{}, missing
	}
	if !session.SeenAt.IsZero() && idle >= seenEvery {
		err = s.Store.SeeSession(ctx, session.ID, s.now())
	}
	return r, err
}

// Leave ends the session of a token at once, also for whoever has a copy of it.
// An unknown one is nothing to end.
func (s *Sessions) Leave(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return s.Store.EndSession(ctx, secrets.Hash(token))
}

// unlessFound replaces "not found" by what the asker may know.
func unlessFound(err error, shown *models.Error) error {
	if models.CodeOf(err) == models.CodeNotFound {
		return shown
	}
	return err
}
