// Package portal is what data subjects see in a browser. It turns forms into
// calls of the service and answers into pages that need no script. It knows no
// SQL and decides nothing.
package portal

import (
	"context"
	"net/http"
	"time"

	"habeas/policies"
	"habeas/web/pages"
	"habeas/workflows"
)

// Setup makes the first administrator: for a browser with a password, for a
// script with an API token. See workflows.Service.
type Setup interface {
	SetupOpen(ctx context.Context, secret string) (bool, error)
	SetUp(ctx context.Context, secret, name, email, password, browser string) (workflows.Entry, error)
	UseSetup(ctx context.Context, secret, name, email string) (token string, err error)
}

// Limits bound what one client may do in a time.
type Limits interface {
	// Take counts one act of the client that sent r: "bound" for a request,
	// "code" or "verify". Beyond the limit it is a CodeTooMany error.
	Take(act string, r *http.Request) error
	// Crowd counts one request of the client that sent r, and reports whether it
	// is one more than are mailed a code without further ado. Crowded reports
	// whether the next one would be.
	Crowd(r *http.Request) bool
	Crowded(r *http.Request) bool
}

// Config is what the pages need. Limits may be left out.
type Config struct {
	Assets   *pages.Assets
	Setup    Setup
	Requests Requests
	// Policy is the one that new requests are received under.
	Policy       *policies.Policy
	Zone         *time.Location // of the organisation
	Organisation string
	Contact      string
	Limits       Limits
}

// Site serves the pages. It is safe for concurrent use.
type Site struct {
	Config
	pages.Stage
	hall     pages.Hall
	sender   pages.Sender
	views    map[tongue]views
	lexicons map[string]*lexicon
}

// New returns the handler of all pages, after parsing every template.
func New(stage pages.Stage, c Config) (http.Handler, error) {
	s := &Site{Config: c, Stage: stage}
	s.Problem = s.problem
	var err error
	if s.lexicons, err = loadLexicons(c.Assets.Theme.Words); err != nil {
		return nil, err
	}
	if err := s.loadViews(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.routes(mux)
	return s.Secured(mux, s.Page("cross-origin", s.foreign)), nil
}

// routes is every page action, a file each.
func (s *Site) routes(mux *http.ServeMux) {
	handle := func(pattern string, do pages.Action) { mux.Handle(pattern, s.Page(pattern, do)) }

	// Start
	handle("GET /{$}", s.start)
	handle("GET /assets/{file}", s.Assets.Serve)

	// A new request: the form, with its review
	handle("GET /requests/new/{type}", s.requestForm)
	handle("POST /requests/new/{type}", s.requestStep)

	// Into a request: by its reference and a mailed code. In it: one's own, in
	// the session that the code opened
	handle("GET /requests", s.find)
	handle("GET /requests/{reference}", s.request)
	handle("GET /requests/{reference}/files/{file}", s.caseDownload)
	s.parts(mux, "GET", map[string]pages.Action{
		"sent":     s.requestSent,
		"messages": s.request,
		"files":    s.request,
		"answer":   s.caseAnswer,
		"withdraw": s.withdrawForm,
		"appeal":   s.appealForm,
	})
	s.parts(mux, "POST", map[string]pages.Action{
		"code":       s.codeEnter,
		"fresh-code": s.codeFresh,
		"messages":   s.caseWrite,
		"withdraw":   s.withdraw,
		"appeal":     s.appeal,
		"leave":      s.leave,
	})

	// Somebody else's request: what a mail to an unproved mailbox leads to
	handle("GET /not-me/{token}", s.notMe)
	handle("POST /not-me/{token}", s.notMeWish)

	// First steps: once, with the link that serve prints
	handle("GET /setup/{secret}", s.setupForm)
	handle("POST /setup/{secret}", s.setupUse)

	handle("/", s.missing)
}

// parts are the pages below one request. http.ServeMux cannot tell
// /requests/{reference}/sent from /requests/new/{type}, so they share a pattern.
func (s *Site) parts(mux *http.ServeMux, method string, actions map[string]pages.Action) {
	const below = " /requests/{reference}/"
	shown := map[string]http.Handler{}
	for part, do := range actions {
		shown[part] = s.Page(method+below+part, do)
	}
	missing := s.Page(method+below, s.missing)
	mux.HandleFunc(method+below+"{part}", func(w http.ResponseWriter, r *http.Request) {
		page, ok := shown[r.PathValue("part")]
		if !ok {
			page = missing
		}
		page.ServeHTTP(w, r)
	})
}
