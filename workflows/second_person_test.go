package workflows_test

import (
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// Whoever had a preview made does not approve it, also where the connector first
// lacked an identifier and was called again once another system had named it.
func TestAPreviewThatWaitedIsApprovedByAnother(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	shop := taskOf(l, "shop")
	l.must(carol, workflows.AddTask{System: "news", Action: models.ActionFind})
	find := l.tasks[len(l.tasks)-1]
	l.must(carol, workflows.RunTask{Task: find.ID, Key: make([]byte, 32)})
	l.must(alice, workflows.RunTask{Task: shop.ID, Key: make([]byte, 32)})
	run := taskOf(l, "shop").Run
	l.must(system, workflows.TaskFailed{Task: shop.ID, Run: run, Fault: models.ConnectorError{Fault: models.FaultIdentifier}})
	l.wants("waits", taskOf(l, "shop").Waits, models.WaitIdentifier)
	l.must(system, workflows.TaskAnswered{Task: find.ID, Run: 1, Findings: &models.Findings{System: "news", Records: []models.Finding{{}}}})
	run = taskOf(l, "shop").Run
	l.must(system, workflows.TaskAnswered{Task: shop.ID, Run: run, Preview: &models.Preview{Hash: "h", Rows: []models.RowChange{{}}}})
	l.wants("state", taskOf(l, "shop").State, models.TaskNeedsReview)

	l.refused(alice, workflows.ApprovePreview{Task: shop.ID, Hash: "h"}, models.CodeOtherPerson)
	l.must(bob, workflows.ApprovePreview{Task: shop.ID, Hash: "h"})
}

// taskOf is the first task of a system.
func taskOf(l *life, system string) models.Task {
	for _, t := range l.tasks {
		if t.System == system {
			return t
		}
	}
	l.t.Fatalf("no task of %s", system)
	return models.Task{}
}
