package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"habeas/models"
)

// Job returns one job, or CodeNotFound.
func (s *Store) Job(ctx context.Context, id string) (models.Job, error) {
	var row jobRow
	err := first(s.read(ctx).Where("id = ?", id), &row, "such job")
	if err != nil {
		return models.Job{}, err
	}
	return row.job(), nil
}

// Jobs returns a page of the jobs in a state, soonest due first. The cursor is
// zero on the last page.
func (s *Store) Jobs(ctx context.Context, state models.JobState, after models.Cursor, limit int) ([]models.Job, models.Cursor, error) {
	if !storable(after.ID) {
		return nil, models.Cursor{}, nil
	}
	limit = min(max(limit, 1), maxPage)
	tx := s.read(ctx).Where("state = ?", state)
	if !after.IsZero() {
		tx = tx.Where("(run_at, id) > (?, ?)", stored(after.At), after.ID)
	}
	var rows []jobRow
	if err := tx.Order("run_at, id").Limit(limit + 1).Find(&rows).Error; err != nil {
		return nil, models.Cursor{}, fmt.Errorf("listing jobs: %w", fault(err))
	}
	var next models.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = models.Cursor{At: stored(rows[limit-1].RunAt), ID: rows[limit-1].ID}
	}
	return jobs(rows), next, nil
}

func jobs(rows []jobRow) []models.Job {
	list := make([]models.Job, len(rows))
	for i, row := range rows {
		list[i] = row.job()
	}
	return list
}

