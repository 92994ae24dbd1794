package api

import (
	"context"
	"time"

	"golang.org/x/sync/semaphore"

	"habeas/models"
)

const (
	// largeBody is from which size on the decoding of a JSON body is limited: it
	// takes many times the memory of the text.
	largeBody = 64 << 10
	// decodedAtOnce is how many such bodies are decoded at once of callers without
	// a token or a session, and how many of those with one.
	decodedAtOnce = 4
	decodeWait    = 5 * time.Second
)

// decoding limits how many large bodies are decoded at once. Callers with a token
// or a session have a limit of their own.
type decoding struct{ proven, unproven *semaphore.Weighted }

func newDecoding(n int64) decoding {
	return decoding{semaphore.NewWeighted(n), semaphore.NewWeighted(n)}
}

// acquire waits until a body that was read may be decoded. release is called
// when it is.
func (d decoding) acquire(ctx context.Context, c *call, size int) (release func(), err error) {
	if size < largeBody {
		return func() {}, nil
	}
	limit := d.unproven
	if c.who.TokenID != "" || c.subject.ID != "" {
		limit = d.proven
	}
	ctx, cancel := context.WithTimeout(ctx, decodeWait)
	defer cancel()
	if err := limit.Acquire(ctx, 1); err != nil {
		return nil, models.Errorf(models.CodeUnavailable, "too many large bodies are under way; send it again in a moment")
	}
	return func() { limit.Release(1) }, nil
}
