package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"habeas/models"
)

// maxPage bounds the length of a page.
const maxPage = 500

// List returns the facts of the requests that the filter selects, one page at
// a time. The cursor is zero on the last page.
func (s *Store) List(ctx context.Context, f models.Filter) ([]models.Request, models.Cursor, error) {
	limit := min(max(f.Limit, 1), maxPage)
	tx := s.filter(s.read(ctx).Select(factColumns), f)
	o := orderOf(f)
	if !f.After.IsZero() {
		tx = tx.Where(fmt.Sprintf("(%s, id) %s (?, ?)", o.column, o.beyond()), stored(f.After.At), f.After.ID)
	}
	var rows []requestRow
	if err := tx.Order(o.String()).Limit(limit + 1).Find(&rows).Error; err != nil { // one more tells whether there is another page
		return nil, models.Cursor{}, fmt.Errorf("listing requests: %w", fault(err))
	}
	var next models.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = o.cursor(rows[limit-1])
	}
	if f.Backwards {
		slices.Reverse(rows)
	}
	list, err := requests(rows)
	return list, next, err
}

// order is how a list walks through an index.
type order struct {
	column string
	down   bool
}

func orderOf(f models.Filter) order {
	if f.Sort == models.SortReceivedAt {
		return order{"received_at", !f.Backwards}
	}
	return order{"respond_by", f.Backwards}
}

func (o order) String() string {
	if o.down {
		return o.column + " DESC, id DESC"
	}
	return o.column + ", id"
}

// beyond compares with the row before.
func (o order) beyond() string {
	if o.down {
		return "<"
	}
	return ">"
}

func (o order) cursor(row requestRow) models.Cursor {
	if o.column == "received_at" {
		return models.Cursor{At: stored(row.ReceivedAt), ID: row.ID}
	}
	return models.Cursor{At: stored(row.RespondBy), ID: row.ID}
}

// Counts returns how many requests each filter selects, counting to most+1 and
// no further: "more than 500" costs the same among a thousand as among a
// million.
func (s *Store) Counts(ctx context.Context, filters []models.Filter, most int) ([]int, error) {
	var parts []string
	var args []any
	for i, f := range filters {
		some := s.filter(s.read(ctx).Model(&requestRow{}).Select("1"), f).Limit(most + 1)
		parts = append(parts, fmt.Sprintf("SELECT %d AS no, (SELECT count(*) FROM (?) q) AS n", i))
		args = append(args, some)
	}
	if len(parts) == 0 {
		return nil, nil
	}
	var rows []struct{ No, N int }
	if err := s.read(ctx).Raw(strings.Join(parts, " UNION ALL "), args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("counting requests: %w", fault(err))
	}
	counts := make([]int, len(filters))
	for _, row := range rows {
		counts[row.No] = row.N
	}
	return counts, nil
}

// Alike returns, for each open request that has one, how many open requests
// are of its type and of its mailbox, however that is spelled, itself
// included: counted to most+1 and no further. ids are those of one page.
func (s *Store) Alike(ctx context.Context, ids []string, most int) (map[string]int, error) {
	const counted = "SELECT q.id, (SELECT count(*) FROM (SELECT 1 FROM requests r " +
		"WHERE r.alike = q.alike AND r.type = q.type AND r.alike IS NOT NULL AND r.state <> 'closed' LIMIT ?) some) AS n " +
		"FROM requests q WHERE q.id IN ? AND q.alike IS NOT NULL AND q.state <> 'closed'"
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // no requests have no like
	}
	var rows []struct {
		ID string
		N  int
	}
	if err := s.read(ctx).Raw(counted, most+1, ids).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("counting requests that are alike: %w", fault(err))
	}
	counts := map[string]int{}
	for _, row := range rows {
		if row.N > 1 {
			counts[row.ID] = row.N
		}
	}
	return counts, nil
}

// filter adds a condition for each field. Constants in the SQL are those of
// partial indexes, which a parameter would not match.
func (s *Store) filter(tx *gorm.DB, f models.Filter) *gorm.DB {
	if !storable(f.Reference) || !storable(f.Alike) || !storable(f.Assignee) || !storable(f.Regime) || !storable(f.After.ID) || !storable(string(f.Outcome)) {
		return tx.Where("1 = 0") // no column has such a value
	}
	if len(f.States) > 0 {
		tx = tx.Where("state IN ?", f.States)
		if !slices.Contains(f.States, models.StateClosed) {
			tx = tx.Where("state <> 'closed'")
		} else if len(f.States) == 1 {
			tx = tx.Where("state = 'closed'")
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
	if f.Waiting {
		tx = tx.Where("state <> 'closed' AND (state IN ('open', 'in_progress', 'in_review') OR state = 'unverified' AND (email_index IS NULL OR type = 'unsorted'))")
	}
	if f.Overdue {
		tx = tx.Where("state <> 'closed' AND respond_by < ?", stored(f.Now))
	}
	if f.Email != "" {
		tx = tx.Where("email_index IN ? AND email_index IS NOT NULL", s.indexes(indexMailbox, f.Email))
	}
	if f.Unsent {
		tx = tx.Where("unsent <> '' AND state <> 'closed'")
	}
	if f.Alike != "" {
		const of = " = (SELECT %[1]s FROM requests WHERE reference = ?)"
		tx = tx.Where("alike IS NOT NULL AND state <> 'closed'").
			Where(fmt.Sprintf("alike"+of, "alike"), f.Alike).Where(fmt.Sprintf("type"+of, "type"), f.Alike)
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
