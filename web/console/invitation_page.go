package console

import (
	"errors"
	"net/http"

	"habeas/models"
	"habeas/web/pages"
)

// invitationForm asks for a password, as long as the link is good. It says
// nothing about whom the link is for.
func (s *Site) invitationForm(w http.ResponseWriter, r *http.Request) error {
	if err := s.invitationOpen(r); err != nil {
		return err
	}
	return s.showInvitation(w, r, http.StatusOK, door{})
}

func (s *Site) invitationOpen(r *http.Request) error {
	open, err := s.Accounts.SignIn.InvitationOpen(r.Context(), r.PathValue("secret"))
	if err == nil && !open {
		err = models.Errorf(models.CodeNotFound, "the link is wrong, used or expired")
	}
	return err
}

func (s *Site) showInvitation(w http.ResponseWriter, r *http.Request, status int, body door) error {
	return s.show(w, r, status, viewInvitation, layout{Title: "Choose your password", Wrong: len(body.Faults) > 0, Body: body})
}

// accept takes the password and leads to the second factor, under a clean
// address.
func (s *Site) accept(w http.ResponseWriter, r *http.Request) error {
	if err := s.invitationOpen(r); err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	entry, err := s.Accounts.SignIn.AcceptInvitation(r.Context(), r.PathValue("secret"), r.PostForm.Get("password"), pages.Browser(r.UserAgent()))
	if e, ok := errors.AsType[*models.Error](err); ok && e.Code == models.CodeInvalid {
		return s.showInvitation(w, r, http.StatusUnprocessableEntity, door{Faults: passwordFaults(e)})
	}
	if err != nil {
		return err
	}
	if err := s.Accounts.Sessions.SignOut(r.Context(), s.secret(r)); err != nil { // whoever sat here before
		return err
	}
	s.hand(w, entry)
	return s.goOn(w, r, entry, door{})
}

// passwordFaults says why a new password may not be chosen.
func passwordFaults(e *models.Error) mistakes {
	var all mistakes
	for _, f := range e.Fields {
		all = append(all, faultLine{"password", "The new password " + f.Message + "."})
	}
	return all
}
