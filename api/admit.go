package api

import (
	"context"
	"log/slog"
	"strings"

	"github.com/labstack/echo/v4"

	"habeas/internal/server"
	"habeas/models"
)

// admit lets a call through to its route, or says why not: nobody known, not
// permitted.
func (a *API) admit(c *call, r *Route) error {
	ctx := c.Request().Context()
	switch r.Access {
	case Public:
		return a.admitPublic(ctx, c, r)
	case Session:
		return a.admitSubject(ctx, c)
	case Signed: // the hook proves it
		return nil
	}
	return a.admitStaff(ctx, c, models.Permission(r.Access))
}

// admitPublic lets anybody in. Whoever sends a token with a form is known by it;
// one that is wrong is refused, so that a form backend notices.
func (a *API) admitPublic(ctx context.Context, c *call, r *Route) error {
	if r.limit == limitSubmit && c.Request().Header.Get(echo.HeaderAuthorization) != "" {
		return a.admitStaff(ctx, c, models.MaySubmit)
	}
	return nil
}

// count takes a call that could be read off the limit of its token, or of the
// network it comes from. Mistyped forms do not count.
func (a *API) count(c *call, r *Route) error {
	switch {
	case r.limit == "":
		return nil
	case c.who.TokenID != "":
		return a.limiters.take(limitToken, c.who.TokenID)
	case r.limit == limitSubmit: // above it nothing is refused, but not without end
		return a.limiters.take(limitBound, server.Network(c.RealIP()))
	}
	return a.limiters.take(r.limit, server.Network(c.RealIP()))
}

// admitSubject takes the session token of this one request. Without it the
// reference does not exist.
func (a *API) admitSubject(ctx context.Context, c *call) (err error) {
	reference, _ := models.NormaliseReference(c.Param("reference"))
	c.subject, err = a.Service.Sessions.InSession(ctx, reference, bearer(c))
	return err
}

func (a *API) admitStaff(ctx context.Context, c *call, p models.Permission) error {
	token := bearer(c)
	if token == "" {
		return models.Errorf(models.CodeUnauthorized, "this needs an API token: Authorization: Bearer hbt_…")
	}
	who, err := a.Accounts.Tokens.Authenticate(ctx, token)
	if err != nil {
		return err
	}
	c.who = who
	if !models.Permit(who.Role, p) {
		return models.Errorf(models.CodeForbidden, "the role %s may not do this", who.Role)
	}
	return nil
}

// noteRefusal records that somebody who is known asked for what is not for them.
// That it cannot be recorded lets nobody in.
func (a *API) noteRefusal(c *call, r *Route, refused error) {
	if models.CodeOf(refused) != models.CodeForbidden || c.who.TokenID == "" {
		return
	}
	ctx := c.Request().Context()
	if err := a.Accounts.People.NoteRefusal(ctx, c.who, r.Method+" "+r.Path); err != nil {
		a.Logger.LogAttrs(ctx, slog.LevelError, "a refusal cannot be recorded", slog.String("request_id", server.RequestID(c)), slog.Any("error", err))
	}
}

// bearer returns the token of the Authorization header, or "".
func bearer(c *call) string {
	scheme, token, _ := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
