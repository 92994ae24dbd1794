package workflows

import (
	"fmt"
	"slices"
	"strings"

	"habeas/models"
)

const (
	unverified = models.StateUnverified
	open       = models.StateOpen
	inProgress = models.StateInProgress
	onHold     = models.StateOnHold
	inReview   = models.StateInReview
	closed     = models.StateClosed
)

// Groups of states that a row of the lifecycle may name.
var (
	anyState = models.States()                                    //nolint:gochecknoglobals // never changed
	anyOpen  = []models.State{open, inProgress, onHold, inReview} //nolint:gochecknoglobals // never changed
	unclosed = append([]models.State{unverified}, anyOpen...)     //nolint:gochecknoglobals // never changed
	// opened is what the requester has been told of, be it over or not.
	opened = append(slices.Clone(anyOpen), closed) //nolint:gochecknoglobals // never changed
)

// row is a line of the lifecycle: in any of these states the command is
// allowed and leads to one of those. Without to, the state stays as it is.
type row struct {
	in      []models.State
	command CommandName
	to      []models.State
}

// lifecycle is the whole life of a request: which commands are allowed in which
// state, and where each may lead. What is not listed is refused. Where a command
// may lead to two states, Decide says when; the first is the usual one.
// docs/lifecycle.md is drawn from it.
func lifecycle() []row {
	type states = []models.State
	return []row{
		{in: states{""}, command: CommandSubmit, to: states{unverified, open}},

		// Received mail that belongs to no request.
		{in: states{""}, command: CommandKeepMail},
		{in: states{""}, command: CommandPlaceMail},
		{in: states{""}, command: CommandDismissMail},
		{in: states{""}, command: CommandRecallMail},

		// Legal holds stand on a person, and are about no request.
		{in: states{""}, command: CommandSetLegalHold},
		{in: states{""}, command: CommandReviewLegalHold},
		{in: states{""}, command: CommandLiftLegalHold},
		{in: states{""}, command: CommandRemindLegalHold},

		// What becomes of a mail does not wait for the request, if it is about one.
		{in: append(states{""}, anyState...), command: CommandRecordDelivery},
		{in: append(states{""}, anyState...), command: CommandRecordNotification},
		{in: anyState, command: CommandWishMail},

		// The mailbox and the person.
		{in: anyState, command: CommandSendCode},
		{in: states{unverified}, command: CommandRemindVerify},
		{in: states{unverified}, command: CommandProveMailbox, to: states{open}},
		{in: opened, command: CommandProveMailbox},
		{in: states{unverified}, command: CommandProveLinked, to: states{open}},
		{in: anyOpen, command: CommandProveLinked},
		{in: states{unverified}, command: CommandVerify, to: states{open, unverified}},
		{in: anyOpen, command: CommandVerify},
		{in: states{unverified}, command: CommandExpire, to: states{closed}},

		// What is said about it.
		{in: anyState, command: CommandNote},
		{in: anyState, command: CommandAttach},
		{in: anyState, command: CommandDeleteFile},
		{in: states{unverified, open, inProgress, inReview, closed}, command: CommandReceive},
		{in: states{onHold}, command: CommandReceive, to: states{onHold, inProgress}},
		{in: opened, command: CommandReply},
		{in: states{open, inProgress, inReview, closed}, command: CommandWrite},
		{in: states{onHold}, command: CommandWrite, to: states{inProgress}},

		// The work.
		{in: unclosed, command: CommandAssign},
		{in: unclosed, command: CommandRemind},
		{in: anyOpen, command: CommandExtend},
		{in: states{unverified}, command: CommandClassify, to: states{unverified, open}},
		{in: states{open, inProgress, onHold}, command: CommandClassify, to: states{same, inReview}},
		{in: states{unverified}, command: CommandSetRequester},
		{in: states{unverified, open, inProgress, onHold}, command: CommandMoveMail, to: states{same, closed}},
		{in: states{inReview, closed}, command: CommandMoveMail},
		{in: states{open, inProgress}, command: CommandSetRequester, to: states{same, unverified, inReview}},
		{in: states{open}, command: CommandStart, to: states{inProgress}},
		{in: states{inProgress}, command: CommandAsk, to: states{onHold}},
		{in: states{onHold}, command: CommandResume, to: states{inProgress}},

		// The tasks. What a connector says of one does not wait for the request.
		{in: anyOpen, command: CommandAddTask},
		// Once it is closed, only what a restored backup undid is still undone.
		{in: opened, command: CommandRunTask},
		{in: opened, command: CommandApprovePreview},
		{in: opened, command: CommandCompleteTask},
		{in: opened, command: CommandReassignTask},
		{in: opened, command: CommandRetryTask},
		{in: opened, command: CommandEraseAgain},
		{in: unclosed, command: CommandTaskAnswered},
		{in: anyState, command: CommandTaskFailed},
		{in: opened, command: CommandRemindTask},
		{in: anyState, command: CommandSendOwnerCode},
		{in: anyState, command: CommandProveOwner},
		{in: anyState, command: CommandTaskHeld},
		{in: anyState, command: CommandFollowHolds},
		{in: anyState, command: CommandReplyToTask},
		{in: opened, command: CommandTellOwner},
		{in: opened, command: CommandOwnerUnreachable},
		{in: opened, command: CommandOwnerUntold},
		{in: anyState, command: CommandKeepPreview},

		// The erasure. What comes back after it opens a closed request again.
		{in: anyOpen, command: CommandConfirmErasure},
		{in: anyOpen, command: CommandEndCoolingOff},
		{in: anyOpen, command: CommandPreviewErasure},
		{in: anyOpen, command: CommandApproveErasure},
		{in: opened, command: CommandLookAgain},
		{in: states{closed}, command: CommandTaskAnswered, to: states{closed, open}},

		// The end, and what comes after it.
		{in: states{inProgress}, command: CommandDecide, to: states{closed, inReview}},
		{in: states{inReview}, command: CommandApprove, to: states{closed, inProgress, unverified}},
		{in: states{inReview}, command: CommandReturn, to: states{inProgress}},
		{in: states{unverified, open, inProgress, onHold}, command: CommandMerge, to: states{closed, inReview}},
		{in: states{unverified, open, inProgress, onHold}, command: CommandMarkSpam, to: states{closed, inReview}},
		{in: anyOpen, command: CommandWithdraw, to: states{closed}},
		{in: states{closed}, command: CommandReopen, to: states{open, unverified}},
		{in: states{closed}, command: CommandAppeal, to: states{open}},
		{in: states{closed}, command: CommandErase},

		// The package that went out with the answer.
		{in: opened, command: CommandFetchPackage},
		{in: states{closed}, command: CommandReissuePackage},
		{in: anyState, command: CommandVoidPackage},
	}
}

