package portal

import (
	"net/http"

	"habeas/models"
)

// findPage asks for a reference.
type findPage struct{ Typed, Wrong string }

// find leads from a typed reference to its page. Whether it exists nobody
// learns here.
func (s *Site) find(w http.ResponseWriter, r *http.Request) error {
	l := s.catalogue(r)
	page := findPage{Typed: clean(r.URL.Query().Get("reference"), false)}
	if !r.URL.Query().Has("reference") {
		return s.show(w, r, http.StatusOK, viewFind, layout{Title: l.words["find.title"], Body: page})
	}
	if reference, ok := models.NormaliseReference(page.Typed); ok {
		return s.see(w, r, "/requests/"+reference)
	}
	page.Wrong = l.words["error.reference"]
	return s.show(w, r, http.StatusUnprocessableEntity, viewFind, layout{Title: l.words["find.title"], Wrong: true, Body: page})
}
