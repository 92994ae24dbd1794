package store

import (
	"context"
	"time"

	"habeas/models"
)

// once keeps the answer under an idempotency key, sealed with the key of the
// request that it is about, if any.
func (w *write) once(o models.Once) error {
	return w.onceFor(w.d.Request.ID, w.sealer, o, w.at)
}

func (p *plan) onceFor(requestID string, b *sealer, o models.Once, at time.Time) error {
	answer, err := b.seal(requestID, o.Answer, placeOnce(o.Scope, o.Key))
	if err != nil {
		return err
	}
	insertOne(p, onceRow{
		Scope: o.Scope, Key: o.Key, RequestID: text(requestID), BodyHash: o.BodyHash,
		Status: o.Status, Answer: answer, CreatedAt: at,
	}).unique(models.Errorf(models.CodeInFlight, "the idempotency key is in use"))
	return nil
}

func placeOnce(scope, key string) string { return placeAnswer + scope + "\x00" + key }

// Answered returns what was stored under an idempotency key, or CodeNotFound.
// The answer is empty once the request it was about is shredded.
func (s *Store) Answered(ctx context.Context, scope, key string) (models.Once, error) {
	var row onceRow
	err := first(s.read(ctx).Where("scope = ? AND key = ?", scope, key), &row, "such idempotency key")
	if err != nil {
		return models.Once{}, err
	}
	answer, err := s.newSealer(ctx).open(plain(row.RequestID), row.Answer, placeOnce(scope, key))
	return models.Once{Scope: scope, Key: key, BodyHash: row.BodyHash, Status: row.Status, Answer: answer}, err
}

// Answers are kept for a week at most, as old ones are looked for once a day.
// What mails came to is kept as long as they are: one may be routed again at
// any time.
const (
	keepAnswers = 6 * 24 * time.Hour
	mailScope   = "mail"
)

// ForgetAnswers drops answers that nobody asks for again, and their keys.
func (s *Store) ForgetAnswers(ctx context.Context, now time.Time) error {
	p := s.plan(ctx)
	p.exec("DELETE FROM idempotency WHERE created_at < ? AND scope <> ?", stored(now).Add(-keepAnswers), mailScope)
	return s.run(ctx, p)
}
