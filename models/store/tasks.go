package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"time"

	"gorm.io/gorm"

	"habeas/models"
)

// TasksOf returns the tasks of a request, the oldest first, with what is sealed.
func (s *Store) TasksOf(ctx context.Context, requestID string) ([]models.Task, error) {
	var rows []foundTask
	if err := s.tasks(ctx).Where("request_id = ?", requestID).Order("tasks.id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("loading tasks: %w", fault(err))
	}
	b := s.newSealer(ctx)
	var all []models.Task
	for _, row := range rows {
		t, err := s.foundTask(row)
		if err == nil {
			t, err = b.withContent(t, row.Row.Content)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// Task returns one task with what is sealed, or CodeNotFound.
func (s *Store) Task(ctx context.Context, id string) (models.Task, error) {
	var row foundTask
	if !storable(id) {
		return models.Task{}, missing("such task")
	}
	if err := first(s.tasks(ctx).Where("tasks.id = ?", id), &row, "such task"); err != nil {
		return models.Task{}, err
	}
	t, err := s.foundTask(row)
	if err != nil {
		return t, err
	}
	return s.newSealer(ctx).withContent(t, row.Row.Content)
}

// Tasks returns a page of the tasks that a filter selects, the soonest due
// first, without what is sealed under the keys of their requests. The cursor is
// zero on the last page.
func (s *Store) Tasks(ctx context.Context, f models.TaskFilter) ([]models.Task, models.Cursor, error) {
	if !storable(f.After.ID) || !storable(f.System) || !storable(f.Assignee) {
		return nil, models.Cursor{}, nil
	}
	limit := min(max(f.Limit, 1), maxPage)
	tx := s.tasks(ctx)
	if len(f.States) > 0 {
		tx = tx.Where("tasks.state IN ?", f.States)
	}
	if len(f.Requests) > 0 {
		tx = tx.Where("tasks.request_id IN ?", f.Requests)
	}
	if f.System != "" {
		tx = tx.Where("tasks.system = ?", f.System)
	}
	if len(f.Owners) > 0 {
		tx = tx.Where("owner_digest <> '' AND owner_digest IN ?", f.Owners)
	}
	if f.NoOwner {
		tx = tx.Where("owner_digest = ''")
	}
	if f.Undone || f.Overdue {
		tx = tx.Where("tasks.state <> 'done' AND tasks.state <> 'cancelled'")
	}
	if f.Overdue {
		tx = tx.Where("due_by < ?", stored(f.Now))
	}
	switch f.Assignee {
	case "":
	case models.Unassigned:
		tx = tx.Where("assignee = ''")
	default:
		tx = tx.Where("assignee = ? AND assignee <> ''", f.Assignee)
	}
	if !f.After.IsZero() {
		tx = tx.Where("(due_by, tasks.id) > (?, ?)", stored(f.After.At), f.After.ID)
	}
	var rows []foundTask
	if err := tx.Order("due_by, tasks.id").Limit(limit + 1).Find(&rows).Error; err != nil {
		return nil, models.Cursor{}, fmt.Errorf("listing tasks: %w", fault(err))
	}
	var next models.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = models.Cursor{At: stored(rows[limit-1].Row.DueBy), ID: rows[limit-1].Row.ID}
	}
	list := make([]models.Task, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = s.foundTask(row); err != nil {
			return nil, models.Cursor{}, err
		}
	}
	return list, next, nil
}

// TaskLoads counts the undone tasks by system and owner, the most first.
func (s *Store) TaskLoads(ctx context.Context, now time.Time) ([]models.TaskLoad, error) {
	var rows []struct {
		Row       taskRow `gorm:"embedded"`
		N, Missed int
	}
	const counted = "SELECT t.id, t.system, t.facts, t.owner, t.owner_digest, g.n, g.missed FROM (SELECT min(id) AS id, count(*) AS n, " +
		"sum(CASE WHEN due_by < ? THEN 1 ELSE 0 END) AS missed FROM tasks WHERE state <> 'done' AND state <> 'cancelled' " +
		"GROUP BY system, owner_digest) g JOIN tasks t ON t.id = g.id ORDER BY g.n DESC, t.id"
	if err := s.read(ctx).Raw(counted, stored(now)).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("counting undone tasks: %w", fault(err))
	}
	loads := make([]models.TaskLoad, len(rows))
	for i, row := range rows {
		t, err := s.task(row.Row)
		if err != nil {
			return nil, err
		}
		loads[i] = models.TaskLoad{System: t.System, SystemName: t.SystemName, Owner: t.Owner, OwnerDigest: t.OwnerDigest, Undone: row.N, Overdue: row.Missed}
	}
	return loads, nil
}

// TaskResult returns the newest result of a kind, or CodeNotFound; that of a
// shredded request is gone.
func (s *Store) TaskResult(ctx context.Context, taskID string, kind models.TaskResultKind) (models.TaskResult, error) {
	var row taskResultRow
	if err := first(s.read(ctx).Where("task_id = ? AND kind = ?", taskID, kind), &row, "such result of the task"); err != nil {
		return models.TaskResult{}, err
	}
	plain, err := s.newSealer(ctx).open(row.RequestID, row.Body, placeTaskResult+taskID+"/"+string(kind))
	if err != nil {
		return models.TaskResult{}, err
	}
	if plain == nil {
		return models.TaskResult{}, missing("such result of the task any more")
	}
	body, err := unpacked(plain)
	return models.TaskResult{TaskID: taskID, RequestID: row.RequestID, Kind: kind, Run: row.Run, At: stored(row.At), Body: body}, err
}

// SaveToken stores what the system calls the transaction that a preview is
// applied in. It is CodeConflict once the task is not to be applied any more, so
// that nothing is committed there. A task that erases passes seen, the version
// at which no legal hold stood: it is CodeStale if that has moved on.
func (s *Store) SaveToken(ctx context.Context, taskID, preview, token string, run int, seen *models.LegalHoldsSeen) error {
	p := s.plan(ctx)
	p.exec("UPDATE tasks SET token = ?, token_of = ? WHERE id = ? AND state IN ('approved', 'running') AND run = ?", token, preview, taskID, run).
		must(models.Errorf(models.CodeConflict, "the task is not to be applied any more"))
	if seen != nil {
		p.sawLegalHolds(seen.Version)
	}
	return s.run(ctx, p)
}

// foundTask is a task with what its request is called.
type foundTask struct {
	Row       taskRow `gorm:"embedded"`
	Reference string
}

func (s *Store) tasks(ctx context.Context) *gorm.DB {
	return s.read(ctx).Table("tasks").Joins("JOIN requests ON requests.id = tasks.request_id").
		Select("tasks.id, tasks.request_id, tasks.version, tasks.system, tasks.state, due_by, owner_digest, owner, tasks.facts, tasks.content, token, token_of, requests.reference")
}

func (s *Store) foundTask(row foundTask) (models.Task, error) {
	t, err := s.task(row.Row)
	t.Reference = row.Reference
	return t, err
}

// packed is what is sealed of a result: findings say the same names a thousand
// times.
func packed(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("packing a result: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing a result: %w", err)
	}
	return b.Bytes(), nil
}

// maxResult bounds a result, in bytes.
const maxResult = 256 << 20

func unpacked(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("unpacking a result: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxResult))
	if err != nil {
		return nil, fmt.Errorf("unpacking a result: %w", err)
	}
	return plain, nil
}
