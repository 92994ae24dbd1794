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
	p.exec("UPDATE requests SET content = NULL, email_index = NULL, alike = NULL, shredded_at = ? WHERE id = ? AND shredded_at IS NULL", stored(at), r.ID).
		must(models.Errorf(models.CodeStale, "the request is being shredded"))
	p.exec("UPDATE request_keys SET wrapped = NULL, destroyed_at = ? WHERE request_id = ?", stored(at), r.ID)
	p.exec("UPDATE messages SET text = NULL, letter = NULL, in_reply_to = NULL, message_id = NULL WHERE request_id = ?", r.ID)
	p.exec("UPDATE files SET name = NULL WHERE request_id = ?", r.ID)
	p.exec("UPDATE tasks SET content = NULL WHERE request_id = ?", r.ID)
	p.exec("UPDATE task_results SET body = NULL WHERE request_id = ?", r.ID)
	p.exec("UPDATE idempotency SET answer = NULL WHERE request_id = ?", r.ID)
	p.exec("DELETE FROM sessions WHERE request_id = ?", r.ID)
	p.forgetMails(r.ID)
	return s.run(ctx, p)
}

// forgetMails destroys the keys of the mails of a request that belong to no
// other request with a key, and of those that repeat them.
func (p *plan) forgetMails(requestID string) {
	const forget = "UPDATE received_mail SET wrapped = NULL, content = NULL, hash_key = NULL, sender_key = NULL WHERE "
	p.exec(forget+"id IN (SELECT mail_id FROM mail_requests WHERE request_id = ?) AND NOT EXISTS ("+
		"SELECT 1 FROM mail_requests o JOIN requests r ON r.id = o.request_id "+
		"WHERE o.mail_id = received_mail.id AND r.shredded_at IS NULL)", requestID)
	p.exec(forget+"repeats IN (SELECT m.id FROM received_mail m JOIN mail_requests o ON o.mail_id = m.id "+
		"WHERE o.request_id = ? AND m.wrapped IS NULL)", requestID)
}
