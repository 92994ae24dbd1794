package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"habeas/internal/server"
	"habeas/models"
)

// Problem is every answer that is not a success (RFC 9457).
type Problem struct {
	Type     string              `json:"type" description:"urn:habeas:problem: and a code."`
	Title    string              `json:"title" description:"What kind of problem it is, the same for every one of the type."`
	Status   int                 `json:"status" description:"The HTTP status."`
	Detail   string              `json:"detail,omitempty" description:"What is wrong this time, for a person to read."`
	Instance string              `json:"instance,omitempty" format:"uri" description:"The id of this request, as in X-Request-Id."`
	Errors   []models.FieldError `json:"errors,omitempty" description:"Every field that is wrong."`
	Allowed  []string            `json:"allowed,omitempty" description:"The commands that are allowed now."`
}

const (
	problemType  = "urn:habeas:problem:"
	problemMedia = "application/problem+json"
)

// Codes that only HTTP has.
const (
	codeMethod models.Code = "method_not_allowed"
)

// kindsOfProblem is the one table of statuses and titles.
var kindsOfProblem = map[models.Code]struct { //nolint:gochecknoglobals // read-only
	status int
	title  string
}{
	models.CodeMalformed:    {http.StatusBadRequest, "The request cannot be read"},
	models.CodeUnauthorized: {http.StatusUnauthorized, "A valid token is needed"},
	models.CodeForbidden:    {http.StatusForbidden, "Not permitted"},
	models.CodeOtherPerson:  {http.StatusForbidden, "Another person has to do this"},
	models.CodeNotFound:     {http.StatusNotFound, "Not found"},
	codeMethod:              {http.StatusMethodNotAllowed, "This method is not for this address"},
	models.CodeConflict:     {http.StatusConflict, "Not possible now"},
	models.CodeUnverified:   {http.StatusConflict, "The requester is not verified enough"},
	models.CodeInFlight:     {http.StatusConflict, "The first request with this key is not done yet"},
	models.CodeStale:        {http.StatusPreconditionFailed, "It has changed in the meantime"},
	models.CodeTooLarge:     {http.StatusRequestEntityTooLarge, "Too large"},
	models.CodeUnsupported:  {http.StatusUnsupportedMediaType, "This media type is not taken"},
	models.CodeInvalid:      {http.StatusUnprocessableEntity, "The input is not valid"},
	models.CodeKeyReused:    {http.StatusUnprocessableEntity, "The Idempotency-Key was used for something else"},
	models.CodeTooMany:      {http.StatusTooManyRequests, "Too many requests"},
	models.CodeInternal:     {http.StatusInternalServerError, "A fault of ours"},
	models.CodeUnavailable:  {http.StatusServiceUnavailable, "Not available at the moment"},
}

// ours reports whether an error is a fault of ours.
func ours(err error) bool {
	code := refusalOf(err).Code
	return code == models.CodeInternal || code == models.CodeUnavailable
}

// problem answers an error. It is the only place that does.
func (a *API) problem(ec echo.Context, err error) {
	refusal := refusalOf(err)
	kind := kindsOfProblem[refusal.Code]
	ec.Response().Header().Set(echo.HeaderContentType, problemMedia)
	a.explain(err, refusal, ec)
	body, err := json.Marshal(Problem{
		Type: problemType + string(refusal.Code), Title: kind.title, Status: kind.status, Detail: refusal.Message,
		Instance: "urn:uuid:" + server.RequestID(ec), Errors: refusal.Fields[:min(len(refusal.Fields), mostFaults)], Allowed: refusal.Allowed,
	})
	if err != nil {
		return // only texts and numbers: cannot happen
	}
	_ = ec.Blob(kind.status, problemMedia, body)
}

// explain sets the headers that go with a refusal.
func (a *API) explain(err error, refusal *models.Error, ec echo.Context) {
	h := ec.Response().Header()
	switch refusal.Code { //nolint:exhaustive // the others have none
	case models.CodeUnauthorized:
		challenge := `Bearer realm="habeas"`
		if strings.HasPrefix(ec.Path(), hooksPath) {
			challenge = `Basic realm="habeas"` // SNS sends its password when it reads this
		} else if ec.Request().Header.Get(echo.HeaderAuthorization) != "" {
			challenge += `, error="invalid_token"`
		}
		h.Set(echo.HeaderWWWAuthenticate, challenge)
	case models.CodeTooMany:
		h.Set(echo.HeaderRetryAfter, "60")
		if limited, ok := errors.AsType[*tooMany](err); ok {
			h.Set(echo.HeaderRetryAfter, limited.retryAfter())
		}
	case models.CodeUnavailable:
		h.Set(echo.HeaderRetryAfter, "5")
	case models.CodeInFlight:
		h.Set(echo.HeaderRetryAfter, "1")
	}
}

// refusalOf is what a client may know of an error: a refusal meant for it, or
// a fixed sentence.
func refusalOf(err error) *models.Error {
	if e, ok := errors.AsType[*models.Error](err); ok {
		if _, known := kindsOfProblem[e.Code]; known && e.Code != models.CodeInternal {
			return e
		}
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		return ofEcho(e)
	}
	if errors.Is(err, server.ErrCrossOrigin) {
		return models.Errorf(models.CodeForbidden, "a browser may not send this from another site")
	}
	if errors.Is(err, server.ErrMemory) {
		return models.Errorf(models.CodeUnavailable, "too much is under way; send it again in a moment")
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return models.Errorf(models.CodeUnavailable, "this took too long; try again")
	}
	return models.Errorf(models.CodeInternal, "Something went wrong on our side. Nothing you can do about it; when you report it, give the instance.")
}

// ofEcho translates what the router says.
func ofEcho(e *echo.HTTPError) *models.Error {
	switch e.Code {
	case http.StatusNotFound:
		return models.Errorf(models.CodeNotFound, "there is nothing at this address")
	case http.StatusMethodNotAllowed:
		return models.Errorf(codeMethod, "this address does not take this method; the header Allow lists those it does")
	case http.StatusRequestEntityTooLarge:
		return models.Errorf(models.CodeTooLarge, "the body is too large")
	case http.StatusUnsupportedMediaType:
		return models.Errorf(models.CodeUnsupported, "the body must be sent as application/json")
	case http.StatusBadRequest:
		return models.Errorf(models.CodeMalformed, "the request cannot be read")
	}
	return models.Errorf(models.CodeInternal, "Something went wrong on our side.")
}
