package store

import (
	"encoding/json"
	"fmt"
	"time"

	"habeas/models"
)

const (
	placeTask       = "tasks.content:"
	placeTaskOwner  = "tasks.owner:"
	placeTaskResult = "task_results.body:"
)

// taskRow is a task: its facts, columns taken from them to filter by, and what
// is sealed.
type taskRow struct {
	ID          string
	RequestID   string
	Version     int
	System      string
	State       models.TaskState
	Run         int
	DueBy       time.Time
	OwnerDigest string
	Owner       []byte
	Facts       string
	Content     []byte
	Token       string
	TokenOf     string
}

func (taskRow) TableName() string { return "tasks" }

func (w *write) taskRow(t models.Task) (row taskRow, err error) {
	row = taskRow{
		ID: t.ID, RequestID: t.RequestID, Version: t.Version, System: t.System, State: t.State, Run: t.Run, DueBy: stored(t.DueBy),
		OwnerDigest: t.OwnerDigest, Facts: string(models.CanonicalJSON(t.TaskFacts)),
	}
	if row.Owner, err = w.store.sealed([]byte(t.Owner), placeTaskOwner+t.ID); err != nil {
		return row, err
	}
	row.Content, err = w.sealer.sealJSON(t.RequestID, t.TaskContent, placeTask+t.ID)
	return row, err
}

// taskChanged stores a task. As with requests the version is the lock.
func (w *write) taskChanged(e models.TaskChanged) error {
	stale := models.Errorf(models.CodeStale, "the task has changed since it was read")
	row, err := w.taskRow(e.Task)
	if err != nil {
		return err
	}
	if e.Before == 0 {
		insertOne(w.plan, row).unique(stale)
		return nil
	}
	w.add(w.build.Model(&taskRow{}).Where("id = ? AND version = ?", row.ID, e.Before).
		Select("version", "state", "run", "due_by", "owner_digest", "owner", "facts", "content").Updates(row)).must(stale)
	return nil
}

type taskResultRow struct {
	TaskID    string
	Kind      models.TaskResultKind
	RequestID string
	Run       int
	At        time.Time
	Body      []byte
}

func (taskResultRow) TableName() string { return "task_results" }

// taskResulted stores the result of the newest run. With a receipt the preview
// goes: it holds what was erased.
func (w *write) taskResulted(e models.TaskResulted) error {
	r := e.Result
	packed, err := packed(r.Body)
	if err != nil {
		return err
	}
	body, err := w.sealer.seal(r.RequestID, packed, placeTaskResult+r.TaskID+"/"+string(r.Kind))
	if err != nil {
		return err
	}
	w.exec("DELETE FROM task_results WHERE task_id = ? AND kind = ? AND run < ?", r.TaskID, r.Kind, r.Run)
	if r.Kind == models.ResultReceipt {
		w.exec("DELETE FROM task_results WHERE task_id = ? AND kind = ?", r.TaskID, models.ResultPreview)
	}
	insertOne(w.plan, taskResultRow{TaskID: r.TaskID, Kind: r.Kind, RequestID: r.RequestID, Run: r.Run, At: stored(r.At), Body: body}, unlessThere("task_id", "kind"))
	return nil
}

// tasksSeen comes after the request's row is locked, which whoever adds a task
// locks too.
func (w *write) tasksSeen(e models.TasksSeen) error {
	w.exec("UPDATE requests SET version = version WHERE id = ? AND (SELECT coalesce(sum(version), 0) FROM tasks WHERE request_id = ?) = ?",
		e.RequestID, e.RequestID, e.Sum).must(models.Errorf(models.CodeStale, "a task of the request has changed since it was read"))
	return nil
}

// task returns a task without its content.
func (s *Store) task(row taskRow) (models.Task, error) {
	t := models.Task{ID: row.ID, RequestID: row.RequestID, Version: row.Version, OwnerDigest: row.OwnerDigest, Token: row.Token, TokenOf: row.TokenOf}
	if err := json.Unmarshal([]byte(row.Facts), &t.TaskFacts); err != nil {
		return t, fmt.Errorf("decoding the facts of task %s: %w", row.ID, err)
	}
	if len(row.Owner) == 0 {
		return t, nil
	}
	owner, err := s.keys.Open(row.Owner, placeTaskOwner+row.ID)
	t.Owner = string(owner)
	return t, err
}

// withContent adds what is sealed under the request's key, if that is there.
func (b *sealer) withContent(t models.Task, sealed []byte) (models.Task, error) {
	plain, err := b.open(t.RequestID, sealed, placeTask+t.ID)
	if err != nil || plain == nil {
		return t, err
	}
	if err := json.Unmarshal(plain, &t.TaskContent); err != nil {
		return t, fmt.Errorf("decoding the content of task %s: %w", t.ID, err)
	}
	return t, nil
}
