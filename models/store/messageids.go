package store

import (
	"context"
	"fmt"

	"habeas/models"
)

// unsealedRow is a Message-ID of before those were sealed.
type unsealedRow struct {
	ID     string
	MailID string
}

func (unsealedRow) TableName() string { return "unsealed_message_ids" }

// sealMessageIDs seals the Message-IDs that a migration left, because it has no
// keys. Those of a request whose key is destroyed keep their index alone.
// Processes that start together write the same.
func (s *Store) sealMessageIDs(ctx context.Context) error {
	const batch = 500
	for {
		var rows []unsealedRow
		if err := s.written.WithContext(ctx).Order("id").Limit(batch).Find(&rows).Error; err != nil {
			return fmt.Errorf("looking for unsealed Message-IDs: %w", fault(err))
		}
		if len(rows) == 0 {
			return nil
		}
		p, b := s.plan(ctx), s.newSealer(ctx)
		for _, row := range rows {
			if err := p.sealMessageID(b, row); err != nil {
				return err
			}
		}
		if err := s.run(ctx, p); err != nil {
			return fmt.Errorf("sealing Message-IDs: %w", err)
		}
	}
}

func (p *plan) sealMessageID(b *sealer, row unsealedRow) error {
	var m messageRow
	if err := first(b.store.read(b.ctx).Select("id, request_id").Where("id = ?", row.ID), &m, "such message"); err != nil {
		return err
	}
	sealed, err := b.seal(plain(m.RequestID), []byte(row.MailID), placeMessageID+row.ID)
	if err != nil && models.CodeOf(err) != models.CodeConflict {
		return err
	}
	p.exec("UPDATE messages SET message_id = ?, message_id_index = ? WHERE id = ?", sealed, b.store.index(indexMessageID, row.MailID), row.ID)
	p.exec("DELETE FROM unsealed_message_ids WHERE id = ?", row.ID)
	return nil
}
