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
	shop := l.task("shop")
	l.must(carol, workflows.AddTask{System: "news", Action: models.ActionFind})
	find := l.tasks[len(l.tasks)-1]
	l.must(carol, workflows.RunTask{Task: find.ID, Key: make([]byte, 32)})
	l.must(alice, workflows.RunTask{Task: shop.ID, Key: make([]byte, 32)})
	run := l.task("shop").Run
	l.must(system, workflows.TaskFailed{Task: shop.ID, Run: run, Fault: models.ConnectorError{Fault: models.FaultIdentifier}})
	l.wants("waits", l.task("shop").Waits, models.WaitIdentifier)
	l.must(system, workflows.TaskAnswered{Task: find.ID, Run: 1, Findings: &models.Findings{System: "news", Records: []models.Finding{{}}}})
	run = l.task("shop").Run
	l.must(system, workflows.TaskAnswered{Task: shop.ID, Run: run, Preview: &models.Preview{Hash: "h", Rows: []models.RowChange{{}}}})
	l.wants("state", l.task("shop").State, models.TaskNeedsReview)

	l.refused(alice, workflows.ApprovePreview{Task: shop.ID, Hash: "h"}, models.CodeOtherPerson)
	l.must(bob, workflows.ApprovePreview{Task: shop.ID, Hash: "h"})
}

// Where the person turns out to be another than whom staff were sure of, the owner
// of a system who was told of a task neither reads of whom it is nor does it, until
// they are verified again. Staff write down what was done before.
func TestAnOwnerWaitsForWhoIsNoLongerVerified(t *testing.T) {
	t.Parallel()
	l := atPlaces(mailedFrom(t, models.TypeDeletion, "DE", ""))
	l.must(subject, prove())
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.must(alice, workflows.Start{})
	l.sure()
	paper := l.task("paper")
	archive := models.Actor{Kind: models.ActorOwner, ID: "digest of archive@example.org"}
	reads := func() bool {
		return workflows.Gate(l.rules, workflows.Case{Request: l.r, Tasks: l.tasks}, archive, workflows.Act{Command: workflows.CommandCompleteTask, Task: l.task("paper"), At: l.now}).Verdict != workflows.Refused
	}
	l.wants("reads before", reads(), true)
	named := bea()
	named.Email = l.r.Person.Email
	l.must(alice, named)
	l.must(bob, workflows.Approve{Version: l.r.Version})
	l.wants("level", l.r.Level, models.LevelMailbox)
	l.refused(archive, workflows.CompleteTask{Task: paper.ID, Outcome: models.TaskCompleted}, models.CodeUnverified)
	l.wants("reads", reads(), false)
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.wants("reads again", reads(), true)
	l.must(archive, workflows.CompleteTask{Task: paper.ID, Outcome: models.TaskCompleted})
}
