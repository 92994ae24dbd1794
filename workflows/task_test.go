package workflows_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas/models"
	"habeas/workflows"
)

// places are the systems of these tests.
func places() []models.System {
	return []models.System{
		{
			Key: "shop", Name: "Shop database", Kind: models.SystemSQL, Owner: "shop@example.org", Categories: []string{"user.contact"},
			Actions: []models.Action{models.ActionFind, models.ActionCorrect, models.ActionErase},
		},
		{
			Key: "news", Name: "Newsletter", Kind: models.SystemWebhook, Owner: "news@example.org",
			Actions: []models.Action{models.ActionFind, models.ActionErase, models.ActionStop},
		},
		{
			Key: "paper", Name: "Paper files", Kind: models.SystemManual, Owner: "archive@example.org",
			Actions: []models.Action{models.ActionFind, models.ActionErase, models.ActionTakeDown},
		},
	}
}

func atPlaces(l *life) *life {
	l.rules.Systems = places()
	l.rules.OwnerDigest = func(mailbox string) string { return "digest of " + mailbox }
	return l
}

// carried is a request with tasks, at level high.
func carried(t testing.TB, kind models.RequestType) *life {
	t.Helper()
	l := atPlaces(file(t, kind))
	l.must(subject, prove())
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.must(alice, workflows.Start{})
	l.sure()
	return l
}

// sure has the requester confirm an erasure, and the time to think go by.
func (l *life) sure() {
	l.t.Helper()
	if !l.r.Erasure.Unconfirmed() {
		return
	}
	l.must(subject, workflows.ConfirmErasure{})
	l.now = l.r.Erasure.From
	l.must(system, workflows.EndCoolingOff{})
}

// erased has the requester confirm and staff say that everything is erased.
func (l *life) erased() {
	l.t.Helper()
	l.sure()
	for _, t := range l.tasks {
		if t.Action == models.ActionErase {
			l.must(alice, workflows.CompleteTask{Task: t.ID, Outcome: models.TaskCompleted})
		}
	}
}

// keepTasks does with a decision what the store does.
func (l *life) keepTasks(d workflows.Decision) {
	sum := 0
	for _, t := range l.tasks {
		sum += t.Version
	}
	for _, e := range d.Effects {
		switch e := e.(type) {
		case models.TasksSeen:
			if e.RequestID == l.r.ID && e.Sum != sum {
				l.t.Fatalf("the decision has seen tasks of %d versions, and there are %d", e.Sum, sum)
			}
		case models.TaskChanged:
			l.keepTask(e)
		case models.TaskResulted:
			if e.Result.Kind == models.ResultReceipt && e.Result.RequestID == l.r.ID {
				var r models.Receipt
				if err := json.Unmarshal(e.Result.Body, &r); err != nil {
					l.t.Fatal(err)
				}
				l.receipts = maps.Clone(l.receipts)
				if l.receipts == nil {
					l.receipts = map[string]models.Receipt{}
				}
				l.receipts[e.Result.TaskID] = r
			}
		}
	}
}

func (l *life) keepTask(e models.TaskChanged) {
	if e.Task.RequestID != l.r.ID {
		return
	}
	l.tasks = slices.Clone(l.tasks)
	i := slices.IndexFunc(l.tasks, func(t models.Task) bool { return t.ID == e.Task.ID })
	switch {
	case i < 0 && e.Before == 0:
		l.tasks = append(l.tasks, e.Task)
	case i >= 0 && e.Before == l.tasks[i].Version && e.Task.Version == e.Before+1:
		l.tasks[i] = e.Task
	default:
		l.t.Fatalf("task %s goes to version %d from %d, and is at index %d: %+v; was %+v", e.Task.ID, e.Task.Version, e.Before, i, l.last.Effects, l.tasks)
	}
}

