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

// lifecycle is the whole life of a request: for each state, the commands that
// are allowed in it and the states each may lead to. What is not listed is
// refused. Where a command may lead to two states, Decide says when; the first
// is the usual one. docs/lifecycle.md is drawn from it.
func lifecycle() map[models.State]map[CommandName][]models.State {
	life := map[models.State]map[CommandName][]models.State{
		"": {
			CommandSubmit: {unverified, open},
		},
		unverified: {
			CommandSendCode:     {unverified},
			CommandProveMailbox: {open},
			CommandProveLinked:  {open},
			CommandVerify:       {open},
			CommandAssign:       {unverified},
			CommandNote:         {unverified},
			CommandAttach:       {unverified},
			CommandRemind:       {unverified},
			CommandRemindVerify: {unverified},
			CommandExpire:       {closed},
			CommandMerge:        {closed},
			CommandMarkSpam:     {closed},
			CommandReceive:      {unverified},
			CommandClassify:     {unverified, open},
		},
		open: {
			CommandSendCode:     {open},
			CommandProveMailbox: {open},
			CommandProveLinked:  {open},
			CommandVerify:       {open},
			CommandAssign:       {open},
			CommandStart:        {inProgress},
			CommandNote:         {open},
			CommandReply:        {open},
			CommandWrite:        {open},
			CommandAttach:       {open},
			CommandRemind:       {open},
			CommandExtend:       {open},
			CommandMerge:        {closed},
			CommandMarkSpam:     {closed},
			CommandWithdraw:     {closed},
			CommandReceive:      {open},
			CommandClassify:     {open},
		},
		inProgress: {
			CommandSendCode:     {inProgress},
			CommandProveMailbox: {inProgress},
			CommandProveLinked:  {inProgress},
			CommandVerify:       {inProgress},
			CommandAssign:       {inProgress},
			CommandAsk:          {onHold},
			CommandNote:         {inProgress},
			CommandReply:        {inProgress},
			CommandWrite:        {inProgress},
			CommandAttach:       {inProgress},
			CommandRemind:       {inProgress},
			CommandExtend:       {inProgress},
			CommandDecide:       {closed, inReview},
			CommandMerge:        {closed},
			CommandMarkSpam:     {closed},
			CommandWithdraw:     {closed},
			CommandReceive:      {inProgress},
			CommandClassify:     {inProgress},
		},
		onHold: {
			CommandSendCode:     {onHold},
			CommandProveMailbox: {onHold},
			CommandProveLinked:  {onHold},
			CommandVerify:       {onHold},
			CommandAssign:       {onHold},
			CommandResume:       {inProgress},
			CommandWrite:        {inProgress},
			CommandNote:         {onHold},
			CommandReply:        {onHold},
			CommandAttach:       {onHold},
			CommandRemind:       {onHold},
			CommandExtend:       {onHold},
			CommandMerge:        {closed},
			CommandMarkSpam:     {closed},
			CommandWithdraw:     {closed},
			CommandReceive:      {onHold, inProgress},
			CommandClassify:     {onHold},
		},
		inReview: {
			CommandSendCode:     {inReview},
			CommandProveMailbox: {inReview},
			CommandProveLinked:  {inReview},
			CommandVerify:       {inReview},
			CommandAssign:       {inReview},
			CommandApprove:      {closed},
			CommandReturn:       {inProgress},
			CommandNote:         {inReview},
			CommandReply:        {inReview},
			CommandWrite:        {inReview},
			CommandAttach:       {inReview},
			CommandRemind:       {inReview},
			CommandExtend:       {inReview},
			CommandWithdraw:     {closed},
			CommandReceive:      {inReview},
		},
		closed: {
			CommandSendCode:     {closed},
			CommandProveMailbox: {closed},
			CommandNote:         {closed},
			CommandReply:        {closed},
			CommandWrite:        {closed},
			CommandAttach:       {closed},
			CommandReopen:       {open, unverified},
			CommandAppeal:       {open},
			CommandReceive:      {closed},
		},
	}
	for s, commands := range life {
		for _, c := range always() {
			commands[c] = []models.State{s}
		}
	}
	return life
}

// always lists the commands that are allowed in every state, of a mail about no
// request too, and lead nowhere: what became of a mail does not wait for it.
func always() []CommandName {
	return []CommandName{CommandRecordDelivery, CommandRecordNotification}
}

var table = lifecycle() //nolint:gochecknoglobals // read-only, built once; Decide is called for every command

// commandsOf lists the commands of each kind of actor, in the order in which
// they are offered.
func commandsOf(kind models.ActorKind) []CommandName {
	switch kind {
	case models.ActorStaff:
		return []CommandName{
			CommandSubmit, CommandVerify, CommandAssign, CommandStart, CommandAsk, CommandResume, CommandNote,
			CommandReply, CommandAttach, CommandExtend, CommandDecide, CommandApprove, CommandReturn,
			CommandReopen, CommandMerge, CommandMarkSpam, CommandClassify, CommandReceive,
		}
	case models.ActorSubject:
		return []CommandName{CommandSubmit, CommandProveMailbox, CommandWrite, CommandAttach, CommandWithdraw, CommandAppeal}
	case models.ActorIntake:
		return []CommandName{CommandSubmit, CommandAttach, CommandReceive}
	case models.ActorSystem:
		return []CommandName{CommandSendCode, CommandProveLinked, CommandRemind, CommandRemindVerify, CommandExpire, CommandRecordDelivery, CommandRecordNotification}
	}
	return nil
}

// StaffCommands lists the commands of the admin API, in the order of a life.
func StaffCommands() []CommandName {
	return slices.DeleteFunc(commandsOf(models.ActorStaff), implied)
}

// implied reports a command that is given by another act than its name: by
// filing a request, by adding a file, or by putting a mail into the case.
func implied(c CommandName) bool {
	return c == CommandSubmit || c == CommandAttach || c == CommandReceive
}

// Allowed lists the commands that an actor of the kind may give to a request
// in state s, in the order in which they are offered.
func Allowed(s models.State, kind models.ActorKind) []CommandName {
	return slices.DeleteFunc(commandsOf(kind), func(c CommandName) bool { return implied(c) || table[s][c] == nil })
}

// admit refuses a command that the lifecycle does not list for the state, with
// a conflict that names those it does, and one that the actor may never give.
func admit(s models.State, actor models.Actor, c CommandName) error {
	if !slices.Contains(commandsOf(actor.Kind), c) {
		return models.Errorf(models.CodeForbidden, "%s is not for %s", c, actor.Kind)
	}
	if table[s][c] != nil {
		return nil
	}
	var names []string
	for _, a := range Allowed(s, actor.Kind) {
		names = append(names, string(a))
	}
	err := models.Errorf(models.CodeConflict, "cannot %s a request that is %s; allowed now: %s",
		c, s, strings.Join(names, ", "))
	err.Allowed = names
	return err
}

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
