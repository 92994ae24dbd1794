package console

import (
	"net/http"

	"habeas/models"
)

// worklistPage is a page of the requests that wait for somebody.
type worklistPage struct{ Requests []models.Request }

// worklist shows what needs a person now, the most urgent first. It holds no
// personal data.
func (s *Site) worklist(w http.ResponseWriter, r *http.Request) error {
	list, _, err := s.Staff.List(r.Context(), models.Filter{
		States: []models.State{models.StateOpen, models.StateInProgress, models.StateInReview},
		Now:    s.Now(), Sort: models.SortRespondBy, Limit: 50,
	})
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, viewWorklist, layout{Title: "Worklist", Here: "worklist", Body: worklistPage{list}})
}
