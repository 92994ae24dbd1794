package workflows

import (
	"slices"
	"time"

	"habeas/models"
	"habeas/policies"
)

// The commands about the tasks of a request, as the admin API spells them where
// staff give them.
const (
	CommandAddTask        CommandName = "add-task"
	CommandRunTask        CommandName = "run-task"
	CommandApprovePreview CommandName = "approve-preview"
	CommandCompleteTask   CommandName = "complete-task"
	CommandReassignTask   CommandName = "reassign-task"
	CommandRetryTask      CommandName = "retry-task"
	CommandTaskAnswered   CommandName = "task-answered"
	CommandTaskFailed     CommandName = "task-failed"
	CommandRemindTask     CommandName = "remind-task"
	CommandTaskHeld       CommandName = "task-held"
	CommandFollowHolds    CommandName = "follow-legal-holds"
)

// taskCommands are those that staff give about a task; none is among the
// commands on the request itself.
func taskCommands() []CommandName {
	return []CommandName{
		CommandAddTask, CommandRunTask, CommandApprovePreview, CommandCompleteTask, CommandReassignTask, CommandRetryTask,
	}
}

type (
	// AddTask asks for one more task by hand.
	AddTask struct {
		System string
		Action models.Action
		Note   string // for whoever does it
	}
	// RunTask has a connector called. What changes data is always previewed
	// first; Preview says that the rest is, too.
	RunTask struct {
		Task    string
		Preview bool
		Key     []byte // 32 random bytes, which Service fills in
	}
	// ApprovePreview has exactly what the preview with the hash shows carried out.
	ApprovePreview struct{ Task, Hash string }
	// CompleteTask is what a person who did the task says.
	CompleteTask struct {
		Task    string
		Outcome models.TaskOutcome
		Note    string
		Reasons []string // codes of the policy
		// Files are those that prove it, whose bytes already lie in the blob store.
		// Attached are all that the request has, which Service fills in.
		Files, Attached []models.File
	}
	// ReassignTask gives the task to another owner, by mail address; "" is staff.
	ReassignTask struct{ Task, Owner string }
	// RetryTask has a connector do again what it failed at.
	RetryTask struct{ Task string }
	// TaskAnswered is what a connector returned: one of the three, or Pending.
	TaskAnswered struct {
		Task     string
		Run      int
		Findings *models.Findings
		Preview  *models.Preview
		Receipt  *models.Receipt
		Pending  bool // the answer follows by a callback
	}
	// TaskFailed is that a connector gave up.
	TaskFailed struct {
		Task  string
		Run   int
		Fault models.ConnectorError
	}
	// TaskHeld is that a legal hold kept a connector from erasing.
	TaskHeld struct {
		Task string
		Run  int
	}
	// FollowLegalHolds has the tasks of a request wait for the legal holds on its
	// person, or go on.
	FollowLegalHolds struct{}
	// RemindTask is that a task is due soon, or overdue, which was planned when it
	// was due on that day.
	RemindTask struct {
		Task  string
		DueOn models.Date
		What  models.TaskNews
	}
)

// Name implements Command.
func (AddTask) Name() CommandName        { return CommandAddTask }
func (RunTask) Name() CommandName        { return CommandRunTask }
func (ApprovePreview) Name() CommandName { return CommandApprovePreview }
func (CompleteTask) Name() CommandName   { return CommandCompleteTask }
func (ReassignTask) Name() CommandName   { return CommandReassignTask }
func (RetryTask) Name() CommandName      { return CommandRetryTask }
func (TaskAnswered) Name() CommandName   { return CommandTaskAnswered }
func (TaskFailed) Name() CommandName     { return CommandTaskFailed }
func (RemindTask) Name() CommandName     { return CommandRemindTask }
func (TaskHeld) Name() CommandName       { return CommandTaskHeld }

// Name implements Command.
func (FollowLegalHolds) Name() CommandName { return CommandFollowHolds }

