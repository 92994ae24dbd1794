package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"habeas/models"
)

// CountReceived counts the requests received in each period.
func (s *Store) CountReceived(ctx context.Context, periods []models.Period) ([]int, error) {
	return s.countIn(ctx, "received_at", "", periods)
}

// CountClosed counts the requests that are closed and were closed, the last
// time if there were several, in each period.
func (s *Store) CountClosed(ctx context.Context, periods []models.Period) ([]int, error) {
	return s.countIn(ctx, "closed_at", "closed_at IS NOT NULL", periods)
}

// CountDue counts the unanswered requests due in each period.
func (s *Store) CountDue(ctx context.Context, periods []models.Period) ([]int, error) {
	return s.countIn(ctx, "respond_by", "state <> 'closed'", periods)
}

// countIn counts the requests whose instant in the column lies in each period,
// in one statement that walks one stretch of an index for each.
func (s *Store) countIn(ctx context.Context, column, condition string, periods []models.Period) ([]int, error) {
	counts := make([]int, len(periods))
	if len(periods) == 0 {
		return counts, nil
	}
	var parts []string
	var args []any
	for i, p := range periods {
		where, values := during(column, p)
		if condition != "" {
			where = append(where, condition)
		}
		parts = append(parts, fmt.Sprintf("SELECT %d AS k, count(*) AS n FROM requests WHERE %s", i, strings.Join(where, " AND ")))
		args = append(args, values...)
	}
	var rows []struct{ K, N int }
	if err := s.read(ctx).Raw(strings.Join(parts, " UNION ALL "), args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("counting requests by %s: %w", column, fault(err))
	}
	for _, r := range rows {
		counts[r.K] = r.N
	}
	return counts, nil
}

// during is the condition that selects a period.
func during(column string, p models.Period) (where []string, args []any) {
	where = []string{"1 = 1"}
	if !p.From.IsZero() {
		where, args = append(where, column+" >= ?"), append(args, stored(p.From))
	}
	if !p.To.IsZero() {
		where, args = append(where, column+" < ?"), append(args, stored(p.To))
	}
	if p.Type != "" {
		condition, values := asks("", p.Type)
		where, args = append(where, condition), append(args, values...)
	}
	return where, args
}

// AnswerTimes groups the requests that staff answered, the last time if there
// were several, in the period by the days it took in zone. Those withdrawn,
// merged, expired or spam were not answered.
func (s *Store) AnswerTimes(ctx context.Context, p models.Period, zone *time.Location) ([]models.AnswerTime, error) {
	where, args := during("closed_at", p)
	day := func(column string) string { return s.civilDay(column, zone, s.now()) }
	query := "SELECT type, closed - received AS days, due - received AS allowed, late, count(*) AS n FROM (" +
		"SELECT type, " + day("closed_at") + " AS closed, " + day("received_at") + " AS received, " + day("respond_by") + " AS due, " +
		"closed_at > respond_by AS late FROM requests WHERE closed_at IS NOT NULL AND outcome IN ? AND " + strings.Join(where, " AND ") +
		") AS answered GROUP BY type, days, allowed, late"
	var times []models.AnswerTime
	if err := s.read(ctx).Raw(query, append([]any{models.Decidable()}, args...)...).Scan(&times).Error; err != nil {
		return nil, fmt.Errorf("grouping answered requests: %w", fault(err))
	}
	return times, nil
}

// eraOfRequests is before any request: no zone needs to be known before it.
const eraOfRequests = 2000

// civilDay is the expression of the day in zone that a column's instant falls
// on, as a number. What the zone's clock showed when is Go's knowledge, so that
// both databases, and whatever they know of zones, agree with it. The newest
// rules come first: most rows need no others.
func (s *Store) civilDay(column string, zone *time.Location, now time.Time) string {
	seconds := "CAST(floor(extract(epoch FROM " + column + ")) AS bigint)"
	if s.dialect == dialectSQLite {
		seconds = "unixepoch(" + column + ")"
	}
	var cases strings.Builder
	for at := now.AddDate(2, 0, 0).In(zone); ; { // no answer is due later than that
		start, _ := at.ZoneBounds()
		_, offset := at.Zone()
		if start.IsZero() || start.Year() < eraOfRequests {
			return fmt.Sprintf("((%s + CASE%s WHEN 1 = 1 THEN %d END) / 86400)", seconds, cases.String(), offset)
		}
		fmt.Fprintf(&cases, " WHEN %s >= %d THEN %d", seconds, start.Unix(), offset)
		at = start.Add(-time.Second)
	}
}
