package console

import (
	"net/http"
	"net/url"
	"strings"

	"habeas/accounts"
	"habeas/models"
	"habeas/web/pages"
)

// Where the pages of signing in are.
const (
	pathStart    = "/console"
	pathSignIn   = "/console/sign-in"
	pathFactor   = "/console/second-factor"
	pathEnrol    = "/console/second-factor/new"
	pathAccount  = "/console/account"
	pathConfirm  = "/console/confirm"
	pathContinue = "/console/continue"
)

// door is what a page of signing in shows: what is wrong, and what goes along.
type door struct {
	Notice string // what happened before
	Next   string // where to go afterwards
	Email  string // as it was typed
	Faults mistakes
}

// secret is the session that a request carries.
func (s *Site) secret(r *http.Request) string { return s.Given(r, pages.StaffSession) }

// device is what the browser is known by, or "".
func (s *Site) device(r *http.Request) string { return s.Given(r, pages.StaffDevice) }

// hand gives the browser what a step on the way in gave: the session until the
// browser is closed, as the service ends it by itself before long.
func (s *Site) hand(w http.ResponseWriter, e accounts.Entry) {
	s.Give(w, pages.StaffSession, e.Secret, 0)
	if e.Device != "" {
		s.Give(w, pages.StaffDevice, e.Device, pages.DeviceLife)
	}
}

// longestNext bounds the address of the page to go on to.
const longestNext = 500

// next is the page of the console to go on to, or "": never another site's.
func next(r *http.Request) string {
	n := r.FormValue("next")
	u, err := url.Parse(n)
	inside := n == pathStart || strings.HasPrefix(n, pathStart+"/") || strings.HasPrefix(n, pathStart+"?")
	if err != nil || !inside || len(n) > longestNext || u.Host != "" || strings.ContainsAny(n, "\\\r\n") || strings.Contains(u.Path, "..") {
		return ""
	}
	return n
}

// with adds the page to go on to, and other words, to an address.
func with(path, next string, more ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	if next != "" {
		q.Set("next", next)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// goOn leads to the step that comes next.
func goOn(w http.ResponseWriter, e accounts.Entry, next string) error {
	switch {
	case e.Stage == accounts.StageFactor:
		return see(w, with(pathFactor, next))
	case e.Stage == accounts.StageEnrol:
		return see(w, with(pathEnrol, next))
	case e.Draft:
		return see(w, pathContinue)
	case next != "":
		return see(w, next)
	}
	return see(w, pathStart)
}

// elsewhere leads somebody who is at the wrong step to theirs.
func (s *Site) elsewhere(w http.ResponseWriter, r *http.Request, at accounts.Standing) error {
	if at.Stage == accounts.StageOut {
		return see(w, with(pathSignIn, next(r), why(s.secret(r), "ended")...))
	}
	return goOn(w, accounts.Entry{Stage: at.Stage}, next(r))
}

// toSignIn asks somebody who is not signed in to do so, and keeps the form that
// they sent.
func (s *Site) toSignIn(w http.ResponseWriter, r *http.Request) error {
	at, err := s.Accounts.Sessions.Standing(r.Context(), s.secret(r))
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if at.Stage != accounts.StageOut {
			return goOn(w, accounts.Entry{Stage: at.Stage}, within(r))
		}
		return see(w, with(pathSignIn, within(r), why(s.secret(r), "ended")...))
	}
	kept, err := s.keep(w, r)
	if err != nil {
		return err
	}
	if kept {
		return see(w, with(pathSignIn, "", "why", "kept"))
	}
	return see(w, with(pathSignIn, "", why(s.secret(r), "lost")...))
}

// why says what happened to a session, where there was one.
func why(secret, word string) []string {
	if secret == "" {
		return nil
	}
	return []string{"why", word}
}

// within is the page that was asked for, if it is not too long to go along.
func within(r *http.Request) string {
	if n := r.URL.RequestURI(); len(n) <= longestNext && n != pathStart {
		return n
	}
	return ""
}

// keep keeps the form of a request until somebody has signed in. Secrets are
// not kept, nor files.
func (s *Site) keep(w http.ResponseWriter, r *http.Request) (bool, error) {
	urlencoded := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	if !urlencoded || r.ContentLength > pages.MaxForm {
		return false, nil
	}
	if err := pages.Form(w, r); err != nil {
		return false, err
	}
	if len(r.PostForm) == 0 || pages.Secret(r.PostForm) || r.URL.Path == pathContinue {
		return false, nil
	}
	return s.Accounts.Sessions.KeepDraft(r.Context(), s.secret(r), s.device(r), models.Draft{Path: r.URL.Path, Form: r.PostForm})
}

// fresh runs an action for those who gave both factors a short time ago; others
// are asked to give them again, and lose nothing of the form they sent.
func (s *Site) fresh(do pages.Action) pages.Action {
	return s.freshFrom(func(*http.Request) string { return pathAccount }, do)
}

// freshFrom is fresh for a form without a field, which there is nothing to keep
// of: it leads back to the page that the form is on.
func (s *Site) freshFrom(page func(*http.Request) string, do pages.Action) pages.Action {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.Accounts.Sessions.Fresh(who(r)) {
			return do(w, r)
		}
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			return see(w, with(pathConfirm, within(r)))
		}
		kept, err := s.keep(w, r)
		if err != nil {
			return err
		}
		if kept {
			return see(w, with(pathConfirm, pathContinue))
		}
		return see(w, with(pathConfirm, page(r)))
	}
}
