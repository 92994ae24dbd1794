package policies_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"habeas/internal/testbed/property"
	"habeas/models"
	"habeas/policies"
)

// places has one place for each regime, and some for none.
func places() []string {
	return strings.Fields("DE PT EE CY GR NO GB US-CA US-VA US-UT US-IA US-RI US-FL US-WA CA CA-QC BR AU CH SG ZA KR IN TW TH JP US AQ")
}

// aCase draws any case, in a form whose dates can be compared.
func aCase(t *rapid.T) policies.Case {
	country, region, _ := strings.Cut(rapid.SampledFrom(places()).Draw(t, "place"), "-")
	return policies.Case{
		Type:    rapid.SampledFrom(types()).Draw(t, "type"),
		Country: country, Region: region,
		ReceivedOn:   models.NewDate(2026, time.January, 1).AddDays(rapid.IntRange(0, 5*366).Draw(t, "day")),
		Undesignated: rapid.Bool().Draw(t, "undesignated"),
	}
}

func types() []models.RequestType {
	return []models.RequestType{
		models.TypeAccess, models.TypeCorrection, models.TypeDeletion, models.TypeTestimonialRemoval,
		models.TypeDisclosure, models.TypeContentRemoval, models.TypeReferralRemoval, models.TypeMarketingOptOut,
		models.TypeSharingOptOut, models.TypePortability, models.TypeRestriction, models.TypeObjection,
		models.TypeComplaint, models.TypeQuestion,
	}
}