// inHand gives a request the tasks that a command is about, one in each state.
func (l *life) inHand(c workflows.CommandName) {
	ofOwner := slices.Contains([]workflows.CommandName{
		workflows.CommandSendOwnerCode, workflows.CommandProveOwner, workflows.CommandReplyToTask, workflows.CommandOwnerUnreachable, workflows.CommandOwnerUntold,
	}, c)
	ofSystem := []workflows.CommandName{workflows.CommandTaskAnswered, workflows.CommandTaskFailed, workflows.CommandRemindTask, workflows.CommandKeepPreview, workflows.CommandTaskHeld}
	switch c {
	case workflows.CommandConfirmErasure:
		l.r.Erasure = models.Erasure{AskedAt: l.now}
	case workflows.CommandEndCoolingOff:
		l.r.Erasure = models.Erasure{AskedAt: l.now, ConfirmedAt: l.now, From: l.now}
	case workflows.CommandFetchPackage, workflows.CommandVoidPackage, workflows.CommandReissuePackage:
		l.r.Package = models.Package{File: "p", Until: l.now.Add(time.Hour), Left: 10}
	case workflows.CommandLookAgain:
		l.r.Certificate = &models.Certificate{}
	}
	ofErasure := slices.Contains([]workflows.CommandName{workflows.CommandPreviewErasure, workflows.CommandApproveErasure, workflows.CommandLookAgain}, c)
	if !ofErasure && !workflows.AboutTask(c) && !slices.Contains(ofSystem, c) && !ofOwner {
		return
	}
	atPlaces(l)
	l.r.Level = models.LevelHigh
	l.tasks = nil
	for _, s := range models.TaskStates() {
		l.tasks = append(l.tasks, models.Task{ID: string(s), RequestID: l.r.ID, Version: 1, TaskFacts: models.TaskFacts{
			System: "shop", SystemName: "Shop database", Kind: models.SystemSQL, Action: models.ActionErase, State: s, Run: 1, RunBy: "alice", Step: models.StepPreview, Preview: "h",
		}})
		if t := &l.tasks[len(l.tasks)-1]; ofOwner {
			t.Kind, t.Owner, t.OwnerDigest, t.Notified = models.SystemManual, "archive@example.org", owner.ID, c == workflows.CommandOwnerUntold
		}
	}
}

func (l *life) task(system string) models.Task {
	l.t.Helper()
	i := slices.IndexFunc(l.tasks, func(t models.Task) bool { return t.System == system })
	if i < 0 {
		l.t.Fatalf("there is no task of %s", system)
	}
	return l.tasks[i]
}

func (l *life) states() string {
	var all []string
	for _, t := range l.tasks {
		all = append(all, t.System+" "+string(t.Action)+" "+string(t.State))
	}
	return strings.Join(all, ", ")
}

func TestTasksAreMadeOnceThePersonIsVerified(t *testing.T) {
	t.Parallel()
	l := atPlaces(file(t, models.TypeDeletion))
	l.wants("tasks of an unverified request", len(l.tasks), 0)
	l.must(subject, prove())
	l.wants("tasks below the level", len(l.tasks), 0)
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.wants("tasks before the requester is sure", l.states(), "shop erase waiting, news erase waiting, paper erase waiting")
	l.sure()
	l.wants("tasks", l.states(), "shop erase open, news erase open, paper erase open")
	l.must(alice, workflows.Start{})
	l.wants("tasks, again", len(l.tasks), 3)
	for _, one := range l.tasks {
		if one.DueOn != l.r.Deadline.RespondOn.AddDays(-7) || one.DueBy.After(l.r.Deadline.RespondBy) {
			t.Errorf("%s is due on %s, the request on %s", one.System, one.DueOn, l.r.Deadline.RespondOn)
		}
	}
	if paper := l.task("paper"); paper.Owner != "archive@example.org" || paper.OwnerDigest == "" || paper.Run != 0 {
		t.Errorf("the manual task is %+v", paper)
	}
	// The owner of a manual system gets one mail a day, however many tasks.
	mails := 0
	for _, j := range l.jobs {
		if j.Kind == models.JobOwnerMail {
			mails++
			if strings.Contains(j.UniqueKey, "archive@") && !strings.Contains(j.UniqueKey, "digest of") {
				t.Errorf("a job names somebody: %s", j.UniqueKey)
			}
		}
	}
	l.wants("mails planned", mails, 2) // today's, and tomorrow's where today's is sent

	// Find of an access runs by itself.
	l = carried(t, models.TypeAccess)
	l.wants("tasks", l.states(), "shop find running, news find running, paper find open")
}

