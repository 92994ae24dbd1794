package audit

import (
	"encoding/json"
	"fmt"
	"time"

	"habeas/models"
)

// taskCounts is how far the tasks of a request are.
type taskCounts struct {
	all, completed, nothingFound, partly, refused, cancelled, undone, overdue int

	dueOn   models.Date // the soonest of what is undone
	endedAt time.Time   // the last
}

// exportedTask is what of a task's facts an export counts.
type exportedTask struct {
	State   models.TaskState   `json:"state"`
	Outcome models.TaskOutcome `json:"outcome"`
	DueOn   models.Date        `json:"due_on"`
	DueBy   time.Time          `json:"due_by"`
	EndedAt time.Time          `json:"ended_at"`
}

// countTasks counts the tasks whose facts are in a JSON array; none is empty.
func countTasks(facts []byte, now time.Time) (n taskCounts, err error) {
	if len(facts) == 0 {
		return n, nil
	}
	var all []exportedTask
	if err := json.Unmarshal(facts, &all); err != nil {
		return n, fmt.Errorf("reading the tasks of a request: %w", err)
	}
	for _, t := range all {
		n.add(t, now)
	}
	return n, nil
}

func (n *taskCounts) add(t exportedTask, now time.Time) {
	n.all++
	if t.EndedAt.After(n.endedAt) {
		n.endedAt = t.EndedAt
	}
	if !t.State.Ended() {
		n.undone++
		if now.After(t.DueBy) {
			n.overdue++
		}
		if n.dueOn.IsZero() || t.DueOn.Before(n.dueOn) {
			n.dueOn = t.DueOn
		}
		return
	}
	if t.State == models.TaskCancelled {
		n.cancelled++
		return
	}
	switch t.Outcome {
	case models.TaskCompleted:
		n.completed++
	case models.TaskNothingFound:
		n.nothingFound++
	case models.TaskPartly:
		n.partly++
	case models.TaskRefused:
		n.refused++
	}
}

// write writes the columns: how the request was carried out (11 CCR § 7101(b):
// nature of the response).
func (n taskCounts) write(t table) {
	t.number("tasks", n.all)
	t.number("tasks_completed", n.completed)
	t.number("tasks_nothing_found", n.nothingFound)
	t.number("tasks_partly", n.partly)
	t.number("tasks_refused", n.refused)
	t.number("tasks_cancelled", n.cancelled)
	t.number("tasks_undone", n.undone)
	t.number("tasks_overdue", n.overdue)
	t.date("tasks_due_on", n.dueOn)
	t.instant("tasks_ended_at", n.endedAt)
}
