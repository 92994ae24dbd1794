package store

import (
	"context"
	"time"

	"habeas/models"
)

// Shred destroys the key of a request and blanks what was sealed under it and
// what finds it by address. Facts and events stay. It is CodeNotFound for an
// unknown request and does nothing to one already shredded. Bytes that the
// database keeps behind its tables until it cleans up, and those in backups,
// are unreadable without the key; how long backups keep the wrapped key is the
// operator's business.
func (s *Store) Shred(ctx context.Context, requestID string, at time.Time) error {
	r, err := s.FindByID(ctx, requestID)
	if err != nil || r.Shredded {
		return err
	}
	p := s.plan(ctx)
	p.exec("UPDATE requests SET content = NULL, email_index = NULL, shredded_at = ? WHERE id = ? AND shredded_at IS NULL", stored(at), r.ID).
		must(models.Errorf(models.CodeStale, "the request is being shredded"))
	p.exec("UPDATE request_keys SET wrapped = NULL, destroyed_at = ? WHERE request_id = ?", stored(at), r.ID)
	p.exec("UPDATE messages SET text = NULL, letter = NULL WHERE request_id = ?", r.ID)
	p.exec("UPDATE files SET name = NULL WHERE request_id = ?", r.ID)
	p.exec("UPDATE idempotency SET answer = NULL WHERE request_id = ?", r.ID)
	p.exec("DELETE FROM sessions WHERE request_id = ?", r.ID)
	return s.run(ctx, p)
}
