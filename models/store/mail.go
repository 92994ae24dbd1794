package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"habeas/models"
)

// mailRow is a received mail. Its keys are blind indexes.
type mailRow struct {
	ID         string
	State      models.MailState
	Reason     string
	Source     string
	ReceivedAt time.Time
	KeptAt     time.Time
	DecidedAt  *time.Time
	Blob       string
	Size       int64
	Repeats    *string
	DecidedBy  string
	Wrapped    []byte // nil once destroyed
	Content    []byte
	EventKey   []byte
	HashKey    []byte
	SenderKey  []byte
}

func (mailRow) TableName() string { return "received_mail" }

// actorText is an actor in one column, as kind:id.
func actorText(a models.Actor) string {
	if a.Kind == "" {
		return ""
	}
	return string(a.Kind) + ":" + a.ID
}

func actorOf(s string) models.Actor {
	kind, id, _ := strings.Cut(s, ":")
	return models.Actor{Kind: models.ActorKind(kind), ID: id}
}

// mail returns the mail; of a destroyed one the content is empty.
func (b *sealer) mail(row mailRow) (models.ReceivedMail, error) {
	m := models.ReceivedMail{
		ID: row.ID, State: row.State, Reason: row.Reason, Source: row.Source,
		ReceivedAt: stored(row.ReceivedAt), KeptAt: stored(row.KeptAt), DecidedAt: orZero(row.DecidedAt), Blob: row.Blob, Size: row.Size,
		Repeats: plain(row.Repeats), DecidedBy: actorOf(row.DecidedBy),
	}
	if err := b.unwrap(row.ID, row.Wrapped); err != nil {
		return models.ReceivedMail{}, err
	}
	data, err := b.open(row.ID, row.Content, placeMail+row.ID)
	if err != nil || data == nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m.MailContent); err != nil {
		return models.ReceivedMail{}, fmt.Errorf("decoding the mail %s: %w", row.ID, err)
	}
	return m, nil
}

// SealMail seals the bytes of a mail under a new key of its own, which it
// returns wrapped, for MailReceived.
func (s *Store) SealMail(id string, raw []byte) (sealed, wrapped []byte, err error) {
	wrapped, k, err := s.keys.NewKey(id)
	if err != nil {
		return nil, nil, err
	}
	sealed, err = k.Seal(raw, placeMailBytes+id)
	return sealed, wrapped, err
}

// OpenMail returns what SealMail sealed, or CodeNotFound once the key of the
// mail is destroyed.
func (s *Store) OpenMail(ctx context.Context, id string, sealed []byte) ([]byte, error) {
	b := s.newSealer(ctx)
	if err := b.loadMailKey(id); err != nil {
		return nil, err
	}
	if b.keys[id] == nil {
		return nil, missing("such mail any more")
	}
	return b.open(id, sealed, placeMailBytes+id)
}

// deliveryKey is the blind index of what a source calls a delivery, or nil if
// it has no name.
func (s *Store) deliveryKey(source, eventID string) []byte {
	if eventID == "" {
		return nil
	}
	return s.keys.Index(indexMailEvent, []byte(source+"\x00"+eventID))
}

// Mail returns a received mail, or CodeNotFound.
func (s *Store) Mail(ctx context.Context, id string) (models.ReceivedMail, error) {
	return s.mailWhere(ctx, "id = ?", id)
}

// MailByDelivery returns the mail that a source delivered under a name.
func (s *Store) MailByDelivery(ctx context.Context, source, eventID string) (models.ReceivedMail, error) {
	if eventID == "" {
		return models.ReceivedMail{}, missing("such mail")
	}
	return s.mailWhere(ctx, "event_key IN ?", s.keys.Indexes(indexMailEvent, []byte(source+"\x00"+eventID)))
}

// MailByHash returns another mail of the same content that was kept since
// then, or CodeNotFound.
func (s *Store) MailByHash(ctx context.Context, hash string, since time.Time, except string) (models.ReceivedMail, error) {
	return s.mailWhere(ctx, "hash_key IN ? AND kept_at >= ? AND id <> ?", s.keys.Indexes(indexMailHash, []byte(hash)), stored(since), except)
}

func (s *Store) mailWhere(ctx context.Context, where string, args ...any) (models.ReceivedMail, error) {
	var row mailRow
	if err := first(s.read(ctx).Where(where, args...), &row, "such mail"); err != nil {
		return models.ReceivedMail{}, err
	}
	m, err := s.newSealer(ctx).mail(row)
	if err != nil {
		return models.ReceivedMail{}, err
	}
	m.Requests, err = s.requestsOf(ctx, m.ID)
	return m, err
}

// requestsOf returns the references of the requests that a mail belongs to,
// the oldest first.
func (s *Store) requestsOf(ctx context.Context, mailID string) ([]string, error) {
	var references []string
	err := s.read(ctx).Table("requests").Joins("JOIN mail_requests m ON m.request_id = requests.id").
		Where("m.mail_id = ?", mailID).Order("received_at, id").Pluck("reference", &references).Error
	if err != nil {
		return nil, fmt.Errorf("looking for the requests of a mail: %w", fault(err))
	}
	return references, nil
}

