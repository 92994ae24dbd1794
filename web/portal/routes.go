// Package portal is what data subjects see in a browser. It turns forms into
// calls of the service and answers into pages that need no script. It knows no
// SQL and decides nothing.
package portal

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"habeas/accounts"
	"habeas/internal/server"
	"habeas/policies"
	"habeas/web/pages"
)

// Setup makes the first administrator: for a browser with a password, for a
// script with an API token. See accounts.Setup.
type Setup interface {
	Open(ctx context.Context, secret string) (bool, error)
	Use(ctx context.Context, secret, name, email, password, browser string) (accounts.Entry, error)
	UseForToken(ctx context.Context, secret, name, email string) (token string, err error)
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
	// Network is what the limits know the client by that sent r.
	Network(r *http.Request) string
}

// Config is what the pages need. Limits may be left out.
type Config struct {
	Assets   *pages.Assets
	Setup    Setup
	Requests Requests
	Owners   Owners
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
	sender     pages.Sender
	views      map[locale]*pages.Views
	catalogues map[string]*catalogue
}

// Mount serves all pages, after parsing every template.
func Mount(on *server.Server, stage pages.Stage, c Config) error {
	s := &Site{Config: c, Stage: stage}
	s.Problem = s.problem
	var err error
	if s.catalogues, err = loadCatalogues(c.Assets.Theme.Words); err != nil {
		return err
	}
	if err := s.loadViews(); err != nil {
		return err
	}
	s.Stage.Mount(on, []string{""}, s.actions())
	return nil
}

// Routes lists the patterns of every page, for the tests.
func Routes() []string { return slices.Sorted(maps.Keys(new(Site).actions())) }

// actions is every page action, a file each, under its heading.
func (s *Site) actions() map[string]pages.Action {
	return map[string]pages.Action{
		// Start
		"GET /{$}":           s.start,
		"GET /assets/{file}": s.asset,

		// A new request: the form, with its review
		"GET /requests/new/{type}":  s.requestForm,
		"POST /requests/new/{type}": s.requestStep,

		// Into a request: by its reference and a mailed code. In it: one's own,
		// in the session that the code opened
		"GET /requests":                          s.find,
		"GET /requests/{reference}":              s.request,
		"GET /requests/{reference}/files/{file}": s.caseDownload,
		"GET /requests/{reference}/sent":         s.requestSent,
		"GET /requests/{reference}/messages":     s.request,
		"GET /requests/{reference}/files":        s.request,
		"GET /requests/{reference}/answer":       s.caseAnswer,
		"GET /requests/{reference}/withdraw":     s.withdrawForm,
		"GET /requests/{reference}/appeal":       s.appealForm,

		"GET /requests/{reference}/confirm":          s.confirmForm,
		"POST /requests/{reference}/confirm":         s.confirm,
		"GET /requests/{reference}/certificate":      s.certificate,
		"GET /requests/{reference}/certificate.txt":  s.certificateText,
		"GET /requests/{reference}/certificate.json": s.certificateData,

		"GET /requests/{reference}/package": s.packageFetch,

		"POST /requests/{reference}/code":       s.codeEnter,
		"POST /requests/{reference}/fresh-code": s.codeFresh,
		"POST /requests/{reference}/messages":   s.caseWrite,
		"POST /requests/{reference}/withdraw":   s.withdraw,
		"POST /requests/{reference}/appeal":     s.appeal,
		"POST /requests/{reference}/leave":      s.leave,

		// Somebody else's request: what a mail to an unproved mailbox leads to
		"GET /not-me/{token}":  s.notMe,
		"POST /not-me/{token}": s.notMeWish,

		// One task, for the owner of its system: what their mail leads to
		"GET /tasks/{id}":             s.ownerTask,
		"POST /tasks/{id}/code":       s.ownerCodeEnter,
		"POST /tasks/{id}/fresh-code": s.ownerCodeFresh,
		"POST /tasks/{id}/done":       s.ownerDone,
		"POST /tasks/{id}/leave":      s.ownerLeave,

		// First steps: once, with the link that serve prints
		"GET /setup/{secret}":  s.setupForm,
		"POST /setup/{secret}": s.setupUse,
	}
}

// asset serves a file of the pages.
func (s *Site) asset(w http.ResponseWriter, r *http.Request) error { return s.Assets.Serve(w, r) }
