package workflows_test

import (
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// Whatever makes, releases or hands over a task that erases is stored only if no
// legal hold was set or lifted since it was decided: else a task could slip past
// the job that has the tasks follow a legal hold.
func TestTasksThatEraseAreDecidedAtOneStateOfTheLegalHolds(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	free := models.LegalHolds{Known: true, Version: 7}
	decided := func(what string, by models.Actor, c workflows.Command) {
		t.Helper()
		d, err := workflows.Decide(l.rules, workflows.Case{Request: l.r, Tasks: l.tasks, LegalHolds: free}, by, c, l.stamp())
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		seen, n := models.LegalHoldsSeen{}, 0
		for _, e := range d.Effects {
			if one, ok := e.(models.LegalHoldsSeen); ok {
				seen, n = one, n+1
			}
		}
		if n != 1 || seen.Version != free.Version {
			t.Errorf("%s: the state of the legal holds is seen %d times, at version %d", what, n, seen.Version)
		}
	}
	decided("a task is made", alice, workflows.AddTask{System: "paper", Action: models.ActionErase})
	decided("another owner", alice, workflows.ReassignTask{Task: l.task("paper").ID, Owner: "cellar@example.org"})
	for i := range l.tasks {
		l.tasks[i].State, l.tasks[i].Waits = models.TaskWaiting, models.WaitLegalHold
	}
	decided("tasks are released", system, workflows.FollowLegalHolds{})
}
