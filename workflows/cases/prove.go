package cases

import (
	"context"
	"net/netip"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
	"habeas/workflows"
)

// refusalTime is how long a wrong code takes at least. Counting a try writes to
// the database, which a reference that does not exist has no row for; behind
// this time nobody can tell one from the other (T06).
const refusalTime = 150 * time.Millisecond

// Proof is what typing the mailed code gives: a session of 60 minutes with one
// request.
type Proof struct {
	Token     string
	ExpiresAt time.Time
	State     models.State
}

// TypedCode is a code as somebody typed it.
type TypedCode struct {
	Reference, Code string
	// Client is the network that it came from. Wrong tries count against the
	// client first: a stranger who knows a reference uses up the tries of nobody
	// else.
	Client string
	// Browser says that it came from a form, and Form is the seed of that form.
	// Sent twice within a minute, as by a double click, it leads to the same
	// session: the code was right. That session ends after 15 minutes without use
	// (security.md 3b).
	Browser bool
	Form    string
}

// Prove checks a code. The try is counted before the comparison, so that
// parallel guesses cannot outrun the count (T10). Every failure is the same
// CodeInvalid error on the field code, whether the reference exists or not, and
// takes the same time.
func (s *Sessions) Prove(ctx context.Context, t TypedCode) (Proof, error) {
	t.Code = models.NormaliseCode(t.Code)
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

func (s *Sessions) prove(ctx context.Context, t TypedCode) (Proof, error) {
	wrong := models.Invalid(models.FieldError{Field: "code", Code: "wrong", Message: "the code is wrong, used or no longer valid; ask for a fresh one"})
	r, err := s.Store.Find(ctx, t.Reference)
	if err != nil {
		return Proof{}, unlessFound(err, wrong)
	}
	proof, err := s.useCode(ctx, r.ID, t)
	if models.CodeOf(err) == models.CodeNotFound && t.Form != "" {
		proof, err = s.provedBefore(ctx, r.ID, t)
	}
	return proof, unlessFound(err, wrong)
}

// useCode opens a session. A code that is not the right one now is CodeNotFound.
func (s *Sessions) useCode(ctx context.Context, requestID string, t TypedCode) (Proof, error) {
	code, err := s.Store.CountTry(ctx, requestID, s.triesOf(t.Client), s.now())
	if err != nil {
		return Proof{}, err
	}
	if code.Tries > codeTries || !equal(code.Digest, s.digest(requestID, t.Code)) {
		return Proof{}, models.Errorf(models.CodeNotFound, "this is not the code")
	}
	session := models.Session{ID: s.NewID(), RequestID: requestID, ExpiresAt: s.now().Add(sessionLife)}
	token, hash := s.secrets().New("")
	if t.Form != "" {
		token = s.formToken(requestID, t.Code, t.Form)
		hash = secrets.Hash(token)
	}
	if session.Hash = hash; t.Browser {
		session.SeenAt = s.now()
	}
	d, err := s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSubject}, requestID, workflows.ProveMailbox{CodeID: code.ID, Session: session}, Option{})
	return Proof{Token: token, ExpiresAt: session.ExpiresAt, State: d.Request.State}, err
}

// triesOf are what a try counts against before it counts against the code: the
// network of the client, and the site of an IPv6 network.
func (s *core) triesOf(client string) []models.Tries {
	tries := []models.Tries{{Key: s.Keys.MAC("code client", []byte(client)), Most: clientTries}}
	if network, err := netip.ParsePrefix(client); err == nil && network.Addr().Is6() {
		if site, err := network.Addr().Prefix(48); err == nil {
			tries = append(tries, models.Tries{Key: s.Keys.MAC("code site", []byte(site.String())), Most: siteTries})
		}
	}
	return tries
}

// provedBefore is the session that the same form opened just before, or
// CodeNotFound. Whoever left it has no way back.
func (s *core) provedBefore(ctx context.Context, requestID string, t TypedCode) (Proof, error) {
	token := s.formToken(requestID, t.Code, t.Form)
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
