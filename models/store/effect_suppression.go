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
