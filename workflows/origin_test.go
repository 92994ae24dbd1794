package workflows_test

import (
	"reflect"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// What a command came under is part of what follows from it: nothing is added to a
// decision before it is stored.
func TestADecisionHoldsWhatTheCommandCameUnder(t *testing.T) {
	t.Parallel()
	l := file(t, models.TypeQuestion)
	l.must(subject, prove())
	key := &models.Once{Scope: "public", Key: "k", BodyHash: []byte("h")}
	at := l.stamp()
	at.Origin = models.Origin{
		Job: "j1", Once: key, LastSeen: new(2),
		Answer: func(d workflows.Decision) (int, []byte, error) { return 200, []byte(d.Request.Assignee), nil },
	}
	decide := func(c workflows.Command, by models.Actor) workflows.Decision {
		d, err := workflows.Decide(l.rules, workflows.Case{Request: l.r}, by, c, at)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := decide(workflows.Assign{Assignee: "carol"}, bob)
	want := []models.Effect{
		models.JobFinished{ID: "j1"},
		models.LastSeen{Messages: 2},
		models.Once{Scope: "public", Key: "k", BodyHash: []byte("h"), Status: 200, Answer: []byte("carol")},
	}
	if !reflect.DeepEqual(d.Effects, want) || key.Answer != nil {
		t.Errorf("the effects are %+v, the key that was given is %+v", d.Effects, key)
	}

	// What changes nothing uses up no key, but its job is done.
	at.Origin.Job = ""
	if d := decide(workflows.Assign{}, bob); !d.Empty() {
		t.Errorf("a command that changes nothing stores %+v", d)
	}
	at.Origin.Job = "j1"
	if done, ok := models.EffectOf[models.JobFinished](decide(workflows.Assign{}, bob)); !ok || done.ID != "j1" {
		t.Error("the job of a command that changes nothing is not done")
	}
}
