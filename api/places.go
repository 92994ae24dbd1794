package api

import (
	"context"
	"time"

	"habeas/models"
)

const (
	// largeBody is from which size on a JSON body waits for one of the places.
	largeBody = 64 << 10
	// largeAtOnce is how many such bodies of callers without a token or a session
	// are read and decoded at once, and how many of those with one.
	largeAtOnce = 8
	largeWait   = 5 * time.Second
)

// places bound how many large bodies are in memory at once. Callers who are
// known have places of their own: what strangers send keeps them out of nothing.
type places struct{ known, unknown chan struct{} }

func newPlaces(n int) places { return places{make(chan struct{}, n), make(chan struct{}, n)} }

// enter waits for a place where the body of the call is large, or may be. The
// caller leaves when it is decoded.
func (p places) enter(ctx context.Context, c *call) (leave func(), err error) {
	if size := c.Request().ContentLength; size >= 0 && size < largeBody {
		return func() {}, nil
	}
	all := p.unknown
	if c.who.TokenID != "" || c.subject.ID != "" {
		all = p.known
	}
	ctx, cancel := context.WithTimeout(ctx, largeWait)
	defer cancel()
	select {
	case all <- struct{}{}:
		return func() { <-all }, nil
	case <-ctx.Done():
		return nil, models.Errorf(models.CodeUnavailable, "too many large bodies are under way; send it again in a moment")
	}
}