// taskLifecycle is the life of a task: in which states a command about one is
// allowed. What is not listed is refused.
func taskLifecycle() map[CommandName][]models.TaskState {
	return map[CommandName][]models.TaskState{
		// While the requester may still think again, only what would be erased is shown.
		CommandRunTask:        {models.TaskOpen, models.TaskWaiting, models.TaskNeedsReview, models.TaskFailed},
		CommandApprovePreview: {models.TaskNeedsReview},
		CommandCompleteTask:   {models.TaskOpen, models.TaskWaiting, models.TaskRunning, models.TaskNeedsReview, models.TaskFailed},
		CommandReassignTask:   {models.TaskOpen, models.TaskWaiting, models.TaskFailed},
		CommandRetryTask:      {models.TaskFailed, models.TaskRunning},
		// An answer that was on its way counts, whatever became of the task: what
		// was done is done.
		CommandTaskAnswered: {models.TaskRunning, models.TaskApproved, models.TaskCancelled, models.TaskFailed},
		CommandTaskFailed:   {models.TaskRunning, models.TaskApproved},
		CommandTaskHeld:     {models.TaskRunning, models.TaskApproved},
		CommandRemindTask:   {models.TaskOpen, models.TaskWaiting, models.TaskRunning, models.TaskNeedsReview, models.TaskApproved, models.TaskFailed},
		// Whoever follows the link of a mail learns that the task is over.
		CommandSendOwnerCode: models.TaskStates(),
		CommandProveOwner:    models.TaskStates(),
		// What somebody writes counts, whatever became of the task.
		CommandReplyToTask:      models.TaskStates(),
		CommandOwnerUnreachable: {models.TaskOpen, models.TaskWaiting, models.TaskRunning, models.TaskNeedsReview, models.TaskApproved, models.TaskFailed},
		CommandOwnerUntold:      {models.TaskOpen, models.TaskWaiting, models.TaskRunning, models.TaskNeedsReview, models.TaskApproved, models.TaskFailed},
		CommandKeepPreview:      {models.TaskRunning, models.TaskApproved},
	}
}

// TaskAllows lists what staff may do with a task in its state, in the order in
// which it is offered. Whether they may with its request is the gate's business.
func TaskAllows(t models.Task) []CommandName {
	return slices.DeleteFunc(taskCommands(), func(c CommandName) bool { return !taskListed(t, c) })
}

// taskListed reports whether the life of a task lists a command for it.
func taskListed(t models.Task, c CommandName) bool {
	// A connector that is at work is left alone, unless it said that it answers
	// later: that may never come.
	busy := t.State == models.TaskRunning && !t.Pending && (c == CommandRetryTask || c == CommandCompleteTask)
	manual := t.Manual() && (c == CommandRunTask || c == CommandRetryTask)
	waits := t.State == models.TaskWaiting && !t.Cools() && c == CommandRunTask
	return slices.Contains(taskLifecycle()[c], t.State) && !busy && !manual && !waits
}

// inTaskState refuses what the life of a task does not list, with a conflict
// that names what it does.
func inTaskState(t models.Task, c CommandName) error {
	if taskListed(t, c) {
		return nil
	}
	err := models.Errorf(models.CodeConflict, "cannot %s: the task %s is %s", c, taskName(t), t.State)
	for _, a := range TaskAllows(t) {
		err.Allowed = append(err.Allowed, string(a))
	}
	return err
}

// taskName is what a task is called where a refusal names it.
func taskName(t models.Task) string { return t.SystemName + ": " + string(t.Action) }

