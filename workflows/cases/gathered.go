package cases

import (
	"context"
	"slices"

	"habeas/models"
	"habeas/workflows"
)

// Gathered is what the systems hold of the person of a request, for the copy
// that they get.
type Gathered struct {
	Request models.Request
	Held    []HeldData
	Reasons []models.Reason // for which something may be left out of it
	// Waits names the systems that have not been looked through yet.
	Waits []string
	// Makes says that the gate lets whoever looks add the copy to the request.
	Makes bool
	asked bool
}

// Whole is CodeConflict where a system has not answered yet, or none was asked:
// half a copy would pass for a whole one.
func (g Gathered) Whole() error {
	switch {
	case len(g.Waits) > 0:
		return models.Errorf(models.CodeConflict, "%s: not looked through yet", g.Waits[0])
	case !g.asked:
		return models.Errorf(models.CodeConflict, "no system has been looked through for this request")
	}
	return nil
}

// HeldData is what one system holds.
type HeldData struct {
	System   models.System
	Findings models.Findings
}

// Gathered returns what every system found, after recording who looked. What the
// policy lets nobody disclose is withheld already.
func (s *Tasks) Gathered(ctx context.Context, by models.Actor, reference string) (Gathered, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return Gathered{}, err
	}
	l, err := s.Seen(ctx, by, r)
	if err != nil {
		return Gathered{}, err
	}
	g := Gathered{Request: r, Makes: l.May(workflows.CommandAttach, models.Task{}).Verdict != workflows.Refused}
	for _, t := range lastFinds(r, l.Tasks) {
		g.asked = true
		if !t.State.Ended() {
			g.Waits = append(g.Waits, t.SystemName)
			continue
		}
		found, err := s.Findings(ctx, by, t.ID)
		if models.CodeOf(err) == models.CodeNotFound {
			continue // done by hand: what was found is a file of the request
		}
		if err != nil {
			return Gathered{}, err
		}
		of, err := s.systemOf(ctx, t)
		if err != nil {
			return Gathered{}, err
		}
		g.Held = append(g.Held, HeldData{System: of, Findings: found})
	}
	if kind, ok := l.rules.TypeOf(r.Facts); ok {
		g.Reasons = l.rules.ReasonsFor(kind, l.rules.RegimesOf(l.rules.CaseOf(r.Facts)), nil, r.Locale)
	}
	return g, nil
}

// lastFinds are the tasks that look for data of the requester, the last one of
// each system.
func lastFinds(r models.Request, all []models.Task) []models.Task {
	var finds []models.Task
	for _, t := range all {
		if t.Action == models.ActionFind && t.State != models.TaskCancelled && !t.Former(r) {
			finds = slices.DeleteFunc(finds, func(o models.Task) bool { return o.System == t.System })
			finds = append(finds, t)
		}
	}
	return finds
}

func (s *Tasks) systemOf(ctx context.Context, t models.Task) (models.System, error) {
	of, err := s.system(ctx, t.System)
	if err == nil && of.Key == "" {
		of = models.System{Key: t.System, Name: t.SystemName} // it was taken out of the configuration
	}
	return of, err
}
