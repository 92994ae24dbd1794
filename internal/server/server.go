// Package server is the one HTTP stack of the API and the pages: request ids,
// the access log and its metrics, recovery, security headers, the check for
// other origins, and client addresses. It does not know what is served.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// Config configures a Server. TrustedProxies, Observe, Traced and Memory are
// optional.
type Config struct {
	// BaseURL is where people reach the service; https turns HSTS on.
	BaseURL string
	// TrustedProxies are the only peers whose X-Forwarded-For counts. None: the
	// address of the connection is the client's.
	TrustedProxies []netip.Prefix
	Log            *slog.Logger
	Now            func() time.Time
	NewID          func() string // of each request
	// Observe is called once for each answered request; route is a template,
	// never a path.
	Observe func(route, method string, status int, took time.Duration)
	// Traced returns a context that carries the id of the request.
	Traced func(ctx context.Context, id string) context.Context
	// Memory is the budget of what clients send and fetch; nil: one of
	// DefaultMemory.
	Memory *Memory
}

// Part is a set of paths with a Content-Security-Policy and error answers of
// their own.
type Part struct {
	// Prefixes are whole segments: /v1 is the prefix of /v1/requests, not of
	// /v10. "" is the prefix of every path.
	Prefixes []string
	// Policy is the Content-Security-Policy.
	Policy string
	// Problem answers an error. It is called only before the answer has begun.
	Problem func(c echo.Context, err error)
	// Fault reports whether an error is ours and not the client's. Only such
	// errors are logged.
	Fault func(err error) bool
}

// Server is an http.Handler. The routes of its parts are added to Echo.
type Server struct {
	*echo.Echo
	Config
	parts   []Part
	origins *http.CrossOriginProtection
	overTLS bool
}

// New returns a server without routes. It needs a part before it can serve.
func New(c Config) *Server {
	if c.Observe == nil {
		c.Observe = func(string, string, int, time.Duration) {}
	}
	if c.Traced == nil {
		c.Traced = func(ctx context.Context, _ string) context.Context { return ctx }
	}
	if c.Memory == nil {
		c.Memory = NewMemory(DefaultMemory)
	}
	u, err := url.Parse(c.BaseURL)
	s := &Server{Echo: echo.New(), Config: c, origins: http.NewCrossOriginProtection(), overTLS: err == nil && u.Scheme == "https"}
	s.IPExtractor = extractor(c.TrustedProxies)
	s.HTTPErrorHandler = s.problem
	s.Use(s.identify, s.log, s.recovering, s.harden, s.sameOrigin, s.reserve)
	return s
}

// Mount adds a part.
func (s *Server) Mount(p Part) { s.parts = append(s.parts, p) }

// part returns the part with the longest prefix of a path, and the first part
// for a path that none has.
func (s *Server) part(path string) Part {
	found, longest := s.parts[0], -1
	for _, p := range s.parts {
		for _, prefix := range p.Prefixes {
			if len(prefix) > longest && (path == prefix || strings.HasPrefix(path, prefix+"/")) {
				found, longest = p, len(prefix)
			}
		}
	}
	return found
}

// HTTP returns an http.Server for it, with timeouts, a header limit and a limit on
// connections. Routes that send or receive files move the deadlines of their connection.
func (s *Server) HTTP() *http.Server {
	all := newConnections(mostConnections, mostOfNetwork, s.TrustedProxies, s.Now)
	return &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ConnContext: all.begun, ConnState: all.changed,
	}
}
