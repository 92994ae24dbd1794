package cases

import (
	"bytes"
	"context"
	"sync"

	"habeas/models"
	"habeas/workflows"
)

// inFlight remembers the idempotency keys that are being worked on in this
// process. Between processes the unique key in the database decides.
type inFlight struct{ keys sync.Map }

// Begin opens a run under an idempotency key. It returns the stored answer if
// the key was used before with the same body, CodeKeyReused if with another,
// and CodeInFlight while the first run is not done. end must be called when
// the run is over; it is never nil.
func (s *Cases) Begin(ctx context.Context, o *workflows.Once) (answered *workflows.Once, end func(), err error) {
	id := o.Scope + "\x00" + o.Key
	if _, busy := s.once.keys.LoadOrStore(id, true); busy {
		return nil, func() {}, models.Errorf(models.CodeInFlight, "the first request with this Idempotency-Key is not done yet")
	}
	end = func() { s.once.keys.Delete(id) }
	answered, err = s.Answered(ctx, o)
	return answered, end, err
}

// Answered returns the answer stored under a key, or nil if there is none.
func (s *Cases) Answered(ctx context.Context, o *workflows.Once) (*workflows.Once, error) {
	stored, err := s.Store.Answered(ctx, o.Scope, o.Key)
	if models.CodeOf(err) == models.CodeNotFound {
		return nil, nil //nolint:nilnil // no answer yet is the usual case
	}
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(stored.BodyHash, o.BodyHash) {
		return nil, models.Errorf(models.CodeKeyReused, "this Idempotency-Key was used for a different request")
	}
	return &stored, nil
}
