package workflows_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas/internal/testbed"
	"habeas/internal/testbed/property"
	"habeas/models"
	"habeas/workflows"
)

// TestInvariants has two requests of one person, and three members of staff with
// accounts and tokens that they make for each other, live through long random
// sequences of everything that can happen, and holds after each step what the
// law and the auditor rely on. What it holds it works out by itself, and not by
// asking the gate. It goes on until every command has happened, and fails if one
// still has not when the chance of that is less than one in a million.
func TestInvariants(t *testing.T) {
	t.Parallel()
	happened := map[string]int{}
	base := joining(t, both)
	base.Systems, base.OwnerDigest = places(), func(mailbox string) string { return "digest of " + mailbox }
	missing := everyAct()
	for round := 0; round < testbed.Soak(2, 60) || len(missing) > 0 && round < 300; round++ {
		property.Check(t, func(rt *rapid.T) {
			w := newWorld(t, rt, base)
			happened["submit"] += len(w.lives)
			for range rapid.IntRange(40, 80).Draw(rt, "length") {
				w.step(rt, happened)
			}
			for _, l := range w.lives {
				replays(rt, l)
			}
		})
		missing = slices.DeleteFunc(missing, func(name string) bool { return happened[name] > 0 })
	}
	if len(missing) > 0 {
		t.Errorf("never happened: %v", missing)
	}
	t.Log(happened)
}

// everyAct names what has to happen in a run: every command, and every way in
// which more than one thing can come of one.
func everyAct() []string {
	var all []string
	for name := range each(&life{}) {
		if name == workflows.CommandSubmit || !workflows.Listed("", name) || workflows.Listed(models.StateOpen, name) { // about no request
			all = append(all, string(name))
		}
	}
	return append(all, "approved fulfilled", "approved partly_fulfilled", "approved denied", "approved no_data", "approved spam", "approved duplicate",
		"approved classification", "released a file", "shared a file", "authority", "token", "reset", "refused approval by ties", "appealed and barred",
		"answered late", "refused for a task", "previewed", "applied", "by its owner", "over a limit",
		"hold set", "hold reviewed", "hold lifted", "task released", "kept by a hold: erase", "kept by a hold: delete-file", "kept by a hold: decide",
		"kept by a hold: approve", "kept by a hold: approve-preview", "kept by a hold: complete-task", "denied for a hold")
}

// world is what the invariants are about.
type world struct {
	t     testing.TB
	lives []*life
	files [][]models.File // by life
	shown []map[string]bool
	log   []models.Event // of accounts
	keys  map[string]bool
	ids   int
	token map[string]string // token → whose
	hold  models.LegalHolds // On is the one that stands, on whom holdOn names
	on    string
}

var packageCommands = []workflows.CommandName{workflows.CommandFetchPackage, workflows.CommandReissuePackage, workflows.CommandVoidPackage}

var people = []models.Actor{alice, bob, carol}