// same stands for the state that a request is in.
const same models.State = "same"

// byState is the lifecycle as it is looked up.
func byState(rows []row) map[models.State]map[CommandName][]models.State {
	found := map[models.State]map[CommandName][]models.State{}
	for _, r := range rows {
		for _, in := range r.in {
			to := slices.Clone(r.to)
			if len(to) == 0 {
				to = []models.State{same}
			}
			for i := range to {
				if to[i] == same {
					to[i] = in
				}
			}
			if found[in] == nil {
				found[in] = map[CommandName][]models.State{}
			}
			found[in][r.command] = to
		}
	}
	return found
}

var table = byState(lifecycle()) //nolint:gochecknoglobals // read-only, built once; Decide is called for every command

// commandsOf lists the commands of each kind of actor, in the order in which
// they are offered.
func commandsOf(kind models.ActorKind) []CommandName {
	switch kind {
	case models.ActorStaff:
		return []CommandName{
			CommandSubmit, CommandVerify, CommandAssign, CommandStart, CommandAsk, CommandResume, CommandNote,
			CommandReply, CommandAttach, CommandDeleteFile, CommandExtend, CommandDecide, CommandApprove, CommandReturn,
			CommandReopen, CommandMerge, CommandMarkSpam, CommandClassify, CommandSetRequester, CommandMoveMail, CommandReceive,
			CommandDismissMail, CommandSetLegalHold, CommandReviewLegalHold, CommandLiftLegalHold,
			CommandAddTask, CommandRunTask, CommandApprovePreview, CommandCompleteTask, CommandReassignTask, CommandRetryTask,
			CommandConfirmErasure, CommandPreviewErasure, CommandApproveErasure, CommandLookAgain,
			CommandVoidPackage, CommandReissuePackage,
		}
	case models.ActorSubject:
		return []CommandName{CommandSubmit, CommandProveMailbox, CommandWrite, CommandAttach, CommandWithdraw, CommandAppeal, CommandConfirmErasure, CommandWishMail, CommandFetchPackage}
	case models.ActorIntake:
		return []CommandName{CommandSubmit, CommandAttach, CommandReceive, CommandReplyToTask, CommandKeepMail, CommandPlaceMail}
	case models.ActorSystem:
		return []CommandName{
			CommandSendCode, CommandProveLinked, CommandRemind, CommandRemindVerify, CommandExpire,
			CommandRecordDelivery, CommandRecordNotification, CommandRecallMail, CommandRemindLegalHold,
			CommandTaskAnswered, CommandTaskFailed, CommandRemindTask, CommandSendOwnerCode, CommandTaskHeld, CommandFollowHolds, CommandErase, CommandEraseAgain,
			CommandTellOwner, CommandOwnerUntold, CommandOwnerUnreachable, CommandKeepPreview, CommandEndCoolingOff, CommandLookAgain, CommandVoidPackage,
		}
	case models.ActorOwner:
		return []CommandName{CommandProveOwner, CommandCompleteTask}
	}
	return nil
}

