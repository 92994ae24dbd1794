package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"habeas/fulfilment"
	"habeas/models"
	"habeas/workflows"
)

// Systems are what holds personal data, and what reaches it.
type Systems interface {
	// Connector is a *models.ConnectorError where a system cannot be reached at all.
	Connector(key string) (fulfilment.Connector, error)
	// Limit is the time that one call to a system may take.
	Limit(key string) time.Duration
}

const (
	// callsOfRun is how many calls of a connector one run makes at most: resolve,
	// preview, apply, and find afterwards.
	callsOfRun = 4
	// busyPause is how long a run waits whose system is at work for another.
	busyPause = 2 * time.Second
)

// runTask calls a connector for one task; the job's subject names the run. It
// may run more than once: a run that is answered is over, and what was applied
// is recognised, by the name of the target's transaction or by its rows. Of each
// system a process calls one task at a time, so that one that hangs holds up
// nobody but its own.
func (r *Runner) runTask(ctx context.Context, j models.Job) error {
	id, run, err := workflows.ParseTaskRun(j.Subject)
	if err != nil {
		return err
	}
	t, err := r.Service.Store.Task(ctx, id)
	if err != nil {
		return err
	}
	if t.Run != run || t.Pending || t.State != models.TaskRunning && t.State != models.TaskApproved {
		return models.Errorf(models.CodeConflict, "this run of the task is over")
	}
	release, free := r.calls.take(t.System)
	if !free {
		return errBusySystem
	}
	defer release()
	limit := r.Systems.Limit(t.System)
	hold := r.now().Add((callsOfRun+1)*limit + recordLimit)
	if err := r.Service.JobStore.Begin(ctx, j.ID, j.Attempts-1, r.now(), hold); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callsOfRun*limit)
	defer cancel()
	answer, err := r.call(ctx, t)
	return r.answered(context.WithoutCancel(ctx), j, t, answer, err)
}

// call takes the step that a task is at.
func (r *Runner) call(ctx context.Context, t models.Task) (a workflows.TaskAnswered, err error) {
	a = workflows.TaskAnswered{Task: t.ID, Run: t.Run}
	c, err := r.Systems.Connector(t.System)
	if err != nil {
		return a, err
	}
	call, err := r.Service.Tasks.Call(ctx, t)
	if err != nil {
		return a, err
	}
	if r.BaseURL != "" {
		call.Callback = r.BaseURL + "/v1/hooks/tasks/" + t.ID
	}
	switch t.Step {
	case models.StepFind:
		found, err := c.Find(ctx, call)
		a.Findings = &found
		return a, err
	case models.StepPreview:
		preview, err := c.Preview(ctx, call)
		a.Preview = &preview
		return a, err
	case models.StepApply, models.StepDirect:
		receipt, err := r.apply(ctx, c, call, t)
		a.Receipt = &receipt
		return a, err
	}
	return a, &models.ConnectorError{Fault: models.FaultUnsupported, Text: "there is no step " + string(t.Step)}
}

// apply carries out a preview, once. Where an earlier try may have done so it
// asks first.
func (r *Runner) apply(ctx context.Context, c fulfilment.Connector, call models.Call, t models.Task) (models.Receipt, error) {
	preview, err := r.preview(ctx, c, call, t)
	if err != nil {
		return models.Receipt{}, err
	}
	sent := false // an earlier try may have done it, and nobody can tell
	if t.Token != "" && t.TokenOf == preview.Hash {
		switch how, err := c.Resolve(ctx, call, preview, t.Token); {
		case err != nil:
			return models.Receipt{}, err
		case how == models.ResolvedApplied:
			receipt, err := c.Receipt(ctx, call, preview)
			receipt.Again = true
			return receipt, err
		case how == models.ResolvedLater:
			return models.Receipt{}, &models.ConnectorError{Fault: models.FaultLocked, Text: "an earlier try still runs there"}
		case how == models.ResolvedUnclear:
			return models.Receipt{}, &models.ConnectorError{Fault: models.FaultChanged, Text: "an earlier try may have been applied, and the rows are neither as they were nor as they would be"}
		case how == models.ResolvedRepeat:
			sent = true
		case how == models.ResolvedNot:
		}
	}
	var receipt models.Receipt
	if _, err = r.Service.Tasks.MayErase(ctx, t); err == nil {
		receipt, err = c.Apply(ctx, call, preview, fulfilment.Hooks{BeforeCommit: func(ctx context.Context, token string) error {
			return r.Service.Tasks.BeforeCommit(ctx, t, preview.Hash, token)
		}})
	}
	if sent && errors.Is(err, workflows.ErrLegalHold) {
		return models.Receipt{}, errUncertain
	}
	return receipt, err
}

