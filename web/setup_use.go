package web

import (
	"errors"
	"net/http"
	"net/mail"
	"strings"

	"habeas/models"
)

// setupUse makes the first administrator and shows their API token. It cannot
// redirect, as the token is shown this once and belongs in no address.
func (s *Site) setupUse(w http.ResponseWriter, r *http.Request) error {
	if err := s.setupOpen(r); err != nil {
		return err
	}
	form := setupPage{Name: strings.TrimSpace(r.PostFormValue("name")), Email: strings.TrimSpace(r.PostFormValue("email"))}
	form.check()
	if len(form.Wrong) > 0 {
		return s.show(w, http.StatusUnprocessableEntity, viewSetup, layout{Title: "Set up", Body: form})
	}
	token, err := s.Setup.UseSetup(r.Context(), r.PathValue("secret"), form.Name, form.Email)
	if e, ok := errors.AsType[*models.Error](err); ok && e.Code == models.CodeInvalid {
		for _, f := range e.Fields {
			form.wrong(f.Field, f.Message)
		}
		return s.show(w, http.StatusUnprocessableEntity, viewSetup, layout{Title: "Set up", Body: form})
	}
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, viewSetupDone, layout{Title: "You are set up", Body: token})
}

func (p *setupPage) check() {
	if p.Name == "" {
		p.wrong("name", "is needed")
	}
	if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email {
		p.wrong("email", "must be a mail address")
	}
}

func (p *setupPage) wrong(field, text string) {
	if p.Wrong == nil {
		p.Wrong = map[string]string{}
	}
	p.Wrong[field] = text
}
