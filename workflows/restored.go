package workflows

import (
	"slices"
	"time"

	"habeas/models"
)

// CommandEraseAgain is the command of EraseAgain. Only Restored gives it.
const CommandEraseAgain CommandName = "erase-again"

// EraseAgain has a system asked anew for what was erased there, because a backup
// of it was restored that is as old as From: what is back is previewed, approved
// and erased like the first time. A request may be closed by then.
type EraseAgain struct {
	System string
	From   time.Time
	Key    []byte // 32 random bytes, which Service fills in
}

// Name implements Command.
func (EraseAgain) Name() CommandName { return CommandEraseAgain }

// restoredDays is how many days a repeated erasure may take: the request has no
// date any more.
const restoredDays = 7

// EraseAgainTask reports whether a task is an erasure that a backup as old as from undoes
// when it is restored: one that was done since, for whom the request is about now,
// and that was not asked for because of the same restoration.
func EraseAgainTask(t models.Task, r models.Request, system string, from time.Time) bool {
	return t.System == system && t.Action == models.ActionErase && t.State == models.TaskDone && !t.EndedAt.Before(from) &&
		(t.Outcome == models.TaskCompleted || t.Outcome == models.TaskPartly) && !t.Former(r) && !t.RestoredFrom.Equal(from)
}

// ErrErasedAgain refuses a second task for the same restoration.
var ErrErasedAgain = models.Errorf(models.CodeConflict, "there is a task already that erases it there")

// ErrErasedForAnother refuses a task for whom a request was taken to be from before
// staff put that right: nobody may look for them by it.
var ErrErasedForAnother = models.Errorf(models.CodeConflict, "nothing is known that was erased there since for whom the request is about now")

func (d *decider) eraseAgain(c EraseAgain) error {
	again := func(t models.Task) bool {
		return t.System == c.System && t.Action == models.ActionErase && t.State != models.TaskCancelled &&
			(t.RestoredFrom.Equal(c.From) || !t.State.Ended())
	}
	switch {
	case !slices.ContainsFunc(d.tasks, func(t models.Task) bool { return EraseAgainTask(t, d.Request, c.System, c.From) }):
		return ErrErasedForAnother
	case slices.ContainsFunc(d.tasks, again):
		return ErrErasedAgain
	}
	i := slices.IndexFunc(d.rules.Systems, func(s models.System) bool { return s.Key == c.System })
	if i < 0 {
		return models.Invalid(models.FieldError{Field: "system", Code: "unknown", Message: "there is no such system"})
	}
	t := d.newTask(d.rules.Systems[i], models.ActionErase, 0)
	if _, err := d.gate(Act{Command: CommandEraseAgain, Task: t}); err != nil {
		return err
	}
	t.RestoredFrom = c.From
	t.DueOn = d.today().AddDays(restoredDays)
	t.DueBy = t.DueOn.End(d.rules.Zone)
	if !t.Manual() {
		t.Key = c.Key
		d.begin(&t, models.StepPreview)
	}
	d.made(t, false)
	return nil
}