func newWorld(t testing.TB, rt *rapid.T, base workflows.Rules) *world {
	if rapid.IntRange(0, 2).Draw(rt, "no systems") == 0 {
		base.Systems = nil
	}
	w := &world{t: t, keys: map[string]bool{}, token: map[string]string{}}
	kinds := []models.RequestType{models.TypeAccess, models.TypeCorrection, models.TypeDeletion, models.TypeContentRemoval, models.TypeMarketingOptOut, models.TypeQuestion}
	kind := rapid.SampledFrom(kinds).Draw(rt, "type")
	place := rapid.SampledFrom([][2]string{{"US", "CA"}, {"DE", ""}, {"GB", ""}, {"", ""}}).Draw(rt, "place")
	capacity := rapid.SampledFrom([]models.Capacity{models.CapacitySelf, models.CapacitySelf, models.CapacityParent, models.CapacityAgent}).Draw(rt, "capacity")
	for i := range 2 {
		c := submission(kind)
		by := subject
		c.ID, c.Reference = fmt.Sprintf("r%d", i+1), fmt.Sprintf("HB-0000-0000-0%d", i+1)
		c.Person.Country, c.Person.Region = place[0], place[1]
		c.ReceivedAt = noon.Add(-time.Duration(rapid.IntRange(0, 60).Draw(rt, "days before")) * 24 * time.Hour)
		if rapid.IntRange(0, 3).Draw(rt, "another type") == 0 {
			c.Type, c.Fields = rapid.SampledFrom(kinds).Draw(rt, "type"), nil
			c.Details = "Words."
		}
		if capacity != models.CapacitySelf {
			c.OnBehalf = &models.OnBehalf{Role: capacity, Name: "Pat", Email: "pat@example.org", Authority: "words"}
		} else if c.Type != models.TypeMarketingOptOut && rapid.Bool().Draw(rt, "by mail") {
			by, c.Channel, c.Mail, c.Fields, c.Details = robot, models.ChannelEmail, "m"+c.ID, nil, "Words."
		}
		l := &life{t: t, rules: base, now: noon, keys: map[string]bool{}}
		l.must(by, c)
		w.lives, w.files, w.shown = append(w.lives, l), append(w.files, nil), append(w.shown, map[string]bool{})
		w.begin(rt, l)
	}
	return w
}

// begin takes half of the lives to where decisions are made.
func (w *world) begin(rt *rapid.T, l *life) {
	if rapid.Bool().Draw(rt, "new") {
		return
	}
	if l.r.Level == models.LevelNone {
		l.must(subject, prove())
	}
	if rapid.IntRange(0, 3).Draw(rt, "verified") > 0 {
		l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
		if l.r.Claimed() && rapid.Bool().Draw(rt, "authority") {
			l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check", Of: workflows.ProvenAuthority})
		}
	}
	by := rapid.SampledFrom(people).Draw(rt, "by")
	l.must(by, workflows.Start{})
	if rapid.Bool().Draw(rt, "package") {
		w.ids++
		f := models.File{ID: fmt.Sprintf("f%d", w.ids), Author: alice, Internal: true, MediaType: models.PackageMedia}
		l.must(alice, workflows.Attach{File: f})
		w.files[len(w.lives)-1] = append(w.files[len(w.lives)-1], f)
	}
	if l.r.Erasure.Unconfirmed() && rapid.Bool().Draw(rt, "erased") {
		l.erased()
		for _, o := range w.lives {
			o.now = l.now
		}
	}
	if rapid.Bool().Draw(rt, "proposed") {
		_ = l.try(by, drawDecision(rt, w, l, len(w.lives)-1)) // may be refused for its level
	}
}

// step does one thing, and holds what has to hold after it.
func (w *world) step(rt *rapid.T, happened map[string]int) {
	if rapid.IntRange(0, 19).Draw(rt, "legal hold") == 0 {
		happened[w.changeHold(rt)]++
	}
	w.limits(rt)
	i := rapid.IntRange(0, len(w.lives)-1).Draw(rt, "request")
	l := w.lives[i]
	hours := time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 5, 24, 72, 240}).Draw(rt, "hours")) * time.Hour
	for _, o := range w.lives {
		o.now = o.now.Add(hours)
	}
	if rapid.IntRange(0, 14).Draw(rt, "account") == 0 {
		happened[w.account(rt)]++
		return
	}
	for _, o := range w.lives {
		o.holds = w.holdsOn(o.r)
	}
	before, other, tasks := l.r, w.lives[1-i].r, slices.Clone(l.tasks)
	by, c := w.draw(rt, i)
	err := l.try(by, c)
	if err != nil {
		if strings.Contains(err.Error(), "a legal hold stands") {
			happened["kept by a hold: "+string(c.Name())]++
		}
		if models.CodeOf(err) == models.CodeTooMany && l.used != nil {
			happened["over a limit"]++
		}
		if models.CodeOf(err) == models.CodeInternal {
			rt.Fatalf("%s: %v", c.Name(), err)
		}
		if strings.Contains(err.Error(), ": the task ") && (c.Name() == workflows.CommandDecide || c.Name() == workflows.CommandApprove) {
			happened["refused for a task"]++
		}
		if c.Name() == workflows.CommandApprove && models.CodeOf(err) == models.CodeOtherPerson && by.ID != before.Proposal.By && by.Is(before.Proposal.By) {
			happened["refused approval by ties"]++
		}
		return
	}
	happened[string(c.Name())]++
	w.kept(i, c)
	w.holds(rt, i, before, by, c)
	holdKeeps(rt, l, before, tasks, c, happened)
	if _, moved := c.(workflows.MoveMail); moved {
		w.moved(rt, i, before, other)
	} else {
		w.merged(rt, i, other)
	}
	tasksHold(rt, l, before, tasks, by, c)
	tasksHold(rt, w.lives[1-i], other, w.lives[1-i].tasks, by, nil)
	countTasks(happened, tasks, l, by, c)
	count(happened, before, l, c)
}