func TestNothingIsSaidToBeDoneWhileATaskIsNot(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeAccess)
	answer := workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "Here it is."}
	for _, outcome := range []models.Outcome{models.OutcomeFulfilled, models.OutcomeNoData} {
		answer.Outcome = outcome
		err := l.try(alice, answer)
		if models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), "Shop database: find is running") {
			t.Errorf("%s: %v", outcome, err)
		}
	}
	l.must(system, workflows.TaskAnswered{Task: l.task("shop").ID, Run: 1, Findings: &models.Findings{Records: []models.Finding{{Table: "t"}, {Table: "u", Boundary: true}}}})
	l.must(system, workflows.TaskFailed{Task: l.task("news").ID, Run: 1, Fault: models.ConnectorError{Fault: models.FaultUnavailable, Sealed: "Ana"}})
	l.wants("mail", l.templates(), "[staff_task]")
	l.must(alice, workflows.CompleteTask{Task: l.task("paper").ID, Outcome: models.TaskNothingFound})
	l.wants("tasks", l.states(), "shop find done, news find failed, paper find done")
	l.wants("found", l.task("shop").Found, 1)
	answer.Outcome = models.OutcomeFulfilled
	l.refused(alice, answer, models.CodeConflict)
	l.must(alice, workflows.RetryTask{Task: l.task("news").ID})
	l.must(system, workflows.TaskAnswered{Task: l.task("news").ID, Run: 2, Findings: &models.Findings{}})
	l.wants("mail", l.templates(), "[staff_task]") // all is done
	l.must(alice, answer)

	// What was added while the answer waits stops its approval.
	l.must(alice, workflows.AddTask{System: "paper", Action: models.ActionFind})
	l.refused(bob, workflows.Approve{Version: l.r.Version}, models.CodeConflict)
	l.must(alice, workflows.CompleteTask{Task: l.tasks[len(l.tasks)-1].ID, Outcome: models.TaskNothingFound})
	l.must(bob, workflows.Approve{Version: l.r.Version})
	for _, e := range l.log {
		for _, word := range e.Detail {
			if strings.Contains(word, "Ana") || strings.Contains(word, "@") {
				t.Errorf("event %s says %s", e.Kind, word)
			}
		}
	}
	replayed(t, l)
}

func TestAnErasureIsPreviewedApprovedAndApplied(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	id := l.task("shop").ID
	l.must(alice, workflows.RunTask{Task: id, Key: make([]byte, 32)})
	l.wants("step", l.task("shop").Step, models.StepPreview)
	l.refused(alice, workflows.RunTask{Task: id}, models.CodeConflict)
	l.must(system, workflows.TaskAnswered{Task: id, Run: 1, Preview: &models.Preview{Hash: "h", Rows: []models.RowChange{{Table: "t", Operation: models.OperationDelete}}}})
	l.wants("state", l.task("shop").State, models.TaskNeedsReview)
	l.refused(bob, workflows.ApprovePreview{Task: id, Hash: "other"}, models.CodeStale)
	l.refused(alice, workflows.ApprovePreview{Task: id, Hash: "h"}, models.CodeOtherPerson)
	tied := bob
	tied.Ties = "alice"
	l.refused(tied, workflows.ApprovePreview{Task: id, Hash: "h"}, models.CodeOtherPerson)
	l.must(bob, workflows.ApprovePreview{Task: id, Hash: "h"})
	l.wants("state", l.task("shop").State, models.TaskApproved)
	l.must(system, workflows.TaskAnswered{Task: id, Run: 2, Receipt: &models.Receipt{Outcome: models.TaskCompleted, Commitment: "h", Tables: []models.Counts{{Table: "t", Deleted: 2}}}})
	l.wants("state", l.task("shop").State, models.TaskDone)
	l.wants("changed", l.task("shop").Changed, 2)
	l.wants("key", len(l.task("shop").Key), 0)

	// What a second find still saw is not completed.
	id = l.task("news").ID
	l.must(alice, workflows.RunTask{Task: id, Key: make([]byte, 32)})
	l.must(system, workflows.TaskAnswered{Task: id, Run: 1, Preview: &models.Preview{Hash: "h", Rows: []models.RowChange{{Table: "t", Operation: models.OperationDelete}}}})
	l.must(bob, workflows.ApprovePreview{Task: id, Hash: "h"})
	l.must(system, workflows.TaskAnswered{Task: id, Run: 2, Receipt: &models.Receipt{Outcome: models.TaskCompleted, After: &models.Afterwards{Remaining: 1}}})
	l.wants("outcome", l.task("news").Outcome, models.TaskPartly)
}

