package pages

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
	"habeas/workflows"
	"habeas/workflows/cases"
)

// NewSeed returns what makes a form that was opened one of its kind.
func NewSeed() string {
	b := make([]byte, 18)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// OnceFor is the idempotency key of a form as it was filled in: sent twice, by
// a double click or after going back, it is one act; filled in otherwise it is
// another.
func OnceFor(scope, seed string, content ...string) *workflows.Once {
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

// Beginner opens runs under idempotency keys. See cases.Service.
type Beginner interface {
	Begin(ctx context.Context, o *workflows.Once) (answered *workflows.Once, end func(), err error)
}

// Once runs an act once under its key and returns what was stored under it:
// now, or by the same form before.
func Once(ctx context.Context, b Beginner, key *workflows.Once, run func() error) ([]byte, error) {
	for try := 1; ; try++ {
		answered, end, err := b.Begin(ctx, key)
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

// Stored makes a command keep its answer under a key.
func Stored(key *workflows.Once, answer func(workflows.Decision) any) cases.Option {
	return cases.Option{Once: key, Answer: func(d workflows.Decision) (int, []byte, error) {
		body, err := json.Marshal(answer(d))
		if err != nil {
			return 0, nil, fmt.Errorf("writing an answer: %w", err)
		}
		return http.StatusSeeOther, body, nil
	}}
}

// Nothing is the answer of a command that has none.
func Nothing(workflows.Decision) any { return struct{}{} }