// count notes what came of a command.
func count(happened map[string]int, before models.Request, l *life, c workflows.Command) {
	switch p := before.Proposal; c := c.(type) {
	case workflows.Approve:
		switch {
		case p.Type != "":
			happened["approved classification"]++
		case p.Requester:
			happened["approved requester"]++
		default:
			happened["approved "+string(p.Outcome)]++
		}
	case workflows.Verify:
		if c.Of == workflows.ProvenAuthority {
			happened["authority"]++
		}
	case workflows.Attach:
		if c.File.Author.Kind == models.ActorStaff && !c.File.Internal {
			happened["shared a file"]++
		}
	case workflows.FileAppeal:
		if len(l.r.Appeal.Barred) == 2 {
			happened["appealed and barred"]++
		}
	}
	if len(l.r.Released) > len(before.Released) {
		happened["released a file"]++
	}
}

// kept does what the store does with a command.
func (w *world) kept(i int, c workflows.Command) {
	l := w.lives[i]
	if a, ok := c.(workflows.Attach); ok {
		w.files[i] = append(w.files[i], a.File)
	}
	if _, erased := models.EffectOf[models.RequestErased](l.last); erased {
		l.r.Shredded, l.r.Content, w.files[i] = true, models.Content{}, nil
	}
	if gone, ok := models.EffectOf[models.FileDeleted](l.last); ok {
		w.files[i] = slices.DeleteFunc(w.files[i], func(f models.File) bool { return f.ID == gone.ID })
	}
	if changed, ok := models.EffectOf[models.RequestChanged](l.last); ok {
		survivor := w.lives[1-i]
		changed.Request.Content = survivor.r.Content // it keeps what it has
		survivor.r = changed.Request
		survivor.keepTasks(l.last)
		for _, e := range l.last.Events {
			if e.RequestID == survivor.r.ID {
				survivor.log = append(survivor.log, e)
			}
		}
	}
}

// account has somebody make a token for another, or reset the way in.
func (w *world) account(rt *rapid.T) string {
	by, whose := rapid.SampledFrom(people).Draw(rt, "by"), rapid.SampledFrom(people).Draw(rt, "whose")
	w.ids++
	e := models.Event{ID: fmt.Sprint(w.ids), Actor: by, Kind: models.EventFactorRemoved, Detail: map[string]string{"staff": whose.ID}}
	what := "reset"
	if rapid.IntRange(0, 3).Draw(rt, "token") > 0 {
		id := fmt.Sprintf("t%d", w.ids)
		e.Kind, e.Detail["token"] = models.EventTokenCreated, id
		w.token[id], what = whose.ID, "token"
	}
	w.log = append(w.log, e)
	return what
}