func TestWhatIsCancelledMayHaveBeenDone(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	id := l.task("shop").ID
	l.must(alice, workflows.RunTask{Task: id, Key: make([]byte, 32)})
	l.must(system, workflows.TaskAnswered{Task: id, Run: 1, Preview: &models.Preview{Hash: "h", Rows: []models.RowChange{{Table: "t", Operation: models.OperationDelete}}}})
	l.must(bob, workflows.ApprovePreview{Task: id, Hash: "h"})
	l.must(subject, workflows.Withdraw{})
	l.wants("tasks", l.states(), "shop erase cancelled, news erase cancelled, paper erase cancelled")
	l.must(system, workflows.TaskAnswered{Task: id, Run: 2, Receipt: &models.Receipt{Outcome: models.TaskCompleted}})
	l.wants("state", l.task("shop").State, models.TaskDone)
	l.wants("mail", l.templates(), "[staff_task]")
	l.refused(alice, workflows.AddTask{System: "shop", Action: models.ActionErase}, models.CodeConflict)
}

func TestTasksMoveWithTheDateOfTheRequest(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	before := l.task("paper").DueOn
	l.must(alice, workflows.Extend{Reason: "Many systems."})
	l.wants("due", l.task("paper").DueOn, l.r.Deadline.RespondOn.AddDays(-7))
	if !l.task("paper").DueOn.After(before) {
		t.Errorf("the task is due on %s as before", before)
	}
	// One that is added on the last day is due on that day.
	l.now = l.r.Deadline.RespondBy.Add(-time.Hour)
	l.must(alice, workflows.AddTask{System: "paper", Action: models.ActionFind})
	l.wants("due", l.tasks[len(l.tasks)-1].DueOn, l.r.Deadline.RespondOn)
}

func TestAnOwnerDoesOnlyTheirOwnTasks(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	archive := models.Actor{Kind: models.ActorOwner, ID: "digest of archive@example.org"}
	l.refused(archive, workflows.CompleteTask{Task: l.task("shop").ID, Outcome: models.TaskCompleted}, models.CodeNotFound)
	l.refused(models.Actor{Kind: models.ActorOwner}, workflows.CompleteTask{Task: l.task("paper").ID, Outcome: models.TaskCompleted}, models.CodeNotFound)
	l.refused(archive, workflows.RunTask{Task: l.task("paper").ID}, models.CodeForbidden)
	l.refused(archive, workflows.CompleteTask{Task: l.task("paper").ID, Outcome: models.TaskRefused}, models.CodeInvalid)
	l.refused(archive, workflows.CompleteTask{Task: l.task("paper").ID, Outcome: models.TaskRefused, Reasons: []string{"because"}}, models.CodeInvalid)
	l.must(archive, workflows.CompleteTask{Task: l.task("paper").ID, Outcome: models.TaskCompleted, Note: "Shredded."})
	l.wants("report", l.task("paper").Report, "Shredded.")
}

func TestATaskIsOfASystemThatTakesIt(t *testing.T) {
	t.Parallel()
	l := carried(t, models.TypeDeletion)
	l.refused(alice, workflows.AddTask{System: "nowhere", Action: models.ActionErase}, models.CodeInvalid)
	l.refused(alice, workflows.AddTask{System: "shop", Action: models.ActionInform}, models.CodeInvalid)
	l.refused(alice, workflows.RetryTask{Task: "nothing"}, models.CodeNotFound)
	l.refused(system, workflows.TaskAnswered{Task: l.task("shop").ID, Run: 9}, models.CodeConflict)
}

