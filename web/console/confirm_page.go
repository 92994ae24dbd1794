package console

import (
	"cmp"
	"net/http"

	"habeas/models"
	"habeas/web/pages"
)

// confirmForm asks for both factors anew, before a sensitive act.
func (s *Site) confirmForm(w http.ResponseWriter, r *http.Request) error {
	if s.Accounts.Sessions.Fresh(who(r)) && next(r) != "" {
		return see(w, next(r))
	}
	return s.showConfirm(w, r, http.StatusOK, door{Next: next(r)})
}

func (s *Site) showConfirm(w http.ResponseWriter, r *http.Request, status int, body door) error {
	return s.show(w, r, status, viewConfirm, layout{Title: "Confirm that it is you", Wrong: len(body.Faults) > 0, Body: body})
}

// confirm takes both factors.
func (s *Site) confirm(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	body := along(r)
	entry, err := s.Accounts.SignIn.Confirm(r.Context(), s.secret(r), r.PostForm.Get("password"), r.PostForm.Get("code"), s.device(r))
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is shown as a problem
	case "":
		s.hand(w, entry)
		body.Next = cmp.Or(body.Next, pathAccount)
		return s.goOn(w, r, entry, body)
	case models.CodeUnauthorized:
		body.Faults = mistakes{{"password", "The password or the code is wrong, or the code was used. Wait for the next one."}}
		return s.showConfirm(w, r, http.StatusUnauthorized, body)
	case models.CodeTooMany:
		body.Faults = mistakes{{"", slowDown(w, err)}}
		return s.showConfirm(w, r, http.StatusTooManyRequests, body)
	}
	return err
}
