package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"habeas/models"
)

// Events returns the log of a request, the oldest first.
func (s *Store) Events(ctx context.Context, requestID string) ([]models.Event, error) {
	var bodies [][]byte
	if !storable(requestID) {
		return nil, nil
	}
	err := s.read(ctx).Model(&eventRow{}).Where("request_id = ?", requestID).Order("at, id").Pluck("body", &bodies).Error
	if err != nil {
		return nil, fmt.Errorf("loading events: %w", fault(err))
	}
	events := make([]models.Event, len(bodies))
	for i, b := range bodies {
		if events[i], err = models.ParseEvent(b); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// WaysIn returns the events by which somebody got a way in since a request came
// in, the oldest first.
func (s *Store) WaysIn(ctx context.Context, r models.Request) ([]models.Event, error) {
	var bodies [][]byte
	err := s.read(ctx).Model(&eventRow{}).
		Where("request_id IS NULL AND at >= ? AND id > ? AND kind IN ?", stored(r.EnteredAt), r.ID, models.WayInEvents()). // ids are in the order of time
		Order("at, id").Pluck("body", &bodies).Error
	if err != nil {
		return nil, fmt.Errorf("loading ways in: %w", fault(err))
	}
	events := make([]models.Event, len(bodies))
	for i, b := range bodies {
		if events[i], err = models.ParseEvent(b); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// Messages returns the correspondence of a request, the oldest first. Of a
// shredded request the words are empty.
func (s *Store) Messages(ctx context.Context, requestID string) ([]models.Message, error) {
	var rows []messageRow
	if err := s.read(ctx).Where("request_id = ?", requestID).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("loading messages: %w", fault(err))
	}
	b := s.newSealer(ctx)
	messages := make([]models.Message, len(rows))
	for i, row := range rows {
		var err error
		if messages[i], err = b.message(row); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

// LastByStaff returns the id of the last event that staff caused in a request;
// "" for none.
func (s *Store) LastByStaff(ctx context.Context, requestID string) (string, error) {
	var ids []string
	err := s.read(ctx).Model(&eventRow{}).Where("request_id = ? AND actor LIKE ?", requestID, string(models.ActorStaff)+":%").
		Order("at DESC, id DESC").Limit(1).Pluck("id", &ids).Error
	if err != nil {
		return "", fmt.Errorf("looking for what staff did last: %w", fault(err))
	}
	return strings.Join(ids, ""), nil
}

// Written counts what came into a request from outside, of messages lately only
// those since then.
func (s *Store) Written(ctx context.Context, requestID string, since time.Time) (models.Written, error) {
	var w models.Written
	const session = "mail IS NULL"
	doubtful := make([]string, len(models.DoubtfulFlags()))
	for i, f := range models.DoubtfulFlags() {
		doubtful[i] = "' ' || flags || ' ' LIKE '% " + string(f) + " %'"
	}
	others := "(" + strings.Join(doubtful, " OR ") + ")"
	err := s.read(ctx).Model(&messageRow{}).Where("request_id = ? AND direction = ?", requestID, models.Incoming).
		Select("count(*) AS messages, count(CASE WHEN "+session+" AND created_at >= ? THEN 1 END) AS lately, "+
			"COALESCE(SUM(CASE WHEN "+session+" THEN length(text) END), 0) AS bytes, "+
			"COALESCE(SUM(CASE WHEN mail IS NOT NULL AND NOT "+others+" THEN length(text) END), 0) AS mail_bytes, "+
			"COALESCE(SUM(CASE WHEN mail IS NOT NULL AND "+others+" THEN length(text) END), 0) AS other_bytes", stored(since)).Scan(&w).Error
	if err != nil {
		return w, fmt.Errorf("counting what was written: %w", fault(err))
	}
	return w, nil
}

// SentKeys returns those of the keys that there is a message under.
func (s *Store) SentKeys(ctx context.Context, keys []string) ([]string, error) {
	var found []string
	err := s.read(ctx).Model(&messageRow{}).Where("unique_key IN ?", keys).Pluck("unique_key", &found).Error
	if err != nil {
		return nil, fmt.Errorf("looking for sent messages: %w", fault(err))
	}
	return found, nil
}

// Message returns one message, or CodeNotFound.
func (s *Store) Message(ctx context.Context, id string) (models.Message, error) {
	return s.messageWhere(ctx, "id = ?", id)
}

// MessageByMailID returns the message that was mailed under a Message-ID, or
// CodeNotFound.
func (s *Store) MessageByMailID(ctx context.Context, mailID string) (models.Message, error) {
	if mailID == "" {
		return models.Message{}, missing("such message")
	}
	return s.messageWhere(ctx, "message_id_index IN ? AND message_id_index IS NOT NULL", s.indexes(indexMessageID, mailID))
}

func (s *Store) messageWhere(ctx context.Context, condition string, value any) (models.Message, error) {
	var row messageRow
	if err := first(s.read(ctx).Where(condition, value), &row, "such message"); err != nil {
		return models.Message{}, err
	}
	return s.newSealer(ctx).message(row)
}

// Files returns the attachments of a request, the oldest first.
func (s *Store) Files(ctx context.Context, requestID string) ([]models.File, error) {
	var rows []fileRow
	if err := s.read(ctx).Where("request_id = ?", requestID).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("loading files: %w", fault(err))
	}
	b := s.newSealer(ctx)
	files := make([]models.File, len(rows))
	for i, row := range rows {
		var err error
		if files[i], err = b.file(row); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// SealFile seals the bytes of a file under its request's key.
func (s *Store) SealFile(ctx context.Context, f models.File, plain []byte) ([]byte, error) {
	return s.newSealer(ctx).seal(f.RequestID, plain, placeFileBytes+f.ID)
}

// OpenFile returns what SealFile sealed for the same file, or CodeNotFound
// once the request is shredded.
func (s *Store) OpenFile(ctx context.Context, f models.File, sealed []byte) ([]byte, error) {
	b := s.newSealer(ctx)
	gone, err := b.destroyed(f.RequestID)
	if err != nil {
		return nil, err
	}
	if gone {
		return nil, missing("such file any more")
	}
	return b.open(f.RequestID, sealed, placeFileBytes+f.ID)
}

// SealStream is SealFile for a file of any size: it seals what is written to it, in
// constant memory, into w. Close seals the end.
func (s *Store) SealStream(ctx context.Context, f models.File, w io.Writer) (io.WriteCloser, error) {
	k, err := s.newSealer(ctx).key(f.RequestID)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return nil, models.Errorf(models.CodeConflict, "the personal data of the request is destroyed")
	}
	return k.SealStream(w, placeFileBytes+f.ID) //nolint:wrapcheck // it says what it is about
}

// OpenStream returns what SealStream sealed for the same file, or CodeNotFound once
// the request is shredded.
func (s *Store) OpenStream(ctx context.Context, f models.File, r io.Reader) (io.Reader, error) {
	k, err := s.newSealer(ctx).key(f.RequestID)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return nil, missing("such file any more")
	}
	return k.OpenStream(r, placeFileBytes+f.ID) //nolint:wrapcheck // it says what it is about
}

// CountTry counts a try of the request's live code before it is compared: first
// against the client, under each key, and only while all have tries left against
// the code. It returns the code with that try counted, or CodeNotFound. How many
// tries a code has of all clients is the caller's rule.
func (s *Store) CountTry(ctx context.Context, requestID string, by []models.Tries, now time.Time) (models.MailedCode, error) {
	var rows []codeRow
	err := s.countTry(ctx, liveCode{"codes", "code_tries", "request_id", requestID, now}, by, &rows)
	if err == nil && len(rows) == 0 {
		err = missing("code to try")
	}
	if err != nil {
		return models.MailedCode{}, err
	}
	return rows[0].code(), nil
}

// liveCode is the code of a request or of a task that can be typed now.
type liveCode struct {
	table, tries, column, of string
	now                      time.Time
}

func (s *Store) countTry(ctx context.Context, c liveCode, by []models.Tries, rows any) error {
	if !storable(c.of) {
		return missing("code to try")
	}
	live := c.table + " WHERE " + c.column + " = ? AND live AND expires_at > ?"
	condition := strings.TrimPrefix(live, c.table)
	for _, one := range by {
		own := s.written.WithContext(ctx).Exec(
			"INSERT INTO "+c.tries+" (code_id, client, tries) SELECT id, CAST(? AS text), 1 FROM "+live+
				" ON CONFLICT (code_id, client) DO UPDATE SET tries = "+c.tries+".tries + 1 WHERE "+c.tries+".tries < ?",
			hex.EncodeToString(one.Key), c.of, stored(c.now), one.Most)
		if own.Error != nil {
			return fmt.Errorf("counting a client's try: %w", fault(own.Error))
		}
		if own.RowsAffected == 0 {
			return missing("code to try")
		}
	}
	err := s.written.WithContext(ctx).Raw("UPDATE "+c.table+" SET tries = tries + 1"+condition+" RETURNING *", c.of, stored(c.now)).Scan(rows).Error
	if err != nil {
		return fmt.Errorf("counting a try: %w", fault(err))
	}
	return nil
}

// Codes returns the codes issued for a request since then, the newest first.
func (s *Store) Codes(ctx context.Context, requestID string, since time.Time) ([]models.MailedCode, error) {
	var rows []codeRow
	err := s.read(ctx).Where("request_id = ? AND created_at >= ?", requestID, stored(since)).Order("created_at DESC, id DESC").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("reading codes: %w", fault(err))
	}
	all := make([]models.MailedCode, len(rows))
	for i, row := range rows {
		all[i] = row.code()
	}
	return all, nil
}

// Session returns the live session of a token, or CodeNotFound.
func (s *Store) Session(ctx context.Context, hash []byte, now time.Time) (models.Session, error) {
	var row sessionRow
	err := first(s.read(ctx).Where("hash = ? AND expires_at > ?", hash, stored(now)), &row, "such session")
	return models.Session{ID: row.ID, RequestID: row.RequestID, Hash: row.Hash, ExpiresAt: stored(row.ExpiresAt), SeenAt: orZero(row.SeenAt)}, err
}

// SeeSession notes that a session was used.
func (s *Store) SeeSession(ctx context.Context, id string, at time.Time) error {
	p := s.plan(ctx)
	p.exec("UPDATE sessions SET seen_at = ? WHERE id = ? AND seen_at < ?", stored(at), id, stored(at))
	return s.run(ctx, p)
}

// EndSession deletes the session of a token, if there is one.
func (s *Store) EndSession(ctx context.Context, hash []byte) error {
	p := s.plan(ctx)
	p.exec("DELETE FROM sessions WHERE hash = ?", hash)
	return s.run(ctx, p)
}

// SavePolicy keeps a policy version; one that is there already stays.
func (s *Store) SavePolicy(ctx context.Context, version string, snapshot []byte) error {
	p := s.plan(ctx)
	insertOne(p, policyRow{Version: version, Snapshot: snapshot}, unlessThere("version"))
	return s.run(ctx, p)
}

// Policy returns the snapshot of a policy version, or CodeNotFound.
func (s *Store) Policy(ctx context.Context, version string) ([]byte, error) {
	var row policyRow
	err := first(s.read(ctx).Where("version = ?", version), &row, "such policy version")
	return row.Snapshot, err
}