// onwardWithTasks are the commands that lead the undone tasks on.
func onwardWithTasks(l *life) (names []workflows.CommandName) {
	switch e := l.r.Erasure; {
	case e.Unconfirmed():
		names = append(names, workflows.CommandConfirmErasure)
	case l.now.Before(e.From):
		names = append(names, workflows.CommandEndCoolingOff)
	case l.r.Certificate != nil:
		names = append(names, workflows.CommandLookAgain)
	}
	for _, t := range l.tasks {
		if t.OwnerDigest != "" {
			names = append(names, map[bool]workflows.CommandName{false: workflows.CommandTellOwner, true: workflows.CommandOwnerUntold}[t.Notified])
		}
		if t.Action == models.ActionErase {
			names = append(names, map[models.TaskState][]workflows.CommandName{
				models.TaskOpen:        {workflows.CommandPreviewErasure},
				models.TaskNeedsReview: {workflows.CommandApproveErasure, workflows.CommandApproveErasure},
			}[t.State]...)
		}
		names = append(names, map[models.TaskState][]workflows.CommandName{
			models.TaskOpen:        {workflows.CommandRunTask, workflows.CommandCompleteTask},
			models.TaskRunning:     {workflows.CommandTaskAnswered, workflows.CommandTaskAnswered, workflows.CommandTaskFailed},
			models.TaskNeedsReview: {workflows.CommandApprovePreview},
			models.TaskApproved:    {workflows.CommandTaskAnswered, workflows.CommandTaskFailed},
			models.TaskFailed:      {workflows.CommandRetryTask},
		}[t.State]...)
	}
	return names
}

// drawAboutTask makes a command be about a task of the request, mostly one that
// it is allowed for.
func drawAboutTask(rt *rapid.T, l *life, c workflows.Command) (workflows.Command, bool) {
	pick := func() models.Task {
		if len(l.tasks) == 0 {
			return models.Task{ID: "none"}
		}
		fit := slices.DeleteFunc(slices.Clone(l.tasks), func(t models.Task) bool { return !workflows.TaskListed(t, c.Name()) })
		if len(fit) == 0 || rapid.IntRange(0, 9).Draw(rt, "any task") == 0 {
			fit = l.tasks
		}
		return rapid.SampledFrom(fit).Draw(rt, "task")
	}
	switch c.(type) {
	case workflows.AddTask:
		s := rapid.SampledFrom(places()).Draw(rt, "system")
		return workflows.AddTask{System: s.Key, Action: rapid.SampledFrom(s.Actions).Draw(rt, "action"), Note: "Words."}, true
	case workflows.RunTask:
		return workflows.RunTask{Task: pick().ID, Key: make([]byte, 32)}, true
	case workflows.ApprovePreview:
		t := pick()
		return workflows.ApprovePreview{Task: t.ID, Hash: rapid.SampledFrom([]string{t.Preview, t.Preview, "other"}).Draw(rt, "hash")}, true
	case workflows.CompleteTask:
		return workflows.CompleteTask{Task: pick().ID, Outcome: rapid.SampledFrom(models.TaskOutcomes()).Draw(rt, "outcome"), Note: rapid.SampledFrom([]string{"", "Words."}).Draw(rt, "note")}, true
	case workflows.ReassignTask:
		return workflows.ReassignTask{Task: pick().ID, Owner: rapid.SampledFrom([]string{"", "archive@example.org", "other@example.org"}).Draw(rt, "owner")}, true
	case workflows.RetryTask:
		return workflows.RetryTask{Task: pick().ID}, true
	case workflows.RemindTask:
		t := pick()
		return workflows.RemindTask{Task: t.ID, DueOn: t.DueOn, What: models.TaskNewsOverdue}, true
	case workflows.SendOwnerCode:
		t := pick()
		return workflows.SendOwnerCode{Task: t.ID, Challenge: workflows.OwnerChallenge{Code: models.OwnerCode{TaskID: t.ID, OwnerDigest: t.OwnerDigest}}}, true
	case workflows.ProveOwner:
		return workflows.ProveOwner{Task: pick().ID}, true
	case workflows.ReplyToTask:
		return workflows.ReplyToTask{Task: pick().ID, Mail: "m", Text: "Done."}, true
	case workflows.OwnerUnreachable:
		t := pick()
		return workflows.OwnerUnreachable{Task: t.ID, OwnerDigest: t.OwnerDigest}, true
	case workflows.OwnerUntold:
		t := pick()
		if i := slices.IndexFunc(l.tasks, func(o models.Task) bool { return o.Notified }); i >= 0 {
			t = l.tasks[i]
		}
		return workflows.OwnerUntold{Task: t.ID, OwnerDigest: t.OwnerDigest, First: rapid.Bool().Draw(rt, "first")}, true
	case workflows.TellOwner:
		return workflows.TellOwner{OwnerDigest: "digest of archive@example.org", Owned: l.tasks}, true
	case workflows.KeepPreview:
		t := pick()
		return workflows.KeepPreview{Task: t.ID, Run: t.Run}, true
	case workflows.TaskAnswered:
		t := pick()
		if len(l.holds.On) > 0 && t.Action == models.ActionErase && t.Step != models.StepPreview {
			return workflows.TaskHeld{Task: t.ID, Run: t.Run}, true // the connector looks before it erases
		}
		return drawAnswer(rt, t), true
	case workflows.TaskHeld:
		t := pick()
		return workflows.TaskHeld{Task: t.ID, Run: t.Run}, true
	case workflows.TaskFailed:
		t := pick()
		return workflows.TaskFailed{Task: t.ID, Run: t.Run, Fault: models.ConnectorError{Fault: rapid.SampledFrom([]models.ConnectorFault{models.FaultUnavailable, models.FaultUncertain}).Draw(rt, "fault")}}, true
	}
	return nil, false
}