func explain(t *rapid.T, p *policies.Policy, c policies.Case) policies.Explanation {
	e, err := p.Explain(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestDatesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	p := standard(t)
	property.Check(t, func(t *rapid.T) {
		c := aCase(t)
		e := explain(t, p, c)
		governed := false
		for _, r := range e.Regimes {
			checkOrder(t, e, r)
			governed = governed || r.Regime == e.Governing && r.RespondOn.Date == e.RespondOn
		}
		if !governed {
			t.Fatalf("%s on %s is the date of no regime", e.Governing, e.RespondOn)
		}
		c.Extended = true
		if extended := explain(t, p, c); extended.RespondOn.Before(e.RespondOn) {
			t.Fatalf("extended to %s, before %s", extended.RespondOn, e.RespondOn)
		}
	})
}

// shortest is the fewest days that any law leaves for an answer: five business
// days, of those that begin on a Monday (Spam Act 2003, Schedule 2).
const shortest = 5

func checkOrder(t *rapid.T, e policies.Explanation, r policies.RegimeDates) {
	if !r.RespondOn.IsZero() && (r.RespondOn.Before(e.ReceivedOn.AddDays(shortest)) || r.RespondOn.Before(e.RespondOn)) {
		t.Fatalf("%s: respond on %s, received %s, governing %s", r.Regime, r.RespondOn, e.ReceivedOn, e.RespondOn)
	}
	if !r.ExtendedOn.IsZero() && !r.ExtendedOn.After(r.RespondOn.Date) {
		t.Fatalf("%s: extended to %s, first %s", r.Regime, r.ExtendedOn, r.RespondOn)
	}
	if !r.AcknowledgeOn.IsZero() && (!r.AcknowledgeOn.After(e.ReceivedOn) || r.AcknowledgeOn.Before(e.AcknowledgeOn.Date)) {
		t.Fatalf("%s: acknowledge on %s", r.Regime, r.AcknowledgeOn)
	}
	for _, s := range slices.Concat(r.Steps, r.Remedies) {
		if s.Citation == "" || s.Text == "" || (s.Certainty == policies.Memory) != strings.Contains(s.Text, "from memory") {
			t.Fatalf("%s: step %+v", r.Regime, s)
		}
	}
}

// A month ends on the same day, or on the last day of a month without it, and
// never in the month after next (F20).
func TestMonthsClamp(t *testing.T) {
	t.Parallel()
	p := standard(t)
	property.Check(t, func(t *rapid.T) {
		on := models.NewDate(2026, time.January, 1).AddDays(rapid.IntRange(0, 40*366).Draw(t, "day"))
		e := explain(t, p, policies.Case{Type: models.TypeAccess, Country: "GB", ReceivedOn: on})
		due := e.Regimes[1].RespondOn
		if days := due.DaysSince(on); days < 28 || days > 31+5 {
			t.Fatalf("one month from %s is %s, %d days", on, due, days)
		}
		if due.Weekday() == time.Saturday || due.Weekday() == time.Sunday {
			t.Fatalf("%s is a %s", due, due.Weekday())
		}
	})
}

func TestALaterReceiptIsNeverDueEarlier(t *testing.T) {
	t.Parallel()
	p := standard(t)
	property.Check(t, func(t *rapid.T) {
		c := aCase(t)
		later := c
		later.ReceivedOn = c.ReceivedOn.AddDays(rapid.IntRange(0, 400).Draw(t, "later"))
		a, b := explain(t, p, c), explain(t, p, later)
		dates := map[string]policies.RegimeDates{}
		for _, r := range b.Regimes {
			dates[r.Regime] = r
		}
		for _, r := range a.Regimes {
			then := dates[r.Regime]
			if then.RespondOn.Before(r.RespondOn.Date) || then.ExtendedOn.Before(r.ExtendedOn.Date) || then.AcknowledgeOn.Before(r.AcknowledgeOn.Date) {
				t.Fatalf("%s: %+v, later %+v", r.Regime, r, then)
			}
		}
	})
}

// A pause moves a date by its length at most, and never to an earlier day.
func TestPausesMoveByTheirLength(t *testing.T) {
	t.Parallel()
	p := standard(t)
	property.Check(t, func(t *rapid.T) {
		c := aCase(t)
		without := explain(t, p, c)
		days, on := 0, c.ReceivedOn
		for range rapid.IntRange(1, 3).Draw(t, "pauses") {
			from := on.AddDays(rapid.IntRange(0, 10).Draw(t, "after"))
			long := rapid.IntRange(0, 40).Draw(t, "long")
			on, days = from.AddDays(long), days+long
			c.Pauses = append(c.Pauses, models.Pause{From: from, To: on, Purpose: rapid.SampledFrom(
				[]models.HoldPurpose{models.HoldClarification, models.HoldIdentity, models.HoldFee}).Draw(t, "purpose")})
		}
		const weekend = 6 // days a date may roll more, over a weekend and holidays
		for i, r := range explain(t, p, c).Regimes {
			moved := r.RespondOn.DaysSince(without.Regimes[i].RespondOn.Date)
			if moved < 0 || moved > days+weekend {
				t.Fatalf("%s moved by %d of %d days", r.Regime, moved, days)
			}
		}
	})
}

func TestRestoredPolicyAnswersTheSame(t *testing.T) {
	t.Parallel()
	p := standard(t)
	restored, err := policies.Restore(p.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	if restored.Version() != p.Version() || !bytes.Equal(restored.Snapshot(), p.Snapshot()) {
		t.Fatal("the version changed")
	}
	property.Check(t, func(t *rapid.T) {
		c := aCase(t)
		if a, b := explain(t, p, c).String(), explain(t, restored, c).String(); a != b {
			t.Fatalf("%s\n%s", a, b)
		}
	})
	for _, typ := range types() {
		a, _ := p.Type(typ)
		b, ok := restored.Type(typ)
		if !ok || a.Name("de") != b.Name("de") || a.Level("") != b.Level("") || len(a.Fields) != len(b.Fields) {
			t.Errorf("%s differs", typ)
		}
	}
}

func TestRestoreRefusesWhatIsNoSnapshot(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "{}", "null", "regimes: []", `{"workflow":{}}`} {
		if _, err := policies.Restore([]byte(bad)); err == nil {
			t.Errorf("restored %q", bad)
		}
	}
}

// Every type everywhere has a date through two years, every third day of them.
func TestEveryTypeEverywhereHasADate(t *testing.T) {
	t.Parallel()
	p := standard(t)
	for _, place := range places() {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			country, region, _ := strings.Cut(place, "-")
			for _, typ := range types() {
				for day := 0; day < 731; day += 3 {
					c := policies.Case{Type: typ, Country: country, Region: region, ReceivedOn: date(t, "2026-01-01").AddDays(day)}
					d, err := p.Deadline(c, time.UTC)
					if err != nil || !d.RespondOn.After(c.ReceivedOn) || d.Governing == "" {
						t.Fatalf("%+v: %+v, %v", c, d, err)
					}
				}
			}
		})
	}
}
