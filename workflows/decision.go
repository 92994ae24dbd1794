package workflows

import (
	"slices"

	"habeas/models"
)

// What a command leads to is written in package models, because the store,
// which may not import this package, takes it.
type (
	// Decision is the whole consequence of one command.
	Decision = models.Decision
	// Once is an idempotency key and the answer that was given under it.
	Once = models.Once
	// Stamp is what a decision takes from outside: the time, and ids.
	Stamp = models.Stamp
)

// TaskOf is the task that a decision stores.
func TaskOf(d Decision) models.Task { return ChangedTask(d, models.Task{}) }

// ChangedTask is the task as a decision stores it last, or the one that was read.
func ChangedTask(d Decision, t models.Task) models.Task {
	for _, e := range slices.Backward(d.Effects) {
		if changed, ok := e.(models.TaskChanged); ok && (t.ID == "" || changed.Task.ID == t.ID) {
			changed.Task.Reference = d.Request.Reference
			return changed.Task
		}
	}
	return t
}
