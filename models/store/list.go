package store

import (
	"cmp"
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
	o := orderOf(f)
	rows, err := s.page(s.filter(s.read(ctx), f), f, o, limit+1) // one more tells whether there is another page
	if err == nil && len(f.Types) > 0 {
		// Those that ask for it besides another right lie in an index of their
		// own: no plan walks two for one condition.
		var more []requestRow
		more, err = s.page(s.filter(s.asksAlso(s.read(ctx), f.Types), withoutTypes(f)), f, o, limit+1)
		rows = o.merge(rows, more)
	}
	if err != nil {
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

// page reads the rows of a list that lie behind its cursor.
func (s *Store) page(tx *gorm.DB, f models.Filter, o order, limit int) (rows []requestRow, err error) {
	if !f.After.IsZero() {
		tx = tx.Where(fmt.Sprintf("(%s, id) %s (?, ?)", o.column, o.beyond()), stored(f.After.At), f.After.ID)
	}
	err = tx.Select(factColumns).Order(o.String()).Limit(limit).Find(&rows).Error
	return rows, err
}

// asksAlso selects the requests that ask for one of the types besides another.
func (s *Store) asksAlso(tx *gorm.DB, types []models.RequestType) *gorm.DB {
	any := s.read(tx.Statement.Context)
	for _, t := range types {
		if storable(string(t)) {
			any = any.Or(`also LIKE ? ESCAPE '!'`, among(t))
		}
	}
	return tx.Where("also <> '' AND type NOT IN ?", types).Where(any)
}

// among is the pattern of a type among the further rights of a request.
func among(t models.RequestType) string { return "% " + like.Replace(string(t)) + " %" }

// like takes the meaning from what LIKE takes for more than itself.
var like = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_") //nolint:gochecknoglobals // read-only, built once

func withoutTypes(f models.Filter) models.Filter {
	f.Types = nil
	return f
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

// merge joins two lists that are each in order.
func (o order) merge(a, b []requestRow) []requestRow {
	a = append(a, b...)
	slices.SortStableFunc(a, func(x, y requestRow) int {
		one, two := o.cursor(x), o.cursor(y)
		ordered := cmp.Or(one.At.Compare(two.At), strings.Compare(one.ID, two.ID))
		if o.down {
			return -ordered
		}
		return ordered
	})
	return a
}

// Counts returns how many requests each filter selects, counting to most+1 and
// no further: "more than 500" costs the same among a thousand as among a
// million.
func (s *Store) Counts(ctx context.Context, filters []models.Filter, most int) ([]int, error) {
	var parts []string
	var args []any
	for i, f := range filters {
		one := func() *gorm.DB { return s.read(ctx).Model(&requestRow{}).Select("1") }
		some := []*gorm.DB{s.filter(one(), f)}
		if len(f.Types) > 0 {
			some = append(some, s.filter(s.asksAlso(one(), f.Types), withoutTypes(f)))
		}
		for _, list := range some {
			parts = append(parts, fmt.Sprintf("SELECT %d AS no, (SELECT count(*) FROM (?) q) AS n", i))
			args = append(args, list.Limit(most+1))
		}
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
		counts[row.No] = min(counts[row.No]+row.N, most+1)
	}
	return counts, nil
}

// SimilarOpen returns, for each open request that has one, how many open requests
// are of its type and of its mailbox, however that is spelled, itself
// included: counted to most+1 and no further. ids are those of one page.
func (s *Store) SimilarOpen(ctx context.Context, ids []string, most int) (map[string]int, error) {
	const counted = "SELECT q.id, (SELECT count(*) FROM (SELECT 1 FROM requests r " +
		"WHERE r.alike = q.alike AND r.type = q.type AND r.alike IS NOT NULL AND r.state <> 'closed' LIMIT ?) AS few) AS n " +
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
	if !storable(f.Reference) || !storable(f.SimilarTo) || !storable(f.Assignee) || !storable(f.Regime) || !storable(f.After.ID) || !storable(string(f.Outcome)) {
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
		tx = tx.Where("state <> 'closed' AND (state IN ('open', 'in_progress', 'in_review') OR state = 'unverified' AND (email_index IS NULL OR type = 'unsorted' OR unsent = 'automatic'))")
	}
	if f.Overdue {
		tx = tx.Where("state <> 'closed' AND respond_by < ?", stored(f.Now))
	}
	if f.Email != "" {
		tx = tx.Where("email_index IN ? AND email_index IS NOT NULL", s.indexes(indexMailbox, f.Email))
	}
	if f.Suppressed {
		tx = tx.Where("unsent <> '' AND state <> 'closed'")
	}
	if f.SimilarTo != "" {
		const of = " = (SELECT %[1]s FROM requests WHERE reference = ?)"
		tx = tx.Where("alike IS NOT NULL AND state <> 'closed'").
			Where(fmt.Sprintf("alike"+of, "alike"), f.SimilarTo).Where(fmt.Sprintf("type"+of, "type"), f.SimilarTo)
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
