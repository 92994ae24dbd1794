package workflows_test

import (
	"fmt"
	"slices"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// Strangers who know the address of a request fill only their own share: the
// requester, their mail and staff each have theirs.
func TestEachKindOfSenderHasRoomOfItsOwn(t *testing.T) {
	t.Parallel()
	l := in(t, models.StateOpen)
	var files []models.File
	add := func(want int, by models.Actor, internal bool) {
		t.Helper()
		n := 0
		for i := range 60 {
			f := models.File{ID: fmt.Sprint(by.Kind, internal, i), Author: by, Internal: internal, Size: 10}
			if err := l.try(by, workflows.Attach{File: f, Attached: files}); models.CodeOf(err) == models.CodeTooLarge {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
			n++
		}
		if n != want {
			t.Errorf("%s, internal: %t, has room for %d files, want %d", by.Kind, internal, n, want)
		}
	}
	add(10, robot, true)
	add(50, subject, false)
	add(50, robot, false)
	add(50, alice, true)
}

func TestWhatSomebodyReliesOnIsNotDeleted(t *testing.T) {
	t.Parallel()
	attached := []models.File{staffFile("f1", true), staffFile("f2", true), {ID: "theirs", Author: subject, Blob: "blob"}}
	remove := func(id string) workflows.DeleteFile {
		return workflows.DeleteFile{File: id, Reason: "unwanted", Attached: attached}
	}
	l := worked(t, models.TypeAccess)
	l.refused(alice, remove("f3"), models.CodeInvalid)
	l.refused(alice, workflows.DeleteFile{File: "f1", Reason: "because", Attached: attached}, models.CodeInvalid)
	l.refused(subject, remove("theirs"), models.CodeForbidden)
	tasks := l.tasks
	l.tasks = append(slices.Clone(tasks), proofTask("theirs"))
	l.refused(alice, remove("theirs"), models.CodeConflict) // it proves that a task was done
	l.tasks = tasks
	l.must(alice, remove("theirs"))
	gone, _ := models.EffectOf[models.FileDeleted](l.last)
	l.wants("gone", gone.ID, "theirs")
	l.wants("the event", l.last.Events[0].Kind, models.EventFileDeleted)
	l.wants("the job", l.last.Jobs[0].Subject, "blob")
	l.refused(alice, workflows.DeleteFile{File: "theirs", Reason: "unwanted", Attached: attached[:2]}, models.CodeInvalid) // gone

	l.must(alice, workflows.Conclude{
		Outcome: models.OutcomeDenied, Message: "No.", Reasons: []workflows.ReasonGiven{{Code: "manifestly_unfounded"}}, Files: []string{"f1"}, Attached: attached,
	})
	l.refused(alice, remove("f1"), models.CodeConflict) // it is to go out
	l.must(bob, workflows.Approve{Version: l.r.Version})
	l.refused(alice, remove("f1"), models.CodeConflict) // it went out
	l.must(alice, remove("f2"))
	l.must(subject, workflows.FileAppeal{Text: "I object."})
	l.refused(carol, remove("theirs"), models.CodeConflict) // somebody has to look at it again
	replayed(t, l)
}

// proofTask is a task that its owner proved to be done by a file.
func proofTask(file string) models.Task {
	t := models.Task{ID: "t9", RequestID: "r1"}
	t.State, t.Files = models.TaskDone, []string{file}
	return t
}
