package workflows_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/workflows"
)

var update = flag.Bool("update", false, "rewrite generated files")

// each gives one valid command of every kind, to be tried in every state.
func each(l *life) map[workflows.CommandName]struct {
	by models.Actor
	c  workflows.Command
} {
	type order = struct {
		by models.Actor
		c  workflows.Command
	}
	into := l.r
	into.ID, into.Reference, into.State = "r2", "HB-0000-0000-02", models.StateOpen
	next := map[models.Level]models.Level{
		models.LevelNone: models.LevelMailbox, models.LevelMailbox: models.LevelReasonable,
		models.LevelReasonable: models.LevelHigh, models.LevelHigh: models.LevelHigh,
	}[l.r.Level]
	filed := submission(models.TypeAccess)
	filed.ReceivedAt = l.now
	return map[workflows.CommandName]order{
		workflows.CommandSubmit:       {subject, filed},
		workflows.CommandSendCode:     {system, workflows.SendCode{}},
		workflows.CommandProveMailbox: {subject, prove()},
		workflows.CommandVerify:       {alice, workflows.Verify{Level: next, Method: "staff_check"}},
		workflows.CommandAssign:       {bob, workflows.Assign{Assignee: "carol"}},
		workflows.CommandStart:        {carol, workflows.Start{}},
		workflows.CommandAsk:          {alice, workflows.Ask{Message: "?"}},
		workflows.CommandResume:       {alice, workflows.Resume{}},
		workflows.CommandNote:         {alice, workflows.Note{Text: "n"}},
		workflows.CommandReply:        {alice, workflows.Reply{Message: "m"}},
		workflows.CommandWrite:        {subject, workflows.Write{Text: "t"}},
		workflows.CommandAttach:       {subject, workflows.Attach{File: models.File{ID: "f"}}},
		workflows.CommandExtend:       {alice, workflows.Extend{Reason: "r"}},
		workflows.CommandDecide:       {alice, workflows.Conclude{Outcome: models.OutcomeNoData, Message: "m"}},
		workflows.CommandApprove:      {bob, workflows.Approve{Version: l.r.Version}},
		workflows.CommandReturn:       {bob, workflows.Return{Reason: "r"}},
		workflows.CommandReopen:       {bob, workflows.Reopen{Reason: "r"}},
		workflows.CommandMerge:        {alice, workflows.Merge{Target: workflows.Target{Into: into}}},
		workflows.CommandMarkSpam:     {alice, workflows.MarkSpam{}},
		workflows.CommandWithdraw:     {subject, workflows.Withdraw{}},
		workflows.CommandAppeal:       {subject, workflows.FileAppeal{Text: "t"}},
		workflows.CommandRemind:       {system, workflows.Remind{Threshold: "50%", DueOn: l.r.Deadline.RespondOn}},
		workflows.CommandProveLinked:  {system, workflows.ProveLinked{}},
		workflows.CommandRemindVerify: {system, workflows.RemindVerify{}},
		workflows.CommandExpire:       {system, workflows.Expire{}},
		workflows.CommandReceive:      {robot, workflows.Receive{Mail: "m"}},
		workflows.CommandClassify:     {alice, workflows.Classify{Type: models.TypeDeletion}},
		workflows.CommandDeleteFile:   {alice, workflows.DeleteFile{File: "f", Reason: "unwanted", Attached: []models.File{{ID: "f", Blob: "b"}}}},

		workflows.CommandMoveMail: {alice, workflows.MoveMail{
			Mail: "m7", Received: models.ReceivedMail{ID: "m7", State: models.MailPlaced}, Message: models.Message{ID: "x"}, Target: workflows.Target{Into: into},
		}},
		workflows.CommandSetRequester: {alice, workflows.SetRequester{PersonName: "Bea", Email: "bea@example.org"}},

		workflows.CommandKeepMail:       {robot, workflows.KeepMail{Mail: models.ReceivedMail{ID: "m2", State: models.MailKept, KeptAt: l.now}, Key: []byte("k")}},
		workflows.CommandPlaceMail:      {robot, workflows.PlaceMail{Mail: models.ReceivedMail{ID: "m2", State: models.MailHeld, ReceivedAt: l.now}}},
		workflows.CommandDismissMail:    {alice, workflows.DismissMail{Mail: models.ReceivedMail{ID: "m2", State: models.MailHeld}, Reason: "spam"}},
		workflows.CommandRecallMail:     {system, workflows.RecallMail{Mail: models.ReceivedMail{ID: "m2", State: models.MailHeld}}},
		workflows.CommandAddTask:        {alice, workflows.AddTask{System: "paper", Action: models.ActionFind}},
		workflows.CommandRunTask:        {alice, workflows.RunTask{Task: "open", Key: make([]byte, 32)}},
		workflows.CommandApprovePreview: {bob, workflows.ApprovePreview{Task: "needs_review", Hash: "h"}},
		workflows.CommandCompleteTask:   {alice, workflows.CompleteTask{Task: "open", Outcome: models.TaskCompleted}},
		workflows.CommandReassignTask:   {alice, workflows.ReassignTask{Task: "open", Owner: "other@example.org"}},
		workflows.CommandRetryTask:      {alice, workflows.RetryTask{Task: "failed"}},
		workflows.CommandTaskAnswered:   {system, workflows.TaskAnswered{Task: "running", Run: 1, Findings: &models.Findings{}}},
		workflows.CommandTaskFailed:     {system, workflows.TaskFailed{Task: "running", Run: 1}},
		workflows.CommandRemindTask:     {system, workflows.RemindTask{Task: "open", What: models.TaskNewsOverdue}},

		workflows.CommandSendOwnerCode: {system, workflows.SendOwnerCode{Task: "open", Challenge: workflows.OwnerChallenge{Code: models.OwnerCode{OwnerDigest: "owner"}}}},
		workflows.CommandProveOwner:    {owner, workflows.ProveOwner{Task: "open"}},
		workflows.CommandReplyToTask:   {robot, workflows.ReplyToTask{Task: "open", Mail: "m", Text: "Done."}},
		workflows.CommandTellOwner: {system, workflows.TellOwner{OwnerDigest: owner.ID, Owned: []models.Task{{
			ID: "of another", RequestID: "r3", Version: 1, Owner: "archive@example.org", OwnerDigest: owner.ID, TaskFacts: models.TaskFacts{Kind: models.SystemManual, State: models.TaskOpen},
		}}}},
		workflows.CommandOwnerUntold:      {system, workflows.OwnerUntold{Task: "open", OwnerDigest: owner.ID, First: true}},
		workflows.CommandOwnerUnreachable: {system, workflows.OwnerUnreachable{Task: "open", OwnerDigest: owner.ID}},
		workflows.CommandTaskHeld:         {system, workflows.TaskHeld{Task: "running", Run: 1}},
		workflows.CommandFollowHolds:      {system, workflows.FollowLegalHolds{}},
		workflows.CommandErase:            {system, workflows.Erase{}},
		workflows.CommandKeepPreview:      {system, workflows.KeepPreview{Task: "running", Run: 1}},

		workflows.CommandConfirmErasure: {subject, workflows.ConfirmErasure{CodeID: "c"}},
		workflows.CommandEndCoolingOff:  {system, workflows.EndCoolingOff{}},
		workflows.CommandPreviewErasure: {alice, workflows.PreviewErasure{Seed: make([]byte, 32)}},
		workflows.CommandApproveErasure: {bob, workflows.ApproveErasure{Hash: workflows.ErasureHash(l.r, l.tasks)}},
		workflows.CommandLookAgain:      {system, workflows.LookAgain{}},

		workflows.CommandFetchPackage:   {subject, workflows.FetchPackage{File: "p"}},
		workflows.CommandVoidPackage:    {alice, workflows.VoidPackage{Why: models.PackageVoided}},
		workflows.CommandReissuePackage: {alice, workflows.ReissuePackage{}},

		workflows.CommandRecordDelivery: {system, workflows.RecordDelivery{
			Message: models.Message{ID: "m1", Audience: models.ToRequester}, Result: workflows.DeliveryResult{Delivery: models.DeliverySent},
		}},
		workflows.CommandRecordNotification: {system, workflows.RecordNotification{
			Message: models.Message{ID: "m1", Audience: models.ToRequester}, Notification: workflows.DeliveryNotification{Kind: workflows.NotificationDelayed},
		}},
		workflows.CommandWishMail: {subject, workflows.SetSuppression{Message: models.Message{ID: "m1", Audience: models.ToRequester}, Never: true}},

		workflows.CommandSetLegalHold: {bob, workflows.SetLegalHold{NewLegalHold: workflows.NewLegalHold{
			Identifiers: []models.Identifier{{Kind: models.IdentifierEmail, Value: "ana@example.org"}}, Reason: "legal_claims", Note: "n", ReviewOn: models.DateOf(l.now, time.UTC).AddDays(90),
		}}},
		workflows.CommandReviewLegalHold: {bob, workflows.ReviewLegalHold{StandingHold: standing(l), Note: "n", ReviewOn: models.DateOf(l.now, time.UTC).AddDays(90)}},
		workflows.CommandLiftLegalHold:   {bob, workflows.LiftLegalHold{StandingHold: standing(l), Note: "n"}},
		workflows.CommandRemindLegalHold: {system, workflows.RemindLegalHold{StandingHold: standing(l)}},
	}
}

