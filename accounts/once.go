package accounts

import "habeas/models"

// Remembered tells how to store what somebody asked for under an idempotency
// key: Answer, which may be nil, puts the answer into Once.
type Remembered[T any] struct {
	Once   *models.Once
	Answer func(T) error
}

func (r Remembered[T]) answer(v T) error {
	if r.Once == nil || r.Answer == nil {
		return nil
	}
	return r.Answer(v)
}
