package portal

import (
	"net/http"

	"habeas/models"
)

// setupPage is the form as it was filled in, with what is wrong in it.
type setupPage struct {
	Name, Email string
	Inputs      []input
	Faults      []fault
	wrong       fieldErrors
}

// setupForm shows the form that makes the first administrator, as long as the
// link is good.
func (s *Site) setupForm(w http.ResponseWriter, r *http.Request) error {
	if err := s.setupOpen(r); err != nil {
		return err
	}
	return s.showSetup(w, r, http.StatusOK, setupPage{})
}

func (s *Site) setupOpen(r *http.Request) error {
	open, err := s.Setup.Open(r.Context(), r.PathValue("secret"))
	if err != nil {
		return err
	}
	if !open {
		return models.Errorf(models.CodeNotFound, "the link is wrong or used")
	}
	return nil
}

func (s *Site) showSetup(w http.ResponseWriter, r *http.Request, status int, page setupPage) error {
	l := s.catalogue(r)
	page.Inputs = marked(page.wrong,
		input{Shape: "line", Type: "text", Name: "name", Label: l.words["form.name"], Value: page.Name, Auto: "name", Longest: longestName},
		input{Shape: "line", Type: "email", Name: "email", Label: l.words["form.email"], Value: page.Email, Auto: "username", Longest: longestEmail},
		input{
			Shape: "line", Type: "password", Name: "password", Label: l.words["setup.password"], Help: l.words["setup.password.help"], Auto: "new-password",
		},
	)
	page.Faults = page.wrong.summary(page.Inputs)
	return s.show(w, r, status, viewSetup, layout{Title: l.words["setup.title"], Wrong: len(page.wrong) > 0, Body: page})
}
