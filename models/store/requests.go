package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"habeas/models"
)

// Find returns the request with the reference, or CodeNotFound.
func (s *Store) Find(ctx context.Context, reference string) (models.Request, error) {
	return s.find(ctx, "reference = ?", reference)
}

// FindByID returns the request with the id, or CodeNotFound.
func (s *Store) FindByID(ctx context.Context, id string) (models.Request, error) {
	return s.find(ctx, "id = ?", id)
}

func (s *Store) find(ctx context.Context, where, value string) (models.Request, error) {
	var found struct {
		Row     requestRow `gorm:"embedded"`
		Wrapped []byte
	}
	tx := s.read(ctx).Table("requests").Joins("JOIN request_keys ON request_id = id").
		Select("id, reference, version, facts, content, shredded_at, wrapped").Where(where, value)
	if err := first(tx, &found, "such request"); err != nil {
		return models.Request{}, err
	}
	row := found.Row
	r, err := row.request()
	if err != nil || len(row.Content) == 0 {
		return r, err
	}
	b := s.newSealer(ctx)
	if err := b.unwrap(r.ID, found.Wrapped); err != nil {
		return models.Request{}, err
	}
	data, err := b.open(r.ID, row.Content, placeContent+r.ID)
	if err != nil || data == nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r.Content); err != nil {
		return models.Request{}, fmt.Errorf("decoding the content of %s: %w", r.ID, err)
	}
	return r, nil
}

// Duplicates returns the references of other unanswered requests of the same
// mailbox that ask for the same, or for more, the oldest first.
func (s *Store) Duplicates(ctx context.Context, r models.Request) ([]string, error) {
	if r.Mailbox() == "" {
		return nil, nil
	}
	var rows []requestRow
	err := s.read(ctx).Select(factColumns).
		Where("email_index IN ? AND id <> ? AND state <> 'closed'", s.indexes(indexMailbox, r.Mailbox()), r.ID).
		Order("received_at, id").Limit(maxPage).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("looking for duplicates: %w", fault(err))
	}
	others, err := requests(rows)
	if err != nil {
		return nil, err
	}
	var references []string
	for _, other := range others {
		if other.AsksForAll(r.Facts) {
			references = append(references, other.Reference)
		}
	}
	return references, nil
}

// CountAnswered counts the other requests of the mailbox for one of the types
// that were fulfilled, in whole or in part, since an instant.
func (s *Store) CountAnswered(ctx context.Context, r models.Request, types []models.RequestType, since time.Time) (int, error) {
	if r.Mailbox() == "" {
		return 0, nil
	}
	var wanted []string
	var args []any
	for _, t := range types {
		condition, values := asks("", t)
		wanted, args = append(wanted, condition), append(args, values...)
	}
	var n int64
	err := s.read(ctx).Model(&requestRow{}).
		Where("email_index IN ? AND id <> ? AND outcome IN ? AND closed_at >= ?", s.indexes(indexMailbox, r.Mailbox()), r.ID,
			[]models.Outcome{models.OutcomeFulfilled, models.OutcomePartly}, stored(since)).
		Where(strings.Join(wanted, " OR "), args...).Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("counting answered requests: %w", fault(err))
	}
	return int(n), nil
}

// Unanswered returns the facts of the unanswered requests of an assignee (""
// for nobody's), soonest due first, at most limit.
func (s *Store) Unanswered(ctx context.Context, assignee string, limit int) ([]models.Request, error) {
	tx := s.read(ctx).Where("state <> 'closed'")
	if assignee == "" {
		tx = tx.Where("assignee = ''")
	} else {
		tx = tx.Where("assignee = ? AND assignee <> ''", assignee)
	}
	var rows []requestRow
	if err := tx.Select(factColumns).Order("respond_by, id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("listing unanswered requests: %w", fault(err))
	}
	return requests(rows)
}

func requests(rows []requestRow) ([]models.Request, error) {
	list := make([]models.Request, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = row.request(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// dueSoon is how far ahead Stats counts as due soon.
const dueSoon = 7 * 24 * time.Hour

// Stats counts requests.
func (s *Store) Stats(ctx context.Context, now time.Time) (models.Stats, error) {
	var groups []struct {
		Type      models.RequestType
		State     models.State
		Governing string
		N         int
	}
	tx := s.read(ctx).Model(&requestRow{}).Select("type, state, governing, count(*) AS n").Group("type, state, governing")
	if err := tx.Scan(&groups).Error; err != nil {
		return models.Stats{}, fmt.Errorf("counting requests: %w", fault(err))
	}
	st := models.Stats{
		ByState: map[models.State]int{}, ByType: map[models.RequestType]int{}, ByRegime: map[string]int{},
		ByTypeState: map[models.RequestType]map[models.State]int{},
	}
	for _, g := range groups {
		st.ByState[g.State] += g.N
		if st.ByTypeState[g.Type] == nil {
			st.ByTypeState[g.Type] = map[models.State]int{}
		}
		st.ByTypeState[g.Type][g.State] += g.N
		if g.State != models.StateClosed {
			st.ByType[g.Type] += g.N
			st.ByRegime[g.Governing] += g.N
		}
	}
	var due struct{ Overdue, Soon int }
	tx = s.read(ctx).Model(&requestRow{}).
		Select("count(*) FILTER (WHERE respond_by < ?) AS overdue, count(*) FILTER (WHERE respond_by >= ?) AS soon", stored(now), stored(now)).
		Where("state <> 'closed' AND respond_by < ?", stored(now.Add(dueSoon)))
	if err := tx.Scan(&due).Error; err != nil {
		return models.Stats{}, fmt.Errorf("counting due requests: %w", fault(err))
	}
	st.Overdue, st.DueSoon = due.Overdue, due.Soon
	return st, nil
}
