package workflows_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"habeas/internal/testbed/property"
	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

// joining returns the rules under which these sets share a request.
func joining(t testing.TB, sets string) workflows.Rules {
	t.Helper()
	p, err := policies.Load(fstest.MapFS{"mail.yaml": {Data: []byte("mail:\n  together: " + sets + "\n")}})
	if err != nil {
		t.Fatal(err)
	}
	return workflows.Rules{Policy: p, Zone: rules(t).Zone}
}

// mailed returns a request that a mail asked for, for one or several rights.
func mailed(t testing.TB, base workflows.Rules, rights ...models.RequestType) *life {
	t.Helper()
	l := &life{t: t, rules: base, now: noon, keys: map[string]bool{}}
	c := submission(rights[0])
	c.Channel, c.Mail, c.Fields, c.Details, c.ReceivedAt = models.ChannelEmail, "m1", nil, "Please.", noon
	if len(rights) > 1 {
		c.Rights = rights
	}
	l.must(robot, c)
	return l
}

const both = "[[access, deletion, content_removal]]"

func TestSeveralRightsAreOneRequestWithAnItemEach(t *testing.T) {
	t.Parallel()
	l := mailed(t, joining(t, both), models.TypeAccess, models.TypeDeletion)
	l.wants("type", l.r.Type, models.TypeAccess)
	l.wants("rights", l.r.Rights, "[access deletion]")
	l.wants("items", l.r.Facts.Items, "[{1 rights access  []} {2 rights deletion  []}]")
	l.wants("mail", l.templates(), "[code]")
	code, _ := l.last.Messages[0].Letter.(models.CodeLetter)
	l.wants("the letter", code.TypeName, "Access to my data and Deletion of my data")
	l.must(subject, prove())
	l.must(alice, workflows.Verify{Level: models.LevelHigh, Method: "staff_check"})
	l.must(alice, workflows.Start{})

	yes, no := models.OutcomeFulfilled, models.OutcomeDenied
	given := func(codes ...string) (all []workflows.ReasonGiven) {
		for _, code := range codes {
			all = append(all, workflows.ReasonGiven{Code: code, Explanation: "Because of " + code + "."})
		}
		return all
	}
	decide := func(first, second []workflows.ReasonGiven, outcomes ...models.Outcome) workflows.Conclude {
		return workflows.Conclude{Message: "m", Items: []workflows.ItemGiven{
			{No: 1, Outcome: outcomes[0], Reasons: first}, {No: 2, Outcome: outcomes[1], Reasons: second},
		}}
	}
	// consent_contract may refuse a deletion, never_disclose an access; not the other way.
	l.refused(alice, decide(given("consent_contract"), nil, no, yes), models.CodeInvalid)
	l.refused(alice, decide(nil, given("never_disclose"), yes, no), models.CodeInvalid)
	l.refused(alice, decide(nil, nil, yes, no), models.CodeInvalid)
	l.refused(alice, workflows.Conclude{Outcome: no, Message: "m", Reasons: given("consent_contract")}, models.CodeInvalid)
	l.must(alice, decide(nil, given("consent_contract"), yes, no))
	l.wants("state", l.r.State, models.StateInReview)
	l.must(bob, workflows.Approve{Version: l.r.Version})
	l.wants("outcome", l.r.Outcome, models.OutcomePartly)
	l.wants("items", l.r.Facts.Items, "[{1 rights access fulfilled []} {2 rights deletion denied [consent_contract]}]")
	answer, _ := l.last.Messages[0].Letter.(models.AnswerLetter)
	if len(answer.Items) != 2 || answer.Items[0].Label != "1. Access to my data" || answer.Items[1].Label != "2. Deletion of my data" ||
		len(answer.Items[1].Reasons) != 1 || answer.Items[1].Reasons[0].Explanation != "Because of consent_contract." || answer.Items[1].Reasons[0].Citation == "" {
		t.Errorf("the answer says %+v", answer.Items)
	}
	replayed(t, l)
}

// A right that the proof does not reach is refused, and the others are not
// kept from the person for it.
func TestOneRightIsReleasedWhereAnotherLacksTheProof(t *testing.T) {
	t.Parallel()
	l := mailed(t, joining(t, both), models.TypeContentRemoval, models.TypeDeletion)
	l.must(subject, prove())
	l.must(alice, workflows.Start{})
	unproved := []workflows.ReasonGiven{{Code: "unverifiable_identity"}}
	item := func(no int, o models.Outcome, why []workflows.ReasonGiven) workflows.ItemGiven {
		return workflows.ItemGiven{No: no, Outcome: o, Reasons: why}
	}
	l.refused(alice, workflows.Conclude{Outcome: models.OutcomeFulfilled, Message: "m"}, models.CodeUnverified)
	l.refused(alice, workflows.Conclude{Message: "m", Items: []workflows.ItemGiven{
		item(1, models.OutcomeDenied, unproved), item(2, models.OutcomeFulfilled, nil),
	}}, models.CodeUnverified)
	l.must(alice, workflows.Conclude{Message: "m", Items: []workflows.ItemGiven{
		item(1, models.OutcomeFulfilled, nil), item(2, models.OutcomeDenied, unproved),
	}})
	l.wants("state", l.r.State, models.StateInReview)
	l.must(bob, workflows.Approve{Version: l.r.Version})
	l.wants("outcome", l.r.Outcome, models.OutcomePartly)
}

