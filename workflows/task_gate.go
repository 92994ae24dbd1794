package workflows

import (
	"slices"

	"habeas/models"
)

// tasksAllow refuses what the tasks of a request do not allow: what the life of
// a task does not list for its state, the task of another owner, a task for
// somebody who is not verified well enough, or no longer, the approval of one's own preview, and
// to say that all is done, or that nothing is there, while a task is undone.
func tasksAllow(rules Rules, k Case, by models.Actor, a Act) error {
	r := k.Request
	if a.Task.ID != "" && by.Kind == models.ActorOwner && (by.ID == "" || by.ID != a.Task.OwnerDigest || !a.Task.Manual()) {
		return models.Errorf(models.CodeNotFound, "there is no such task")
	}
	if a.Task.ID != "" && a.Command != CommandAddTask && a.Command != CommandEraseAgain {
		if err := inTaskState(a.Task, a.Command); err != nil {
			return err
		}
	}
	switch a.Command { //nolint:exhaustive // the rest is not about tasks
	case CommandErase:
		if i := slices.IndexFunc(k.Tasks, func(t models.Task) bool { return !t.State.Ended() }); i >= 0 {
			return models.Errorf(models.CodeConflict, "it is kept: the task %s is %s", taskName(k.Tasks[i]), k.Tasks[i].State)
		}
	case CommandAddTask, CommandEraseAgain, CommandRunTask, CommandApprovePreview, CommandRetryTask:
		if a.Task.Action == "" {
			return nil // a page asks whether there is such a button
		}
		if err := verifiedFor(rules, r, a.Task.Action); err != nil {
			return err
		}
		if a.Command == CommandApprovePreview && by.Is(a.Task.RunBy) {
			return models.Errorf(models.CodeOtherPerson, "a preview is approved by another person than who had it made")
		}
	case CommandCompleteTask:
		// Staff write down what was done in any case. An owner is shown nothing of a
		// person who is not verified well enough.
		if by.Kind == models.ActorOwner {
			return verifiedFor(rules, r, a.Task.Action)
		}
	case CommandDecide, CommandApprove:
		return allDone(k, a)
	}
	return nil
}

// allDone refuses an answer that says what no undone task lets it say.
func allDone(k Case, a Act) error {
	p := a.Proposal
	if a.Command == CommandApprove {
		p = k.Request.Proposal
	}
	if p.Outcome != models.OutcomeFulfilled && p.Outcome != models.OutcomeNoData {
		return nil
	}
	i := slices.IndexFunc(k.Tasks, func(t models.Task) bool { return !t.State.Ended() })
	if i < 0 {
		return nil
	}
	return models.Errorf(models.CodeConflict, "it cannot be %s: the task %s is %s", p.Outcome, taskName(k.Tasks[i]), k.Tasks[i].State)
}
