package workflows

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"habeas/models"
)

// Verdict is what the gate says of an act.
type Verdict int

// The verdicts, from the strictest on.
const (
	Refused     Verdict = iota // it is not done
	WantsSecond                // it may be proposed, and another person approves it
	Granted
)

// Ruling is a verdict and, where it is Refused, why.
type Ruling struct {
	Verdict Verdict
	Because error // a *models.Error
}

// Act is something that somebody does, or might do, with a request: a command,
// and as much of what it comes to as is known. A page that only asks whether
// there is a button knows no more than the command.
type Act struct {
	Command  CommandName
	At       time.Time            // when; zero asks whether it is possible at all
	Read     int                  // approve: the version of the request that was read; 0 is not known yet
	Proposal models.Proposal      // decide: what is decided; classify: what it would be
	Assignee string               // assign: to whom
	Shared   bool                 // attach: the requester is to see the file
	File     string               // delete-file: its id; "" where it is not chosen yet
	Into     models.Request       // merge: the request that goes on; zero where it is not chosen yet
	Mail     *models.ReceivedMail // the mail that is decided about, as it stands
	Hold     *models.LegalHold    // a command about a legal hold: which, as it stands
	Lowers   bool                 // classify: less would be asked for than before
	Outcome  models.TaskOutcome   // complete-task: what is said of it; "" is not known yet
	Task     models.Task          // a command about a task: which; zero where it is not chosen yet
}

// Gate says whether somebody may do something with a case as it stands: at once,
// with the approval of another person, or not at all. It is the one place of
// these rules. Every command, route, page and button asks it, and nothing is
// shown, released, ended or merged that it refuses.
func Gate(rules Rules, k Case, by models.Actor, a Act) Ruling {
	for _, rule := range []func(Rules, Case, models.Actor, Act) error{inItsState, tasksAllow} {
		if err := rule(rules, k, by, a); err != nil {
			return Ruling{Refused, err}
		}
	}
	for _, rule := range []func(Rules, models.Request, models.Actor, Act) error{
		notErased, forItsRole, notBarred, onItsOwnTerms, erasureAllows, packageAllows, provedEnough, intoAnother, byAnother, asRead, mailWaits, holdStands, inItsTime,
	} {
		if err := rule(rules, k.Request, by, a); err != nil {
			return Ruling{Refused, err}
		}
	}
	// What hangs on other people is told last, to whom may act at all.
	for _, rule := range []func(Rules, Case, Act) error{legalHoldsAllow, deletable} {
		if err := rule(rules, k, a); err != nil {
			return Ruling{Refused, err}
		}
	}
	if wantsSecond(rules, k.Request, a) {
		return Ruling{Verdict: WantsSecond}
	}
	return Ruling{Verdict: Granted}
}

// Allowed lists the commands that the gate lets somebody give to a case now, in
// the order in which they are offered.
func Allowed(rules Rules, k Case, by models.Actor, at time.Time) []CommandName {
	return slices.DeleteFunc(commandsOf(by.Kind), func(c CommandName) bool {
		return impliedFor(by.Kind, c) || !known(k.Request.State, c) || Gate(rules, k, by, Act{Command: c, At: at}).Verdict == Refused
	})
}

// inItsState refuses a command that the actor may never give, and one that the
// lifecycle does not list for the state, with a conflict that names those that
// are possible now.
func inItsState(rules Rules, k Case, by models.Actor, a Act) error {
	if !slices.Contains(commandsOf(by.Kind), a.Command) {
		return models.Errorf(models.CodeForbidden, "%s is not for %s", a.Command, by.Kind)
	}
	if known(k.Request.State, a.Command) {
		return nil
	}
	var names []string
	for _, c := range Allowed(rules, k, by, a.At) {
		names = append(names, string(c))
	}
	err := models.Errorf(models.CodeConflict, "cannot %s a request that is %s; allowed now: %s",
		a.Command, k.Request.State, strings.Join(names, ", "))
	err.Allowed = names
	return err
}

// forItsRole refuses staff what is not for their role.
func forItsRole(_ Rules, _ models.Request, by models.Actor, a Act) error {
	needs := Giving(a.Command)
	if a.Shared {
		needs = models.MayShare
	}
	if by.Kind == models.ActorStaff && !models.Permit(by.Role, needs) {
		return models.Errorf(models.CodeForbidden, "%s is not for the role %s", needs, by.Role)
	}
	return nil
}

// Giving returns the permission that staff need to give a command.
func Giving(c CommandName) models.Permission {
	switch {
	case c == CommandSubmit:
		return models.MaySubmit
	case c == CommandDismissMail:
		return models.MayPlaceMail
	case slices.Contains(legalHoldCommands(), c):
		return models.MayLegalHolds
	case slices.Contains(packageCommands(), c):
		return models.MayDecide
	case slices.Contains(taskCommands(), c), slices.Contains(erasureCommands(), c):
		return models.MayTasks
	}
	return models.Permission(c)
}

// notBarred keeps staff who made the answer that is under appeal from all but
// reading and notes, and whoever acts with what they made.
func notBarred(_ Rules, r models.Request, by models.Actor, a Act) error {
	barred := slices.ContainsFunc(append(slices.Clone(r.Appeal.Barred), a.Into.Appeal.Barred...), by.Is)
	if barred && by.Kind == models.ActorStaff && a.Command != CommandNote || slices.Contains(r.Appeal.Barred, a.Assignee) {
		return models.Errorf(models.CodeOtherPerson, "an appeal is for another person than who made the answer")
	}
	return nil
}