// staff is one of the people, with a session or a token of theirs.
func (w *world) staff(rt *rapid.T) models.Actor {
	by := rapid.SampledFrom(people).Draw(rt, "by")
	var own []string
	for _, id := range slices.Sorted(maps.Keys(w.token)) {
		if w.token[id] == by.ID {
			own = append(own, id)
		}
	}
	if len(own) > 0 && rapid.Bool().Draw(rt, "by token") {
		by.Token = rapid.SampledFrom(own).Draw(rt, "token")
	}
	by.Ties = strings.Join(workflows.Ties(w.log, by), " ")
	return by
}

// draw picks a command, mostly one that is possible now, and who gives it.
func (w *world) draw(rt *rapid.T, i int) (models.Actor, workflows.Command) {
	l := w.lives[i]
	orders := each(l)
	names := slices.Sorted(maps.Keys(orders))
	if rapid.IntRange(0, 4).Draw(rt, "possible") > 0 {
		names = slices.DeleteFunc(names, func(n workflows.CommandName) bool {
			return n == workflows.CommandSubmit || !workflows.Listed(l.r.State, n)
		})
		// What leads to a decision happens as often as all the rest.
		onward := map[models.State][]workflows.CommandName{
			models.StateOpen: {workflows.CommandStart}, models.StateInProgress: {workflows.CommandDecide, workflows.CommandDecide, workflows.CommandMerge}, models.StateOnHold: {workflows.CommandResume},
			models.StateInReview: {workflows.CommandApprove}, models.StateClosed: {workflows.CommandAppeal, workflows.CommandReopen},
		}[l.r.State]
		if len(onward) > 0 && rapid.Bool().Draw(rt, "onward") {
			names = onward
		}
		if tasks := onwardWithTasks(l); len(tasks) > 0 && rapid.Bool().Draw(rt, "tasks") {
			names = tasks
		}
		if p := l.r.Package; p.File != "" && p.Void == "" && rapid.IntRange(0, 3).Draw(rt, "package") == 0 {
			names = slices.DeleteFunc(slices.Clone(packageCommands),
				func(n workflows.CommandName) bool { return !workflows.Listed(l.r.State, n) })
		}
		if against := againstHold(l); len(against) > 0 && rapid.Bool().Draw(rt, "against the hold") {
			names = against
		}
	}
	order := orders[rapid.SampledFrom(names).Draw(rt, "command")]
	by := order.by
	if by.Kind == models.ActorStaff {
		by = w.staff(rt)
	}
	target := workflows.Target{Into: w.lives[1-i].r, Tasks: w.lives[1-i].tasks}
	if about, ok := drawAboutTask(rt, l, order.c); ok {
		return taskActor(rt, w, l, by, about), about
	}
	switch c := order.c.(type) {
	case workflows.Submit:
		return by, c
	case workflows.Erase:
		if until, _ := l.rules.RetainedUntil(l.r.Facts); l.now.Before(until) && rapid.IntRange(0, 2).Draw(rt, "years later") == 0 {
			for _, o := range w.lives {
				o.now = until
			}
		}
		return by, c
	case workflows.Conclude:
		return by, drawDecision(rt, w, l, i)
	case workflows.Merge:
		return by, workflows.Merge{Target: target}
	case workflows.MoveMail:
		c.Target = target
		if o := w.lives[1-i]; o.rules.Policy != nil {
			c.In.Notified = w.told(o, l.now)
		}
		return by, c
	case workflows.Approve:
		c.Version = l.r.Version - rapid.SampledFrom([]int{0, 0, 0, 1, 3}).Draw(rt, "read before")
		if l.r.Proposal.Into != "" {
			c.Target = target
		}
		return by, c
	case workflows.Verify:
		c.Level = rapid.SampledFrom(models.Levels()).Draw(rt, "level")
		c.Of = rapid.SampledFrom([]workflows.Proven{"", workflows.ProvenAuthority}).Draw(rt, "of")
		return by, c
	case workflows.Ask:
		c.Purpose = rapid.SampledFrom([]models.HoldPurpose{models.HoldClarification, models.HoldIdentity, models.HoldFee}).Draw(rt, "purpose")
		return by, c
	case workflows.Assign:
		c.Assignee = rapid.SampledFrom([]string{"alice", "bob", "carol", ""}).Draw(rt, "assignee")
		return by, c
	case workflows.Classify:
		c.Type = rapid.SampledFrom([]models.RequestType{models.TypeAccess, models.TypeDeletion, models.TypeQuestion, models.TypeMarketingOptOut}).Draw(rt, "type")
		return by, c
	case workflows.Attach:
		by = rapid.SampledFrom([]models.Actor{subject, robot, w.staff(rt), w.staff(rt)}).Draw(rt, "by")
		w.ids++
		c.File = models.File{
			ID: fmt.Sprintf("f%d", w.ids), Author: by, Internal: by.Kind == models.ActorStaff && rapid.Bool().Draw(rt, "internal"),
		}
		if c.File.Internal && rapid.IntRange(0, 3).Draw(rt, "package") == 0 {
			c.File.MediaType = models.PackageMedia
		}
		c.In.Notified = w.told(l, l.now)
		return by, c
	case workflows.FetchPackage:
		c.File = l.r.Package.File
		return by, c
	case workflows.DeleteFile:
		c.Attached = w.files[i]
		if len(c.Attached) > 0 {
			c.File = rapid.SampledFrom(c.Attached).Draw(rt, "file").ID
		}
		return by, c
	case workflows.Receive:
		by = rapid.SampledFrom([]models.Actor{robot, w.staff(rt)}).Draw(rt, "by")
		c.Flags = rapid.SampledFrom([][]models.MessageFlag{nil, {models.FlagOtherSender}, {models.FlagAutomatic}}).Draw(rt, "flags")
		c.In.Notified = w.told(l, l.now)
		return by, c
	case workflows.Write:
		c.In.Notified = w.told(l, l.now)
		return by, c
	case workflows.Remind:
		for _, e := range slices.Backward(l.jobs) {
			if e.Kind == models.JobRemind {
				c.Threshold = e.Subject[len("2006-01-02/"):]
				break
			}
		}
		return by, c
	}
	return by, order.c
}

