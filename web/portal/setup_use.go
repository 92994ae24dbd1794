package portal

import (
	"errors"
	"net/http"

	"habeas/models"
	"habeas/web/pages"
)

// setupUse makes the first administrator and shows their API token. It cannot
// redirect, as the token is shown this once and belongs in no address.
func (s *Site) setupUse(w http.ResponseWriter, r *http.Request) error {
	if err := s.setupOpen(r); err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	l := s.lexicon(r)
	page := setupPage{Name: clean(r.PostForm.Get("name"), false), Email: clean(r.PostForm.Get("email"), false), wrong: faults{}}
	page.wrong.person(l, "name", "email", page.Name, page.Email, true)
	if len(page.wrong) > 0 {
		return s.showSetup(w, r, http.StatusUnprocessableEntity, page)
	}
	token, err := s.Setup.UseSetup(r.Context(), r.PathValue("secret"), page.Name, page.Email)
	if e, ok := errors.AsType[*models.Error](err); ok && e.Code == models.CodeInvalid {
		for _, f := range e.Fields {
			page.wrong.unless(false, f.Field, l.text("error."+f.Code+"."+f.Field, "error."+f.Code, "error.other"))
		}
		return s.showSetup(w, r, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, viewSetupDone, layout{Title: l.words["setup.done.title"], Body: token})
}
