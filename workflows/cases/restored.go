package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// Restored says what became of the erasures that a restored backup undid.
type Restored struct {
	Tasks   int // that erase again what is back
	Already int // requests for which there is such a task already
	// Gone are requests whose personal data is erased here too: nobody can look for
	// the person any more.
	Gone int
	// Former are requests that are about another person now than when something was
	// erased there.
	Former int
}

// Restored has everything erased again that a system got back with a backup as old
// as from: a task for each request for which something was erased there since. It
// may be called again: what has its task gets no second one. A request that fails
// keeps no other from it; the error names it.
func (s *Tasks) Restored(ctx context.Context, by models.Actor, system string, from time.Time) (Restored, error) {
	from = from.UTC().Truncate(time.Second)
	systems, err := s.systems(ctx)
	if err != nil {
		return Restored{}, err
	}
	if !slices.ContainsFunc(systems, func(o models.System) bool { return o.Key == system }) {
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
	var faults failures
	for _, id := range requests {
		faults.add(id, s.eraseAgain(ctx, id, workflows.EraseAgain{System: system, From: from}, &done))
	}
	e := s.observed(by, models.Request{}, models.EventSystemRestored, map[string]string{
		"system": system, "from": from.Format(time.RFC3339),
		"tasks": strconv.Itoa(done.Tasks), "already": strconv.Itoa(done.Already), "gone": strconv.Itoa(done.Gone), "former": strconv.Itoa(done.Former),
	})
	if err := s.Store.Record(ctx, e); err != nil {
		return done, fmt.Errorf("recording what was found: %w", err)
	}
	return done, faults.all()
}

func (s *Tasks) eraseAgain(ctx context.Context, request string, c workflows.EraseAgain, done *Restored) error {
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
	case errors.Is(err, workflows.ErrErasedAgain):
		done.Already++
		return nil
	case errors.Is(err, workflows.ErrErasedForAnother):
		done.Former++
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
			if !seen[t.RequestID] && workflows.EraseAgainTask(t, models.Request{}, system, from) {
				seen[t.RequestID] = true
				ids = append(ids, t.RequestID)
			}
		}
		if f.After = next; next.IsZero() {
			return ids, nil
		}
	}
}
