package policies_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"habeas/internal/testbed/property"
	"habeas/models"
	"habeas/policies"
)

// joining returns the default policy with these sets.
func joining(t testing.TB, sets string) *policies.Policy {
	t.Helper()
	p, err := policies.Load(override("mail.yaml", "mail:\n  together: "+sets+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRightsOfOneMailAreDividedAsThePolicySays(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ sets, asked, want string }{
		"by default each is its own":         {"[]", "access deletion", "access|deletion"},
		"a set is one":                       {"[[access, deletion]]", "access deletion", "access deletion"},
		"the order is that of the mail":      {"[[access, deletion]]", "deletion portability access", "deletion access|portability"},
		"two sets":                           {"[[access, portability], [deletion, objection]]", "access deletion objection portability", "access portability|deletion objection"},
		"every type":                         {`[["*"]]`, "access deletion question", "access deletion question"},
		"one right alone":                    {`[["*"]]`, "access", "access"},
		"an opt-out waits for no proof":      {`[["*"]]`, "access marketing_opt_out deletion sharing_opt_out", "access deletion|marketing_opt_out sharing_opt_out"},
		"what nobody classified stays alone": {`[["*"]]`, "unsorted", "unsorted"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []models.RequestType
			for key := range strings.FieldsSeq(c.asked) {
				asked = append(asked, models.RequestType(key))
			}
			var got []string
			for _, group := range joining(t, c.sets).Together(asked) {
				var keys []string
				for _, key := range group {
					keys = append(keys, string(key))
				}
				got = append(got, strings.Join(keys, " "))
			}
			if strings.Join(got, "|") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

func TestFindingsOfSetsThatShareARequest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		sets string
		want string
	}{
		"no such type":           {"\n    - [access, holiday]", `mail.yaml:3: there is no type "holiday"`},
		"what nobody classified": {"\n    - [access, unsorted]", "mail.yaml:3: together[0][1]: type unsorted is that of what nobody has classified"},
		"a type in two sets":     {"\n    - [access, deletion]\n    - [question, access]", "mail.yaml:4: together[1][1]: type access is in a set already"},
		"a type twice":           {"\n    - [access, access]", "mail.yaml:3: together[0][1]: type access is in a set already"},
		"one type":               {"\n    - [access]", "mail.yaml:3: together[0] joins nothing"},
		"an empty set":           {"\n    - []", "mail.yaml:3: together[0] joins nothing"},
		"every type and another": {"\n    - [access, \"*\"]", `mail.yaml:3: together[0]: "*" stands for every type`},
		"every type and a set":   {"\n    - [\"*\"]\n    - [access, deletion]", `mail.yaml:3: together[0]: "*" stands for every type`},
		"proof and none":         {"\n    - [access, sharing_opt_out]", "mail.yaml:3: together[0][1]: only one of access and sharing_opt_out needs a proof"},
		"a list of types":        {"[access, deletion]", "mail.yaml:2: mail.together[0] must be a list"},
		"another key":            {"[]\n  apart: []", "mail.yaml:3: mail.apart is not a known key here"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := policies.Load(override("mail.yaml", "mail:\n  together: "+c.sets+"\n"))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	if _, err := policies.Load(override("more.yaml", "mail:\n  together: []\n")); err == nil || !strings.Contains(err.Error(), "more.yaml:1: mail is already given in mail.yaml") {
		t.Errorf("two files: %v", err)
	}
	if p := joining(t, "[[access, deletion]]"); len(p.TogetherSets()) != 1 || p.Version() == standard(t).Version() {
		t.Error("the version does not tell")
	}
}

// someRights draws two or more types.
func someRights(t *rapid.T) []models.RequestType {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(types()), 2, 5, rapid.ID).Draw(t, "rights")
}

// One request for several rights is due when the first of them would be,
// whatever was extended and however long a question waited.
func TestTheDatesOfSeveralRightsAreTheStrictest(t *testing.T) {
	t.Parallel()
	p := standard(t)
	property.Check(t, func(t *rapid.T) {
		c := aCase(t)
		c.Extended, c.Pauses = rapid.Bool().Draw(t, "extended"), somePauses(t, c.ReceivedOn)
		c.Rights = someRights(t)
		c.Type = c.Rights[0]
		joined := explain(t, p, c)
		var respond, acknowledge models.Date
		regimes := map[string]bool{}
		for _, right := range c.Rights {
			one := c
			one.Type, one.Rights = right, nil
			e := explain(t, p, one)
			if respond.IsZero() || e.RespondOn.Before(respond) {
				respond = e.RespondOn
			}
			if on := e.AcknowledgeOn.Date; !on.IsZero() && (acknowledge.IsZero() || on.Before(acknowledge)) {
				acknowledge = on
			}
			for _, r := range e.Regimes {
				regimes[r.Regime] = true
			}
		}
		if joined.RespondOn != respond || joined.AcknowledgeOn.Date != acknowledge {
			t.Fatalf("%v: answer by %s, acknowledge by %s; want %s, %s", c.Rights, joined.RespondOn, joined.AcknowledgeOn, respond, acknowledge)
		}
		if len(joined.Regimes) != len(regimes) {
			t.Fatalf("%d regimes, want %d", len(joined.Regimes), len(regimes))
		}
		for _, r := range joined.Regimes {
			if len(r.Steps) == 0 || !r.ExtendedOn.IsZero() && !r.ExtendedOn.After(r.RespondOn.Date) {
				t.Fatalf("%s: %+v", r.Regime, r)
			}
		}
	})
}

// Under one regime, too, and in whatever order the rights come.
func TestTheStrictestRightGovernsInAnyOrder(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		regime, place                  string
		slow, quick                    models.RequestType
		acknowledge, respond, extended string
	}{
		"Rhode Island, 45 days and 15": {"us-ri-ridtppa", "US-RI", models.TypeAccess, models.TypeObjection, "", "2026-03-17", ""},
		"Taiwan, 30 days and 15":       {"tw-pdpa", "TW", models.TypeCorrection, models.TypeAccess, "", "2026-03-17", "2026-04-01"},
	}
	for name, c := range tests {
		country, region, _ := strings.Cut(c.place, "-")
		for _, rights := range [][]models.RequestType{{c.slow, c.quick}, {c.quick, c.slow}} {
			e, err := standard(t).Explain(policies.Case{Type: rights[0], Rights: rights, Country: country, Region: region, ReceivedOn: date(t, "2026-03-02")})
			if err != nil {
				t.Fatal(err)
			}
			got := under(t, e, c.regime)
			if got.AcknowledgeOn.String() != c.acknowledge || got.RespondOn.String() != c.respond || got.ExtendedOn.String() != c.extended {
				t.Errorf("%s, %v: acknowledge %q, respond %q, extended %q; want %q, %q, %q", name, rights,
					got.AcknowledgeOn, got.RespondOn, got.ExtendedOn, c.acknowledge, c.respond, c.extended)
			}
			if e.RespondOn.String() != c.respond || e.Governing != c.regime {
				t.Errorf("%s, %v: %s governs with %s", name, rights, e.Governing, e.RespondOn)
			}
		}
	}
}

// somePauses draws questions that waited, in their order.
func somePauses(t *rapid.T, from models.Date) []models.Pause {
	var all []models.Pause
	purposes := []models.HoldPurpose{models.HoldClarification, models.HoldIdentity, models.HoldFee}
	for range rapid.IntRange(0, 2).Draw(t, "pauses") {
		from = from.AddDays(rapid.IntRange(0, 12).Draw(t, "after"))
		to := from.AddDays(rapid.IntRange(0, 9).Draw(t, "days"))
		all = append(all, models.Pause{From: from, To: to, Purpose: rapid.SampledFrom(purposes).Draw(t, "purpose")})
		from = to
	}
	return all
}

// A clock is said to stand still only if it does for every right.
func TestAQuestionPausesSeveralRightsOnlyTogether(t *testing.T) {
	t.Parallel()
	p := standard(t)
	property.Check(t, func(t *rapid.T) {
		c := aCase(t)
		c.Rights = someRights(t)
		c.Type = c.Rights[0]
		purpose := rapid.SampledFrom([]models.HoldPurpose{models.HoldClarification, models.HoldIdentity, models.HoldFee}).Draw(t, "purpose")
		if !p.Paused(c, purpose) {
			return
		}
		before := explain(t, p, c)
		c.Pauses = []models.Pause{{From: c.ReceivedOn.AddDays(1), To: c.ReceivedOn.AddDays(4), Purpose: purpose}}
		if after := explain(t, p, c); after.RespondOn.Before(before.RespondOn) {
			t.Fatalf("from %s to %s", before.RespondOn, after.RespondOn)
		}
	})
}

func TestSeveralRightsAreHeldToTheStrictestOfThem(t *testing.T) {
	t.Parallel()
	p := standard(t)
	property.Check(t, func(t *rapid.T) {
		rights := someRights(t)
		joined, ok := p.Joined(rights)
		if !ok {
			t.Fatal("unknown")
		}
		for _, key := range rights {
			one, _ := p.Type(key)
			if !joined.Level("").Covers(one.Level("")) || joined.Retention.Months < one.Retention.Months {
				t.Fatalf("%s: level %s, %d months", key, joined.Level(""), joined.Retention.Months)
			}
			for _, o := range one.Approval {
				if !joined.NeedsApproval(o) {
					t.Fatalf("%s needs approval for %s", key, o)
				}
			}
			for _, code := range joined.Reasons {
				if !slices.Contains(one.Reasons, code) {
					t.Fatalf("the whole may be refused for %s, %s not", code, key)
				}
			}
			for _, locale := range []string{"en", "de", "fr", "es", "de-AT"} {
				if !strings.Contains(joined.Name(locale), one.Name(locale)) {
					t.Fatalf("%s names no %s", joined.Name(locale), one.Name(locale))
				}
			}
		}
	})
	if _, ok := p.Joined([]models.RequestType{"access", "holiday"}); ok {
		t.Error("joined with what is not there")
	}
	joined, _ := p.Joined([]models.RequestType{models.TypeAccess, models.TypeDeletion, models.TypeQuestion})
	if got := joined.Name("de"); !strings.HasPrefix(got, "Auskunft über meine Daten, Löschung meiner Daten und ") {
		t.Error(got)
	}
	if single, _ := p.Type(models.TypeAccess); len(single.Fields) == 1 || single.Name("en") != "Access to my data" {
		t.Error("the types themselves were changed")
	}
}

// What is refused needs no proof; what is released needs its own.
func TestSeveralRightsNeedTheProofOfWhatIsReleased(t *testing.T) {
	t.Parallel()
	p := standard(t)
	f := models.Facts{Type: models.TypeContentRemoval, Rights: []models.RequestType{models.TypeContentRemoval, models.TypeDeletion}}
	decided := func(outcomes ...models.Outcome) models.Proposal {
		d := models.Proposal{Outcome: outcomes[0]}
		for i, o := range outcomes {
			if o != outcomes[0] {
				d.Outcome = models.OutcomePartly
			}
			d.Items = append(d.Items, models.ItemFacts{No: i + 1, Kind: models.ItemRights, Code: string(f.Rights[i]), Outcome: o})
		}
		return d
	}
	const yes, no, none = models.OutcomeFulfilled, models.OutcomeDenied, models.OutcomeNoData
	tests := map[string]struct {
		d        models.Proposal
		need     models.Level
		approval bool
	}{
		"both":               {decided(yes, yes), models.LevelHigh, true},
		"the lower one":      {decided(yes, none), models.LevelMailbox, true}, // partly, which deletion has approved
		"the higher one":     {decided(none, yes), models.LevelHigh, true},
		"none":               {decided(none, none), models.LevelNone, true},
		"a denial":           {decided(no, none), models.LevelNone, true},
		"as a whole":         {models.Proposal{Outcome: yes}, models.LevelHigh, true},
		"nothing as a whole": {models.Proposal{Outcome: none}, models.LevelNone, true},
	}
	for name, c := range tests {
		if need := p.NeededFor(f, c.d); need != c.need {
			t.Errorf("%s: needs %s, want %s", name, need, c.need)
		}
		if a := p.NeedsApproval(f, c.d); a != c.approval {
			t.Errorf("%s: approval %v", name, a)
		}
	}
	// Partly needs no approval of either, but one of the two is denied.
	f.Rights = []models.RequestType{models.TypeContentRemoval, models.TypeTestimonialRemoval}
	if !p.NeedsApproval(f, decided(yes, no)) {
		t.Error("a denial of one right is not approved")
	}
	if !p.NeedsApproval(f, decided(yes, none)) {
		t.Error("that nothing was found is not approved")
	}
	if p.NeedsApproval(f, decided(yes, yes)) {
		t.Error("approved for nothing")
	}
	with := decided(yes, yes)
	if with.Files = []string{"f"}; p.NeedsApproval(f, with) {
		t.Error("files of what one person may fulfil are approved")
	}
	f.Rights = []models.RequestType{models.TypeAccess, models.TypeDeletion}
	if denial := (models.Proposal{Outcome: models.OutcomeWithdrawn, Files: []string{"f"}}); !p.NeedsApproval(f, denial) {
		t.Error("files go out without approval where to fulfil it needs that")
	}
}
