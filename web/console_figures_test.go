package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"habeas/models"
	"habeas/workflows"
)

// The figures of a year are a page and a file of the same numbers.
func TestTheFiguresOfAYear(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.wish(models.TypeMarketingOptOut, func(c *workflows.Submit) { c.Person.Country, c.Person.Region = "DE", "" })
	v := b.colleague(models.RoleAuditor)
	year := b.clock().Year()
	p := v.get("/console/figures").want(200, fmt.Sprintf("Figures of %d", year), "Everyone", "Requests of Californian consumers", "11 CCR § 7102(a)",
		"Requests to know", "Objection (Art. 21) 1 0 0 0 0 0 1 – –", "The year is not over", "Left out: spam 0, duplicates 0, never proved 0",
		"is an answer.", "What is open again, by an appeal")
	sound(t, p)
	file := v.get(fmt.Sprintf("/console/figures/file?year=%d", year))
	if file.StatusCode != http.StatusOK || !strings.Contains(file.body, fmt.Sprintf(`%d,"gdpr","objection",1,0,0,0,0,0,1,`, year)) {
		t.Errorf("%d: %s", file.StatusCode, file.body)
	}
	v.get(fmt.Sprintf("/console/figures?year=%d", year-1)).want(200, "Nothing was received.")
	v.get("/console/figures?year=next").want(422, "Enter a year such as 2026.")
	v.get("/console/figures/file?year=next").want(422, "Enter a year such as 2026.")
}

func TestTheLawCalendarIsAPage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.colleague(models.RoleAuditor)
	p := v.get("/console/law").want(200, "Law calendar", "Comes into force.", "Oklahoma", "eu-gdpr", "Last checked", "From memory, not checked")
	sound(t, p)
	v.get("/console/settings").want(200, "Law calendar", "Figures of a year")
}
