package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"habeas/models"
	"habeas/notifications"
	"habeas/workflows"
)

// mostTries is how often a job that is no mail is tried; mail is tried for
// five days.
const mostTries = 8

// recordLimit bounds how long an outcome is tried to be recorded.
const recordLimit = 10 * time.Second

// panicError is a panic, without its words: they may hold anything.
type panicError struct{ kind string }

func (e panicError) Error() string { return "panic: " + e.kind }

func (r *Runner) panicked(ctx context.Context, j models.Job, p any) error {
	// The stack shows where, and no values but addresses in memory.
	r.Log.ErrorContext(ctx, "a job panicked", slog.String("job_id", j.ID), slog.String("kind", string(j.Kind)),
		slog.String("panic", fmt.Sprintf("%T", p)), slog.String("stack", string(debug.Stack())))
	return panicError{fmt.Sprintf("%T", p)}
}

// settle records what a handler returned. Handlers record success themselves.
func (r *Runner) settle(ctx context.Context, j models.Job, err error) error {
	if err == nil || errors.Is(err, models.ErrJobDone) {
		return nil
	}
	// The outcome is recorded even if the work ran out of time.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	if pointless(err) {
		err = r.Service.JobStore.Finish(ctx, j.ID, r.now())
	} else {
		err = r.fail(ctx, j, err)
	}
	if err == nil || errors.Is(err, models.ErrJobDone) {
		return nil
	}
	r.Log.ErrorContext(ctx, "recording the outcome of a job failed", slog.String("job_id", j.ID), slog.Any("error", err))
	return errUnrecorded
}

// pointless reports a refusal that no later try can change: the request is no
// longer in a state for it, or gone, or has had enough.
func pointless(err error) bool {
	switch models.CodeOf(err) { //nolint:exhaustive // the rest may pass
	case models.CodeConflict, models.CodeNotFound, models.CodeTooMany:
		return true
	}
	return false
}

// hopeless reports that the job will not be tried again after a fault.
func (r *Runner) hopeless(j models.Job, fault error) bool {
	if fault == nil || errors.Is(fault, models.ErrJobDone) {
		return false
	}
	_, again := next(j, r.now())
	return !again || pointless(fault)
}

// fail plans the next try, or gives up and alarms the managers.
func (r *Runner) fail(ctx context.Context, j models.Job, cause error) error {
	j.LastError = fault(cause)
	r.Log.WarnContext(ctx, "a job failed", slog.String("job_id", j.ID), slog.String("kind", string(j.Kind)),
		slog.Int("attempts", j.Attempts), slog.String("fault", j.LastError), slog.Any("error", cause))
	at, again := next(j, r.now())
	if again {
		j.RunAt = at
		return r.Service.Jobs.FailJob(ctx, j)
	}
	j.State = models.JobDead
	return r.Service.Jobs.FailJob(ctx, j, r.alarm(ctx, j)...)
}

// fault is words without those of a mail server, of which it is the code: for
// rows, logs, and whoever may not know more.
func fault(err error) string {
	if e, ok := errors.AsType[*notifications.SendError](err); ok && e.Code != 0 {
		return workflows.ServerCode(e.Error())
	}
	return words(err)
}

// words says what failed, for staff who work on it: a code or a server's words.
// The text of any other error may hold what is nobody's business.
func words(err error) string {
	if e, ok := errors.AsType[*notifications.SendError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[panicError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*models.ConnectorError](err); ok {
		return strings.TrimSpace(string(e.Fault) + " " + e.Code)
	}
	if errors.Is(err, errors.ErrUnsupported) {
		return "unknown kind of job"
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return string(models.CodeOf(err))
}

// next returns when a job that failed j.Attempts times is tried again, and
// whether it is at all.
func next(j models.Job, now time.Time) (time.Time, bool) {
	if j.Kind == models.JobSendMail {
		return notifications.Retry(j.Attempts, firstFailure(j.Attempts, now), now)
	}
	pauses := []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	return now.Add(pauses[min(max(j.Attempts, 1), len(pauses))-1]), j.Attempts < mostTries
}

// firstFailure is when the first of so many failures was, had the tries been
// made without delay. The five days of a mail are days of trying: a service
// that was down for a week gives no mail up for that.
func firstFailure(failures int, now time.Time) time.Time {
	first := now
	for n := 1; n < failures; n++ {
		again, _ := notifications.Retry(n, now, now)
		first = first.Add(now.Sub(again))
	}
	return first
}
