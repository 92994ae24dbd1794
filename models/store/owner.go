package store

import (
	"context"
	"fmt"
	"time"

	"habeas/models"
)

// CountOwnerTry is CountTry for the live code of a task.
func (s *Store) CountOwnerTry(ctx context.Context, taskID string, by []models.Tries, now time.Time) (models.OwnerCode, error) {
	var rows []ownerCodeRow
	err := s.countTry(ctx, liveCode{"owner_codes", "owner_code_tries", "task_id", taskID, now}, by, &rows)
	if err == nil && len(rows) == 0 {
		err = missing("code to try")
	}
	if err != nil {
		return models.OwnerCode{}, err
	}
	row := rows[0]
	return models.OwnerCode{
		ID: row.ID, TaskID: row.TaskID, OwnerDigest: row.OwnerDigest, Digest: row.Digest, ExpiresAt: stored(row.ExpiresAt), Tries: row.Tries,
	}, nil
}

// OwnerCodesSince counts the codes issued to an owner since then, for any task.
func (s *Store) OwnerCodesSince(ctx context.Context, ownerDigest string, since time.Time) (int, error) {
	var n int64
	err := s.read(ctx).Model(&ownerCodeRow{}).Where("owner_digest = ? AND created_at >= ?", ownerDigest, stored(since)).Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("counting codes: %w", fault(err))
	}
	return int(n), nil
}

// OwnerSession returns the live session of a token, or CodeNotFound.
func (s *Store) OwnerSession(ctx context.Context, hash []byte, now time.Time) (models.OwnerSession, error) {
	var row ownerSessionRow
	err := first(s.read(ctx).Where("hash = ? AND expires_at > ?", hash, stored(now)), &row, "such session")
	return models.OwnerSession{ID: row.ID, TaskID: row.TaskID, OwnerDigest: row.OwnerDigest, Hash: row.Hash, ExpiresAt: stored(row.ExpiresAt)}, err
}

// EndOwnerSession deletes the session of a token, if there is one.
func (s *Store) EndOwnerSession(ctx context.Context, hash []byte) error {
	p := s.plan(ctx)
	p.exec("DELETE FROM owner_sessions WHERE hash = ?", hash)
	return s.run(ctx, p)
}
