package workflows_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas/models"
	"habeas/workflows"
)

// TestInvariants gives long random sequences of commands, by random people at
// random times, to Decide, and holds after each what the law and the auditor
// rely on.
func TestInvariants(t *testing.T) {
	t.Parallel()
	base := rules(t)
	rapid.Check(t, func(rt *rapid.T) {
		l := &life{t: t, rules: base, now: noon, keys: map[string]bool{}}
		kinds := []models.RequestType{}
		for _, k := range base.Types("", "") {
			kinds = append(kinds, k.Key)
		}
		filed := submission(rapid.SampledFrom(kinds).Draw(rt, "type"))
		place := rapid.SampledFrom([][2]string{{"US", "CA"}, {"US", "UT"}, {"DE", ""}, {"GB", ""}, {"KR", ""}, {"", ""}}).Draw(rt, "place")
		filed.Person.Country, filed.Person.Region = place[0], place[1]
		filed.ReceivedAt = noon.Add(-time.Duration(rapid.IntRange(0, 60).Draw(rt, "days before")) * 24 * time.Hour)
		l.must(subject, filed)
		for range rapid.IntRange(1, 60).Draw(rt, "length") {
			l.now = l.now.Add(time.Duration(rapid.IntRange(0, 20*24).Draw(rt, "hours")) * time.Hour)
			before := l.r
			by, c := draw(rt, l)
			if err := l.try(by, c); err != nil {
				if models.CodeOf(err) == models.CodeInternal {
					rt.Fatalf("%s: %v", c.Name(), err)
				}
				continue
			}
			holds(rt, l, before, by, c)
		}
		replays(rt, l)
	})
}

func draw(rt *rapid.T, l *life) (models.Actor, workflows.Command) {
	orders := each(l)
	names := make([]workflows.CommandName, 0, len(orders))
	for name := range orders {
		names = append(names, name)
	}
	slices.Sort(names)
	order := orders[rapid.SampledFrom(names).Draw(rt, "command")]
	by := order.by
	if by.Kind == models.ActorStaff {
		by = rapid.SampledFrom([]models.Actor{alice, bob, carol}).Draw(rt, "by")
	}
	switch c := order.c.(type) {
	case workflows.Conclude:
		return by, drawDecision(rt, l)
	case workflows.Verify:
		c.Level = rapid.SampledFrom(models.Levels()).Draw(rt, "level")
		return by, c
	case workflows.Ask:
		c.Purpose = rapid.SampledFrom([]models.HoldPurpose{models.HoldClarification, models.HoldIdentity, models.HoldFee}).Draw(rt, "purpose")
		return by, c
	case workflows.Remind:
		for _, job := range slices.Backward(l.last.Jobs) {
			if job.Kind == models.JobRemind {
				c.Threshold = job.Subject[len("2006-01-02/"):]
			}
		}
		return by, c
	}
	return by, order.c
}

func drawDecision(rt *rapid.T, l *life) workflows.Conclude {
	reasons := []workflows.ReasonGiven{{Code: "manifestly_unfounded"}}
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
	return c
}

// holds checks the invariants of one step.
func holds(rt *rapid.T, l *life, before models.Request, by models.Actor, c workflows.Command) {
	after, name := l.r, c.Name()
	t, _ := l.rules.Type(after.Type)

	if after.Outcome.Releases() && !after.Level.Covers(t.Level(after.DataClass)) {
		rt.Fatalf("%s released at level %s", name, after.Level)
	}
	if after.Outcome.Releases() && after.Decision.By == after.Decision.ApprovedBy {
		rt.Fatalf("%s was approved by its proposer", name)
	}
	if after.State == models.StateClosed && t.NeedsApproval(after.Outcome) && after.Decision.ApprovedBy == "" && after.Outcome == after.Decision.Outcome {
		rt.Fatalf("%s closed without the second person", name)
	}
	if slices.Contains(after.Appeal.Barred, after.Assignee) && after.Assignee != "" {
		rt.Fatalf("%s gave an appeal to who made the answer", name)
	}
	reopening := name == workflows.CommandReopen || name == workflows.CommandAppeal
	if before.State == models.StateClosed && !reopening && !reflect.DeepEqual(before.Facts, after.Facts) {
		rt.Fatalf("%s changed a closed request", name)
	}
	if (after.State == models.StateClosed) != (after.Outcome != "") || (after.State == models.StateClosed) == after.ClosedAt.IsZero() {
		rt.Fatalf("%s: state %s, outcome %q, closed at %s", name, after.State, after.Outcome, after.ClosedAt)
	}
	if held := slices.ContainsFunc(after.Pauses, func(p models.Pause) bool { return p.To.IsZero() }); held != (after.State == models.StateOnHold) {
		rt.Fatalf("%s: state %s with pauses %v", name, after.State, after.Pauses)
	}
	moved := before.Deadline.RespondOn != after.Deadline.RespondOn
	lawful := name == workflows.CommandExtend || name == workflows.CommandAppeal ||
		before.State == models.StateOnHold && (name == workflows.CommandResume || name == workflows.CommandWrite)
	if before.Version > 0 && moved && !lawful {
		rt.Fatalf("%s moved the due date from %s to %s", name, before.Deadline.RespondOn, after.Deadline.RespondOn)
	}
	if moved && after.Deadline.RespondOn.Before(before.Deadline.RespondOn) && name != workflows.CommandAppeal {
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
		if m.Key != "" && l.keys[m.Key] {
			rt.Fatalf("%s sent %s a second time", name, m.Key)
		}
		l.keys[m.Key] = true
	}
	if after.Level != models.LevelNone {
		return
	}
	for _, m := range l.last.Messages {
		words, err := json.Marshal(m.Letter)
		if m.Audience == models.ToRequester && (err != nil || string(words) != "null" && containsAny(string(words), "Ana", "Pérez", "Old", "New", "Clerk", "Chief")) {
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
