package policies_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/policies"
)

var utc = time.UTC

func TestTheStrictestDateGoverns(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		c         policies.Case
		received  string
		governing string
		respond   string
		ack       string
	}{
		"the promise is stricter than the CCPA": {policies.Case{Type: "access", Country: "US", Region: "CA"}, "2026-03-02", "house", "2026-04-01", "2026-03-16"},
		"a month of 28 days beats 30":           {policies.Case{Type: "access", Country: "DE"}, "2027-02-01", "eu-gdpr", "2027-03-01", ""},
		"the statute governs on a tie":          {policies.Case{Type: "disclosure_1798_83", Country: "US", Region: "CA"}, "2026-03-02", "us-ca-stl", "2026-04-01", ""},
		"150 days leave the promise":            {policies.Case{Type: "disclosure_1798_83", Country: "US", Region: "CA", Undesignated: true}, "2026-03-02", "house", "2026-04-01", ""},
		"extended by law, a promise gives way":  {policies.Case{Type: "access", Country: "DE", Extended: true}, "2027-02-01", "eu-gdpr", "2027-05-03", ""},
		"a Member State unknown, no holidays":   {policies.Case{Type: "access", Country: "EU"}, "2027-02-26", "eu-gdpr", "2027-03-26", ""},
		"extended, no extension stays":          {policies.Case{Type: "access", Country: "BR", Extended: true}, "2026-03-02", "br-lgpd", "2026-03-17", ""},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.c.ReceivedOn = date(t, c.received)
			d, err := standard(t).Deadline(c.c, utc)
			if err != nil {
				t.Fatal(err)
			}
			if d.Governing != c.governing || d.RespondOn.String() != c.respond || d.AcknowledgeOn.String() != c.ack {
				t.Errorf("%s: %s (acknowledge %s), want %s: %s (%s)",
					d.Governing, d.RespondOn, d.AcknowledgeOn, c.governing, c.respond, c.ack)
			}
		})
	}
}

// The instant is the end of the day in the organisation's zone, also on a day
// of 25 hours: 31 October 2027 in Berlin.
func TestTheInstantIsTheEndOfTheDay(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal("no time zone data:", err)
	}
	d, err := standard(t).Deadline(policies.Case{Type: "question", ReceivedOn: date(t, "2027-10-01")}, berlin)
	if err != nil {
		t.Fatal(err)
	}
	if want := "2027-10-31T22:59:59Z"; d.RespondBy.Format(time.RFC3339) != want {
		t.Errorf("due at %s, want %s", d.RespondBy.Format(time.RFC3339), want)
	}
	if received := models.DateOf(time.Date(2027, 10, 30, 0, 30, 0, 0, utc), berlin); received.String() != "2027-10-30" {
		t.Errorf("02:30 in Berlin is on %s", received)
	}
}

func TestExtension(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		c            policies.Case
		to, by, cite string // or
		refused      string // a part of the refusal
		broken       string // the organisation's own date
	}{
		"the promise alone":        {policies.Case{Type: "question"}, "", "", "", "no statute is known here", ""},
		"a place nobody encoded":   {policies.Case{Type: "access", Country: "AQ"}, "", "", "", "no statute is known here, so nothing can be extended in the law's name; your own date 2026-04-01 stands", ""},
		"with the CCPA":            {policies.Case{Type: "access", Country: "US", Region: "CA"}, "2026-05-31", "us-ca-ccpa", "Cal. Civ. Code § 1798.130(a)(2)(A); 11 CCR § 7021(b)", "", "2026-04-01"},
		"the GDPR, past a promise": {policies.Case{Type: "access", Country: "DE"}, "2026-06-02", "eu-gdpr", "GDPR Art. 12(3)", "", "2026-04-01"},
		"no promise is broken":     {policies.Case{Type: "access", Country: "CO"}, "2026-03-23", "co-1581", "Ley 1581 de 2012 Art. 14", "", ""},
		"Brazil allows none":       {policies.Case{Type: "access", Country: "BR"}, "", "", "", "General Data Protection Law (Brazil) allows no extension", ""},
		"California opt-out":       {policies.Case{Type: "sharing_opt_out", Country: "US", Region: "CA"}, "", "", "", "opt-out of sale and sharing allows no extension", ""},
		"Shine the Light":          {policies.Case{Type: "disclosure_1798_83", Country: "US", Region: "CA"}, "", "", "", "Shine the Light", ""},
		"a later law without one":  {policies.Case{Type: "complaint", Country: "CH"}, "", "", "", "EU-US Data Privacy Framework allows no extension", ""},
		"a state not known":        {policies.Case{Type: "access", Country: "US"}, "", "", "", "The strictest law of the states of the United States in which you may live allows no extension", ""}, // Nevada's on health data
		"nor known, of the rest":   {policies.Case{Type: "correction", Country: "US"}, "2026-05-01", "us-unknown-state", "The law of the state in which the person lives", "", "2026-04-01"},
		"only once":                {policies.Case{Type: "question", Extended: true}, "", "", "", "already been extended", ""},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.c.ReceivedOn = date(t, "2026-03-02")
			x, err := standard(t).CanExtend(c.c)
			if c.refused != "" {
				if models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), c.refused) {
					t.Fatalf("error %v, want a conflict about %q", err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if x.To.String() != c.to || x.Governing != c.by || x.Citation != c.cite || x.Broken.String() != c.broken || !x.Law {
				t.Errorf("%+v, want %s by %s [%s], breaking %s", x, c.to, c.by, c.cite, c.broken)
			}
		})
	}
}

