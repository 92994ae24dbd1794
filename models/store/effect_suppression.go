package store

import (
	"context"
	"fmt"
	"time"

	"habeas/models"
)

// suppressionRow is a mailbox on the suppression list.
type suppressionRow struct {
	Mailbox []byte
	Since   time.Time
}

func (suppressionRow) TableName() string { return "never_mail" }

func (w *write) suppressionChanged(e models.SuppressionChanged) error {
	switch {
	case e.Mailbox == "":
	case e.Suppressed:
		insertOne(w.plan, suppressionRow{Mailbox: w.store.index(indexNever, e.Mailbox), Since: w.at}, unlessThere("mailbox"))
	default:
		w.unsuppress(e.Mailbox)
	}
	return nil
}

func (w *write) unsuppress(mailbox string) {
	w.exec("DELETE FROM never_mail WHERE mailbox IN ?", w.store.indexes(indexNever, mailbox))
}

// Suppressed reports whether a mailbox, in its canonical form, is on the
// suppression list.
func (s *Store) Suppressed(ctx context.Context, mailbox string) (bool, error) {
	var n int64
	if err := s.read(ctx).Model(&suppressionRow{}).Where("mailbox IN ?", s.indexes(indexNever, mailbox)).Count(&n).Error; err != nil {
		return false, fmt.Errorf("looking for a mailbox: %w", fault(err))
	}
	return n > 0, nil
}

// erasedRow is a mailbox whose owner had their data erased.
type erasedRow struct {
	Mailbox []byte
	Since   time.Time
}

func (erasedRow) TableName() string { return "erased_mailboxes" }

func (w *write) mailboxErased(e models.MailboxErased) error {
	if e.Mailbox == "" {
		return nil
	}
	w.exec("DELETE FROM erased_mailboxes WHERE mailbox IN ? AND since <= ?", w.store.indexes(indexErased, e.Mailbox), w.at)
	insertOne(w.plan, erasedRow{Mailbox: w.store.index(indexErased, e.Mailbox), Since: w.at}, unlessThere("mailbox"))
	return nil
}

// ErasedMailbox reports whether the owner of a mailbox, in its canonical form, had
// their data erased, and has not come back since.
func (s *Store) ErasedMailbox(ctx context.Context, mailbox string) (bool, error) {
	var n int64
	if err := s.read(ctx).Model(&erasedRow{}).Where("mailbox IN ?", s.indexes(indexErased, mailbox)).Count(&n).Error; err != nil {
		return false, fmt.Errorf("looking for a mailbox: %w", fault(err))
	}
	return n > 0, nil
}
