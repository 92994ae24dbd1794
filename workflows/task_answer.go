package workflows

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"habeas/models"
)

// taskRun names one run of a task.
func taskRun(id string, run int) string { return id + "/" + strconv.Itoa(run) }

// ParseTaskRun undoes the name of a run.
func ParseTaskRun(s string) (id string, run int, err error) {
	id, number, _ := strings.Cut(s, "/")
	run, err = strconv.Atoi(number)
	return id, run, err
}

func joined(codes []string) string { return strings.Join(codes, " ") }

// stale refuses an answer to another run than the last.
func stale(t *models.Task, run int) error {
	if run != t.Run {
		return models.Errorf(models.CodeConflict, "this run of the task is over")
	}
	return nil
}

// taskAnswered takes what a connector returned. The answer to a run that was
// cancelled meanwhile counts only where it changed something.
func (d *decider) taskAnswered(t *models.Task, c TaskAnswered) error {
	if err := stale(t, c.Run); err != nil {
		return err
	}
	late := t.State == models.TaskCancelled || t.State == models.TaskFailed
	switch {
	case c.Receipt != nil:
		return d.applied(t, *c.Receipt, late)
	case late:
		return models.Errorf(models.CodeConflict, "the task is %s", t.State)
	case c.Findings != nil:
		return d.found(t, *c.Findings)
	case c.Preview != nil:
		return d.previewed(t, *c.Preview)
	case c.Pending:
		t.Pending = true
		d.taskEvent(models.EventTaskPending, *t, nil)
		return nil
	}
	return models.Errorf(models.CodeInternal, "an answer to a task that says nothing")
}

func (d *decider) found(t *models.Task, f models.Findings) error {
	t.Found, t.Derived = 0, append([]models.Identifier{}, f.Derived...)
	for _, r := range f.Records {
		if !r.Boundary {
			t.Found++
		}
	}
	if err := d.result(*t, models.ResultFindings, f); err != nil {
		return err
	}
	outcome := models.TaskCompleted
	if f.Empty() {
		outcome = models.TaskNothingFound
	}
	d.end(t, outcome)
	if t.After != "" {
		d.looked(t, f)
		return nil
	}
	d.wake(*t)
	return nil
}

// othersMayTell reports whether another system is still asked for what it holds:
// it may name the identifier that a task lacks.
func (d *decider) othersMayTell(t models.Task) bool {
	return slices.ContainsFunc(d.tasks, func(o models.Task) bool {
		return o.ID != t.ID && o.Action == models.ActionFind && o.State == models.TaskRunning
	})
}

// wake has the tasks begun again that wait for an identifier.
func (d *decider) wake(by models.Task) {
	for i, t := range d.tasks {
		if t.ID == by.ID || t.State != models.TaskWaiting || t.Waits != models.WaitIdentifier {
			continue
		}
		t.Waits = ""
		d.begin(&t, t.Step)
		d.taskEvent(models.EventTaskRun, t, map[string]string{"step": string(t.Step)})
		d.saveTask(t, d.tasks[i].Version)
	}
}

// previewed puts a preview before staff. One without rows is an end: nothing of
// the person is there.
func (d *decider) previewed(t *models.Task, p models.Preview) error {
	if err := d.result(*t, models.ResultPreview, p); err != nil {
		return err
	}
	t.Preview, t.Pending = p.Hash, false
	t.Corrected = d.correctedFields(p)
	if len(p.Rows) == 0 {
		d.end(t, models.TaskNothingFound)
		return nil
	}
	t.State = models.TaskNeedsReview
	d.taskEvent(models.EventTaskPreviewed, *t, map[string]string{"commitment": p.Hash, "rows": strconv.Itoa(p.Changes())})
	return nil
}

// applied stores a receipt. What a second find still saw makes the outcome
// partial.
func (d *decider) applied(t *models.Task, r models.Receipt, late bool) error {
	if err := d.result(*t, models.ResultReceipt, r); err != nil {
		return err
	}
	d.receipts[t.ID] = r
	t.Changed, t.Kept, t.Remaining = 0, 0, 0
	for _, c := range r.Tables {
		t.Changed += c.Updated + c.Deleted
	}
	for _, k := range r.Kept {
		t.Kept += k.Count
	}
	if r.After != nil {
		t.Remaining = r.After.Remaining
	}
	if t.Remaining > 0 && r.Outcome == models.TaskCompleted {
		r.Outcome = models.TaskPartly
	}
	t.Preview = cmp.Or(t.Preview, r.Commitment)
	d.end(t, r.Outcome)
	if late || t.Remaining > 0 {
		what := models.TaskNewsRemaining
		if late {
			what = models.TaskNewsLate
		}
		d.taskNews(*t, what)
	}
	return nil
}

// taskFailed has a person decide what becomes of a task that a connector gave
// up on.
func (d *decider) taskFailed(t *models.Task, c TaskFailed) error {
	if err := stale(t, c.Run); err != nil {
		return err
	}
	if c.Fault.Fault == models.FaultIdentifier && d.othersMayTell(*t) {
		t.State, t.Waits = models.TaskWaiting, models.WaitIdentifier
		d.taskEvent(models.EventTaskWaiting, *t, map[string]string{"for": string(t.Waits)})
		return nil
	}
	t.State, t.Fault, t.FaultCode, t.Pending = models.TaskFailed, c.Fault.Fault, c.Fault.Code, false
	t.FaultText, t.FaultSaid = c.Fault.Text, c.Fault.Sealed
	defer d.wake(*t)
	d.taskEvent(models.EventTaskFailed, *t, map[string]string{"fault": string(c.Fault.Fault), "code": c.Fault.Code})
	d.taskNews(*t, models.TaskNewsFailed)
	return nil
}

// taskNews tells whoever works on the request of a task that needs them.
func (d *decider) taskNews(t models.Task, what models.TaskNews) {
	d.tellStaff(d.owner(), models.StaffTaskLetter{
		About: d.about(), What: what, System: t.SystemName, Action: t.Action, DueOn: t.DueOn, RespondOn: d.respondOn(), Fault: t.Fault,
	})
}

// result stores what a connector returned, beside the task.
func (d *decider) result(t models.Task, kind models.TaskResultKind, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding the %s of a task: %w", kind, err)
	}
	d.With(models.TaskResulted{Result: models.TaskResult{TaskID: t.ID, RequestID: t.RequestID, Kind: kind, Run: t.Run, At: d.now, Body: body}})
	return nil
}