// applyTask decides a command about a task, or reports that it is none.
func (d *decider) applyTask(c Command) (bool, error) {
	switch c := c.(type) {
	case AddTask:
		return true, d.addTask(c)
	case EraseAgain:
		return true, d.eraseAgain(c)
	case RunTask:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.runTask(t, c) })
	case ApprovePreview:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.approvePreview(t, c) })
	case CompleteTask:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.completeTask(t, c) })
	case ReassignTask:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.reassignTask(t, c) })
	case RetryTask:
		return true, d.onTask(c.Task, c.Name(), d.retryTask)
	case TaskAnswered:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.taskAnswered(t, c) })
	case TaskFailed:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.taskFailed(t, c) })
	case TaskHeld:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.taskHeld(t, c) })
	case RemindTask:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.remindTask(t, c) })
	case SendOwnerCode:
		return true, d.besideTask(c.Task, c.Name(), func(t models.Task) error { return d.sendOwnerCode(t, c) })
	case ProveOwner:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.proveOwner(t, c) })
	case TellOwner:
		return true, d.tellOwned(c)
	case OwnerUntold:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.ownerUntold(t, c) })
	case ReplyToTask:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.replyToTask(t, c) })
	case OwnerUnreachable:
		return true, d.onTask(c.Task, c.Name(), func(t *models.Task) error { return d.ownerUnreachable(t, c) })
	case KeepPreview:
		return true, d.besideTask(c.Task, c.Name(), func(t models.Task) error { return d.keepPreview(t, c) })
	}
	return false, nil
}

// onTask runs a command on the task with the id and stores what becomes of it.
// Of the request it only asks that nobody changes it meanwhile.
func (d *decider) onTask(id string, c CommandName, change func(*models.Task) error) error {
	i, err := d.gatedTask(id, c)
	if err != nil {
		return err
	}
	t := d.tasks[i]
	if err := change(&t); err != nil {
		return err
	}
	d.saveTask(t, d.tasks[i].Version)
	return nil
}

// besideTask is onTask for a command that leaves the task as it is.
func (d *decider) besideTask(id string, c CommandName, do func(models.Task) error) error {
	i, err := d.gatedTask(id, c)
	if err != nil {
		return err
	}
	return do(d.tasks[i])
}

// gatedTask finds the task that a command is about, if the gate lets it be given.
func (d *decider) gatedTask(id string, c CommandName) (int, error) {
	i := slices.IndexFunc(d.tasks, func(t models.Task) bool { return t.ID == id })
	if i < 0 {
		return 0, models.Errorf(models.CodeNotFound, "there is no such task of this request")
	}
	_, err := d.gate(Act{Command: c, Task: d.tasks[i]})
	return i, err
}

// saveTask stores a task that had a version when it was read; 0 is a new one.
func (d *decider) saveTask(t models.Task, before int) {
	t.Version = before + 1
	if i := slices.IndexFunc(d.tasks, func(o models.Task) bool { return o.ID == t.ID }); i >= 0 {
		d.tasks[i] = t
	}
	d.With(models.TaskChanged{Task: t, Before: before})
}

// taskEvent writes an event about a task.
func (d *decider) taskEvent(kind models.EventKind, t models.Task, more map[string]string) {
	detail := map[string]string{"task": t.ID, "system": t.System, "action": string(t.Action)}
	for k, v := range more {
		if v != "" {
			detail[k] = v
		}
	}
	d.observe(kind, detail)
}

// newTask is a task of a system, due so many days before the request.
func (d *decider) newTask(s models.System, a models.Action, days int) models.Task {
	t := models.Task{
		ID: d.stamp.NewID(), RequestID: d.Request.ID, Reference: d.Request.Reference, Owner: s.Owner, OwnerDigest: d.ownerDigest(s.Owner),
		TaskFacts: models.TaskFacts{
			System: s.Key, SystemName: s.Name, Kind: s.Kind, Action: a, State: models.TaskOpen, Days: days, CreatedAt: d.now,
		},
	}
	d.dateTask(&t)
	return t
}

// dateTask sets the date of a task: so many days before that of its request,
// but not before today, and never after it.
func (d *decider) dateTask(t *models.Task) {
	on := d.respondOn().AddDays(-t.Days)
	if on.Before(d.today()) {
		on = d.today()
	}
	if on.After(d.respondOn()) {
		on = d.respondOn()
	}
	t.DueOn, t.DueBy = on, on.End(d.rules.Zone)
}