// told are the letters about what came into a case that staff have had.
func (w *world) told(l *life, now time.Time) (keys []string) {
	for _, key := range workflows.NotificationKeys(l.rules, l.r.ID, "", now) {
		if w.keys[key] {
			keys = append(keys, key)
		}
	}
	return keys
}

func drawDecision(rt *rapid.T, w *world, l *life, i int) workflows.Conclude {
	reasons := []workflows.ReasonGiven{{Code: "manifestly_unfounded"}}
	if len(l.holds.On) > 0 && rapid.Bool().Draw(rt, "names the hold") {
		reasons[0].Code = holdReason
	}
	outcome := rapid.SampledFrom(models.Decidable()).Draw(rt, "outcome")
	c := workflows.Conclude{Outcome: outcome, Message: "m", Reasons: reasons}
	if len(l.r.Facts.Items) > 0 && rapid.Bool().Draw(rt, "by item") {
		c.Outcome = ""
		for _, item := range l.r.Facts.Items {
			c.Items = append(c.Items, workflows.ItemGiven{
				No: item.No, Reasons: reasons, Outcome: rapid.SampledFrom(models.Decidable()).Draw(rt, "item"),
			})
		}
	}
	if i < len(w.files) {
		c.Attached = w.files[i]
		for _, f := range c.Attached {
			if f.Author.Kind == models.ActorStaff && rapid.Bool().Draw(rt, "goes along") {
				c.Files = append(c.Files, f.ID)
			}
		}
	}
	return c
}

