package console

import (
	"net/http"

	"habeas/models"
	"habeas/web/pages"
)

// problemPage says what went wrong and what to do about it.
type problemPage struct {
	Title, Text string
	Typed       *pages.Typed // the form that could not be dealt with
}

// problem answers with a page for the error, without its words.
func (s *Site) problem(w http.ResponseWriter, r *http.Request, err error) error {
	status, page := http.StatusInternalServerError, problemPage{Title: "Something went wrong on our side", Text: "Nothing was changed. Try again; if it goes on, tell whoever runs this service the time."}
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is a fault of our own
	case models.CodeUnauthorized:
		status, page = http.StatusUnauthorized, problemPage{Title: "Sign in", Text: "You are not signed in, or your session has ended."}
	case models.CodeForbidden:
		status, page = http.StatusForbidden, problemPage{Title: "This is not for your role", Text: "If you need it, ask an administrator."}
	case models.CodeNotFound:
		status, page = http.StatusNotFound, problemPage{Title: "Page not found", Text: "Look at the address, or begin at the worklist."}
	case models.CodeMalformed, models.CodeInvalid:
		status, page = http.StatusBadRequest, problemPage{Title: "The form cannot be read", Text: "Go back and try again."}
	case models.CodeTooLarge:
		status, page = http.StatusRequestEntityTooLarge, problemPage{Title: "That is too large", Text: "Go back and send less."}
	case models.CodeTooMany:
		status, page = http.StatusTooManyRequests, problemPage{Title: "Too many tries", Text: "Wait a while and try again."}
		w.Header().Set("Retry-After", "600")
	case models.CodeConflict, models.CodeStale:
		status, page = http.StatusConflict, problemPage{Title: "It has changed meanwhile", Text: "Go back, load the page again and look."}
	case models.CodeUnavailable, models.CodeInFlight:
		status, page = http.StatusServiceUnavailable, problemPage{Title: "We cannot do this just now", Text: "A part of the service is away. Nothing was changed. Try again in a moment."}
		w.Header().Set("Retry-After", "5")
	}
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		page.Typed = pages.TypedIn(w, r)
	}
	return s.show(w, s.recognised(r), status, viewProblem, layout{Title: page.Title, Body: page})
}

// recognised is a request with who sent it, for a page that nobody needs to be
// admitted to: it has the ways on of whoever is signed in.
func (s *Site) recognised(r *http.Request) *http.Request {
	if who(r).Staff.ID != "" {
		return r
	}
	i, err := s.Accounts.Sessions.SignedIn(r.Context(), s.secret(r))
	if err != nil {
		s.logFault(r, err)
		return r
	}
	return as(r, i)
}