// drawAnswer is what a connector may say to the step it was told to take.
func drawAnswer(rt *rapid.T, t models.Task) workflows.TaskAnswered {
	a := workflows.TaskAnswered{Task: t.ID, Run: t.Run - rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(rt, "runs ago")}
	if rapid.IntRange(0, 9).Draw(rt, "later") == 0 {
		a.Pending = true
		return a
	}
	switch t.Step {
	case models.StepPreview:
		a.Preview = &models.Preview{Hash: rapid.SampledFrom([]string{"h1", "h2"}).Draw(rt, "hash")}
		if rapid.IntRange(0, 5).Draw(rt, "rows") > 0 {
			a.Preview.Rows = []models.RowChange{{Table: "t", Operation: models.OperationDelete}}
		}
	case models.StepApply, models.StepDirect:
		a.Receipt = &models.Receipt{Outcome: models.TaskCompleted, After: &models.Afterwards{Remaining: rapid.IntRange(0, 1).Draw(rt, "remaining")}}
	default:
		a.Findings = &models.Findings{Records: make([]models.Finding, rapid.IntRange(0, 2).Draw(rt, "records"))}
	}
	return a
}

// taskActor has the owner of a task complete it now and then.
func taskActor(rt *rapid.T, w *world, l *life, by models.Actor, c workflows.Command) models.Actor {
	id := ""
	switch c := c.(type) {
	case workflows.CompleteTask:
		if rapid.Bool().Draw(rt, "staff") {
			return by
		}
		id = c.Task
	case workflows.ProveOwner:
		id = c.Task
	default:
		return by
	}
	owner := models.Actor{Kind: models.ActorOwner, ID: "digest of archive@example.org"}
	i := slices.IndexFunc(l.tasks, func(t models.Task) bool { return t.ID == id })
	if i >= 0 && rapid.IntRange(0, 3).Draw(rt, "own") > 0 && l.tasks[i].OwnerDigest != "" {
		owner.ID = l.tasks[i].OwnerDigest
	}
	return owner
}

