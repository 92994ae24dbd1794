package pages

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"habeas/models"
)

// Action answers one request, or says why it cannot.
type Action func(w http.ResponseWriter, r *http.Request) error

// Stage runs actions. All fields are required.
type Stage struct {
	// BaseURL is where people reach the pages; cookies are for TLS only, unless
	// it is plain HTTP on the loopback interface.
	BaseURL string
	// Hall is the memory that the files of all forms under way share.
	Hall  *Hall
	Log   *slog.Logger
	Now   func() time.Time
	NewID func() string // of each request, for the log
	// Observe takes the figures of each answered request; route is a pattern,
	// never a path.
	Observe func(route, method string, status int, took time.Duration)
	// Problem shows what went wrong.
	Problem func(w http.ResponseWriter, r *http.Request, err error) error
}

// Page runs an action, shows what went wrong with it, and logs both by route,
// never by path, since paths may hold a secret.
func (s Stage) Page(route string, do Action) http.Handler {
	return http.HandlerFunc(func(plain http.ResponseWriter, r *http.Request) {
		start, id := s.Now(), s.NewID()
		r = remembering(r.WithContext(models.Traced(r.Context(), id)))
		w := &recorder{ResponseWriter: plain, status: http.StatusOK}
		defer func() { // also of an answer that is broken off
			took := s.Now().Sub(start)
			s.Log.InfoContext(r.Context(), "page", slog.String("request_id", id), slog.String("route", route), slog.Int("status", w.status),
				slog.Float64("duration_ms", float64(took.Microseconds())/1000))
			s.Observe(route, method(r), w.status, took)
		}()
		s.answer(w, r, route, do)
	})
}

// method is the request's, as far as we answer it: anything else is a client's
// own text.
func method(r *http.Request) string {
	if slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost}, r.Method) {
		return r.Method
	}
	return "other"
}

// answer runs an action. What goes wrong before the first byte is shown; later
// it can only be told by breaking the connection off, so that half an answer is
// never taken for the whole.
func (s Stage) answer(w *recorder, r *http.Request, route string, do Action) {
	err := try(w, r, do)
	if err == nil {
		return
	}
	if models.CodeOf(err) == models.CodeInternal {
		s.Log.ErrorContext(r.Context(), "page failed", slog.String("request_id", models.Trace(r.Context())),
			slog.String("route", route), slog.Any("error", err))
	}
	if w.begun {
		w.status = http.StatusInternalServerError // for the figures: who asked sees no status of it
		panic(http.ErrAbortHandler)
	}
	w.Header().Del("Content-Disposition")
	if err := s.Problem(w, r, err); err != nil {
		s.Log.ErrorContext(r.Context(), "page cannot be shown", slog.String("request_id", models.Trace(r.Context())),
			slog.String("route", route), slog.Any("error", err))
	}
}

// try turns a panic into an error. Its words may be personal data, so only
// where it happened is kept.
func try(w http.ResponseWriter, r *http.Request, do Action) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic with %T\n%s", p, debug.Stack())
		}
	}()
	return do(w, r)
}

// recorder remembers the status of an answer, and whether any of it has left.
type recorder struct {
	http.ResponseWriter
	status int
	begun  bool
}

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	w.status, w.begun = status, true
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(p []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(p) //nolint:wrapcheck // the writer that it stands for
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