// holds checks what has to hold after each step of one request.
func (w *world) holds(rt *rapid.T, i int, before models.Request, by models.Actor, c workflows.Command) {
	l := w.lives[i]
	after, name := l.r, c.Name()
	closes := before.State != models.StateClosed && after.State == models.StateClosed

	w.releases(rt, i, before, by, c)
	if closes && before.Level != models.LevelNone && after.Outcome != models.OutcomeWithdrawn && denialIsForTwo(l.rules, before) {
		d := after.Decision
		spoken := after.Outcome == models.OutcomeFulfilled || after.Outcome == models.OutcomePartly
		if !spoken && (d.Outcome != after.Outcome || d.By == "" || d.ApprovedBy == "" || d.ApprovedBy == d.By) {
			rt.Fatalf("%s by %s ended a proved request as %s without a second person: %+v", name, by.ID, after.Outcome, d)
		}
	}
	if closes && name == workflows.CommandApprove {
		if p := before.Proposal; by.ID == p.By || slices.Contains(strings.Fields(by.Ties), p.By) {
			rt.Fatalf("%s approved what %s proposed, tied by %q", by.ID, p.By, by.Ties)
		}
		if a, _ := c.(workflows.Approve); a.Version < before.Proposal.Version || a.Version > before.Version {
			rt.Fatalf("approved at version %d what was proposed at %d", a.Version, before.Proposal.Version)
		}
	}
	barred := slices.ContainsFunc(before.Appeal.Barred, func(id string) bool { return by.ID == id || slices.Contains(strings.Fields(by.Ties), id) })
	if barred && by.Kind == models.ActorStaff && name != workflows.CommandNote {
		rt.Fatalf("%s by %s, who is barred", name, by.ID)
	}
	if slices.Contains(after.Appeal.Barred, after.Assignee) && after.Assignee != "" && after.Assignee != before.Assignee {
		rt.Fatalf("%s gave an appeal to who made the answer", name)
	}
	less := slices.ContainsFunc(before.Asked(), func(t models.RequestType) bool { return !slices.Contains(after.Asked(), t) })
	if less && before.Level != models.LevelNone && (name != workflows.CommandApprove || !slices.Contains(l.templates(), "reclassified")) {
		rt.Fatalf("%s: a proved request asks for %v instead of %v, and nobody was told", name, after.Asked(), before.Asked())
	}
	w.coherent(rt, l, before, by, c)
}

// denialIsForTwo reads in the data, and not in the code, who decides.
func denialIsForTwo(rules workflows.Rules, r models.Request) bool {
	return slices.ContainsFunc(r.Asked(), func(key models.RequestType) bool {
		t, _ := rules.Type(key)
		return slices.Contains(t.Approval, models.OutcomeDenied)
	})
}

// releases checks that nothing is shown, changed or erased that is not proved
// well enough, or that the policy wants two people for.
func (w *world) releases(rt *rapid.T, i int, before models.Request, by models.Actor, c workflows.Command) {
	l := w.lives[i]
	after := l.r
	closes := before.State != models.StateClosed && after.State == models.StateClosed
	var rights []models.RequestType // that are given
	switch {
	case !closes || !after.Outcome.Releases():
	case len(before.Rights) > 0 && len(after.Decision.Items) > 0:
		for _, item := range after.Decision.Items {
			if item.Outcome.Releases() {
				rights = append(rights, models.RequestType(item.Code))
			}
		}
	default:
		rights = before.Asked()
	}
	twice := after.Decision.ApprovedBy != "" && after.Decision.ApprovedBy != after.Decision.By
	for _, f := range w.files[i] {
		if seen := !f.Internal || slices.Contains(after.Released, f.ID); !seen || w.shown[i][f.ID] || f.Author.Kind != models.ActorStaff {
			continue
		}
		w.shown[i][f.ID] = true
		rights = before.Asked()
		for _, key := range rights {
			if t, _ := l.rules.Type(key); slices.Contains(t.Approval, models.OutcomeFulfilled) && !(closes && twice) {
				rt.Fatalf("%s by %s showed the file %s without a second person", c.Name(), by.ID, f.ID)
			}
		}
		if before.Level == models.LevelNone {
			rt.Fatalf("%s by %s showed the file %s to nobody knows whom", c.Name(), by.ID, f.ID)
		}
	}
	for _, key := range rights {
		t, _ := l.rules.Type(key)
		class := ""
		if len(before.Rights) == 0 {
			class = before.DataClass
		}
		need := t.Level(class)
		if !before.Level.Covers(need) || before.Capacity == models.CapacityParent && need != models.LevelNone && !before.Authority.Covers(need) {
			rt.Fatalf("%s by %s released %s at level %s with authority %q", c.Name(), by.ID, key, before.Level, before.Authority)
		}
		if closes && slices.Contains(t.Approval, models.OutcomeFulfilled) && !twice {
			rt.Fatalf("%s by %s released %s without a second person", c.Name(), by.ID, key)
		}
	}
	for _, item := range after.Facts.Items {
		if t, ok := l.rules.TypeOfItem(before.Facts, item); closes && ok && item.Outcome != "" && slices.Contains(t.Approval, item.Outcome) && !twice {
			rt.Fatalf("%s by %s: %s of item %d without a second person", c.Name(), by.ID, item.Outcome, item.No)
		}
	}
}

