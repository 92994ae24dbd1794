package pages

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"habeas/internal/server"
	"habeas/models"
)

// Action answers one request, or says why it cannot.
type Action func(w http.ResponseWriter, r *http.Request) error

// Stage runs actions. All fields are required.
type Stage struct {
	// BaseURL is where people reach the pages; cookies are for TLS only, unless
	// it is plain HTTP on the loopback interface.
	BaseURL string
	Log     *slog.Logger
	Now     func() time.Time
	// Problem shows what went wrong.
	Problem func(w http.ResponseWriter, r *http.Request, err error) error
}

// policy is what a browser may do with a page: load our own files and post to
// us. No inline code, no frames, no other host.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Mount serves actions by their patterns, such as "GET /people/{id}". Other
// addresses below the prefixes are answered by Problem.
func (s Stage) Mount(on *server.Server, prefixes []string, actions map[string]Action) {
	on.Mount(server.Part{
		Prefixes: prefixes, Policy: policy, Problem: s.problem,
		Fault: func(err error) bool { return models.CodeOf(refusalOf(err)) == models.CodeInternal },
	})
	for pattern, do := range actions {
		method, path, _ := strings.Cut(pattern, " ")
		path = echoPath(path)
		on.Add(method, path, s.serve(pattern, do))
		if method == http.MethodGet {
			on.Add(http.MethodHead, path, s.serve(pattern, do))
		}
	}
}

// echoPath returns the path of a pattern as Echo writes it: /people/:id.
func echoPath(path string) string {
	return strings.NewReplacer("{$}", "", "{", ":", "}", "").Replace(path)
}

// serve runs an action. PathValue and Pattern of its request work as they do
// with http.ServeMux.
func (s Stage) serve(pattern string, do Action) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := remembering(c.Request())
		c.SetRequest(r)
		r.Pattern = pattern
		for i, name := range c.ParamNames() {
			value := c.ParamValues()[i]
			if r.URL.RawPath != "" { // Echo matches this one and does not unescape
				value, _ = url.PathUnescape(value)
			}
			if value == "" {
				return echo.ErrNotFound
			}
			r.SetPathValue(name, value)
		}
		return do(c.Response(), r)
	}
}

func (s Stage) problem(c echo.Context, err error) {
	if err := s.Problem(c.Response(), c.Request(), refusalOf(err)); err != nil {
		s.Log.ErrorContext(c.Request().Context(), "page cannot be shown", slog.String("request_id", server.RequestID(c)),
			slog.String("route", server.Route(c)), slog.Any("error", err))
	}
}

// refusalOf gives the errors of the server a code; others stay as they are.
func refusalOf(err error) error {
	switch {
	case errors.Is(err, server.ErrCrossOrigin):
		return models.Errorf(models.CodeForbidden, "a form of another site")
	case errors.Is(err, server.ErrMemory):
		return models.Errorf(models.CodeUnavailable, "too much is under way")
	case errors.Is(err, echo.ErrNotFound), errors.Is(err, echo.ErrMethodNotAllowed):
		return models.Errorf(models.CodeNotFound, "there is no such page")
	}
	return err
}