// tasksHold checks the tasks of a request after a command, and not by asking
// the gate.
func tasksHold(rt *rapid.T, l *life, before models.Request, was []models.Task, by models.Actor, c workflows.Command) {
	after := l.r
	name := workflows.CommandName("a command on the other")
	if c != nil {
		name = c.Name()
	}
	for _, t := range l.tasks {
		ended := t.State == models.TaskDone || t.State == models.TaskCancelled
		if t.Action == models.ActionErase && (after.Erasure.Unconfirmed() || l.now.Before(after.Erasure.From)) && !t.Former(after) && t.State != models.TaskCancelled &&
			(t.State == models.TaskApproved || t.Outcome == models.TaskCompleted || t.Outcome == models.TaskPartly) && !slices.ContainsFunc(was, func(o models.Task) bool { return o.ID == t.ID && o.State == t.State }) {
			rt.Fatalf("%s: %s is %s %s, and the requester may still think again: %+v", name, t.ID, t.State, t.Outcome, after.Erasure)
		}
		if after.State == models.StateClosed && !ended && t.After == "" {
			rt.Fatalf("%s: the request is closed, and %s is %s", name, t.ID, t.State)
		}
		if !ended && t.After == "" && t.DueOn.After(after.Deadline.RespondOn) {
			rt.Fatalf("%s: %s is due on %s, the request on %s", name, t.ID, t.DueOn, after.Deadline.RespondOn)
		}
		if ended == t.EndedAt.IsZero() || (t.State == models.TaskDone) != (t.Outcome != "") || t.State == models.TaskDone && len(t.Key) > 0 {
			rt.Fatalf("%s: %s is %s with the outcome %q since %s, key of %d bytes", name, t.ID, t.State, t.Outcome, t.EndedAt, len(t.Key))
		}
		if t.Action != models.ActionStop && t.Action != models.ActionTakeDown && t.Action != models.ActionInform && after.Level == models.LevelNone &&
			(!ended || after.RequesterSince.IsZero()) { // what was done for the former requester stays in the list
			rt.Fatalf("%s: %s is to %s for nobody knows whom", name, t.ID, t.Action)
		}
		// Whoever retries what was approved does not approve it anew.
		if t.State == models.TaskApproved && (t.ApprovedBy == "" || name == workflows.CommandApprovePreview && t.ApprovedBy != t.RunBy) {
			rt.Fatalf("%s: %s is approved by %q and run by %q", name, t.ID, t.ApprovedBy, t.RunBy)
		}
	}
	closes := before.State != models.StateClosed && after.State == models.StateClosed
	if closes && (after.Outcome == models.OutcomeFulfilled || after.Outcome == models.OutcomeNoData) {
		for _, t := range was {
			if t.State != models.TaskDone && t.State != models.TaskCancelled {
				rt.Fatalf("%s: %s with %s %s", name, after.Outcome, t.ID, t.State)
			}
		}
	}
	for _, t := range was {
		if a, ok := c.(workflows.ApprovePreview); ok && a.Task == t.ID && (by.ID == t.RunBy || slices.Contains(strings.Fields(by.Ties), t.RunBy) || a.Hash != t.Preview) {
			rt.Fatalf("%s approved the preview %s that %s had made, tied by %q", by.ID, a.Hash, t.RunBy, by.Ties)
		}
		if a, ok := c.(workflows.CompleteTask); ok && a.Task == t.ID && by.Kind == models.ActorOwner && (by.ID != t.OwnerDigest || !t.Manual()) {
			rt.Fatalf("%s completed the task of %s", by.ID, t.Owner)
		}
		if a, ok := c.(workflows.ProveOwner); ok && a.Task == t.ID && (by.ID != t.OwnerDigest || by.ID == "") {
			rt.Fatalf("%s was let in to the task of %s", by.ID, t.Owner)
		}
	}
	for _, t := range l.tasks {
		i := slices.IndexFunc(was, func(o models.Task) bool { return o.ID == t.ID })
		if c == nil || i >= 0 && was[i].State == t.State {
			continue
		}
		if !slices.ContainsFunc(l.last.Events, func(e models.Event) bool { return e.Detail["task"] == t.ID }) {
			rt.Fatalf("%s: %s became %s without an event", name, t.ID, t.State)
		}
	}
}

// countTasks notes what came of a command about a task.
func countTasks(happened map[string]int, was []models.Task, l *life, by models.Actor, c workflows.Command) {
	if by.Kind == models.ActorOwner {
		happened["by its owner"]++
	}
	a, ok := c.(workflows.TaskAnswered)
	if !ok {
		return
	}
	i := slices.IndexFunc(was, func(t models.Task) bool { return t.ID == a.Task })
	switch {
	case was[i].State == models.TaskCancelled:
		happened["answered late"]++
	case a.Preview != nil:
		happened["previewed"]++
	case a.Receipt != nil:
		happened["applied"]++
	}
}
