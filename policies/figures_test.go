package policies_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"habeas/models"
	"habeas/policies"
)

// closed is a request of a Californian that was answered after so many days.
func closed(t *testing.T, kind models.RequestType, o models.Outcome, days int, reasons ...string) models.Facts {
	on := date(t, "2026-03-02")
	return models.Facts{
		Type: kind, Country: "US", Region: "CA", ReceivedOn: on, State: models.StateClosed, Outcome: o,
		ClosedAt: on.AddDays(days).At(12, utc), Deadline: models.Deadline{RespondBy: on.AddDays(45).End(utc)},
		Decision: models.Proposal{Outcome: o, Reasons: reasons},
	}
}

func rowOf(t *testing.T, f models.YearFigures, report, right string) models.FiguresRow {
	t.Helper()
	for _, r := range f.Reports {
		i := slices.IndexFunc(r.Rows, func(row models.FiguresRow) bool { return row.Right == right })
		if r.Key == report && i >= 0 {
			return r.Rows[i]
		}
	}
	t.Fatalf("no %s in %s: %+v", right, report, f.Reports)
	return models.FiguresRow{}
}

func TestTheFiguresOfAYear(t *testing.T) {
	t.Parallel()
	tally := standard(t).Tally(2026, time.Date(2027, 2, 1, 0, 0, 0, 0, utc), utc, "en")
	late := closed(t, "deletion", models.OutcomeFulfilled, 46)
	late.Extended = true
	open := closed(t, "access", "", 0)
	open.State, open.ClosedAt = models.StateInProgress, time.Time{}
	european := closed(t, "portability", models.OutcomeFulfilled, 3)
	european.Country, european.Region = "DE", ""
	both := closed(t, "access", models.OutcomePartly, 10)
	both.Rights = []models.RequestType{"access", "deletion"}
	both.Items = []models.ItemFacts{
		{No: 1, Kind: models.ItemRights, Code: "access", Outcome: models.OutcomeFulfilled},
		{No: 2, Kind: models.ItemRights, Code: "deletion", Outcome: models.OutcomeDenied, Reasons: []string{"legal_obligation", "legal_claims"}},
	}
	nowhere := closed(t, "access", models.OutcomeExpired, 14)
	nowhere.Country, nowhere.Region = "AQ", ""
	for _, f := range []models.Facts{
		closed(t, "access", models.OutcomeFulfilled, 5), closed(t, "access", models.OutcomePartly, 8, "others_rights"),
		closed(t, "access", models.OutcomeDenied, 44, "unverifiable_identity"), closed(t, "access", models.OutcomeNoData, 1),
		closed(t, "access", models.OutcomeExpired, 45), closed(t, "access", models.OutcomeWithdrawn, 2), open, both, late, european,
		closed(t, "disclosure_1798_83", models.OutcomeDenied, 9, "opt_out_policy_alternative"),
		closed(t, "sharing_opt_out", models.OutcomeDenied, 3, "suspected_fraud"),
		closed(t, "access", models.OutcomeSpam, 0), closed(t, "access", models.OutcomeDuplicate, 0), nowhere,
	} {
		tally.Add(f)
	}
	f := tally.Figures()
	if f.LeftOut != (models.LeftOut{Spam: 1, Duplicate: 1, Unproved: 1}) || !f.Over {
		t.Errorf("%+v, over %v", f.LeftOut, f.Over)
	}
	know := rowOf(t, f, "ccpa", "know")
	if got := [...]int{know.Received, know.Whole, know.Part, know.Denied, know.NoData, know.Withdrawn, know.Open, know.Answered, know.Late}; got != [...]int{8, 2, 1, 2, 1, 1, 1, 6, 1} {
		t.Errorf("know: %v", got)
	}
	if *know.MedianDays != 9 || *know.MeanDays != 18.8 { // 1, 5, 8, 10, 44, 45
		t.Errorf("median %v and mean %v", *know.MedianDays, *know.MeanDays)
	}
	if !maps.Equal(know.Grounds, map[models.DenialGround]int{models.GroundUnverified: 2}) || know.PartReasons["others_rights"] != 1 {
		t.Errorf("know is denied by %v, in part by %v", know.Grounds, know.PartReasons)
	}
	deleted := rowOf(t, f, "ccpa", "delete")
	if deleted.Received != 2 || deleted.Denied != 1 || deleted.Late != 1 || deleted.Extended != 1 || *deleted.MedianDays != 28 {
		t.Errorf("delete: %+v", deleted)
	}
	if deleted.Grounds[models.GroundExempt] != 1 || deleted.DeniedReasons["legal_claims"] != 1 || deleted.DeniedReasons["legal_obligation"] != 1 {
		t.Errorf("delete is denied by %v, %v", deleted.Grounds, deleted.DeniedReasons)
	}
	if r := rowOf(t, f, "ccpa", "opt_out"); r.Grounds[models.GroundOther] != 1 {
		t.Errorf("opt-out: %+v", r)
	}
	if r := rowOf(t, f, "ccpa", "correct"); r.Received != 0 || r.MedianDays != nil {
		t.Errorf("correct: %+v", r)
	}
	if r := rowOf(t, f, "everyone", "disclosure_1798_83"); r.Whole != 1 || r.Denied != 0 {
		t.Errorf("what complies is no denial: %+v", r)
	}
	if r := rowOf(t, f, "gdpr", "portability"); r.Received != 1 || rowOf(t, f, "everyone", "portability").Received != 1 {
		t.Errorf("portability: %+v", r)
	}
	for _, report := range f.Reports {
		for _, r := range report.Rows {
			grounds := 0
			for _, n := range r.Grounds {
				grounds += n
			}
			if r.Received != r.Whole+r.Part+r.Denied+r.NoData+r.Withdrawn+r.Open || r.Answered != r.Whole+r.Part+r.Denied+r.NoData || grounds != r.Denied {
				t.Errorf("%s %s does not add up: %+v", report.Key, r.Right, r)
			}
		}
	}
}

// The year is one of the organisation's zone.
func TestAYearBeginsInTheZone(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("east", 9*3600)
	at := time.Date(2026, 12, 31, 16, 0, 0, 0, utc) // 2027 in the east
	tally := standard(t).Tally(2026, at, zone, "en")
	p := tally.Period()
	if !p.From.Equal(time.Date(2025, 12, 31, 15, 0, 0, 0, utc)) || !p.To.Equal(time.Date(2026, 12, 31, 15, 0, 0, 0, utc)) || !tally.Figures().Over {
		t.Errorf("%v", p)
	}
}

func TestTheCheckerOfReports(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"reports: [{key: everyone, name: {en: A}, regimes: [eu-gdpr], rights: [{key: a, name: {en: A}, types: [access]}], citation: x, certainty: own}]": "a key other than everyone",
		"reports: [{key: a, name: {en: A}, regimes: [nobody], rights: [{key: a, name: {en: A}, types: [access]}], citation: x, certainty: own}]":         `there is no regime "nobody"`,
		"reports: [{key: a, name: {en: A}, regimes: [eu-gdpr], rights: [{key: a, name: {en: A}, types: [holiday]}], citation: x, certainty: own}]":       "holiday",
		"reasons: [{code: a, title: {en: A}, ground: none, citation: x, certainty: own}]":                                                                "ground must be",
	} {
		if _, err := policies.Load(override("mine.yaml", content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", content, err)
		}
	}
}
