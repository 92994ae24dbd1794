package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/labstack/echo/v4"
)

// ErrCrossOrigin reports that a browser sent a request from another site.
var ErrCrossOrigin = errors.New("a browser may not send this from another site")

// identify gives every request an id of our own: one that a client chose could
// carry anything into the log.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := s.NewID()
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		c.SetRequest(c.Request().WithContext(s.Traced(c.Request().Context(), id)))
		return next(c)
	}
}

// RequestID returns the id of a request.
func RequestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// log writes one line for each request, also for one whose answer is broken
// off: the template of its route, never the path, the query or the client's
// address.
func (s *Server) log(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.Now()
		defer func() {
			took, route, method, out := s.Now().Sub(start), Route(c), methodOf(c), c.Response()
			s.Log.LogAttrs(c.Request().Context(), slog.LevelInfo, "request",
				slog.String("request_id", RequestID(c)), slog.String("method", method),
				slog.String("route", route), slog.Int("status", out.Status),
				slog.Int64("bytes", out.Size), slog.Float64("duration_ms", float64(took.Microseconds())/1000))
			s.Observe(route, method, out.Status, took)
		}()
		if err := next(c); err != nil {
			c.Error(err)
		}
		return nil
	}
}

// Route returns the template of a request's route, or "unmatched".
func Route(c echo.Context) string {
	if path := c.Path(); path != "" && !strings.HasSuffix(path, "/*") {
		return path
	}
	return "unmatched"
}

// methodOf returns the method of a request, or "other" for one that HTTP does
// not define, which is free text of the client.
func methodOf(c echo.Context) string {
	switch m := c.Request().Method; m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return m
	}
	return "other"
}

// recovering turns a panic into an error. The value may hold personal data, so
// only the text of a runtime error reaches the log.
func (s *Server) recovering(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch p := recover(); p := p.(type) {
			case nil:
			case runtime.Error:
				err = fmt.Errorf("panic: %w\n%s", p, debug.Stack())
			default:
				err = fmt.Errorf("panic with %T\n%s", p, debug.Stack())
			}
		}()
		return next(c)
	}
}

// harden sets the security headers of every answer, errors included. A handler
// may replace them.
func (s *Server) harden(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", s.part(c.Request().URL.Path).Policy)
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		if s.overTLS {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		return next(c)
	}
}

// sameOrigin refuses what a browser sends from another site.
func (s *Server) sameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.origins.Check(c.Request()) != nil {
			return ErrCrossOrigin
		}
		return next(c)
	}
}

// reserve gives a request its share of the memory budget until it is answered.
func (s *Server) reserve(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		one := s.Memory.Reserve(Network(c.RealIP()))
		defer one.Release()
		c.SetRequest(WithReservation(c.Request(), one))
		return next(c)
	}
}

// problem logs a fault of ours, once, and lets the part answer. An answer that
// has begun is broken off, so that nobody takes half of it for the whole.
func (s *Server) problem(err error, c echo.Context) {
	part := s.part(c.Request().URL.Path)
	if part.Fault(err) && !errors.Is(err, context.Canceled) { // by a client that went away
		s.Log.LogAttrs(c.Request().Context(), slog.LevelError, "request failed",
			slog.String("request_id", RequestID(c)), slog.String("route", Route(c)), slog.Any("error", err))
	}
	if c.Response().Committed {
		c.Response().Status = http.StatusInternalServerError // for the log: the client has another one already
		panic(http.ErrAbortHandler)
	}
	c.Response().Header().Del(echo.HeaderContentDisposition) // of a file that does not come
	part.Problem(c, err)
}
