package api_test

import (
	"strings"
	"testing"

	"habeas/models"
)

// The figures of a year as JSON and as CSV, of the same requests.
func TestTheFiguresOfAYear(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.session() // a request that is open
	var f models.YearFigures
	year := b.clock().Format("2006")
	b.want(200, b.as(models.RoleAuditor, "GET", "/v1/admin/metrics?year="+year, nil)).JSON(t, &f)
	if len(f.Reports) != 3 || f.Reports[0].Key != "everyone" || len(f.Reports[0].Rows) != 1 || f.Reports[0].Rows[0].Open != 1 || f.Over {
		t.Errorf("%+v", f)
	}
	if ccpa := f.Reports[1]; ccpa.Key != "ccpa" || len(ccpa.Rows) != 4 || ccpa.Rows[0].Right != "know" || ccpa.Rows[0].MedianDays != nil {
		t.Errorf("%+v", ccpa)
	}
	file := b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/exports/metrics?year="+year, nil))
	if text := string(file.Content); !strings.HasPrefix(text, `"year","report","right","received"`) || !strings.Contains(text, year+`,"ccpa","delete",`) {
		t.Error(text)
	}
	if got := file.Header.Get("Content-Disposition"); got != `attachment; filename="habeas-figures-`+year+`.csv"` {
		t.Error(got)
	}
	for _, bad := range []string{"", "?year=last", "?year=12"} {
		b.want(422, b.as(models.RoleAuditor, "GET", "/v1/admin/metrics"+bad, nil))
	}
}

func TestTheLawCalendar(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	var calendar struct {
		From, To string
		Changes  []struct{ On, Regime, Name, Text, Citation, Certainty string }
		Checked  []struct {
			Regime    string
			CheckedOn string `json:"checked_on"`
			Stale     bool
			Certainty string
		}
	}
	b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/law-calendar", nil)).JSON(t, &calendar)
	if len(calendar.Changes) == 0 || len(calendar.Checked) < 50 {
		t.Fatalf("%d changes, %d laws", len(calendar.Changes), len(calendar.Checked))
	}
	for _, c := range calendar.Changes {
		if c.On <= calendar.From || c.On > calendar.To || c.Name == "" || c.Text == "" || c.Citation == "" || c.Certainty == "" {
			t.Errorf("%+v", c)
		}
	}
	for _, c := range calendar.Checked {
		if c.CheckedOn == "" || c.Stale || c.Certainty == "" {
			t.Errorf("%+v", c)
		}
	}
}