// Linked returns the references of the other requests that share a mail with
// this one, the oldest first.
func (s *Store) Linked(ctx context.Context, requestID string) ([]string, error) {
	var references []string
	err := s.read(ctx).Table("requests").
		Where("id <> ? AND id IN (SELECT o.request_id FROM mail_requests o JOIN mail_requests m ON m.mail_id = o.mail_id WHERE m.request_id = ?)", requestID, requestID).
		Order("received_at, id").Pluck("reference", &references).Error
	if err != nil {
		return nil, fmt.Errorf("looking for linked requests: %w", fault(err))
	}
	return references, nil
}

// Mails returns a page of mails, the oldest first, without their content but
// for what they seem to ask for. The cursor is zero on the last page.
func (s *Store) Mails(ctx context.Context, f models.MailFilter) ([]models.ReceivedMail, models.Cursor, error) {
	if !storable(f.After.ID) {
		return nil, models.Cursor{}, nil
	}
	limit := min(max(f.Limit, 1), maxPage)
	tx := s.read(ctx)
	if len(f.States) > 0 {
		tx = tx.Where("(state IN ? OR ? AND "+stuck+")", f.States, slices.Contains(f.States, models.MailHeld), s.stuckSince())
	}
	if !f.After.IsZero() {
		tx = tx.Where("(received_at, id) > (?, ?)", stored(f.After.At), f.After.ID)
	}
	var rows []mailRow
	if err := tx.Order("received_at, id").Limit(limit + 1).Find(&rows).Error; err != nil {
		return nil, models.Cursor{}, fmt.Errorf("listing mails: %w", fault(err))
	}
	var next models.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = models.Cursor{At: stored(rows[limit-1].ReceivedAt), ID: rows[limit-1].ID}
	}
	list := make([]models.ReceivedMail, len(rows))
	for i, row := range rows {
		m, err := s.newSealer(ctx).mail(row)
		if err != nil {
			return nil, models.Cursor{}, err
		}
		m.MailContent = models.MailContent{Reading: models.MailReading{Suggestion: m.Reading.Suggestion.WithoutSentences()}}
		list[i] = m
	}
	return list, next, nil
}

// ClaimMail stores what a kept mail says, and that its content is taken: of
// mails that say the same and were kept since then only one gets through, and
// the others are CodeConflict. It is CodeStale for a mail that was placed
// meanwhile.
func (s *Store) ClaimMail(ctx context.Context, m models.ReceivedMail, hash, sender string, since time.Time) error {
	b := s.newSealer(ctx)
	if err := b.loadMailKey(m.ID); err != nil {
		return err
	}
	content, err := b.sealJSON(m.ID, m.MailContent, placeMail+m.ID)
	if err != nil {
		return err
	}
	p := s.plan(ctx)
	p.exec("UPDATE received_mail SET hash_key = NULL WHERE hash_key IN ? AND kept_at < ? AND id <> ?",
		s.keys.Indexes(indexMailHash, []byte(hash)), stored(since), m.ID)
	claim := p.exec("UPDATE received_mail SET hash_key = ?, sender_key = ?, content = ? WHERE id = ? AND state = 'kept'",
		s.keys.Index(indexMailHash, []byte(hash)), s.index(indexMailSender, sender), content, m.ID)
	claim.must(models.Errorf(models.CodeStale, "the mail was placed meanwhile"))
	claim.unique(models.Errorf(models.CodeConflict, "the same mail is there already"))
	return s.run(ctx, p)
}

// MailsFrom counts the mails of a sender received in (from, to].
func (s *Store) MailsFrom(ctx context.Context, sender string, from, to time.Time) (int, error) {
	var n int64
	err := s.read(ctx).Model(&mailRow{}).
		Where("sender_key IN ? AND sender_key IS NOT NULL AND received_at > ? AND received_at <= ?",
			s.indexes(indexMailSender, sender), stored(from), stored(to)).Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("counting mails: %w", fault(err))
	}
	return int(n), nil
}

// QuarantinedMail counts the mails that wait for staff, to most+1 and no further (all
// for most 0), and says since when the
// oldest does; zero if none does.
func (s *Store) QuarantinedMail(ctx context.Context, most int) (int, time.Time, error) {
	var n int64
	const waits = "(state = 'held' OR " + stuck + ")"
	since := s.stuckSince()
	held := s.read(ctx).Model(&mailRow{}).Select("1").Where(waits, since)
	if most > 0 {
		held = held.Limit(most + 1)
	}
	if err := s.read(ctx).Table("(?) AS held", held).Count(&n).Error; err != nil {
		return 0, time.Time{}, fmt.Errorf("counting mails: %w", fault(err))
	}
	var oldest []time.Time
	err := s.read(ctx).Model(&mailRow{}).Where(waits, since).Order("received_at, id").Limit(1).Pluck("received_at", &oldest).Error
	if err != nil || len(oldest) == 0 {
		return int(n), time.Time{}, fault(err)
	}
	return int(n), stored(oldest[0]), nil
}

// stuck is the condition of a mail that was kept and, as of a time, not placed.
const stuck = "state = 'kept' AND kept_at <= ?"

func (s *Store) stuckSince() time.Time { return s.now().Add(-models.KeptTooLong) }
