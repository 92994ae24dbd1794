package console

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"habeas/accounts"
	"habeas/models"
	"habeas/web/pages"
)

// signInNotices says what happened before, by its word in the address.
func signInNotices() map[string]string {
	return map[string]string{
		"out":   "You are signed out.",
		"ended": "Your session has ended. Sign in to go on where you were.",
		"kept":  "Your session has ended, and nothing is lost: once you have signed in, what you typed is here again.",
		"lost":  "Your session has ended before this was done. Sign in and do it again.",
		"all":   "All your sessions are ended, this one too.",
	}
}

// signInForm asks for address and password.
func (s *Site) signInForm(w http.ResponseWriter, r *http.Request) error {
	at, err := s.Accounts.Sessions.Standing(r.Context(), s.secret(r))
	if err != nil {
		return err
	}
	if at.Stage == accounts.StageIn {
		return s.elsewhere(w, r, at)
	}
	return s.showSignIn(w, r, http.StatusOK, door{Notice: signInNotices()[r.FormValue("why")], Next: next(r)})
}

func (s *Site) showSignIn(w http.ResponseWriter, r *http.Request, status int, body door) error {
	return s.show(w, r, status, viewSignIn, layout{Title: "Sign in", Wrong: len(body.Faults) > 0, Body: body})
}

// signIn takes address and password. What is wrong with them is not said.
func (s *Site) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	a := accounts.Attempt{
		Email: pages.Clean(r.PostForm.Get("email"), false), Password: r.PostForm.Get("password"), Network: s.Network(r),
		Browser: pages.Browser(r.UserAgent()), Device: s.device(r), Session: s.secret(r),
	}
	body := along(r)
	body.Email = a.Email
	entry, err := s.Accounts.SignIn.GivePassword(r.Context(), a)
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is shown as a problem
	case "":
		s.hand(w, entry)
		return s.goOn(w, r, entry, body)
	case models.CodeUnauthorized:
		body.Faults = mistakes{{"email", "The address or the password is wrong."}}
		return s.showSignIn(w, r, http.StatusUnauthorized, body)
	case models.CodeTooMany:
		body.Faults = mistakes{{"", slowDown(w, err)}}
		return s.showSignIn(w, r, http.StatusTooManyRequests, body)
	}
	return err
}

// slowDown says how long to wait, in words and for machines.
func slowDown(w http.ResponseWriter, err error) string {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.After == 0 {
		return "Too many wrong tries in a row. Sign in in a browser where you did before, or ask an administrator for a link."
	}
	seconds := int(e.After / time.Second)
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	if seconds > 90 {
		return "Too many wrong tries. Try again in " + strconv.Itoa((seconds+59)/60) + " minutes. No account is locked."
	}
	return "Too many wrong tries. Try again in " + strconv.Itoa(max(seconds, 1)) + " seconds. No account is locked."
}

// signOut ends the session and has the browser forget what it keeps of it.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Accounts.Sessions.SignOut(r.Context(), s.secret(r)); err != nil {
		return err
	}
	return s.left(w, "out")
}

// left leads out. The cookie that the browser is known by stays, and so does
// what it stores: whether the keys are off there (WCAG 2.1.4), and no data.
func (s *Site) left(w http.ResponseWriter, why string) error {
	s.Take(w, pages.StaffSession)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return see(w, with(pathSignIn, "", "why", why))
}