// standing is a legal hold that stands.
func standing(l *life) workflows.StandingHold {
	h := models.LegalHold{ID: "h", Version: 1}
	h.History = []models.LegalHoldStep{{Act: models.LegalHoldSet, By: "bob", At: l.now}}
	return workflows.StandingHold{ID: h.ID, Hold: h}
}

// in returns a request in the state, on the way a real one takes.
func in(t *testing.T, s models.State) *life {
	t.Helper()
	denial := workflows.Conclude{Outcome: models.OutcomeDenied, Message: "m", Reasons: []workflows.ReasonGiven{{Code: "manifestly_unfounded"}}}
	switch s {
	case "":
		return &life{t: t, rules: rules(t), now: noon}
	case models.StateUnverified:
		return file(t, models.TypeAccess)
	case models.StateOpen:
		l := file(t, models.TypeAccess)
		l.must(subject, prove())
		return l
	case models.StateInProgress, models.StateOnHold, models.StateInReview, models.StateClosed:
		l := in(t, models.StateOpen)
		l.must(alice, workflows.Start{})
		switch s {
		case models.StateOnHold:
			l.must(alice, workflows.Ask{Message: "?"})
		case models.StateInReview, models.StateClosed:
			l.must(alice, denial)
		}
		if s == models.StateClosed {
			l.must(bob, workflows.Approve{Version: l.r.Version})
		}
		return l
	}
	t.Fatalf("no way to state %q is written: a new state needs one", s)
	return nil
}

