package workflows_test

import (
	"fmt"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// news counts the letters of the last decision that tell staff something of a task.
func (l *life) news(what models.TaskNews) (n int) {
	for _, m := range l.last.Messages {
		if letter, ok := m.Letter.(models.StaffTaskLetter); ok && letter.What == what {
			n++
		}
	}
	return n
}

// An answer by mail is kept and ends nothing; staff hear of it once a day.
func TestAnAnswerByMailEndsNoTask(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	paper := l.task("paper").ID
	for i, told := range []int{1, 0} {
		l.must(robot, workflows.ReplyToTask{Task: paper, Mail: fmt.Sprint("m", i), Text: "It is done.", Flags: []models.MessageFlag{models.FlagOtherSender}})
		if n := l.news(models.TaskNewsReplied); n != told {
			t.Errorf("answer %d: %d letters to staff", i, n)
		}
	}
	if now := l.task("paper"); now.State != models.TaskOpen || len(now.Replies) != 2 || now.Replies[1].Flags[0] != models.FlagOtherSender {
		t.Errorf("the task is %+v", now)
	}
}

// A task whose owner cannot be reached is for staff, until somebody else owns it.
func TestAnUnreachableOwnerIsTheBusinessOfStaff(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	paper := l.task("paper")
	l.refused(system, workflows.OwnerUnreachable{Task: paper.ID, OwnerDigest: "digest of somebody@example.org"}, models.CodeConflict)
	l.must(system, workflows.OwnerUnreachable{Task: paper.ID, OwnerDigest: paper.OwnerDigest})
	if !l.task("paper").Unreachable || l.news(models.TaskNewsUnreachable) != 1 {
		t.Errorf("staff do not hear of it: %+v", l.task("paper"))
	}
	l.refused(system, workflows.TellOwner{OwnerDigest: paper.OwnerDigest, Owned: l.tasks}, models.CodeConflict)
	l.must(alice, workflows.ReassignTask{Task: paper.ID, Owner: "cellar@example.org"})
	if l.task("paper").Unreachable {
		t.Error("the new owner cannot be reached either")
	}
}

// However many tasks there are for an owner, all are told of, each once.
func TestAnOwnerIsToldOfEveryTask(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	digest := l.task("paper").OwnerDigest
	owned := []models.Task{l.task("paper")}
	for i := range 260 {
		owned = append(owned, models.Task{ID: fmt.Sprint("t", i), RequestID: fmt.Sprint("r", i+10), Version: 1, Owner: "archive@example.org", OwnerDigest: digest, TaskFacts: models.TaskFacts{Kind: models.SystemManual, State: models.TaskOpen}})
	}
	l.must(system, workflows.TellOwner{OwnerDigest: digest, Owned: owned})
	listed, told := 0, 0
	for _, m := range l.last.Messages {
		listed += len(models.OwnedTasks(m.Letter))
	}
	for _, e := range l.last.Effects {
		if e, ok := e.(models.TaskChanged); ok && e.Task.Notified {
			told++
		}
	}
	if listed != len(owned) || told != len(owned) {
		t.Errorf("%d tasks are listed and %d noted, want %d", listed, told, len(owned))
	}
}

// Limits take a plus or a dot more for the same person; a task is opened to nobody
// but its owner.
func TestTwoOwnersWithOneMailboxForLimitsAreTwo(t *testing.T) {
	t.Parallel()
	l := atPlaces(file(t, models.TypeDeletion))
	l.rules.Canonical = func(string) string { return "one person" }
	l.must(subject, prove())
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.must(alice, workflows.Start{})
	paper, digests := l.task("paper").ID, map[string]bool{}
	for _, owner := range []string{"the.archive@gmail.com", "thearchive@gmail.com", "THE.archive@gmail.com"} {
		l.must(alice, workflows.ReassignTask{Task: paper, Owner: owner})
		digests[l.task("paper").OwnerDigest] = true
	}
	l.wants("owners", len(digests), 2)
}
