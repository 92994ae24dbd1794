// Package apitest is an HTTP client for tests: an answer that the OpenAPI
// document does not describe, down to the last field, fails the test.
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"habeas/api"
)

// Client talks to a running API.
type Client struct {
	t    testing.TB
	base string
	http *http.Client
}

// NewClient returns a client of the API at the base URL.
func NewClient(t testing.TB, base string) *Client {
	t.Helper()
	return &Client{t: t, base: strings.TrimSuffix(base, "/"), http: &http.Client{
		Transport: Validating(http.DefaultTransport, t.Errorf), Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Response is an answer that was read to its end.
type Response struct {
	*http.Response
	Content []byte
}

// JSON decodes the answer into v, or fails the test.
func (r *Response) JSON(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(r.Content, v); err != nil {
		t.Fatalf("%s: %v in %s", r.Request.URL.Path, err, r.Content)
	}
}

// Problem decodes the answer as a problem.
func (r *Response) Problem(t testing.TB) api.Problem {
	t.Helper()
	var p api.Problem
	r.JSON(t, &p)
	return p
}

// Option changes a request before it is sent.
type Option func(*http.Request)

// Bearer sends a token.
func Bearer(token string) Option {
	return func(r *http.Request) {
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
}

// Header sends a header.
func Header(name, value string) Option {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// Send sends a request and reads the answer. A body that is text or bytes goes
// out as it is, anything else as its JSON; nil is none.
func (c *Client) Send(method, path string, body any, options ...Option) *Response {
	c.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, c.base+path, reader(c.t, body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, o := range options {
		o(req)
	}
	return c.Do(req)
}

// Do sends a request and reads the answer.
func (c *Client) Do(req *http.Request) *Response {
	c.t.Helper()
	answer, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read to the end
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return &Response{Response: answer, Content: content}
}

func reader(t testing.TB, body any) io.Reader {
	t.Helper()
	switch body := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(body)
	case []byte:
		return bytes.NewReader(body)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(raw)
}

// Validating wraps a transport: every answer of the API is held against the
// document, and what the document does not allow is told to fail.
func Validating(next http.RoundTripper, fail func(format string, args ...any)) http.RoundTripper {
	d, err := load()
	if err != nil {
		fail("%v", err)
		return next
	}
	return &validating{fail: fail, next: next, contract: d}
}

type validating struct {
	fail func(format string, args ...any)
	next http.RoundTripper
	*contract
}

// contract is the document, ready to judge.
type contract struct {
	document *openapi3.T
	router   routers.Router
}

var load = sync.OnceValues(func() (*contract, error) { //nolint:gochecknoglobals // read once
	document, err := openapi3.NewLoader().LoadFromData(api.Document())
	if err != nil {
		return nil, fmt.Errorf("loading the document: %w", err)
	}
	for _, s := range document.Components.Schemas {
		closeSchema(s)
	}
	router, err := legacy.NewRouter(document)
	if err != nil {
		return nil, fmt.Errorf("routing the document: %w", err)
	}
	return &contract{document, router}, nil
})

// closeSchema refuses fields that the document does not name: an answer with
// one more says more than it should.
func closeSchema(s *openapi3.SchemaRef) {
	if s.Value != nil && len(s.Value.Properties) > 0 {
		no := false
		s.Value.AdditionalProperties = openapi3.BoolSchema{Has: &no}
	}
}

// RoundTrip sends the request and judges the answer.
func (v *validating) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := v.next.RoundTrip(req)
	if err != nil {
		return nil, err //nolint:wrapcheck // the transport's own
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return answer, err //nolint:wrapcheck // the transport's own
	}
	if err := v.validate(req, answer, body); err != nil {
		v.fail("%s %s answered %d, which the document does not allow: %v\n%.500s", req.Method, req.URL.Path, answer.StatusCode, err, body)
	}
	return answer, nil
}

func (v *validating) validate(req *http.Request, answer *http.Response, body []byte) error {
	local := req.Clone(req.Context())
	local.URL.Scheme, local.URL.Host = "", ""
	route, params, err := v.router.FindRoute(local)
	if err != nil {
		return v.undescribed(req, answer, body)
	}
	media, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if described := route.Operation.Responses.Status(answer.StatusCode); described != nil && len(body) > 0 && described.Value.Content[media] == nil {
		return fmt.Errorf("it is %q, which the document does not name", media)
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: local, PathParams: params, Route: route},
		Status:                 answer.StatusCode, Header: answer.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, ExcludeResponseBody: !strings.HasSuffix(media, "json")},
	}
	input.SetBodyBytes(body)
	return openapi3filter.ValidateResponse(context.Background(), input) //nolint:wrapcheck // shown as it is
}

// undescribed judges what is no operation: the document itself, its page, and
// problems.
func (v *validating) undescribed(req *http.Request, answer *http.Response, body []byte) error {
	if answer.StatusCode == http.StatusOK && (strings.HasPrefix(req.URL.Path, "/openapi.") || strings.HasPrefix(req.URL.Path, "/docs")) {
		return nil
	}
	if req.Method == http.MethodHead || req.Method == http.MethodOptions && answer.StatusCode == http.StatusNoContent {
		return nil
	}
	if got := answer.Header.Get("Content-Type"); got != "application/problem+json" {
		return fmt.Errorf("it is %q, not a problem", got)
	}
	var problem any
	if err := json.Unmarshal(body, &problem); err != nil {
		return err //nolint:wrapcheck // shown as it is
	}
	return v.document.Components.Schemas["Problem"].Value.VisitJSON(problem, openapi3.EnableJSONSchema2020()) //nolint:wrapcheck // shown as it is
}
