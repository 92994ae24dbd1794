package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"github.com/labstack/echo/v4"

	"habeas/models"
)

// identify gives every request an id of our own: one that a client chose could
// carry anything into the log.
func (a *API) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := a.Service.NewID()
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		c.SetRequest(c.Request().WithContext(models.Traced(c.Request().Context(), id)))
		return next(c)
	}
}

func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// log writes one line for each request: the route's template, never the path
// or the query, and nobody's address.
func (a *API) log(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := a.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		took, route := a.Now().Sub(start), routeOf(c)
		a.Logger.LogAttrs(c.Request().Context(), slog.LevelInfo, "request",
			slog.String("request_id", requestID(c)), slog.String("method", method(c)),
			slog.String("route", route), slog.Int("status", c.Response().Status),
			slog.Int64("bytes", c.Response().Size), slog.Float64("duration_ms", float64(took.Microseconds())/1000))
		a.Observe(route, method(c), c.Response().Status, took)
		return nil
	}
}

// routeOf is the route of a request; what matched none says nothing.
func routeOf(c echo.Context) string {
	if path := c.Path(); path != "" && path != "/*" {
		return path
	}
	return "unmatched"
}

// method is the request's, as far as HTTP knows it: anything else is a
// client's own text.
func method(c echo.Context) string {
	switch m := c.Request().Method; m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return m
	}
	return "other"
}

// recovering turns a panic into an error. What was panicked with may be
// personal data, so only a runtime's own words reach the log.
func (a *API) recovering(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch p := recover(); p := p.(type) {
			case nil:
			case runtime.Error:
				err = fmt.Errorf("panic: %w\n%s", p, debug.Stack())
			case error:
				if errors.Is(p, http.ErrAbortHandler) {
					panic(p)
				}
				err = fmt.Errorf("panic with %T\n%s", p, debug.Stack())
			default:
				err = fmt.Errorf("panic with %T\n%s", p, debug.Stack())
			}
		}()
		return next(c)
	}
}

// harden sets the headers that every answer has, errors included.
func (a *API) harden(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if a.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		return next(c)
	}
}

// bounded gives a call the time of its route: the context ends with it, and for
// a file or an export the connection's own deadlines move. Echo's Timeout would
// let the work go on behind a finished answer. Servers that know no deadlines,
// such as a test's recorder, need none moved.
func (a *API) bounded(c *call, r *Route) (cancel func()) {
	limit := a.Limits.Timeout
	if r.long {
		limit = a.Limits.Long
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), limit)
	c.SetRequest(c.Request().WithContext(ctx))
	if until, ok := ctx.Deadline(); ok && r.long {
		control := http.NewResponseController(c.Response())
		_ = control.SetReadDeadline(until)
		_ = control.SetWriteDeadline(until)
	}
	return cancel
}