// allowed is the table once more, written by hand: a change of the lifecycle
// has to be made twice, on purpose.
var allowed = map[models.State]string{
	"":                     "dismiss-mail→ keep-mail→ lift-legal-hold→ place-mail→ recall-mail→ record-delivery→ record-notification→ remind-legal-hold→ review-legal-hold→ set-legal-hold→ submit→unverified",
	models.StateUnverified: "assign→unverified attach→unverified classify→unverified delete-file→unverified expire→closed follow-legal-holds→unverified keep-preview→unverified mark-spam→closed merge→closed move→unverified note→unverified prove-linked→open prove-mailbox→open prove-owner→unverified receive→unverified record-delivery→unverified record-notification→unverified remind-verify→unverified remind→unverified reply-to-task→unverified requester→unverified send-code→unverified send-owner-code→unverified task-answered→unverified task-failed→unverified task-held→unverified verify→open void-package→unverified wish-mail→unverified",
	models.StateOpen:       "add-task→open approve-erasure→open approve-preview→open assign→open attach→open classify→in_review complete-task→open confirm-erasure→open delete-file→open end-cooling-off→open extend→open fetch-package→open follow-legal-holds→open keep-preview→open look-again→open mark-spam→in_review merge→in_review move→open note→open owner-unreachable→open owner-untold→open preview-erasure→open prove-linked→open prove-mailbox→open prove-owner→open reassign-task→open receive→open record-delivery→open record-notification→open remind-task→open remind→open reply-to-task→open reply→open requester→in_review retry-task→open run-task→open send-code→open send-owner-code→open start→in_progress task-answered→open task-failed→open task-held→open tell-owner→open verify→open void-package→open wish-mail→open withdraw→closed write→open",
	models.StateInProgress: "add-task→in_progress approve-erasure→in_progress approve-preview→in_progress ask→on_hold assign→in_progress attach→in_progress classify→in_review complete-task→in_progress confirm-erasure→in_progress decide→in_review delete-file→in_progress end-cooling-off→in_progress extend→in_progress fetch-package→in_progress follow-legal-holds→in_progress keep-preview→in_progress look-again→in_progress mark-spam→in_review merge→in_review move→in_progress note→in_progress owner-unreachable→in_progress owner-untold→in_progress preview-erasure→in_progress prove-linked→in_progress prove-mailbox→in_progress prove-owner→in_progress reassign-task→in_progress receive→in_progress record-delivery→in_progress record-notification→in_progress remind-task→in_progress remind→in_progress reply-to-task→in_progress reply→in_progress requester→in_review retry-task→in_progress run-task→in_progress send-code→in_progress send-owner-code→in_progress task-answered→in_progress task-failed→in_progress task-held→in_progress tell-owner→in_progress verify→in_progress void-package→in_progress wish-mail→in_progress withdraw→closed write→in_progress",
	models.StateOnHold:     "add-task→on_hold approve-erasure→on_hold approve-preview→on_hold assign→on_hold attach→on_hold classify→in_review complete-task→on_hold confirm-erasure→on_hold delete-file→on_hold end-cooling-off→on_hold extend→on_hold fetch-package→on_hold follow-legal-holds→on_hold keep-preview→on_hold look-again→on_hold mark-spam→in_review merge→in_review move→on_hold note→on_hold owner-unreachable→on_hold owner-untold→on_hold preview-erasure→on_hold prove-linked→on_hold prove-mailbox→on_hold prove-owner→on_hold reassign-task→on_hold receive→in_progress record-delivery→on_hold record-notification→on_hold remind-task→on_hold remind→on_hold reply-to-task→on_hold reply→on_hold resume→in_progress retry-task→on_hold run-task→on_hold send-code→on_hold send-owner-code→on_hold task-answered→on_hold task-failed→on_hold task-held→on_hold tell-owner→on_hold verify→on_hold void-package→on_hold wish-mail→on_hold withdraw→closed write→in_progress",
	models.StateInReview:   "add-task→in_review approve-erasure→in_review approve-preview→in_review approve→closed assign→in_review attach→in_review complete-task→in_review confirm-erasure→in_review delete-file→in_review end-cooling-off→in_review extend→in_review fetch-package→in_review follow-legal-holds→in_review keep-preview→in_review look-again→in_review move→in_review note→in_review owner-unreachable→in_review owner-untold→in_review preview-erasure→in_review prove-linked→in_review prove-mailbox→in_review prove-owner→in_review reassign-task→in_review receive→in_review record-delivery→in_review record-notification→in_review remind-task→in_review remind→in_review reply-to-task→in_review reply→in_review retry-task→in_review return→in_progress run-task→in_review send-code→in_review send-owner-code→in_review task-answered→in_review task-failed→in_review task-held→in_review tell-owner→in_review verify→in_review void-package→in_review wish-mail→in_review withdraw→closed write→in_review",
	models.StateClosed:     "appeal→open approve-preview→closed attach→closed complete-task→closed delete-file→closed erase→closed fetch-package→closed follow-legal-holds→closed keep-preview→closed look-again→closed move→closed note→closed owner-unreachable→closed owner-untold→closed prove-mailbox→closed prove-owner→closed reassign-task→closed receive→closed record-delivery→closed record-notification→closed reissue-package→closed remind-task→closed reopen→open reply-to-task→closed reply→closed retry-task→closed run-task→closed send-code→closed send-owner-code→closed task-answered→closed task-failed→closed task-held→closed tell-owner→closed void-package→closed wish-mail→closed write→closed",
}

