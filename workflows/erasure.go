package workflows

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"habeas/models"
)

// The commands about the erasure that a request asks for, in all systems at once.
const (
	CommandConfirmErasure CommandName = "confirm-erasure"
	CommandEndCoolingOff  CommandName = "end-cooling-off"
	CommandPreviewErasure CommandName = "preview-erasure"
	CommandApproveErasure CommandName = "approve-erasure"
	CommandLookAgain      CommandName = "look-again"
)

// erasureCommands are those of staff. They are given with the tasks, and none is
// among the commands on the request itself.
func erasureCommands() []CommandName {
	return []CommandName{CommandConfirmErasure, CommandPreviewErasure, CommandApproveErasure, CommandLookAgain}
}

type (
	// ConfirmErasure is that the requester wants the erasure, knowing what is lost:
	// they say so themselves, with the fresh code CodeID if they typed one, or told
	// staff, who note how.
	ConfirmErasure struct{ CodeID, Note string }
	// EndCoolingOff has the tasks go on that waited for the time to think.
	EndCoolingOff struct{}
	// PreviewErasure has every connector rehearse the erasure that has not done so.
	PreviewErasure struct {
		Seed []byte // 32 random bytes, which Service fills in
	}
	// ApproveErasure has the previews carried out that wait, all at once. Hash is
	// ErasureHash of what was read.
	ApproveErasure struct{ Hash string }
	// LookAgain asks the systems again for what they hold of the person after an
	// erasure.
	LookAgain struct{}
)

// Name implements Command.
func (ConfirmErasure) Name() CommandName { return CommandConfirmErasure }

// Name implements Command.
func (EndCoolingOff) Name() CommandName { return CommandEndCoolingOff }

// Name implements Command.
func (PreviewErasure) Name() CommandName { return CommandPreviewErasure }

// Name implements Command.
func (ApproveErasure) Name() CommandName { return CommandApproveErasure }

// Name implements Command.
func (LookAgain) Name() CommandName { return CommandLookAgain }

// lookWithin is how many days a system may take to be asked again.
const lookWithin = 7

// erasureAllows refuses to erase anything before the requester has confirmed it and
// the time to think is over, and what this erasure is not at.
func erasureAllows(_ Rules, r models.Request, _ models.Actor, a Act) error {
	e := r.Erasure
	waits := e.Waits(a.At)
	switch a.Command { //nolint:exhaustive // the rest erases nothing
	case CommandConfirmErasure:
		if !e.Unconfirmed() {
			return models.Errorf(models.CodeConflict, "there is no erasure that the requester has to confirm")
		}
	case CommandEndCoolingOff:
		if e.ConfirmedAt.IsZero() || waits != "" {
			return models.Errorf(models.CodeConflict, "the time to think is not over")
		}
	case CommandApprovePreview:
		return notCooling(waits, e, cools(a.Task.Action))
	case CommandApproveErasure:
		return notCooling(waits, e, true)
	case CommandCompleteTask:
		return notCooling(waits, e, a.Task.Action == models.ActionErase && (a.Outcome == models.TaskCompleted || a.Outcome == models.TaskPartly))
	case CommandLookAgain:
		if r.Certificate == nil {
			return models.Errorf(models.CodeConflict, "nothing was erased yet")
		}
	}
	return nil
}

func notCooling(waits models.TaskWait, e models.Erasure, cooled bool) error {
	switch {
	case !cooled:
	case waits == models.WaitConfirmation:
		return models.Errorf(models.CodeConflict, "the requester has not confirmed the erasure yet")
	case waits == models.WaitCoolingOff:
		return models.Errorf(models.CodeConflict, "the requester may still withdraw: nothing is erased before %s", e.From.Format(time.RFC3339))
	}
	return nil
}

// applyErasure decides a command about the erasure, or reports that it is none.
func (d *decider) applyErasure(c Command) (bool, error) {
	switch c := c.(type) {
	case ConfirmErasure:
		return true, d.confirmErasure(c)
	case EndCoolingOff:
		return true, nil // the tasks go on after every command
	case PreviewErasure:
		return true, d.previewErasure(c)
	case ApproveErasure:
		return true, d.approveErasure(c)
	case LookAgain:
		return true, d.lookAgain()
	}
	return false, nil
}

// cools reports whether tasks of an action wait for the requester of an erasure:
// nothing is erased, and nobody told of it, before they are sure.
func cools(a models.Action) bool { return a == models.ActionErase || a == models.ActionInform }

// askConfirmation asks the requester to confirm the erasure, before its first task
// is made. Whoever wrote a letter, rang or came in person is not asked, nor whoever
// cannot be mailed.
func (d *decider) askConfirmation() {
	e := d.Request.Erasure
	rule := d.rules.Confirms(d.Request.Asked())
	if rule == nil || d.Request.Mailbox() == "" || !e.AskedAt.IsZero() || !online(d.Request.Channel) {
		return
	}
	e.AskedAt = d.now
	d.record(models.EventConfirmationAsked, models.Change{Erasure: &e}, nil)
	d.tell(models.ConfirmErasureLetter{About: d.dear(), CoolsOff: rule.CoolingOff > 0, RespondOn: d.respondOn()})
}