func TestPausesMoveOnlyTheClocksThatStandStill(t *testing.T) {
	t.Parallel()
	pause := func(from, to string, purpose models.HoldPurpose) models.Pause {
		return models.Pause{From: date(t, from), To: date(t, to), Purpose: purpose}
	}
	tests := map[string]struct {
		regime, country, region string
		typ                     models.RequestType
		received                string
		pauses                  []models.Pause
		want                    string
	}{
		"the UK waits for identity":          {"uk-gdpr", "GB", "", "access", "2026-05-04", []models.Pause{pause("2026-05-06", "2026-05-11", "identity")}, "2026-06-09"},
		"the UK waits for clarification":     {"uk-gdpr", "GB", "", "access", "2026-05-04", []models.Pause{pause("2026-05-06", "2026-05-11", "clarification")}, "2026-06-09"},
		"but not for an erasure":             {"uk-gdpr", "GB", "", "deletion", "2026-05-04", []models.Pause{pause("2026-05-06", "2026-05-11", "clarification")}, "2026-06-04"},
		"never later than the month anew":    {"uk-gdpr", "GB", "", "access", "2026-01-15", []models.Pause{pause("2026-01-15", "2026-02-15", "identity")}, "2026-03-16"},
		"the EU does not wait for answers":   {"eu-gdpr", "DE", "", "access", "2026-05-04", []models.Pause{pause("2026-05-06", "2026-05-11", "clarification")}, "2026-06-04"},
		"California waits for nothing":       {"us-ca-ccpa", "US", "CA", "access", "2026-05-04", []models.Pause{pause("2026-05-06", "2026-05-11", "identity")}, "2026-06-18"},
		"two that overlap count each day":    {"uk-gdpr", "GB", "", "access", "2026-05-04", []models.Pause{pause("2026-05-06", "2026-05-11", "identity"), pause("2026-05-09", "2026-05-12", "fee")}, "2026-06-10"},
		"one that lasts counts for nothing":  {"uk-gdpr", "GB", "", "access", "2026-05-04", []models.Pause{{From: date(t, "2026-05-06"), Purpose: "identity"}}, "2026-06-04"},
		"one after the date changes nothing": {"uk-gdpr", "GB", "", "access", "2026-05-04", []models.Pause{pause("2026-06-05", "2026-06-12", "identity")}, "2026-06-04"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := standard(t).Explain(policies.Case{
				Type: c.typ, Country: c.country, Region: c.region,
				ReceivedOn: date(t, c.received), Pauses: c.pauses,
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := under(t, e, c.regime).RespondOn.String(); got != c.want {
				t.Errorf("respond on %s, want %s\n%s", got, c.want, e)
			}
		})
	}
}

func TestPausedAsksTheGoverningRegime(t *testing.T) {
	t.Parallel()
	p := standard(t)
	february := policies.Case{Type: "access", Country: "GB", ReceivedOn: date(t, "2027-02-01")} // the UK's month governs
	july := policies.Case{Type: "access", Country: "GB", ReceivedOn: date(t, "2027-07-01")}     // the promise does
	if !p.Paused(february, models.HoldIdentity) || !p.Paused(february, models.HoldClarification) {
		t.Error("the UK's clock does not stand still")
	}
	if p.Paused(july, models.HoldIdentity) || p.Paused(policies.Case{}, models.HoldIdentity) {
		t.Error("the promise stands still")
	}
}

func TestWrongCasesNameTheField(t *testing.T) {
	t.Parallel()
	day := date(t, "2026-03-02")
	tests := map[string]struct {
		c     policies.Case
		field string
	}{
		"unknown type":           {policies.Case{Type: "nonsense", ReceivedOn: day}, "type"},
		"no such country":        {policies.Case{Type: "access", Country: "ZZ", ReceivedOn: day}, "country"},
		"no country's name":      {policies.Case{Type: "access", Country: "Germania", ReceivedOn: day}, "country"},
		"no region's name":       {policies.Case{Type: "access", Country: "US", Region: "Calixornia", ReceivedOn: day}, "region"},
		"no state's code":        {policies.Case{Type: "access", Country: "US", Region: "ZZ", ReceivedOn: day}, "region"},
		"a region of no country": {policies.Case{Type: "access", Region: "CA", ReceivedOn: day}, "region"},
		"no date":                {policies.Case{Type: "access"}, "received_on"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := standard(t).Explain(c.c)
			e, ok := errors.AsType[*models.Error](err)
			if !ok || e.Code != models.CodeInvalid || len(e.Fields) != 1 || e.Fields[0].Field != c.field {
				t.Fatalf("error %#v, want an invalid %s", err, c.field)
			}
		})
	}
}

