package web

import (
	"net/http"

	"habeas/models"
)

// setupPage is the form as it was filled in, with what is wrong in it.
type setupPage struct {
	Name, Email string
	Wrong       map[string]string // by field
}

// setupForm shows the form that makes the first administrator, as long as the
// link is good.
func (s *Site) setupForm(w http.ResponseWriter, r *http.Request) error {
	if err := s.setupOpen(r); err != nil {
		return err
	}
	return s.show(w, http.StatusOK, viewSetup, layout{Title: "Set up", Body: setupPage{}})
}

func (s *Site) setupOpen(r *http.Request) error {
	open, err := s.Setup.SetupOpen(r.Context(), r.PathValue("secret"))
	if err != nil {
		return err
	}
	if !open {
		return models.Errorf(models.CodeNotFound, "the link is wrong or used")
	}
	return nil
}
