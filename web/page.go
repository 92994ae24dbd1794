package web

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"habeas/models"
)

// action answers one request, or says why it cannot.
type action func(w http.ResponseWriter, r *http.Request) error

// maxForm is how many bytes a form may have.
const maxForm = 64 << 10

// page runs an action, shows what went wrong with it, and logs both by route,
// never by path, since paths may hold a secret.
func (s *Site) page(do action) http.Handler {
	return http.HandlerFunc(func(plain http.ResponseWriter, r *http.Request) {
		start := s.Now()
		w := &recorder{ResponseWriter: plain, status: http.StatusOK}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		s.answer(w, r, do)
		took := s.Now().Sub(start)
		s.Log.InfoContext(r.Context(), "page", slog.String("route", r.Pattern), slog.Int("status", w.status),
			slog.Float64("duration_ms", float64(took.Microseconds())/1000))
		s.Observe(r.Pattern, r.Method, w.status, took)
	})
}

func (s *Site) answer(w http.ResponseWriter, r *http.Request, do action) {
	err := try(w, r, do)
	if err == nil {
		return
	}
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is a fault of our own
	case models.CodeNotFound:
		err = s.show(w, http.StatusNotFound, viewMissing, layout{Title: "Not found"})
	case models.CodeUnavailable:
		w.Header().Set("Retry-After", "5")
		err = s.show(w, http.StatusServiceUnavailable, viewFault, layout{Title: "Not now"})
	default:
		s.Log.ErrorContext(r.Context(), "page failed", slog.String("route", r.Pattern), slog.Any("error", err))
		err = s.show(w, http.StatusInternalServerError, viewFault, layout{Title: "Something went wrong"})
	}
	if err != nil {
		s.Log.ErrorContext(r.Context(), "page cannot be shown", slog.String("route", r.Pattern), slog.Any("error", err))
	}
}

// try turns a panic into an error. Its words may be personal data, so only
// where it happened is kept.
func try(w http.ResponseWriter, r *http.Request, do action) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic with %T\n%s", p, debug.Stack())
		}
	}()
	return do(w, r)
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// show renders a whole page before it sends any of it.
func (s *Site) show(w http.ResponseWriter, status int, v view, data layout) error {
	data.Organisation, data.Contact = s.Organisation, s.Contact
	var b bytes.Buffer
	if err := s.views[v].ExecuteTemplate(&b, "layout", data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

// secured sets what keeps a page from being framed, scripted, sniffed, cached,
// or named in a Referer. Assets allow caching again.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