func TestExplanationAsJSON(t *testing.T) {
	t.Parallel()
	e, err := standard(t).Explain(policies.Case{Type: "sharing_opt_out", Country: "US", Region: "CA", ReceivedOn: date(t, "2026-11-20")})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"type":"sharing_opt_out","received_on":"2026-11-20","governing":"us-ca-ccpa-optout","acknowledge_on":null,"respond_on":"2026-12-15","regimes":[`,
		`{"regime":"us-ca-ccpa-optout","acknowledge_on":null,"respond_on":"2026-12-15","extended_on":null,"steps":[{"text":"Received on Friday 2026-11-20; the day itself is not counted.","citation":"11 CCR §§ 7026(f), 7027(g)","certainty":"secondary"}`,
		`(skipping 26 and 27 November, holidays in California): Tuesday 2026-12-15.`,
		`holidays of California. (from memory, not checked against the source)"`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in\n%s", want, b)
		}
	}
	var back policies.Explanation
	if err := json.Unmarshal(b, &back); err != nil || back.RespondOn != e.RespondOn || len(back.Regimes) != len(e.Regimes) {
		t.Errorf("read back as %+v, %v", back, err)
	}
}

// Somebody may name the GDPR and no country: which holidays move a date is not
// known then, so none does, and the explanation says so.
func TestTheUnionAsAWholeHasNoHolidays(t *testing.T) {
	t.Parallel()
	e, err := standard(t).Explain(policies.Case{Type: "access", Country: "eu", ReceivedOn: date(t, "2026-03-05")})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"eu-gdpr\n", "Sunday 2026-04-05", "the next one is Monday 2026-04-06.", "no public holiday is counted as a day off"} {
		if !strings.Contains(e.String(), want) {
			t.Errorf("no %q in\n%s", want, e)
		}
	}
}

func TestExplanationAsText(t *testing.T) {
	t.Parallel()
	e, err := standard(t).Explain(policies.Case{Type: "access", Country: "DE", ReceivedOn: date(t, "2026-03-05")})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"house (governs)", "eu-gdpr\n", "Sunday 2026-04-05",
		"6 April, a holiday in Germany", "the next one is Tuesday 2026-04-07.", "[GDPR Art. 12(3); verified]",
	} {
		if !strings.Contains(e.String(), want) {
			t.Errorf("no %q in\n%s", want, e)
		}
	}
}