// onItsOwnTerms refuses what a request of this sort does not have.
func onItsOwnTerms(_ Rules, r models.Request, _ models.Actor, a Act) error {
	switch {
	case a.Command == CommandSetRequester:
		return mailedRequester(r)
	case a.Command == CommandMoveMail:
		return movable(r, a)
	case a.Command == CommandClassify && r.Mail == "":
		return models.Errorf(models.CodeConflict, "the requester said what they ask for and where they live; only a request that came by mail can be classified")
	case a.Command == CommandClassify && r.Appeal.No > 0:
		return models.Errorf(models.CodeConflict, "an appeal is about the request as it was answered")
	case a.Command == CommandExtend && r.Appeal.No > 0:
		return models.Errorf(models.CodeConflict, "an appeal cannot be extended")
	case a.Command == CommandExtend && r.Extended:
		return models.Errorf(models.CodeConflict, "the request was extended before; it can be extended once")
	}
	return nil
}

// provedEnough refuses to show, release, change or erase anything below the
// verification level that the type and its data class name. What somebody says
// of their own authority is no proof of it.
func provedEnough(rules Rules, r models.Request, _ models.Actor, a Act) error {
	p := a.Proposal
	if a.Command == CommandApprove {
		p = r.Proposal
	}
	t, ok := rules.TypeOf(r.Facts)
	if !ok {
		return nil
	}
	if p.Outcome.Releases() && t.Unsorted {
		return models.Errorf(models.CodeConflict, "nobody has said yet what the request asks for: classify it first")
	}
	need := rules.NeededFor(r.Facts, p)
	if a.Shared || len(p.Files) > 0 {
		need = highest(need, t.Level(r.DataClass), models.LevelMailbox)
	}
	if !r.Level.Covers(need) {
		return models.Errorf(models.CodeUnverified, "%s needs the verification level %s for this; the request is at %s",
			RightsKey(r.Type, r.Rights), need, r.Level)
	}
	if r.Claimed() && !cmp.Or(r.Authority, models.LevelNone).Covers(need) {
		return models.Errorf(models.CodeUnverified, "nobody has recorded a proof, at the level %s, that the %s may act for the person", need, r.Capacity)
	}
	return nil
}

func highest(levels ...models.Level) models.Level {
	return slices.MaxFunc(levels, func(a, b models.Level) int {
		return slices.Index(models.Levels(), a) - slices.Index(models.Levels(), b)
	})
}

// intoAnother refuses a merger by which a right, a date or a proof would be
// lost, or one person be shown another's case.
func intoAnother(rules Rules, r models.Request, _ models.Actor, a Act) error {
	if a.Into.ID == "" || a.Command == CommandMoveMail {
		return nil
	}
	code, why := unmergeable(rules, r, a.Into)
	if code == "" {
		return nil
	}
	return models.Invalid(models.FieldError{Field: "into", Code: code, Message: why})
}

// byAnother refuses people the approval of what they proposed, or could have
// proposed: with an account, a token or a second factor that the other made.
func byAnother(_ Rules, r models.Request, by models.Actor, a Act) error {
	switch {
	case a.Command != CommandApprove || !by.Is(r.Proposal.By):
		return nil
	case by.ID == r.Proposal.By:
		return models.Errorf(models.CodeOtherPerson, "a decision is approved by another person than who proposed it")
	}
	return models.Errorf(models.CodeOtherPerson, "who proposed the decision made or reset, since the request came in, what you signed in with")
}

// asRead refuses the approval of anything but the decision that was read.
func asRead(_ Rules, r models.Request, _ models.Actor, a Act) error {
	if a.Read != 0 && (a.Read < r.Proposal.Version || a.Read > r.Version) {
		return models.Errorf(models.CodeStale, "what was proposed at version %d is not what you have read", r.Proposal.Version)
	}
	return nil
}

// inItsTime refuses what a law or rule gives a time for that is over, or has not
// come.
func inItsTime(rules Rules, r models.Request, _ models.Actor, a Act) (err error) {
	switch {
	case a.At.IsZero():
	case a.Command == CommandExtend:
		_, _, err = ExtendedDeadline(rules, r, a.At)
	case a.Command == CommandAppeal:
		_, err = appealDeadline(rules, r, a.At)
	case a.Command == CommandErase && a.At.Before(rules.retainedUntil(r.Facts)):
		err = models.Errorf(models.CodeConflict, "the personal data of the request is still to be kept")
	case a.Command == CommandExpire && a.At.Before(rules.expiry(r.Facts, r.AwaitedSince()).At):
		err = models.Errorf(models.CodeConflict, "the request may still be verified")
	}
	return err
}

// wantsSecond reports whether an act is for two people: a decision where the
// policy says so; whatever else ends a request whose requester proved to be
// there, where a denial would want it; and to let such a request ask for less.
func wantsSecond(rules Rules, r models.Request, a Act) bool {
	switch a.Command { //nolint:exhaustive // the rest ends and releases nothing
	case CommandDecide:
		return rules.NeedsApproval(r.Facts, a.Proposal)
	case CommandMarkSpam, CommandMerge, CommandSetRequester:
		return Verified(r.Facts) && rules.NeedsApproval(r.Facts, models.Proposal{Outcome: models.OutcomeDenied})
	case CommandClassify:
		return a.Lowers && Verified(r.Facts)
	case CommandAttach:
		return a.Shared && rules.NeedsApproval(r.Facts, models.Proposal{Outcome: models.OutcomeFulfilled})
	}
	return false
}

// Verified reports whether the owner of the mailbox is known to have asked.
func Verified(f models.Facts) bool { return f.Level.Covers(models.LevelMailbox) }
