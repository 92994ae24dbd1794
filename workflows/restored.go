package workflows

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// undone reports whether a task is an erasure that a backup as old as from undoes
// when it is restored: one that was done since, for whom the request is about now,
// and that was not asked for because of the same restoration.
func EraseAgainTask(t models.Task, r models.Request, system string, from time.Time) bool {
	return t.System == system && t.Action == models.ActionErase && t.State == models.TaskDone && !t.EndedAt.Before(from) &&
		(t.Outcome == models.TaskCompleted || t.Outcome == models.TaskPartly) && !t.Former(r) && !t.RestoredFrom.Equal(from)
}

// ErrErasedAgain refuses a second task for the same restoration.
var ErrErasedAgain = models.Errorf(models.CodeConflict, "there is a task already that erases it there")

func (d *decider) eraseAgain(c EraseAgain) error {
	again := func(t models.Task) bool {
		return t.System == c.System && t.Action == models.ActionErase && t.State != models.TaskCancelled &&
			(t.RestoredFrom.Equal(c.From) || !t.State.Ended())
	}
	switch {
	case !slices.ContainsFunc(d.tasks, func(t models.Task) bool { return EraseAgainTask(t, d.Request, c.System, c.From) }):
		return models.Errorf(models.CodeConflict, "nothing is known that was erased there since for whom the request is about now")
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

// Restored says what became of the erasures that a restored backup undid.
type Restored struct {
	Tasks   int // that erase again what is back
	Already int // requests for which there is such a task already
	// Gone are requests whose personal data is erased here too: nobody can look for
	// the person any more.
	Gone int
}

// Restored has everything erased again that a system got back with a backup as old
// as from: a task for each request for which something was erased there since. It
// may be called again: what has its task gets no second one. A request that fails
// keeps no other from it; the error names it.
func (s *Tasks) Restored(ctx context.Context, by models.Actor, system string, from time.Time) (Restored, error) {
	from = from.UTC().Truncate(time.Second)
	if !slices.ContainsFunc(s.core.Systems, func(o models.System) bool { return o.Key == system }) {
		return Restored{}, models.Invalid(models.FieldError{Field: "system", Code: "unknown", Message: "there is no such system"})
	}
	if from.After(s.now()) {
		return Restored{}, models.Invalid(models.FieldError{Field: "from", Code: "range", Message: "must not be in the future"})
	}
	requests, err := s.erasedSince(ctx, system, from)
	if err != nil {
		return Restored{}, err
	}
	var done Restored
	var faults faults
	for _, id := range requests {
		faults.add(id, s.eraseAgain(ctx, id, EraseAgain{System: system, From: from}, &done))
	}
	e := s.observed(by, models.Request{}, models.EventSystemRestored, map[string]string{
		"system": system, "from": from.Format(time.RFC3339),
		"tasks": strconv.Itoa(done.Tasks), "already": strconv.Itoa(done.Already), "gone": strconv.Itoa(done.Gone),
	})
	if err := s.Store.Record(ctx, e); err != nil {
		return done, fmt.Errorf("recording what was found: %w", err)
	}
	return done, faults.all()
}

func (s *Tasks) eraseAgain(ctx context.Context, request string, c EraseAgain, done *Restored) error {
	r, err := s.Store.FindByID(ctx, request)
	switch {
	case err != nil:
		return err
	case r.Shredded:
		done.Gone++
		return nil
	}
	_, err = s.cases.DoByID(ctx, models.Actor{Kind: models.ActorSystem}, request, c, Option{})
	switch {
	case err == nil:
		done.Tasks++
		return nil
	case errors.Is(err, ErrErasedAgain):
		done.Already++
		return nil
	}
	return fmt.Errorf("%s: %w", r.Reference, err)
}

// erasedSince are the ids of the requests for which something was erased in a
// system since an instant.
func (s *Tasks) erasedSince(ctx context.Context, system string, from time.Time) ([]string, error) {
	var ids []string
	seen := map[string]bool{}
	f := models.TaskFilter{System: system, States: []models.TaskState{models.TaskDone}, Limit: 500}
	for {
		page, next, err := s.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, t := range page {
			if !seen[t.RequestID] && EraseAgainTask(t, models.Request{}, system, from) {
				seen[t.RequestID] = true
				ids = append(ids, t.RequestID)
			}
		}
		if f.After = next; next.IsZero() {
			return ids, nil
		}
	}
}