func online(c models.Channel) bool {
	return c == models.ChannelWeb || c == models.ChannelEmail || c == models.ChannelAPI
}

func (d *decider) confirmErasure(c ConfirmErasure) error {
	if d.by.Kind == models.ActorStaff {
		if err := required("note", c.Note); err != nil {
			return err
		}
		d.keep(models.Internal, c.Note)
	}
	if c.CodeID != "" {
		d.With(models.CodeUsed{ID: c.CodeID})
	}
	e := d.Request.Erasure
	e.ConfirmedAt, e.ConfirmedBy, e.From = d.now, d.by.Kind, d.coolingOff()
	d.record(models.EventErasureConfirmed, models.Change{Erasure: &e}, map[string]string{"from": e.From.Format(time.RFC3339)})
	if e.From.After(d.now) {
		d.job(models.JobCoolingOff, e.From.Format(time.RFC3339), e.From)
	}
	d.tell(models.ErasureConfirmedLetter{About: d.dear(), From: e.From, Cools: e.From.After(d.now), RespondOn: d.respondOn()})
	return nil
}

// coolingOff is when the time to think is over that begins now: whole days, but it
// never takes up the last day to answer.
func (d *decider) coolingOff() time.Time {
	rule := d.rules.Confirms(d.Request.Asked())
	if rule == nil || rule.CoolingOff == 0 {
		return d.now
	}
	on := d.today().AddDays(rule.CoolingOff)
	if last := d.respondOn().AddDays(-1); on.After(last) {
		on = last
	}
	if at := on.End(d.rules.Zone); at.After(d.now) {
		return at.UTC()
	}
	return d.now
}

// coolTasks makes the tasks of an erasure wait for the requester, and go on after
// that. A preview may be made meanwhile.
func (d *decider) coolTasks() {
	waits := d.Request.Erasure.Waits(d.now)
	for i, t := range d.tasks {
		switch {
		case !cools(t.Action) || t.Former(d.Request):
			continue
		case waits != "" && (t.State == models.TaskOpen || t.Cools() && t.Waits != waits):
			t.State, t.Waits = models.TaskWaiting, waits
			d.taskEvent(models.EventTaskWaiting, t, map[string]string{"for": string(waits)})
		case waits == "" && t.Cools():
			t.State, t.Waits = models.TaskOpen, ""
			d.taskEvent(models.EventTaskCooled, t, nil)
			if t.Manual() {
				d.tellOwner(t)
			}
		default:
			continue
		}
		d.saveTask(t, d.tasks[i].Version)
		t.Version++
		d.tasks[i] = t
	}
}

// ErasureTasks lists the tasks that erase for the person whom the request is of now.
func ErasureTasks(r models.Request, tasks []models.Task) []models.Task {
	return slices.DeleteFunc(slices.Clone(tasks), func(t models.Task) bool {
		return t.Action != models.ActionErase || t.State == models.TaskCancelled || t.Former(r)
	})
}

// ErasureHash commits to the previews that wait for approval, all together; "" is
// none.
func ErasureHash(r models.Request, tasks []models.Task) string {
	var lines []string
	for _, t := range ErasureTasks(r, tasks) {
		if t.State == models.TaskNeedsReview {
			lines = append(lines, t.ID+" "+t.Preview)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// Rehearsable reports whether a connector can be asked for the preview of an
// erasure now: one that was never made, or failed.
func Rehearsable(t models.Task) bool {
	failed := t.State == models.TaskFailed && t.Step != models.StepApply
	return t.Action == models.ActionErase && !t.Manual() && (t.State == models.TaskOpen || t.Cools() || failed)
}

func (d *decider) previewErasure(c PreviewErasure) error {
	n := 0
	for _, t := range ErasureTasks(d.Request, d.tasks) {
		if !Rehearsable(t) {
			continue
		}
		mac := hmac.New(sha256.New, c.Seed)
		mac.Write([]byte(t.ID))
		run := RunTask{Task: t.ID, Key: mac.Sum(nil)}
		if err := d.onTask(t.ID, CommandRunTask, func(t *models.Task) error { return d.runTask(t, run) }); err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return models.Errorf(models.CodeConflict, "there is no system left that could show what it would erase")
	}
	return nil
}

func (d *decider) approveErasure(c ApproveErasure) error {
	hash := ErasureHash(d.Request, d.tasks)
	switch {
	case hash == "":
		return models.Errorf(models.CodeConflict, "no preview waits for approval")
	case c.Hash != hash:
		return models.Errorf(models.CodeStale, "the previews are not those that you have read")
	}
	n := 0
	for _, t := range ErasureTasks(d.Request, d.tasks) {
		if t.State != models.TaskNeedsReview {
			continue
		}
		approve := ApprovePreview{Task: t.ID, Hash: t.Preview}
		if err := d.onTask(t.ID, CommandApprovePreview, func(t *models.Task) error { return d.approvePreview(t, approve) }); err != nil {
			return err
		}
		n++
	}
	d.observe(models.EventErasureApproved, map[string]string{"commitment": hash, "tasks": strconv.Itoa(n)})
	return nil
}