// moved checks that a message between two cases changes neither, but for a
// question that it may answer.
func (w *world) moved(rt *rapid.T, i int, before, other models.Request) {
	l, into := w.lives[i], w.lives[1-i].r
	if !reflect.DeepEqual(l.r, before) {
		rt.Fatal("a message that was moved out changed its case")
	}
	if into.State != other.State && (other.State != models.StateOnHold || into.State != models.StateInProgress) ||
		into.Level != other.Level || into.Type != other.Type || into.Person != other.Person || into.Decision.Outcome != other.Decision.Outcome {
		rt.Fatalf("a message that was moved in made the case %s of %s", into.State, other.State)
	}
}

// merged checks what became of the other request.
func (w *world) merged(rt *rapid.T, i int, other models.Request) {
	l, into := w.lives[i], w.lives[1-i].r
	if _, ok := models.EffectOf[models.RequestChanged](l.last); !ok {
		if !reflect.DeepEqual(other, into) {
			rt.Fatal("a command on one request changed the other")
		}
		return
	}
	if into.State == models.StateClosed || l.r.State != models.StateClosed || l.r.MergedInto != into.Reference {
		rt.Fatalf("merged into %s, which is %s", into.Reference, into.State)
	}
	if into.ReceivedAt.After(l.r.ReceivedAt) || into.ReceivedAt.After(other.ReceivedAt) || !into.Level.Covers(l.r.Level) || !into.Level.Covers(other.Level) {
		rt.Fatalf("the survivor was received at %s at level %s; it was %s, %s, and the duplicate %s, %s",
			into.ReceivedAt, into.Level, other.ReceivedAt, other.Level, l.r.ReceivedAt, l.r.Level)
	}
	for _, right := range append(l.r.Asked(), other.Asked()...) {
		if !slices.Contains(into.Asked(), right) {
			rt.Fatalf("%s was lost", right)
		}
	}
	if into.Deadline.RespondOn.After(other.Deadline.RespondOn) || into.Version != other.Version+1 || !slices.Contains(into.Absorbed, l.r.Reference) {
		rt.Fatalf("the survivor is due on %s at version %d after %s at %d", into.Deadline.RespondOn, into.Version, other.Deadline.RespondOn, other.Version)
	}
}

