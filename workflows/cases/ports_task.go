package cases

import (
	"context"
	"time"

	"habeas/models"
)

// TaskStore keeps tasks and what connectors returned for them.
type TaskStore interface {
	// TasksOf returns the tasks of a request, the oldest first.
	TasksOf(ctx context.Context, requestID string) ([]models.Task, error)
	Task(ctx context.Context, id string) (models.Task, error)
	// Tasks returns a page of tasks, the soonest due first, without what is sealed
	// under the keys of their requests. The cursor is zero on the last page.
	Tasks(ctx context.Context, f models.TaskFilter) ([]models.Task, models.Cursor, error)
	// TaskLoads counts the undone tasks by system and owner, the most first.
	TaskLoads(ctx context.Context, now time.Time) ([]models.TaskLoad, error)
	TaskResult(ctx context.Context, taskID string, kind models.TaskResultKind) (models.TaskResult, error)
	// SaveToken stores what the system calls the transaction that a preview is
	// applied in. It is CodeConflict once the task is not to be applied any more,
	// and CodeStale once a legal hold was set or lifted since it was seen; nil is
	// not asked.
	SaveToken(ctx context.Context, taskID, preview, token string, run int, seen *models.LegalHoldsSeen) error

	// CountOwnerTry counts a try of the task's live code before it is compared and
	// returns the code with that try counted, or CodeNotFound.
	CountOwnerTry(ctx context.Context, taskID string, by []models.Tries, now time.Time) (models.OwnerCode, error)
	// OwnerCodesSince counts the codes issued to an owner since then, for any task.
	OwnerCodesSince(ctx context.Context, ownerDigest string, since time.Time) (int, error)
	OwnerSession(ctx context.Context, hash []byte, now time.Time) (models.OwnerSession, error)
	// EndOwnerSession forgets a session, known or not.
	EndOwnerSession(ctx context.Context, hash []byte) error
}