// errUncertain is a legal hold that was set when a system had been told to erase,
// and its answer is lost: it may have. What it says later still counts, and only a
// person can have it told again.
var errUncertain = &models.ConnectorError{Fault: models.FaultUncertain, Text: "a legal hold stands, and an earlier try may have erased"}

// preview is the one that was approved or, where nobody has to approve, one that
// is made now and kept for a second try.
func (r *Runner) preview(ctx context.Context, c fulfilment.Connector, call models.Call, t models.Task) (models.Preview, error) {
	preview, err := r.Service.Tasks.Approved(ctx, t)
	switch {
	case t.Step == models.StepApply && models.CodeOf(err) == models.CodeNotFound:
		return preview, &models.ConnectorError{Fault: models.FaultChanged, Text: "the preview that was approved is not there any more"}
	case t.Step == models.StepApply:
		if err == nil && preview.Hash != t.Preview {
			return preview, &models.ConnectorError{Fault: models.FaultChanged, Text: "the preview is not the one that was approved"}
		}
		return preview, err
	case err == nil && t.Token != "" && t.TokenOf == preview.Hash:
		return preview, nil
	case err != nil && models.CodeOf(err) != models.CodeNotFound:
		return preview, err
	}
	if preview, err = c.Preview(ctx, call); err != nil {
		return preview, err
	}
	return preview, r.Service.Tasks.SavePreview(ctx, t, preview)
}

// answered records what a connector said. A fault that may pass is one of the
// job, until it has been tried often enough.
func (r *Runner) answered(ctx context.Context, j models.Job, t models.Task, a workflows.TaskAnswered, err error) error {
	e, faulty := errors.AsType[*models.ConnectorError](err)
	switch {
	case err == nil:
		return r.Service.Tasks.Answer(ctx, t.ID, a, j.ID)
	case errors.Is(err, workflows.ErrLegalHold):
		return r.Service.Tasks.Answer(ctx, t.ID, workflows.TaskHeld{Task: t.ID, Run: t.Run}, j.ID)
	case !faulty:
		return err
	case e.Fault == models.FaultPending:
		return r.Service.Tasks.Answer(ctx, t.ID, workflows.TaskAnswered{Task: t.ID, Run: t.Run, Pending: true}, j.ID)
	}
	r.Log.WarnContext(ctx, "a system did not do as it was asked", slog.String("job_id", j.ID), slog.String("task_id", t.ID),
		slog.String("system", t.System), slog.String("step", string(t.Step)), slog.String("fault", string(e.Fault)), slog.String("code", e.Code))
	if _, again := next(j, r.now()); again && e != errUncertain && (e.Retry() || e.Fault == models.FaultUncertain) {
		return err
	}
	return r.Service.Tasks.Answer(ctx, t.ID, workflows.TaskFailed{Task: t.ID, Run: t.Run, Fault: *e}, j.ID)
}

// giveUpTask has a person decide about a task whose job will not be tried again.
func (r *Runner) giveUpTask(ctx context.Context, j models.Job, fault error) error {
	id, run, err := workflows.ParseTaskRun(j.Subject)
	if err != nil {
		return fault
	}
	e := models.ConnectorError{Fault: models.FaultUnavailable, Text: words(fault)}
	err = r.Service.Tasks.Answer(ctx, id, workflows.TaskFailed{Task: id, Run: run, Fault: e}, j.ID)
	if code := models.CodeOf(err); code == models.CodeConflict || code == models.CodeNotFound {
		return fault
	}
	return err
}

// errBusySystem says that the system is at work for another task.
var errBusySystem = errors.New("the system is busy with another task")

// calls keeps a process from calling a system twice at a time.
type calls struct {
	mu   sync.Mutex
	busy map[string]bool
}

func (c *calls) take(system string) (release func(), free bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[system] {
		return nil, false
	}
	if c.busy == nil {
		c.busy = map[string]bool{}
	}
	c.busy[system] = true
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.busy, system)
	}, true
}

// postpone leaves a job for later as if it had not been tried.
func (r *Runner) postpone(ctx context.Context, j models.Job) error {
	j.Attempts--
	j.RunAt = r.now().Add(busyPause)
	err := r.Service.Jobs.FailJob(ctx, j)
	if err == nil || errors.Is(err, models.ErrJobDone) {
		return nil
	}
	r.Log.ErrorContext(ctx, "postponing a job failed", slog.String("job_id", j.ID), slog.Any("error", err))
	return errUnrecorded
}
