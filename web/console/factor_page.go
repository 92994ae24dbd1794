package console

import (
	"net/http"

	"habeas/accounts"
	"habeas/models"
	"habeas/web/pages"
)

// factorForm asks for a one-time code, or a recovery code.
func (s *Site) factorForm(w http.ResponseWriter, r *http.Request) error {
	at, err := s.Accounts.Sessions.Standing(r.Context(), s.secret(r))
	if err != nil {
		return err
	}
	if at.Stage != accounts.StageFactor {
		return s.elsewhere(w, r, at)
	}
	return s.showFactor(w, r, http.StatusOK, door{Next: next(r)})
}

func (s *Site) showFactor(w http.ResponseWriter, r *http.Request, status int, body door) error {
	return s.show(w, r, status, viewFactor, layout{Title: "Second factor", Wrong: len(body.Faults) > 0, Body: body})
}

// giveFactor takes the code.
func (s *Site) giveFactor(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	at, err := s.Accounts.Sessions.Standing(r.Context(), s.secret(r))
	if err != nil {
		return err
	}
	if at.Stage != accounts.StageFactor {
		return s.elsewhere(w, r, at)
	}
	body := along(r)
	entry, err := s.Accounts.SignIn.GiveFactor(r.Context(), s.secret(r), r.PostForm.Get("code"), s.device(r))
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is shown as a problem
	case "":
		s.hand(w, entry)
		return s.goOn(w, r, entry, body)
	case models.CodeUnauthorized:
		body.Faults = mistakes{{"code", "The code is wrong, used or no longer valid. Enter the one that your app shows now."}}
		return s.showFactor(w, r, http.StatusUnauthorized, body)
	case models.CodeTooMany:
		body.Faults = mistakes{{"", slowDown(w, err)}}
		return s.showFactor(w, r, http.StatusTooManyRequests, body)
	}
	return err
}
