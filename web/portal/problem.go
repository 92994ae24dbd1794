package portal

import (
	"log/slog"
	"net/http"

	"habeas/models"
	"habeas/web/pages"
)

// problemPage says what went wrong and what to do about it: the keys of both
// texts.
type problemPage struct {
	Title, Text string
	Typed       *pages.Typed // the form that could not be dealt with
}

// problem answers with a page for the error, without its words.
func (s *Site) problem(w http.ResponseWriter, r *http.Request, err error) error {
	name, status := "fault", http.StatusInternalServerError
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is a fault of our own
	case models.CodeNotFound:
		name, status = "missing", http.StatusNotFound
	case models.CodeForbidden:
		name, status = "foreign", http.StatusForbidden
	case models.CodeMalformed, models.CodeInvalid:
		name, status = "malformed", http.StatusBadRequest
	case models.CodeTooLarge:
		name, status = "large", http.StatusRequestEntityTooLarge
	case models.CodeTooMany:
		name, status = "often", http.StatusTooManyRequests
		w.Header().Set("Retry-After", "600")
	case models.CodeUnavailable, models.CodeInFlight:
		name, status = "away", http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
	case models.CodeConflict:
		name, status = "conflict", http.StatusConflict
	}
	l := s.catalogue(r)
	page := problemPage{Title: l.words["problem."+name+".title"], Text: l.words["problem."+name+".text"]}
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		page.Typed = pages.TypedIn(w, r)
	}
	return s.show(w, r, status, viewProblem, layout{Title: page.Title, Body: page})
}

// refusal says why a form cannot be taken just now, for a page that shows it
// again with everything in it: a status and the key of a text. A fault of our
// own is logged.
func (s *Site) refusal(w http.ResponseWriter, r *http.Request, err error) (status int, key string) {
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is a fault of our own
	case models.CodeTooMany:
		w.Header().Set("Retry-After", "600")
		return http.StatusTooManyRequests, "refused.often"
	case models.CodeUnavailable, models.CodeInFlight:
		w.Header().Set("Retry-After", "5")
		return http.StatusServiceUnavailable, "refused.away"
	case models.CodeConflict:
		return http.StatusConflict, "refused.conflict"
	}
	s.Log.ErrorContext(r.Context(), "form failed", slog.String("request_id", models.Trace(r.Context())),
		slog.String("route", r.Pattern), slog.Any("error", err))
	return http.StatusInternalServerError, "refused.fault"
}
