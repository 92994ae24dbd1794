package console

import (
	"net/http"

	"habeas/models"
)

// problemPage says what went wrong and what to do about it.
type problemPage struct{ Title, Text string }

// problem answers with a page for the error, without its words.
func (s *Site) problem(w http.ResponseWriter, r *http.Request, err error) error {
	status, page := http.StatusInternalServerError, problemPage{"Something went wrong on our side", "Nothing was changed. Try again; if it goes on, tell whoever runs this service the time."}
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is a fault of our own
	case models.CodeUnauthorized:
		status, page = http.StatusUnauthorized, problemPage{"Sign in", "You are not signed in, or your session has ended."}
	case models.CodeForbidden:
		status, page = http.StatusForbidden, problemPage{"This is not for your role", "If you need it, ask an administrator."}
	case models.CodeNotFound:
		status, page = http.StatusNotFound, problemPage{"Page not found", "Look at the address, or begin at the worklist."}
	case models.CodeMalformed, models.CodeInvalid:
		status, page = http.StatusBadRequest, problemPage{"The form cannot be read", "Go back and try again."}
	case models.CodeTooLarge:
		status, page = http.StatusRequestEntityTooLarge, problemPage{"That is too large", "Go back and send less."}
	case models.CodeTooMany:
		status, page = http.StatusTooManyRequests, problemPage{"Too many tries", "Wait a while and try again."}
		w.Header().Set("Retry-After", "600")
	case models.CodeConflict, models.CodeStale:
		status, page = http.StatusConflict, problemPage{"It has changed meanwhile", "Go back, load the page again and look."}
	case models.CodeUnavailable, models.CodeInFlight:
		status, page = http.StatusServiceUnavailable, problemPage{"We cannot do this just now", "A part of the service is away. Nothing was changed. Try again in a moment."}
		w.Header().Set("Retry-After", "5")
	}
	return s.show(w, r, status, viewProblem, layout{Title: page.Title, Body: page})
}