// made stores a new task. A connector that is to run is called at once; of one
// that a person does, the owner hears.
func (d *decider) made(t models.Task, run bool) {
	if t.Action == models.ActionErase {
		d.erasureSeen()
	}
	d.taskEvent(models.EventTaskAdded, t, map[string]string{"due_on": t.DueOn.String(), "by": t.By, "restored_from": restoredFrom(t)})
	if run && !t.Manual() {
		d.begin(&t, models.StepFind)
	}
	if waits := d.Request.Erasure.Waits(d.now); waits != "" && cools(t.Action) {
		t.State, t.Waits = models.TaskWaiting, waits
	}
	d.tasks = append(d.tasks, t)
	d.saveTask(t, 0)
	d.scheduleTask(t)
	if t.Manual() && !t.Cools() {
		d.tellOwner(t)
	}
}

func restoredFrom(t models.Task) string {
	if t.RestoredFrom.IsZero() {
		return ""
	}
	return t.RestoredFrom.UTC().Format(time.RFC3339)
}

func (d *decider) addTask(c AddTask) error {
	i := slices.IndexFunc(d.rules.Systems, func(s models.System) bool { return s.Key == c.System })
	if i < 0 {
		return models.Invalid(models.FieldError{Field: "system", Code: "unknown", Message: "there is no such system"})
	}
	s := d.rules.Systems[i]
	if !s.Takes(c.Action) {
		return models.Invalid(models.FieldError{Field: "action", Code: "unsupported", Message: "is not an action that the system takes"})
	}
	t := d.newTask(s, c.Action, 0)
	if _, err := d.gate(Act{Command: CommandAddTask, Task: t}); err != nil {
		return err
	}
	for _, rule := range d.rules.TasksFor(d.Request.Asked()) {
		if rule.Action == c.Action {
			t.Days = max(t.Days, rule.Days)
		}
	}
	d.dateTask(&t)
	t.By, t.Note = d.by.ID, c.Note
	d.made(t, false)
	return nil
}

// begin tells a connector to take a step. One that waited for an identifier goes on
// for whoever had it begin.
func (d *decider) begin(t *models.Task, step models.TaskStep) {
	t.Run++
	t.Step, t.State, t.Waits, t.Pending = step, models.TaskRunning, "", false
	if step == models.StepApply {
		t.State = models.TaskApproved
	}
	if d.by.Kind == models.ActorStaff {
		t.RunBy = d.by.ID
	}
	t.Fault, t.FaultCode, t.FaultText, t.FaultSaid = "", "", "", ""
	run := taskRun(t.ID, t.Run)
	d.Plan(d.stamp, models.Job{Kind: models.JobRunTask, RequestID: d.Request.ID, Subject: run, UniqueKey: "task/" + run, RunAt: d.now})
}

func (d *decider) runTask(t *models.Task, c RunTask) error {
	if t.Fault == models.FaultUncertain {
		return models.Errorf(models.CodeConflict, "nobody knows yet whether it was applied: retry the task")
	}
	step := models.StepDirect
	switch {
	case t.Action == models.ActionFind:
		step = models.StepFind
	case t.Action.Changes() || c.Preview:
		step = models.StepPreview
	}
	e := d.Request.Erasure
	if err := notCooling(e.Waits(d.now), e, step == models.StepDirect && cools(t.Action)); err != nil {
		return err
	}
	if len(t.Key) == 0 {
		t.Key = c.Key
	}
	t.Preview, t.ApprovedBy, t.ApprovedRole = "", "", ""
	d.begin(t, step)
	d.taskEvent(models.EventTaskRun, *t, map[string]string{"step": string(step)})
	return nil
}

func (d *decider) approvePreview(t *models.Task, c ApprovePreview) error {
	if c.Hash != t.Preview {
		return models.Errorf(models.CodeStale, "the preview is not the one that you have read")
	}
	d.begin(t, models.StepApply)
	if t.Action == models.ActionErase {
		d.erasureSeen()
	}
	t.ApprovedBy, t.ApprovedRole = d.by.ID, d.by.Role
	d.taskEvent(models.EventPreviewApproved, *t, map[string]string{"commitment": c.Hash})
	return nil
}

