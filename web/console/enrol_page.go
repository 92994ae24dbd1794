package console

import (
	"net/http"

	"habeas/accounts"
	"habeas/internal/credential"
	"habeas/models"
	"habeas/web/pages"
)

// enrolPage is the setting up of a second factor.
type enrolPage struct {
	door
	Groups  []string // the secret, as it is typed
	Drawing credential.Drawing
	Again   bool
}

// enrolForm shows the drawn code and the secret, and asks for a first code.
func (s *Site) enrolForm(w http.ResponseWriter, r *http.Request) error {
	return s.showEnrol(w, r, http.StatusOK, door{Next: next(r)})
}

func (s *Site) showEnrol(w http.ResponseWriter, r *http.Request, status int, body door) error {
	e, err := s.Accounts.SignIn.Enrolment(r.Context(), s.secret(r))
	if err != nil {
		return s.notEnrolling(w, r, err)
	}
	page := enrolPage{door: body, Again: e.Again, Groups: groups(e.Typed)}
	if page.Drawing, err = credential.Draw(e.Address); err != nil {
		return err
	}
	return s.show(w, r, status, viewEnrol, layout{Title: "Set up your second factor", Wrong: len(body.Faults) > 0, Body: page})
}

// notEnrolling leads whoever sets up nothing to where they belong.
func (s *Site) notEnrolling(w http.ResponseWriter, r *http.Request, err error) error {
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is shown as a problem
	case models.CodeForbidden:
		return see(w, with(pathConfirm, pathEnrol))
	case models.CodeConflict:
		return see(w, pathAccount)
	case models.CodeUnauthorized:
		at, err := s.Accounts.Sessions.Standing(r.Context(), s.secret(r))
		if err != nil {
			return err
		}
		return s.elsewhere(w, r, at)
	}
	return err
}

// groups cuts a secret into groups of four that the eye can follow.
func groups(s string) []string {
	var all []string
	for len(s) > 4 {
		all, s = append(all, s[:4]), s[4:]
	}
	return append(all, s)
}

// setFactor takes the first code and shows the recovery codes. It cannot
// redirect, as they are shown this once.
func (s *Site) setFactor(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	body := door{Next: next(r)}
	if _, err := s.Accounts.SignIn.Enrolment(r.Context(), s.secret(r)); err != nil {
		return s.notEnrolling(w, r, err)
	}
	entry, err := s.Accounts.SignIn.SetFactor(r.Context(), s.secret(r), r.PostForm.Get("code"), s.device(r))
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is shown as a problem
	case "":
		s.hand(w, entry)
		return s.showRecovery(w, r, entry)
	case models.CodeUnauthorized:
		body.Faults = mistakes{{"code", "This is not the code that the app shows now. Wait for the next one and enter it."}}
		return s.showEnrol(w, r, http.StatusUnauthorized, body)
	case models.CodeTooMany:
		body.Faults = mistakes{{"", slowDown(w, err)}}
		return s.showEnrol(w, r, http.StatusTooManyRequests, body)
	}
	return err
}

// recoveryPage is the recovery codes, shown once.
type recoveryPage struct {
	Codes []string
	Next  string
}

func (s *Site) showRecovery(w http.ResponseWriter, r *http.Request, e accounts.Entry) error {
	page := recoveryPage{Codes: e.Recovery, Next: next(r)}
	if page.Next == "" {
		page.Next = pathStart
	}
	return s.show(w, r, http.StatusOK, viewRecovery, layout{Title: "Your recovery codes", Body: page})
}