// coherent checks that state, dates, log and letters agree.
func (w *world) coherent(rt *rapid.T, l *life, before models.Request, by models.Actor, c workflows.Command) {
	after, name := l.r, c.Name()
	// What a system shows after an erasure goes on the certificate, and what came
	// back opens the request again.
	cameBack := name == workflows.CommandTaskAnswered && l.last.Request.Erasure.Issued > before.Erasure.Issued
	reopening := name == workflows.CommandReopen || name == workflows.CommandAppeal || cameBack
	facts := after.Facts
	if slices.Contains(packageCommands, name) {
		facts.Package = before.Package // of a closed request, too, but nothing else
	}
	if before.State == models.StateClosed && !reopening && name != workflows.CommandProveMailbox && name != workflows.CommandReceive && !reflect.DeepEqual(before.Facts, facts) {
		rt.Fatalf("%s changed a closed request", name)
	}
	if (after.State == models.StateClosed) != (after.Outcome != "") || (after.State == models.StateClosed) == after.ClosedAt.IsZero() {
		rt.Fatalf("%s: state %s, outcome %q, closed at %s", name, after.State, after.Outcome, after.ClosedAt)
	}
	if (after.State == models.StateInReview) != after.Proposal.Waits() {
		rt.Fatalf("%s: state %s with the proposal %+v", name, after.State, after.Proposal)
	}
	if held := slices.ContainsFunc(after.Pauses, func(p models.Pause) bool { return p.To.IsZero() }); held != (after.State == models.StateOnHold) {
		rt.Fatalf("%s: state %s with pauses %v", name, after.State, after.Pauses)
	}
	moved := before.Deadline.RespondOn != after.Deadline.RespondOn
	classified := slices.ContainsFunc(l.last.Events, func(e models.Event) bool { return e.Kind == models.EventClassified })
	resumed := before.State == models.StateOnHold && after.State == models.StateInProgress
	if before.Version > 0 && moved && !resumed && !classified && name != workflows.CommandExtend && name != workflows.CommandAppeal {
		rt.Fatalf("%s moved the due date from %s to %s", name, before.Deadline.RespondOn, after.Deadline.RespondOn)
	}
	if moved && after.Deadline.RespondOn.Before(before.Deadline.RespondOn) && !classified && name != workflows.CommandAppeal {
		rt.Fatalf("%s moved the due date back", name)
	}
	if changed := !reflect.DeepEqual(before.Facts, after.Facts); changed != (after.Version == before.Version+1) {
		rt.Fatalf("%s: changed %v, version %d to %d", name, changed, before.Version, after.Version)
	}
	for _, e := range l.last.Events {
		if e.Actor != by || e.RequestID == after.ID && !e.Change.Empty() != (e.Version == after.Version && after.Version > before.Version) {
			rt.Fatalf("%s: event %s by %v at version %d", name, e.Kind, e.Actor, e.Version)
		}
	}
	for _, m := range l.last.Messages {
		if m.Key != "" && w.keys[m.Key] && !strings.Contains(m.Key, "unsent") {
			rt.Fatalf("%s sent %s a second time", name, m.Key)
		}
		w.keys[m.Key] = true
	}
	if after.Level != models.LevelNone {
		return
	}
	for _, m := range l.last.Messages {
		words, err := json.Marshal(m.Letter)
		if m.Audience == models.ToRequester && (err != nil || string(words) != "null" && containsAny(string(words), "Ana", "Pérez", "Old", "New", "Clerk", "Chief", "Words.")) {
			rt.Fatalf("%s: words of an unproved requester in %s", name, words)
		}
	}
}

func containsAny(s string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// replays rebuilds the row from its events, through their stored form.
func replays(rt *rapid.T, l *life) {
	var facts models.Facts
	version := 0
	for _, e := range l.log {
		if e.RequestID != l.r.ID {
			continue
		}
		stored, err := models.ParseEvent(e.Canonical())
		if err != nil {
			rt.Fatalf("event %s: %v", e.Kind, err)
		}
		facts = facts.With(stored.Change)
		version = max(version, stored.Version)
	}
	want, _ := json.Marshal(l.r.Facts) //nolint:errchkjson // plain values
	got, _ := json.Marshal(facts)      //nolint:errchkjson // plain values
	if !bytes.Equal(want, got) || version != l.r.Version {
		rt.Fatalf("the events give\n%s at version %d, the row is\n%s at version %d", got, version, want, l.r.Version)
	}
}