func TestEveryStateAndCommand(t *testing.T) {
	t.Parallel()
	for _, s := range append([]models.State{""}, models.States()...) {
		t.Run("state "+string(s), func(t *testing.T) {
			t.Parallel()
			var got []string
			for name := range each(in(t, s)) {
				l := in(t, s)
				if name == workflows.CommandClassify || name == workflows.CommandSetRequester {
					l.r.Mail = "m" // only of what came by mail staff say so
				}
				l.inHand(name)
				switch name { // when it is due
				case workflows.CommandRemind:
					l.now = l.now.Add(16 * 24 * time.Hour)
				case workflows.CommandExpire:
					l.now = l.now.Add(46 * 24 * time.Hour)
				case workflows.CommandErase:
					l.now = l.now.AddDate(10, 0, 0)
				}
				order := each(l)[name]
				err := l.try(order.by, order.c)
				if err == nil {
					got = append(got, fmt.Sprintf("%s→%s", name, l.r.State))
					continue
				}
				e, ok := err.(*models.Error) //nolint:errorlint // Decide returns it unwrapped
				if !ok || e.Code != models.CodeConflict || !strings.Contains(e.Message, "allowed now") {
					t.Errorf("%s: %v does not say what is allowed now", name, err)
				}
				if slices.Contains(e.Allowed, string(name)) {
					t.Errorf("%s is refused and said to be allowed", name)
				}
			}
			slices.Sort(got)
			if have := strings.Join(got, " "); have != allowed[s] {
				t.Errorf("in state %q\n got %s\nwant %s", s, have, allowed[s])
			}
		})
	}
}

func TestNobodyGivesAnothersCommands(t *testing.T) {
	t.Parallel()
	kinds := map[models.ActorKind]models.Actor{
		models.ActorSubject: subject, models.ActorSystem: system, models.ActorStaff: alice,
		models.ActorIntake: robot, models.ActorOwner: owner,
	}
	l := in(t, models.StateInProgress)
	for name, order := range each(l) {
		for kind, actor := range kinds {
			may := slices.Contains(workflows.CommandsOf(kind), name) && workflows.Listed(models.StateInProgress, name)
			_, err := workflows.Decide(l.rules, workflows.Case{Request: l.r}, actor, order.c, stamp(l.now))
			if !may && err == nil {
				t.Errorf("%s may %s", kind, name)
			}
		}
	}
}

func TestTheLifecycleIsDrawn(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "docs", "lifecycle.md")
	want := "# The life of a request\n\nThe states of a request and the commands that change them. Commands that leave the state\n" +
		"unchanged are not shown. `go test ./workflows -update` generates this page from the table\nin `workflows/lifecycle.go`; a test compares the two.\n\n```mermaid\n" + workflows.Lifecycle() + "```\n"
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/lifecycle.md is not what the table says; run go test ./workflows -update")
	}
}