// Claim takes up to limit pending jobs due at now that no relay took since now
// minus lease, soonest first, and marks them taken: those of one lane, if given.
func (s *Store) Claim(ctx context.Context, now time.Time, lease time.Duration, limit int, of ...models.JobLane) ([]models.Job, error) {
	lock := ""
	if s.dialect == dialectPostgres {
		lock = " FOR UPDATE SKIP LOCKED" // of several relays none waits for another
	}
	lane := ""
	if len(of) > 0 {
		lane = map[models.JobLane]string{models.LaneMain: " AND kind <> 'run_task'", models.LaneCalls: " AND kind = 'run_task'"}[of[0]]
	}
	var rows []jobRow
	// The state is a constant so that the index serves; so does its order.
	err := s.written.WithContext(ctx).Raw(
		"UPDATE jobs SET taken_at = ? WHERE id IN (SELECT id FROM jobs WHERE state = 'pending' AND run_at <= ?"+lane+
			" AND (taken_at IS NULL OR taken_at <= ?) ORDER BY run_at, id LIMIT ?"+lock+") RETURNING *",
		stored(now), stored(now), stored(now.Add(-lease)), limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("claiming jobs: %w", fault(err))
	}
	list := jobs(rows)
	slices.SortFunc(list, func(a, b models.Job) int { // RETURNING keeps no order
		if c := a.RunAt.Compare(b.RunAt); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list, nil
}

// unclaimBatch keeps the number of arguments of one statement in bounds.
const unclaimBatch = 1000

// Unclaim lets every pending job be claimed again at once; ids nil means all.
func (s *Store) Unclaim(ctx context.Context, ids []string) error {
	p := s.plan(ctx)
	if ids == nil {
		p.exec("UPDATE jobs SET taken_at = NULL WHERE state = 'pending' AND taken_at IS NOT NULL")
	}
	for batch := range slices.Chunk(ids, unclaimBatch) {
		p.exec("UPDATE jobs SET taken_at = NULL WHERE state = 'pending' AND id IN ?", batch)
	}
	return s.run(ctx, p)
}

// Begin counts a try of a pending job that had so many before and moves it to
// the time until which nobody else may begin one. It is ErrJobDone for all
// runs but the first.
func (s *Store) Begin(ctx context.Context, id string, attempts int, now, until time.Time) error {
	p := s.plan(ctx)
	p.exec("UPDATE jobs SET attempts = attempts + 1, run_at = ?, taken_at = NULL "+
		"WHERE id = ? AND state = 'pending' AND attempts = ? AND run_at <= ?",
		stored(until), id, attempts, stored(now)).must(models.ErrJobDone)
	return s.run(ctx, p)
}

// Finish marks a job done that had no other effect, or is ErrJobDone.
func (s *Store) Finish(ctx context.Context, id string, at time.Time) error {
	p := s.plan(ctx)
	p.finish(id, stored(at))
	return s.run(ctx, p)
}

// Retry makes a dead job due at once, with all its tries before it, and
// records the event. It is CodeConflict if the job is not dead.
func (s *Store) Retry(ctx context.Context, id string, at time.Time, e models.Event) error {
	if _, err := s.Job(ctx, id); err != nil {
		return err
	}
	p := s.plan(ctx)
	p.exec("UPDATE jobs SET state = ?, run_at = ?, attempts = 0, taken_at = NULL WHERE id = ? AND state = ?",
		models.JobPending, stored(at), id, models.JobDead).must(models.Errorf(models.CodeConflict, "only a dead job can be retried"))
	p.events([]models.Event{e})
	return s.run(ctx, p)
}

// Ensure adds a job unless its unique key is there.
func (s *Store) Ensure(ctx context.Context, j models.Job) error {
	p := s.plan(ctx)
	p.jobs([]models.Job{j})
	return s.run(ctx, p)
}

// OldestDue returns the RunAt of the pending job longest overdue, or zero.
func (s *Store) OldestDue(ctx context.Context, now time.Time) (time.Time, error) {
	var due []time.Time
	err := s.read(ctx).Model(&jobRow{}).Where("state = 'pending' AND run_at <= ?", stored(now)).
		Order("run_at").Limit(1).Pluck("run_at", &due).Error
	if err != nil || len(due) == 0 {
		return time.Time{}, fault(err)
	}
	return stored(due[0]), nil
}

// CountJobs counts the jobs in each state.
func (s *Store) CountJobs(ctx context.Context) (map[models.JobState]int, error) {
	return countBy[models.JobState](ctx, s, "jobs", "state")
}

// CountMail counts the messages in each delivery state.
func (s *Store) CountMail(ctx context.Context) (map[models.Delivery]int, error) {
	return countBy[models.Delivery](ctx, s, "messages", "delivery")
}

// JobCounts counts the jobs in each state, to most+1 and no further, as Counts
// does.
func (s *Store) JobCounts(ctx context.Context, most int) (map[models.JobState]int, error) {
	return countTo(ctx, s, "jobs", "state", most, models.JobDead, models.JobPending, models.JobDone)
}

// MailCounts counts our mails in each delivery state, to most+1 and no further.
func (s *Store) MailCounts(ctx context.Context, most int) (map[models.Delivery]int, error) {
	return countTo(ctx, s, "messages", "delivery", most,
		models.DeliveryQueued, models.DeliverySent, models.DeliveryDeferred, models.DeliveryFailed, models.DeliveryBounced)
}

// countTo counts the rows of a table that have each value in an indexed column.
func countTo[K ~string](ctx context.Context, s *Store, table, column string, most int, values ...K) (map[K]int, error) {
	var parts []string
	var args []any
	for _, v := range values {
		parts = append(parts, "SELECT ? AS k, (SELECT count(*) FROM (SELECT 1 FROM "+table+" WHERE "+column+" = ? LIMIT ?) q) AS n")
		args = append(args, string(v), string(v), most+1)
	}
	var groups []struct {
		K string
		N int
	}
	if err := s.read(ctx).Raw(strings.Join(parts, " UNION ALL "), args...).Scan(&groups).Error; err != nil {
		return nil, fmt.Errorf("counting %s: %w", table, fault(err))
	}
	counts := map[K]int{}
	for _, g := range groups {
		if g.N > 0 {
			counts[K(g.K)] = g.N
		}
	}
	return counts, nil
}

func countBy[K ~string](ctx context.Context, s *Store, table, column string) (map[K]int, error) {
	var groups []struct {
		K string
		N int
	}
	if err := s.read(ctx).Table(table).Select(column + " AS k, count(*) AS n").Group(column).Scan(&groups).Error; err != nil {
		return nil, fmt.Errorf("counting %s: %w", table, fault(err))
	}
	counts := map[K]int{}
	for _, g := range groups {
		counts[K(g.K)] = g.N
	}
	return counts, nil
}