func TestOnlyAMailAsksForSeveralRightsAndOnlyAsThePolicySays(t *testing.T) {
	t.Parallel()
	base := joining(t, both)
	filed := func(by models.Actor, mail string, rules workflows.Rules, main models.RequestType, rights ...models.RequestType) error {
		c := submission(main)
		c.Channel, c.Mail, c.Rights, c.ReceivedAt = models.ChannelEmail, mail, rights, noon
		_, err := workflows.Decide(rules, workflows.Case{}, by, c, stamp(noon))
		return err
	}
	const access, deletion = models.TypeAccess, models.TypeDeletion
	tests := map[string]struct {
		err error
		ok  bool
	}{
		"as the policy says":  {filed(robot, "m", base, access, access, deletion), true},
		"without a mail":      {filed(robot, "", base, access, access, deletion), false},
		"not in a set":        {filed(robot, "m", base, access, access, models.TypeQuestion), false},
		"by default":          {filed(robot, "m", rules(t), access, access, deletion), false},
		"another first":       {filed(robot, "m", base, access, deletion, access), false},
		"twice the same":      {filed(robot, "m", base, access, access, access), false},
		"what is not there":   {filed(robot, "m", base, access, access, "holiday"), false},
		"nobody classified":   {filed(robot, "m", joining(t, `[["*"]]`), access, access, models.TypeUnsorted), false},
		"with what none asks": {filed(robot, "m", joining(t, `[["*"]]`), access, access, models.TypeSharingOptOut), false},
	}
	for name, c := range tests {
		if (c.err == nil) != c.ok || c.err != nil && models.CodeOf(c.err) != models.CodeInvalid {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}

func TestStaffSayWhichRightsAMailAsksFor(t *testing.T) {
	t.Parallel()
	base := joining(t, "[[access, deletion, disclosure_1798_83]]")
	l := mailed(t, base, models.TypeUnsorted)
	due := l.r.Deadline.RespondOn
	l.refused(alice, workflows.Classify{Type: models.TypeAccess, Rights: []models.RequestType{models.TypeAccess, models.TypeQuestion}}, models.CodeInvalid)
	l.must(alice, workflows.Classify{Type: models.TypeAccess, Rights: []models.RequestType{models.TypeAccess, models.TypeDeletion}})
	l.wants("rights", l.r.Rights, "[access deletion]")
	l.wants("items", len(l.r.Facts.Items), 2)
	if l.r.Deadline.RespondOn.Before(due) {
		t.Errorf("due on %s, before %s", l.r.Deadline.RespondOn, due)
	}
	before := l.r.Version
	l.must(alice, workflows.Classify{Type: models.TypeAccess, Rights: []models.RequestType{models.TypeAccess, models.TypeDeletion}})
	l.wants("version after the same again", l.r.Version, before)
	l.must(alice, workflows.Classify{Type: models.TypeAccess})
	l.wants("rights", l.r.Rights, "[]")
	l.wants("items", len(l.r.Facts.Items), 0)
	l.wants("type", l.r.Type, models.TypeAccess)
	replayed(t, l)
}

func TestADuplicateLosesNoRight(t *testing.T) {
	t.Parallel()
	base := joining(t, both)
	l := mailed(t, base, models.TypeAccess, models.TypeDeletion)
	l.must(subject, prove())
	other := func(rights ...models.RequestType) models.Request {
		o := mailed(t, base, rights...).r
		o.ID, o.Reference, o.Level = "r2", "HB-0000-0000-02", models.LevelMailbox
		return o
	}
	l.refused(alice, workflows.Merge{Target: workflows.Target{Into: other(models.TypeAccess)}}, models.CodeInvalid)
	l.refused(alice, workflows.Merge{Target: workflows.Target{Into: other(models.TypeAccess, models.TypeContentRemoval)}}, models.CodeInvalid)
	l.must(alice, workflows.Merge{Target: workflows.Target{Into: other(models.TypeContentRemoval, models.TypeDeletion, models.TypeAccess)}})

	single := mailed(t, base, models.TypeDeletion)
	single.must(alice, workflows.Merge{Target: workflows.Target{Into: other(models.TypeAccess, models.TypeDeletion)}})
}

// A request for several rights lives like one for one: the same commands in
// the same states.
func TestSeveralRightsLiveLikeOne(t *testing.T) {
	t.Parallel()
	base := joining(t, both)
	for _, s := range models.States() {
		var got, want []string
		for name := range each(in(t, s)) {
			for list, several := range map[*[]string]bool{&got: true, &want: false} {
				l := in(t, s)
				l.rules, l.r.Mail = base, "m"
				if several {
					l.r.Rights = []models.RequestType{models.TypeAccess, models.TypeDeletion} // a law extends both
					l.r.Facts.Items = []models.ItemFacts{{No: 1, Kind: models.ItemRights, Code: "access"}, {No: 2, Kind: models.ItemRights, Code: "deletion"}}
				}
				switch name {
				case workflows.CommandRemind:
					l.now = l.now.Add(16 * 24 * time.Hour)
				case workflows.CommandExpire:
					l.now = l.now.Add(46 * 24 * time.Hour)
				}
				order := each(l)[name]
				if m, ok := order.c.(workflows.Merge); ok {
					m.Into.Rights = l.r.Rights
					order.c = m
				}
				if l.try(order.by, order.c) == nil {
					*list = append(*list, string(name)+"→"+string(l.r.State))
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("in state %s\n got %s\nwant %s", s, strings.Join(got, " "), strings.Join(want, " "))
		}
	}
}

// The invariants hold for several rights, too, and nothing of one right is
// released without its own proof.
func TestInvariantsOfSeveralRights(t *testing.T) {
	t.Parallel()
	base := joining(t, `[["*"]]`)
	var kinds []models.RequestType
	for _, k := range base.Types("", "") {
		if k.Level("") != models.LevelNone {
			kinds = append(kinds, k.Key)
		}
	}
	property.Check(t, func(rt *rapid.T) {
		l := mailed(t, base, rapid.SliceOfNDistinct(rapid.SampledFrom(kinds), 2, 4, rapid.ID).Draw(rt, "rights")...)
		w := &world{t: t, lives: []*life{l, {r: models.Request{ID: "r2"}}}, files: make([][]models.File, 2), keys: map[string]bool{}}
		for range rapid.IntRange(1, 60).Draw(rt, "length") {
			l.now = l.now.Add(time.Duration(rapid.IntRange(0, 5*24).Draw(rt, "hours")) * time.Hour)
			before := l.r
			by, c := w.draw(rt, 0)
			if c.Name() == workflows.CommandClassify || c.Name() == workflows.CommandMoveMail {
				continue
			}
			if err := l.try(by, c); err != nil {
				if models.CodeOf(err) == models.CodeInternal {
					rt.Fatalf("%s: %v", c.Name(), err)
				}
				continue
			}
			w.kept(0, c)
			eachRightHolds(rt, l, before, c)
		}
		replays(rt, l)
	})
}

func eachRightHolds(rt *rapid.T, l *life, before models.Request, c workflows.Command) {
	after := l.r
	if len(after.Facts.Items) != len(after.Rights) {
		rt.Fatalf("%s: %d items for %v", c.Name(), len(after.Facts.Items), after.Rights)
	}
	if after.State != models.StateClosed || before.State == models.StateClosed || after.Outcome != after.Decision.Outcome || !slices.Contains(models.Decidable(), after.Outcome) {
		return
	}
	for i, item := range after.Facts.Items {
		kind, _ := l.rules.Type(after.Rights[i])
		if item.Code != string(after.Rights[i]) || item.Outcome == "" {
			rt.Fatalf("%s: item %+v of %v", c.Name(), item, after.Rights)
		}
		if item.Outcome.Releases() && !after.Level.Covers(kind.Level("")) {
			rt.Fatalf("%s released %s at level %s", c.Name(), item.Code, after.Level)
		}
		if kind.NeedsApproval(item.Outcome) && (after.Decision.ApprovedBy == "" || after.Decision.ApprovedBy == after.Decision.By) {
			rt.Fatalf("%s: %s of %s without the second person", c.Name(), item.Outcome, item.Code)
		}
		for _, code := range item.Reasons {
			if !slices.Contains(kind.Reasons, code) {
				rt.Fatalf("%s: %s is refused for %s", c.Name(), item.Code, code)
			}
		}
	}
}

// replayed rebuilds the facts from the events, through their stored form.
func replayed(t *testing.T, l *life) {
	t.Helper()
	var facts models.Facts
	for _, e := range l.log {
		stored, err := models.ParseEvent(e.Canonical())
		if err != nil {
			t.Fatal(err)
		}
		facts = facts.With(stored.Change)
	}
	if got, want := string(models.CanonicalJSON(facts)), string(models.CanonicalJSON(l.r.Facts)); got != want {
		t.Errorf("the events give\n%s, the row is\n%s", got, want)
	}
}
