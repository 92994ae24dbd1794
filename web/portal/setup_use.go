package portal

import (
	"errors"
	"net/http"

	"habeas/models"
	"habeas/web/pages"
)

// setupUse makes the first administrator and leads to their second factor. A
// script that sends no password at all gets an API token instead.
func (s *Site) setupUse(w http.ResponseWriter, r *http.Request) error {
	if err := s.setupOpen(r); err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	l := s.catalogue(r)
	page := setupPage{Name: clean(r.PostForm.Get("name"), false), Email: clean(r.PostForm.Get("email"), false), wrong: fieldErrors{}}
	page.wrong.person(l, "name", "email", page.Name, page.Email, true)
	if len(page.wrong) > 0 {
		return s.showSetup(w, r, http.StatusUnprocessableEntity, page)
	}
	if !r.PostForm.Has("password") {
		return s.setupToken(w, r, page)
	}
	entry, err := s.Setup.Use(r.Context(), r.PathValue("secret"), page.Name, page.Email, r.PostForm.Get("password"), pages.Browser(r.UserAgent()))
	if err != nil {
		return s.setupRefused(w, r, page, err)
	}
	s.Give(w, pages.StaffSession, entry.Secret, 0)
	w.Header().Set("Location", "/console/second-factor/new")
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// setupToken shows an API token. It cannot redirect, as the token is shown this
// once and belongs in no address.
func (s *Site) setupToken(w http.ResponseWriter, r *http.Request, page setupPage) error {
	token, err := s.Setup.UseForToken(r.Context(), r.PathValue("secret"), page.Name, page.Email)
	if err != nil {
		return s.setupRefused(w, r, page, err)
	}
	return s.show(w, r, http.StatusOK, viewSetupDone, layout{Title: s.catalogue(r).words["setup.done.title"], Body: token})
}

// setupRefused shows the form again with what is wrong in it.
func (s *Site) setupRefused(w http.ResponseWriter, r *http.Request, page setupPage, err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Code != models.CodeInvalid {
		return err
	}
	l := s.catalogue(r)
	for _, f := range e.Fields {
		page.wrong.unless(false, f.Field, l.text("error."+f.Field+"."+f.Code, "error."+f.Code+"."+f.Field, "error."+f.Code, "error.other"))
	}
	return s.showSetup(w, r, http.StatusUnprocessableEntity, page)
}