// StaffCommands lists the commands of the admin API, in the order of a life.
func StaffCommands() []CommandName {
	return slices.DeleteFunc(commandsOf(models.ActorStaff), implied)
}

// implied reports a command that is given by another act than its name: by
// filing a request, by adding a file, by what is decided about a mail, on one of
// its tasks, about a legal hold, or by the link of a mail.
func implied(c CommandName) bool {
	return c == CommandSubmit || c == CommandAttach || c == CommandReceive || c == CommandDismissMail || c == CommandWishMail ||
		slices.Contains(taskCommands(), c) || slices.Contains(erasureCommands(), c) || slices.Contains(legalHoldCommands(), c) || slices.Contains(packageCommands(), c)
}

// impliedFor is implied for an actor: the requester confirms an erasure as such.
func impliedFor(kind models.ActorKind, c CommandName) bool {
	return implied(c) && (kind != models.ActorSubject || c != CommandConfirmErasure)
}

// known reports whether the lifecycle has a command in a state.
func known(s models.State, c CommandName) bool { return table[s][c] != nil }

// Lifecycle draws the table as a Mermaid state diagram, for the documentation.
func Lifecycle() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, from := range append([]models.State{""}, models.States()...) {
		for _, c := range allCommands() {
			for _, to := range table[from][c] {
				if to != from {
					fmt.Fprintf(&b, "    %s --> %s: %s\n", node(from), to, c)
				}
			}
		}
	}
	return b.String()
}

func node(s models.State) string {
	if s == "" {
		return "[*]"
	}
	return string(s)
}

func allCommands() []CommandName {
	var all []CommandName
	for _, kind := range []models.ActorKind{models.ActorSubject, models.ActorSystem, models.ActorStaff} {
		for _, c := range commandsOf(kind) {
			if !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}
