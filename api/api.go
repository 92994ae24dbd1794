package api

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/go-playground/validator/v10"
	"github.com/labstack/echo/v4"

	"habeas/accounts"
	"habeas/audit"
	"habeas/intake"
	"habeas/workflows"
)

// Config is what the API needs. Ready, Mail, Limits, TrustedProxies and Observe may
// be left out.
type Config struct {
	Service  *workflows.Service
	Accounts *accounts.Accounts
	Exports  *audit.Exports
	Mail     Mail
	// Ready says what /readyz tells; nil: everything is up.
	Ready  func(context.Context) Readiness
	Logger *slog.Logger
	// BaseURL is where people reach the service; https turns HSTS on.
	BaseURL string
	// TrustedProxies are the only peers whose X-Forwarded-For counts. None: the
	// address of the connection is the client's.
	TrustedProxies []netip.Prefix
	Limits         Limits
	Now            func() time.Time
	// Observe takes the figures of each answered request; route is a template,
	// never a path. nil: nobody counts.
	Observe func(route, method string, status int, took time.Duration)
}

// API answers HTTP. It is safe for concurrent use.
type API struct {
	Config
	echo     *echo.Echo
	validate *validator.Validate
	limiters limiters
	crossing *http.CrossOriginProtection
}

// New returns the API with every route of Routes.
func New(c Config) *API {
	c.Limits = c.Limits.withDefaults()
	c.Mail.Room = cmp.Or(c.Mail.Room, intake.NewRoom(intake.RoomSize))
	if c.Ready == nil {
		c.Ready = func(context.Context) Readiness { return Readiness{Database: true, Queue: true} }
	}
	if c.Observe == nil {
		c.Observe = func(string, string, int, time.Duration) {}
	}
	a := &API{
		Config: c, echo: echo.New(), validate: newValidator(), limiters: newLimiters(c.Limits, c.Now),
		crossing: http.NewCrossOriginProtection(),
	}
	a.echo.IPExtractor = extractor(c.TrustedProxies)
	a.echo.HTTPErrorHandler = a.problem
	a.echo.Use(a.identify, a.log, a.recovering, a.harden)
	for _, e := range a.endpoints() {
		a.mount(e)
	}
	a.mountDocument()
	return a
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.echo.ServeHTTP(w, r) }

// Patterns are the paths of the API as http.ServeMux patterns, for a program
// that serves pages beside it.
func Patterns() []string {
	return []string{"/v1/", "/openapi.yaml", "/openapi.json", "/docs", "/docs/", "/healthz", "/readyz"}
}

// Harden sets the header and time limits of a server in front of the API.
// Single routes extend the deadlines where files or exports take longer.
func Harden(s *http.Server) {
	s.ReadHeaderTimeout = 5 * time.Second
	s.ReadTimeout = 30 * time.Second
	s.WriteTimeout = 60 * time.Second
	s.IdleTimeout = 2 * time.Minute
	s.MaxHeaderBytes = 32 << 10
}

func (a *API) secure() bool { return strings.HasPrefix(a.BaseURL, "https://") }
