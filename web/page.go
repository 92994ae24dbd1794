package web

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// action answers one request, or says why it cannot.
type action func(w http.ResponseWriter, r *http.Request) error

// maxForm is how many bytes a form may have: the longest texts that it takes,
// in the widest letters.
const maxForm = 1 << 20

// page runs an action, shows what went wrong with it, and logs both by route,
// never by path, since paths may hold a secret.
func (s *Site) page(route string, do action) http.Handler {
	return http.HandlerFunc(func(plain http.ResponseWriter, r *http.Request) {
		start, id := s.Now(), s.NewID()
		r = r.WithContext(workflows.Traced(r.Context(), id))
		w := &recorder{ResponseWriter: plain, status: http.StatusOK}
		s.answer(w, r, route, do)
		took := s.Now().Sub(start)
		s.Log.InfoContext(r.Context(), "page", slog.String("request_id", id), slog.String("route", route), slog.Int("status", w.status),
			slog.Float64("duration_ms", float64(took.Microseconds())/1000))
		s.Observe(route, method(r), w.status, took)
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

func (s *Site) answer(w http.ResponseWriter, r *http.Request, route string, do action) {
	err := try(w, r, do)
	if err == nil {
		return
	}
	if models.CodeOf(err) == models.CodeInternal {
		s.Log.ErrorContext(r.Context(), "page failed", slog.String("request_id", workflows.Trace(r.Context())),
			slog.String("route", route), slog.Any("error", err))
	}
	if err := s.problem(w, r, err); err != nil {
		s.Log.ErrorContext(r.Context(), "page cannot be shown", slog.String("request_id", workflows.Trace(r.Context())),
			slog.String("route", route), slog.Any("error", err))
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

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// layout is what every page says; Body is the view's own data.
type layout struct {
	Title string
	Body  any
	// Wrong says that the page shows a form again, for its title.
	Wrong bool
	// Kept lets the browser keep the page for going back to: it holds nothing
	// but what was typed there, and without it that would be lost.
	Kept bool

	// What show fills in.
	Lang         string
	Organisation string
	Contact      string
	Logo         string
	Theme        string
	Languages    []languageLink
}

// languageLink is this page in another language.
type languageLink struct {
	Tag, Name, Href string
	Current         bool
}

// show renders a whole page before it sends any of it.
func (s *Site) show(w http.ResponseWriter, r *http.Request, status int, v view, data layout) error {
	t := tongueOf(r)
	data.Lang, data.Organisation, data.Contact = t.tag, s.Organisation, s.Contact
	data.Logo, data.Theme = s.assets[s.logo].address, s.assets["theme.css"].address
	data.Languages = s.languageLinks(r, t)
	var b bytes.Buffer
	if err := s.views[t][v].ExecuteTemplate(&b, "layout", data); err != nil {
		return fmt.Errorf("showing %s: %w", v, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", t.tag)
	h.Add("Vary", "Accept-Language")
	if data.Kept {
		h.Set("Cache-Control", "private, no-cache")
	}
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

// languageLinks lead to this page in every language. Where a form was just
// sent there are none: what was typed would be lost on the way.
func (s *Site) languageLinks(r *http.Request, t tongue) []languageLink {
	if r.Method != http.MethodGet {
		return nil
	}
	var links []languageLink
	query := r.URL.Query()
	maps.DeleteFunc(query, func(key string, _ []string) bool {
		return !slices.Contains([]string{"country", "region", "type", "on", "reference"}, key)
	})
	for _, tag := range tags() {
		query.Set("lang", tag)
		links = append(links, languageLink{
			Tag: tag, Name: s.lexicons[tag].words["language.name"], Href: r.URL.EscapedPath() + "?" + query.Encode(), Current: tag == t.tag,
		})
	}
	return links
}

// lexicon returns the words of a request's language.
func (s *Site) lexicon(r *http.Request) *lexicon { return s.lexicons[tongueOf(r).tag] }

// see sends the browser on to another page of ours, which it then asks for by
// GET.
func (s *Site) see(w http.ResponseWriter, r *http.Request, path string) error {
	w.Header().Set("Location", tongueOf(r).href(path))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// today is the day it is for the organisation.
func (s *Site) today() models.Date { return models.DateOf(s.Now(), s.Zone) }

// patient gives a file more time on its way than a page has. Servers that know
// no deadlines, such as a test's recorder, need none moved.
func patient(w http.ResponseWriter, r *http.Request) {
	const long = 15 * time.Minute
	ctx, cancel := context.WithTimeout(r.Context(), long) // the clock of connections, whatever ours says
	defer cancel()
	until, _ := ctx.Deadline()
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(until)
	_ = control.SetWriteDeadline(until)
}
