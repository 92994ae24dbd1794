package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"habeas/accounts"
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// Where the pages of signing in are.
const (
	pathStart   = "/console"
	pathSignIn  = "/console/sign-in"
	pathFactor  = "/console/second-factor"
	pathEnrol   = "/console/second-factor/new"
	pathAccount = "/console/account"
	pathConfirm = "/console/confirm"
)

// door is what a page of signing in shows: what is wrong, and what goes along.
type door struct {
	Notice  string // what happened before
	Next    string // where to go afterwards
	Carried string // a form to send again afterwards, sealed
	Email   string // as it was typed
	Faults  mistakes
}

// along is what goes along from one step to the next.
func along(r *http.Request) door { return door{Next: next(r), Carried: r.PostFormValue("carried")} }

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

// goOn leads to the step that comes next. A form that has to go along is in the
// page of the step, which is then shown at once.
func (s *Site) goOn(w http.ResponseWriter, r *http.Request, e accounts.Entry, from door) error {
	switch e.Stage {
	case accounts.StageOut:
		return s.showSignIn(w, r, http.StatusUnauthorized, door{Notice: signInNotices()["ended"], Next: from.Next, Carried: from.Carried})
	case accounts.StageFactor:
		if from.Carried != "" {
			return s.showFactor(w, r, http.StatusOK, door{Carried: from.Carried})
		}
		return see(w, with(pathFactor, from.Next))
	case accounts.StageEnrol:
		return see(w, with(pathEnrol, from.Next))
	case accounts.StageIn:
	}
	if from.Carried != "" {
		return s.sendAgain(w, r, e.Secret, from)
	}
	return see(w, cmp.Or(from.Next, pathStart))
}

// elsewhere leads somebody who is at the wrong step to theirs.
func (s *Site) elsewhere(w http.ResponseWriter, r *http.Request, at accounts.Standing) error {
	from := along(r)
	if at.Stage == accounts.StageOut && from.Carried == "" {
		return see(w, with(pathSignIn, from.Next, why(s.secret(r), "ended")...))
	}
	return s.goOn(w, r, accounts.Entry{Stage: at.Stage, Secret: s.secret(r)}, from)
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
			return s.goOn(w, r, accounts.Entry{Stage: at.Stage}, door{Next: within(r)})
		}
		return see(w, with(pathSignIn, within(r), why(s.secret(r), "ended")...))
	}
	form, err := s.carry(w, r)
	if err != nil {
		return err
	}
	if form != "" {
		return s.showSignIn(w, r, http.StatusUnauthorized, door{Notice: signInNotices()["kept"], Carried: form})
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

// carry seals the form of a request, to go along while somebody signs in; "" if
// it cannot. Secrets do not go along, nor files.
func (s *Site) carry(w http.ResponseWriter, r *http.Request) (string, error) {
	typed := pages.TypedIn(w, r)
	if before := r.PostFormValue("carried"); before != "" { // a step of signing in came too late itself
		return before, nil
	}
	if typed == nil {
		return "", nil
	}
	form, err := json.Marshal(typed)
	if err != nil || len(form) > pages.MaxForm/2 {
		return "", err
	}
	return s.Accounts.Sessions.Carry(r.Context(), s.secret(r), form)
}

// sendAgain shows the form that came along to whom it belongs, for them to send
// it. Nobody else's is shown.
func (s *Site) sendAgain(w http.ResponseWriter, r *http.Request, secret string, from door) error {
	at, err := s.Accounts.Sessions.Standing(r.Context(), secret)
	if err != nil {
		return err
	}
	form, err := s.Accounts.Sessions.Carried(at.Identity, from.Carried)
	if models.CodeOf(err) == models.CodeNotFound {
		return see(w, cmp.Or(from.Next, pathStart))
	}
	if err != nil {
		return err
	}
	page := problemPage{Title: "You were about to send this", Typed: new(pages.Typed)}
	if err := json.Unmarshal(form, page.Typed); err != nil {
		return fmt.Errorf("reading a form that was carried: %w", err)
	}
	page.Text = actAt(page.Typed.Path) + ": you had to sign in before it could be done. Nothing is done yet."
	return s.show(w, as(r, at.Identity), http.StatusOK, viewProblem, layout{Title: page.Title, Body: page})
}

// actAt says what the form of an address does.
func actAt(path string) string {
	part := strings.Split(strings.TrimPrefix(path, pathStart+"/"), "/")
	last := part[len(part)-1]
	if part[0] == "requests" && len(part) == 3 {
		return word(commandWords(), workflows.CommandName(last)) + ", " + part[1]
	}
	acts := map[string]string{
		"requests/new": "File a request", "bulk": "Assign or close the ticked requests", "search": "Search",
		"mail/request": "Make a request of a mail", "mail/attach": "Put a mail into a case", "mail/dismiss": "Do nothing with a mail",
		"exports": "Prepare an export", "exports/file": "Download an export", "jobs/retry": "Run a job again",
		"people": "Invite somebody", "people/role": "Change somebody’s role", "people/disabled": "Lock somebody out, or let them in again",
		"people/invite": "Make a new link", "people/revoke": "End a link", "people/reset": "Reset somebody’s password", "people/sessions": "End all sessions of somebody",
		"tokens": "Make a token", "tokens/revoke": "Revoke a token",
		"account/factor": "Set up another app", "account/recovery": "Make new recovery codes", "account/end": "End a session",
	}
	if len(part) == 1 {
		return word(acts, last)
	}
	return word(acts, part[0]+"/"+last)
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
		form, err := s.carry(w, r)
		if err != nil {
			return err
		}
		if form != "" {
			return s.showConfirm(w, r, http.StatusUnauthorized, door{Carried: form})
		}
		return see(w, with(pathConfirm, page(r)))
	}
}
