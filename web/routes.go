// Package web is what people see in a browser. It turns forms into calls of
// the service and answers into pages that need no script. It knows no SQL and
// decides nothing.
package web

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"habeas/policies"
)

// Setup makes the first administrator. See workflows.Service.
type Setup interface {
	SetupOpen(ctx context.Context, secret string) (bool, error)
	UseSetup(ctx context.Context, secret, name, email string) (token string, err error)
}

// Limits bound what one client may do in a time.
type Limits interface {
	// Take counts one act of the client that sent r: "submit", "code" or
	// "verify". Beyond the limit it is a CodeTooMany error.
	Take(act string, r *http.Request) error
}

// Config is what the pages need. Limits and Theme may be left out.
type Config struct {
	Setup    Setup
	Requests Requests
	// Policy is the one that new requests are received under.
	Policy       *policies.Policy
	Zone         *time.Location // of the organisation
	Organisation string
	Contact      string
	// BaseURL is where people reach the pages; cookies are for TLS only, unless
	// it is plain HTTP on the loopback interface.
	BaseURL string
	Limits  Limits
	// Theme is a folder with portal.json and a logo.
	Theme fs.FS
	Log   *slog.Logger
	Now   func() time.Time
	NewID func() string // of each request, for the log
	// Observe takes the figures of each answered request; route is a pattern,
	// never a path.
	Observe func(route, method string, status int, took time.Duration)
}

// Site serves the pages. It is safe for concurrent use.
type Site struct {
	Config
	views    map[tongue]views
	lexicons map[string]*lexicon
	assets   map[string]asset
	logo     string // the name of the asset, or ""
}

// New returns the handler of all pages, after parsing every template.
func New(c Config) (http.Handler, error) {
	s := &Site{Config: c, assets: loadAssets()}
	t, own, err := loadTheme(c.Theme)
	if err != nil {
		return nil, fmt.Errorf("loading the theme: %w", err)
	}
	for name, a := range own {
		s.assets[name] = a
		if name != "theme.css" {
			s.logo = name
		}
	}
	if s.lexicons, err = loadLexicons(t.Words); err != nil {
		return nil, err
	}
	if err := s.loadViews(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.routes(mux)
	// No form of another site may post here.
	crossing := http.NewCrossOriginProtection()
	crossing.SetDenyHandler(s.page("cross-origin", s.foreign))
	return s.secured(crossing.Handler(mux)), nil
}

// routes is every page action, a file each.
func (s *Site) routes(mux *http.ServeMux) {
	handle := func(pattern string, do action) { mux.Handle(pattern, s.page(pattern, do)) }

	// Start
	handle("GET /{$}", s.start)
	handle("GET /assets/{file}", s.asset)

	// A new request: the form, with its review
	handle("GET /requests/new/{type}", s.requestForm)
	handle("POST /requests/new/{type}", s.requestStep)

	// Into a request: by its reference and a mailed code. In it: one's own, in
	// the session that the code opened
	handle("GET /requests", s.find)
	handle("GET /requests/{reference}", s.request)
	handle("GET /requests/{reference}/files/{file}", s.caseDownload)
	s.parts(mux, "GET", map[string]action{
		"sent":     s.requestSent,
		"messages": s.request,
		"files":    s.request,
		"answer":   s.caseAnswer,
		"withdraw": s.withdrawForm,
		"appeal":   s.appealForm,
	})
	s.parts(mux, "POST", map[string]action{
		"code":       s.codeEnter,
		"fresh-code": s.codeFresh,
		"messages":   s.caseWrite,
		"files":      s.caseUpload,
		"withdraw":   s.withdraw,
		"appeal":     s.appeal,
		"leave":      s.leave,
	})

	// First steps: once, with the link that serve prints
	handle("GET /setup/{secret}", s.setupForm)
	handle("POST /setup/{secret}", s.setupUse)

	handle("/", s.missing)
}

// parts are the pages below one request. http.ServeMux cannot tell
// /requests/{reference}/sent from /requests/new/{type}, so they share a pattern.
func (s *Site) parts(mux *http.ServeMux, method string, actions map[string]action) {
	const below = " /requests/{reference}/"
	pages := map[string]http.Handler{}
	for part, do := range actions {
		pages[part] = s.page(method+below+part, do)
	}
	missing := s.page(method+below, s.missing)
	mux.HandleFunc(method+below+"{part}", func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.PathValue("part")]
		if !ok {
			page = missing
		}
		page.ServeHTTP(w, r)
	})
}
