package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"

	"habeas/models"
)

// EachRequest calls fn with the facts of each request received in [from, to)
// of the type, the oldest first, as they all were at one moment, and with those
// of its tasks: a JSON array, empty for none. A zero bound or type does not
// restrict. Rows are read as fn takes them; an error of fn
// ends the export and is returned as it is.
func (s *Store) EachRequest(ctx context.Context, from, to time.Time, t models.RequestType, fn func(r models.Request, tasks []byte) error) error {
	tx := between(s.read(ctx).Table("requests").Select("id, reference, version, facts, shredded_at, "+tasksOfRequest), "received_at", from, to)
	if t != "" {
		condition, args := asks("", t)
		tx = tx.Where(condition, args...)
	}
	return s.stream(ctx, tx.Order("received_at, id"), func(rows *sql.Rows) error {
		var row requestRow
		var tasks sql.RawBytes
		if err := rows.Scan(&row.ID, &row.Reference, &row.Version, &row.Facts, &row.ShreddedAt, &tasks); err != nil {
			return fmt.Errorf("reading a request: %w", fault(err))
		}
		r, err := row.request()
		if err != nil {
			return err
		}
		return fn(r, tasks)
	})
}

// tasksOfRequest gathers the facts of the tasks of a request.
const tasksOfRequest = "(SELECT '[' || string_agg(t.facts, ',') || ']' FROM tasks t WHERE t.request_id = requests.id) AS tasks"

// EachEvent calls fn with the canonical form of each event in [from, to) on a
// request of the type, the oldest first; the bytes are fn's until it returns.
// See EachRequest.
func (s *Store) EachEvent(ctx context.Context, from, to time.Time, t models.RequestType, fn func(body []byte) error) error {
	tx := between(s.read(ctx).Table("events").Select("body"), "at", from, to)
	if t != "" {
		condition, args := asks("r.", t)
		tx = tx.Where("EXISTS (SELECT 1 FROM requests r WHERE r.id = events.request_id AND "+condition+")", args...)
	}
	return s.stream(ctx, tx.Order("at, id"), func(rows *sql.Rows) error {
		var body sql.RawBytes
		if err := rows.Scan(&body); err != nil {
			return fmt.Errorf("reading an event: %w", fault(err))
		}
		return fn(body)
	})
}

// asks is the condition on the requests that ask for a type, whether or not
// for others too.
func asks(table string, t models.RequestType) (condition string, args []any) {
	return "(" + table + "type = ? OR " + table + "also LIKE ? ESCAPE '!')", []any{t, among(t)}
}

func between(tx *gorm.DB, column string, from, to time.Time) *gorm.DB {
	if !from.IsZero() {
		tx = tx.Where(column+" >= ?", stored(from))
	}
	if !to.IsZero() {
		tx = tx.Where(column+" < ?", stored(to))
	}
	return tx
}

// stream runs a query that GORM wrote and hands its rows on one by one,
// without GORM's reflection. Being one statement it sees one moment, in both
// databases; it has its own connections and no time limit.
func (s *Store) stream(ctx context.Context, query *gorm.DB, each func(*sql.Rows) error) error {
	st := query.Session(&gorm.Session{DryRun: true}).Find(&[]map[string]any{}).Statement
	rows, err := s.exporter.QueryContext(ctx, st.SQL.String(), st.Vars...)
	if err != nil {
		return fmt.Errorf("exporting: %w", fault(err))
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("exporting: %w", fault(err))
	}
	return nil
}