func (d *decider) retryTask(t *models.Task) error {
	d.begin(t, t.Step)
	d.taskEvent(models.EventTaskRetried, *t, map[string]string{"step": string(t.Step)})
	return nil
}

func (d *decider) completeTask(t *models.Task, c CompleteTask) error {
	if !slices.Contains(models.TaskOutcomes(), c.Outcome) {
		return models.Invalid(models.FieldError{Field: "outcome", Code: "oneof", Message: "must be completed, nothing_found, partly or refused"})
	}
	less := c.Outcome == models.TaskPartly || c.Outcome == models.TaskRefused
	if less && c.Note == "" && len(c.Reasons) == 0 {
		return models.Invalid(models.FieldError{Field: "note", Code: "required", Message: "is required: say what was not done, and why, or give a reason"})
	}
	for i, code := range c.Reasons {
		if _, ok := d.reason(d.rules.TypeOf, code); !ok || slices.Contains(c.Reasons[:i], code) {
			return models.Invalid(models.FieldError{Field: "reasons", Code: "unknown", Message: "are not reasons that a law or rule of this case knows, or one comes twice"})
		}
	}
	if err := d.proofOf(t, c); err != nil {
		return err
	}
	if _, err := d.gate(Act{Command: CommandCompleteTask, Task: *t, Outcome: c.Outcome}); err != nil {
		return err
	}
	if t.Action == models.ActionErase {
		d.erasureSeen()
	}
	t.Report, t.Reasons = c.Note, c.Reasons
	d.end(t, c.Outcome)
	return nil
}

// proofOf adds the files that prove a task to its request, for staff.
func (d *decider) proofOf(t *models.Task, c CompleteTask) error {
	attached := c.Attached
	for _, f := range c.Files {
		if err := CheckShare(attached, f); err != nil {
			return err
		}
		d.With(models.FileAdded{File: f, Before: len(attached)})
		d.observe(models.EventFileAdded, map[string]string{"file": f.ID, "media_type": f.MediaType, "internal": "true", "task": t.ID})
		attached = append(attached, f)
		t.Files = append(t.Files, f.ID)
	}
	return nil
}

// end closes a task with an outcome.
func (d *decider) end(t *models.Task, o models.TaskOutcome) {
	t.State, t.Outcome, t.EndedAt, t.Pending, t.Waits = models.TaskDone, o, d.now, false, ""
	t.Key = nil
	if t.Action == models.ActionErase && (o == models.TaskCompleted || o == models.TaskPartly) {
		d.job(models.JobVoidPackages, t.ID, d.now)
	}
	d.taskEvent(models.EventTaskDone, *t, map[string]string{"outcome": string(o), "reasons": joined(t.Reasons), "commitment": t.Preview})
	if d.by.Kind != models.ActorStaff && t.After == "" && d.Request.State != models.StateClosed && !slices.ContainsFunc(d.tasks, func(o models.Task) bool { return o.ID != t.ID && !o.State.Ended() }) {
		d.tellStaff(d.owner(), models.StaffTaskLetter{About: d.about(), What: models.TaskNewsAllDone, System: t.SystemName, Action: t.Action, DueOn: t.DueOn, RespondOn: d.respondOn()})
	}
}

func (d *decider) reassignTask(t *models.Task, c ReassignTask) error {
	if c.Owner == t.Owner {
		return nil
	}
	if t.Action == models.ActionErase {
		d.erasureSeen()
	}
	d.leaveOwner(t, c.Owner)
	t.Owner, t.OwnerDigest, t.Reminded, t.Unreachable = c.Owner, d.ownerDigest(c.Owner), "", false
	t.Notified, t.Instructed, t.Stopped = false, false, false
	d.taskEvent(models.EventTaskReassigned, *t, nil)
	if t.Manual() {
		d.tellOwner(*t)
	}
	return nil
}

