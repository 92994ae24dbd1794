package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

// Requests is what the portal needs of the service. See workflows.Service.
type Requests interface {
	Types(country, region string) []*policies.Type
	Submit(ctx context.Context, by models.Actor, c workflows.Submit, o workflows.Option) (workflows.Decision, error)
	Begin(ctx context.Context, o *workflows.Once) (answered *workflows.Once, end func(), err error)
	RequestCode(ctx context.Context, reference string) error
	Prove(ctx context.Context, reference, typed string) (workflows.Proof, error)
	InSession(ctx context.Context, reference, token string) (models.Request, error)
	DoByID(ctx context.Context, by models.Actor, id string, c workflows.Command, o workflows.Option) (workflows.Decision, error)
	Explain(ctx context.Context, reference string) (policies.Explanation, error)
	Events(ctx context.Context, reference string) ([]models.Event, error)
	Conversation(ctx context.Context, requestID string) ([]models.Message, error)
	Files(ctx context.Context, by models.Actor, requestID string) ([]models.File, error)
	AddFile(ctx context.Context, by models.Actor, reference, name string, content []byte, internal bool, o workflows.Option) (models.File, error)
	ReadFile(ctx context.Context, by models.Actor, r models.Request, fileID string) (models.File, []byte, error)
}

// subject is who acts through the portal.
func subject() models.Actor { return models.Actor{Kind: models.ActorSubject} }

// newSeed returns what makes a form that was opened one of its kind.
func newSeed() string {
	b := make([]byte, 18)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// onceFor is the idempotency key of a form as it was filled in: sent twice, by
// a double click or after going back, it is one act; filled in otherwise it is
// another.
func onceFor(scope, seed string, content ...string) *workflows.Once {
	h := sha256.New()
	for _, part := range append([]string{seed}, content...) {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	sum := h.Sum(nil)
	return &workflows.Once{Scope: scope, Key: base64.RawURLEncoding.EncodeToString(sum), BodyHash: sum}
}

// How long a second click waits for what the first one does.
const (
	waits = 50
	pause = 100 * time.Millisecond
)

// once runs an act once under its key and returns what was stored under it:
// now, or by the same form before.
func (s *Site) once(ctx context.Context, key *workflows.Once, run func() error) ([]byte, error) {
	for try := 1; ; try++ {
		answered, end, err := s.Requests.Begin(ctx, key)
		if err == nil && answered == nil {
			err = run()
		}
		end()
		if answered != nil {
			return answered.Answer, nil
		}
		if models.CodeOf(err) != models.CodeInFlight || try == waits {
			return key.Answer, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// stored makes a command keep its answer under a key.
func stored(key *workflows.Once, answer func(workflows.Decision) any) workflows.Option {
	return workflows.Option{Once: key, Answer: func(d workflows.Decision) (int, []byte, error) {
		body, err := json.Marshal(answer(d))
		if err != nil {
			return 0, nil, fmt.Errorf("writing an answer: %w", err)
		}
		return http.StatusSeeOther, body, nil
	}}
}

// nothing is the answer of a command that has none.
func nothing(workflows.Decision) any { return struct{}{} }

// take counts an act against the limits, where there are any.
func (s *Site) take(act string, r *http.Request) error {
	if s.Limits == nil {
		return nil
	}
	return s.Limits.Take(act, r)
}
