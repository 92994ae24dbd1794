// Package web is what people see in a browser. It turns forms into calls of
// the service and answers into pages that need no script. It knows no SQL and
// decides nothing.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Setup makes the first administrator. See workflows.Service.
type Setup interface {
	SetupOpen(ctx context.Context, secret string) (bool, error)
	UseSetup(ctx context.Context, secret, name, email string) (token string, err error)
}

// Config is what the pages need. All fields are required.
type Config struct {
	Setup        Setup
	Organisation string
	Contact      string
	Log          *slog.Logger
	Now          func() time.Time
	// Observe takes the figures of each answered request; route is a pattern,
	// never a path.
	Observe func(route, method string, status int, took time.Duration)
}

// Site serves the pages. It is safe for concurrent use.
type Site struct {
	Config
	views  views
	assets map[string]asset
}

// New returns the handler of all pages, after parsing every template.
func New(c Config) (http.Handler, error) {
	s := &Site{Config: c, assets: loadAssets()}
	var err error
	if s.views, err = loadViews(s.assets); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.routes(mux)
	// No page keeps a session yet, and no form of another site may post here.
	return secured(http.NewCrossOriginProtection().Handler(mux)), nil
}

// routes is every page action, a file each.
func (s *Site) routes(mux *http.ServeMux) {
	handle := func(pattern string, action action) { mux.Handle(pattern, s.page(action)) }

	// Start
	handle("GET /{$}", s.home)
	handle("GET /assets/{file}", s.asset)

	// First steps: once, with the link that serve prints
	handle("GET /setup/{secret}", s.setupForm)
	handle("POST /setup/{secret}", s.setupUse)

	handle("/", s.missing)
}
