package console

import (
	"errors"
	"net/http"

	"habeas/accounts"
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// accountPage is one's own account.
type accountPage struct {
	door
	accounts.AccountFacts
	Seed     string
	Sessions []accounts.SessionOf
}

// accountNotices says what was done, by its word in the address.
func accountNotices() map[string]string {
	return map[string]string{
		"password": "Your password is changed, and your other sessions are ended.",
		"session":  "The session is ended.",
	}
}

// account shows how one signs in and where one is signed in.
func (s *Site) account(w http.ResponseWriter, r *http.Request) error {
	return s.showAccount(w, r, http.StatusOK, door{Notice: accountNotices()[r.FormValue("done")]})
}

func (s *Site) showAccount(w http.ResponseWriter, r *http.Request, status int, body door) error {
	page := accountPage{door: body, Seed: pages.NewSeed()}
	var err error
	if page.AccountFacts, err = s.Accounts.People.Facts(r.Context(), who(r).Staff.ID); err != nil {
		return err
	}
	if page.Sessions, err = s.Accounts.Sessions.List(r.Context(), who(r)); err != nil {
		return err
	}
	return s.show(w, r, status, viewAccount, layout{Title: "Your account", Here: "account", Wrong: len(body.Faults) > 0, Body: page})
}

// changePassword takes the current password and a new one.
func (s *Site) changePassword(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	entry, err := s.Accounts.SignIn.ChangePassword(r.Context(), s.secret(r), r.PostForm.Get("current"), r.PostForm.Get("password"))
	if e, ok := errors.AsType[*models.Error](err); ok {
		switch e.Code { //nolint:exhaustive // the rest is shown as a problem
		case models.CodeInvalid:
			return s.showAccount(w, r, http.StatusUnprocessableEntity, door{Faults: passwordFaults(e)})
		case models.CodeUnauthorized:
			return s.showAccount(w, r, http.StatusForbidden, door{Faults: mistakes{{"current", "This is not your current password."}}})
		case models.CodeTooMany:
			return s.showAccount(w, r, http.StatusTooManyRequests, door{Faults: mistakes{{"", slowDown(w, err)}}})
		}
	}
	if err != nil {
		return err
	}
	s.hand(w, entry)
	return see(w, with(pathAccount, "", "done", "password"))
}

// endSession ends one of one's sessions, or all of them.
func (s *Site) endSession(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	id := r.PostForm.Get("session")
	if id == "" {
		return models.Errorf(models.CodeMalformed, "no session is named")
	}
	err := s.Accounts.Sessions.End(r.Context(), who(r), id)
	if err != nil && models.CodeOf(err) != models.CodeNotFound { // it has ended before, as the page then shows
		return err
	}
	switch id {
	case "*":
		return s.left(w, "all")
	case who(r).SessionID:
		return s.left(w, "out")
	}
	return see(w, with(pathAccount, "", "done", "session"))
}

// renewFactor begins to set up another second factor.
func (s *Site) renewFactor(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	if err := s.actOnce(r, func(*workflows.Once) error { return s.Accounts.SignIn.RenewFactor(r.Context(), s.secret(r)) }); err != nil {
		return err
	}
	return see(w, with(pathEnrol, pathAccount))
}

// renewRecovery makes new recovery codes and shows them, this once. They are
// kept nowhere, so the same form again makes others: one after the other, as
// those have to be good that are shown last.
func (s *Site) renewRecovery(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	var codes []string
	err := s.actOnce(r, func(*workflows.Once) (err error) {
		codes, err = s.Accounts.SignIn.NewRecovery(r.Context(), s.secret(r))
		return err
	})
	if err != nil {
		return err
	}
	page := recoveryPage{Codes: codes, Next: pathAccount}
	return s.show(w, r, http.StatusOK, viewRecovery, layout{Title: "Your recovery codes", Here: "account", Body: page})
}
