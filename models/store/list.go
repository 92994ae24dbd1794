package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"habeas/models"
)

// maxPage bounds the length of a page.
const maxPage = 500

// List returns the facts of the requests that the filter selects, one page at
// a time. The cursor is zero on the last page.
func (s *Store) List(ctx context.Context, f models.Filter) ([]models.Request, models.Cursor, error) {
	if !storable(f.Reference) || !storable(f.Assignee) || !storable(f.Regime) || !storable(f.After.ID) || !storable(string(f.Outcome)) {
		return nil, models.Cursor{}, nil
	}
	limit := min(max(f.Limit, 1), maxPage)
	tx := s.filter(s.read(ctx).Select(factColumns), f)
	byReceipt := f.Sort == models.SortReceivedAt
	switch {
	case byReceipt && !f.After.IsZero():
		tx = tx.Where("(received_at, id) < (?, ?)", stored(f.After.At), f.After.ID)
	case !f.After.IsZero():
		tx = tx.Where("(respond_by, id) > (?, ?)", stored(f.After.At), f.After.ID)
	}
	order := "respond_by, id"
	if byReceipt {
		order = "received_at DESC, id DESC"
	}
	var rows []requestRow
	if err := tx.Order(order).Limit(limit + 1).Find(&rows).Error; err != nil { // one more tells whether there is another page
		return nil, models.Cursor{}, fmt.Errorf("listing requests: %w", fault(err))
	}
	var next models.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = models.Cursor{At: stored(last.RespondBy), ID: last.ID}
		if byReceipt {
			next.At = stored(last.ReceivedAt)
		}
	}
	list, err := requests(rows)
	return list, next, err
}

// filter adds a condition for each field. Constants in the SQL are those of
// partial indexes, which a parameter would not match.
func (s *Store) filter(tx *gorm.DB, f models.Filter) *gorm.DB {
	if len(f.States) > 0 {
		tx = tx.Where("state IN ?", f.States)
		if !slices.Contains(f.States, models.StateClosed) {
			tx = tx.Where("state <> 'closed'")
		}
	}
	if len(f.Types) > 0 {
		tx = tx.Where("type IN ?", f.Types)
	}
	if f.Regime != "" {
		tx = tx.Where("EXISTS (SELECT 1 FROM request_regimes g WHERE g.regime = ? AND g.request_id = requests.id)", f.Regime)
	}
	switch f.Assignee {
	case "":
	case models.Unassigned:
		tx = tx.Where("assignee = ''")
	default:
		tx = tx.Where("assignee = ? AND assignee <> ''", f.Assignee)
	}
	if f.Outcome != "" {
		tx = tx.Where("outcome = ?", f.Outcome)
		if f.Sort != models.SortReceivedAt { // SQLite would sort all of an outcome rather than walk in order
			tx = tx.Where("outcome <> ''")
		}
	}
	if f.Overdue {
		tx = tx.Where("state <> 'closed' AND respond_by < ?", stored(f.Now))
	}
	if f.Email != "" {
		tx = tx.Where("email_index IN ? AND email_index IS NOT NULL", s.indexes(indexMailbox, f.Email))
	}
	if f.Reference != "" {
		tx = tx.Where("reference = ?", f.Reference)
	}
	return within(tx, f)
}

func within(tx *gorm.DB, f models.Filter) *gorm.DB {
	if !f.DueBefore.IsZero() {
		tx = tx.Where("respond_by < ?", stored(f.DueBefore))
	}
	if !f.ReceivedFrom.IsZero() {
		tx = tx.Where("received_at >= ?", stored(f.ReceivedFrom))
	}
	if !f.ReceivedTo.IsZero() {
		tx = tx.Where("received_at < ?", stored(f.ReceivedTo))
	}
	return tx
}
