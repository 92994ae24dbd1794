package console

import (
	"net/http"

	"habeas/models"
	"habeas/policies"
)

// lawPage is what changes in the law, and how fresh the knowledge of it is.
type lawPage struct {
	From, To models.Date
	Changes  []policies.Change
	Checked  []policies.Checked
	Stale    int
}

// law shows the law calendar.
func (s *Site) law(w http.ResponseWriter, r *http.Request) error {
	today := models.DateOf(s.Now(), s.Zone)
	page := lawPage{From: today, To: today.AddMonths(policies.CalendarMonths), Checked: s.Policy.LastChecked(today, "en")}
	page.Changes = s.Policy.LawCalendar(page.From, page.To, "en")
	for _, c := range page.Checked {
		if c.Stale {
			page.Stale++
		}
	}
	return s.show(w, r, http.StatusOK, viewLaw, layout{Title: "Law calendar", Here: "settings", Body: page})
}