// settleTasks makes the tasks of a request follow what a command made of it:
// they are cancelled once it is closed, made once it is verified well enough,
// and due inside its date.
func (d *decider) settleTasks() {
	if d.Request.ID == "" {
		return
	}
	switch {
	case d.Request.State == models.StateClosed:
		if d.from.State != models.StateClosed {
			d.cancelTasks()
		} else {
			d.holdTasks()
		}
		return
	case d.Request.Deadline.RespondOn != d.from.Deadline.RespondOn:
		d.redateTasks()
	}
	if d.worthTasks() {
		d.makeTasks()
	}
	d.coolTasks()
	d.holdTasks()
}

// cancelTasks ends what nobody has to do any more. Nothing may be added or done
// meanwhile.
func (d *decider) cancelTasks() {
	if d.from.ID != "" {
		d.tasksSeen()
	}
	for i, t := range d.tasks {
		if t.State.Ended() {
			continue
		}
		t.State, t.EndedAt, t.Waits = models.TaskCancelled, d.now, ""
		d.taskEvent(models.EventTaskCancelled, t, nil)
		d.saveTask(t, d.tasks[i].Version)
	}
}

// tasksSeen makes a decision fail where a task was made or has changed meanwhile. It
// comes before the decision changes any.
func (d *decider) tasksSeen() {
	sum := 0
	for _, t := range d.tasks {
		sum += t.Version
	}
	d.With(models.TasksSeen{RequestID: d.Request.ID, Sum: sum})
}

func (d *decider) redateTasks() {
	for i, t := range d.tasks {
		if t.State.Ended() || t.After != "" {
			continue
		}
		on := t.DueOn
		if d.dateTask(&t); t.DueOn == on {
			continue
		}
		t.Reminded = ""
		d.taskEvent(models.EventTaskDated, t, map[string]string{"due_on": t.DueOn.String()})
		d.saveTask(t, d.tasks[i].Version)
		d.scheduleTask(t)
	}
}

// worthTasks reports whether the command changed what the tasks of the request
// depend on, and it waits for no second person.
func (d *decider) worthTasks() bool {
	now, was := d.Request.Facts, d.from.Facts
	if now.State == models.StateUnverified || now.State == models.StateInReview {
		return false
	}
	return now.State != was.State || now.Level != was.Level || now.Authority != was.Authority || now.DataClass != was.DataClass ||
		!slices.Equal(now.Asked(), was.Asked()) || !now.RequesterSince.Equal(was.RequesterSince)
}

// makeTasks adds what the policy asks for and the request does not have yet. An
// action that needs a verified person waits until they are.
func (d *decider) makeTasks() {
	if t, ok := d.rules.TypeOf(d.Request.Facts); !ok || t.Unsorted {
		return
	}
	for _, rule := range d.rules.TasksFor(d.Request.Asked()) {
		if verifiedFor(d.rules, d.Request, rule.Action) != nil {
			continue
		}
		for _, s := range d.rules.Systems {
			if rule.Concerns(s) && !d.hasTask(s, rule) {
				if rule.Action == models.ActionErase {
					d.askConfirmation()
				}
				d.made(d.newTask(s, rule.Action, rule.Days), rule.Run)
			}
		}
	}
}

func (d *decider) hasTask(s models.System, rule *policies.TaskRule) bool {
	return slices.ContainsFunc(d.tasks, func(t models.Task) bool {
		return t.System == s.Key && t.Action == rule.Action && t.State != models.TaskCancelled && !t.Former(d.Request)
	})
}

// verifiedFor refuses an action for somebody who is not verified well enough
// for it.
func verifiedFor(rules Rules, r models.Request, a models.Action) error {
	need := rules.LevelFor(r.Facts, a)
	if a.NeedsVerified() {
		need = highest(need, models.LevelMailbox)
	}
	if !r.Level.Covers(need) {
		return models.Errorf(models.CodeUnverified, "%s needs the verification level %s; the request is at %s", a, need, r.Level)
	}
	if r.Claimed() && !r.Authority.Covers(need) {
		return models.Errorf(models.CodeUnverified, "nobody has recorded a proof, at the level %s, that the %s may act for the person", need, r.Capacity)
	}
	return nil
}
