package store

import (
	"context"
	"fmt"
	"time"

	"habeas/models"
)

// outgoingRow is a message without its words.
type outgoingRow struct {
	ID        string
	Reference *string
	Template  string
	Audience  models.Audience
	Staff     string
	Delivery  models.Delivery
	Attempts  int
	LastError string
	CreatedAt time.Time
	SentAt    *time.Time
	Job       *string
	JobState  *string
}

// OutgoingMail returns a page of the mails in a delivery state, the newest
// first, without anything personal. The cursor is zero on the last page.
func (s *Store) OutgoingMail(ctx context.Context, d models.Delivery, after models.Cursor, limit int) ([]models.OutgoingMail, models.Cursor, error) {
	if !storable(after.ID) {
		return nil, models.Cursor{}, nil
	}
	limit = min(max(limit, 1), maxPage)
	tx := s.read(ctx).Table("messages AS m").
		Select("m.id, r.reference, m.template, m.audience, m.staff, m.delivery, m.attempts, m.last_error, m.created_at, m.sent_at, j.id AS job, j.state AS job_state").
		Joins("LEFT JOIN requests r ON r.id = m.request_id").
		Joins("LEFT JOIN jobs j ON j.unique_key = 'mail/' || m.id").
		Where("m.delivery = ?", d)
	if !after.IsZero() {
		tx = tx.Where("(m.created_at, m.id) < (?, ?)", stored(after.At), after.ID)
	}
	var rows []outgoingRow
	if err := tx.Order("m.created_at DESC, m.id DESC").Limit(limit + 1).Scan(&rows).Error; err != nil {
		return nil, models.Cursor{}, fmt.Errorf("listing outgoing mail: %w", fault(err))
	}
	var next models.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = models.Cursor{At: stored(rows[limit-1].CreatedAt), ID: rows[limit-1].ID}
	}
	list := make([]models.OutgoingMail, len(rows))
	for i, row := range rows {
		list[i] = models.OutgoingMail{
			ID: row.ID, Reference: plain(row.Reference), Template: row.Template, Audience: row.Audience, Staff: row.Staff, Delivery: row.Delivery,
			Attempts: row.Attempts, LastError: row.LastError, CreatedAt: stored(row.CreatedAt), SentAt: orZero(row.SentAt),
			Job: plain(row.Job), JobState: models.JobState(plain(row.JobState)),
		}
	}
	return list, next, nil
}
