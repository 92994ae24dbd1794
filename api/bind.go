package api

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"habeas/internal/server"
	"habeas/models"
)

// plan is what binding needs to know of an input type, worked out once: which
// fields come from the path and the query, and the shape of the body.
type plan struct {
	params []param
	body   *shape
}

// param is one field taken from the path or the query.
type param struct {
	index []int
	name  string
	query bool
}

func planOf(t reflect.Type) plan {
	p := plan{body: shapeOf(t)}
	for _, f := range reflect.VisibleFields(t) {
		if name := f.Tag.Get("path"); name != "" {
			p.params = append(p.params, param{index: f.Index, name: name})
		}
		if name := f.Tag.Get("query"); name != "" {
			p.params = append(p.params, param{index: f.Index, name: name, query: true})
		}
	}
	return p
}

// bind fills input from the path, the query and the body, each strictly, and
// validates it. It returns what an idempotency key is bound to.
func (a *API) bind(c *call, r *Route, p plan, input any) (sum []byte, err error) {
	v := reflect.ValueOf(input).Elem()
	faults, err := p.bindParams(c, v)
	if err != nil {
		return nil, err
	}
	digest := sha256.New()
	_, _ = io.WriteString(digest, c.Request().Method+"\n"+c.Request().URL.Path+"\n")
	switch {
	case r.upload:
		err = a.bindForm(c, input, digest)
	case len(p.body.fields) > 0 || r.Method == http.MethodPost:
		var wrong []models.FieldError
		wrong, err = a.bindBody(c, r, p, input, digest)
		faults = append(faults, wrong...)
	}
	if err != nil {
		return nil, err
	}
	if faults = append(faults, a.check(input, faults)...); len(faults) > 0 {
		return nil, models.Invalid(faults...)
	}
	return digest.Sum(nil), nil
}

// bindBody fills input from a JSON body.
func (a *API) bindBody(c *call, r *Route, p plan, input any, digest hash.Hash) ([]models.FieldError, error) {
	raw, err := a.body(c, r, p.body)
	if err != nil {
		return nil, err
	}
	release, err := a.decoding.acquire(c.Request().Context(), c, len(raw))
	if err != nil {
		return nil, err
	}
	defer release()
	_, _ = digest.Write(raw)
	return decode(raw, p.body, input)
}

func (p plan) bindParams(c *call, v reflect.Value) (faults []models.FieldError, err error) {
	query, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return nil, models.Errorf(models.CodeMalformed, "the query string cannot be read")
	}
	for _, f := range p.params {
		field := v.FieldByIndex(f.index)
		if !f.query {
			value := c.Param(f.name)
			if !utf8.ValidString(value) || strings.ContainsFunc(value, control) {
				return nil, models.Errorf(models.CodeNotFound, "there is no such thing")
			}
			field.SetString(value)
			continue
		}
		values := query[f.name]
		delete(query, f.name)
		if len(values) > 1 && field.Kind() != reflect.Slice {
			return nil, models.Errorf(models.CodeMalformed, "%s is given more than once", f.name)
		}
		if fault := f.set(field, values); fault != nil {
			faults = append(faults, *fault)
		}
	}
	for name := range query {
		faults = append(faults, models.FieldError{Field: shown(name), Code: "unknown", Message: "is not a parameter of this request"})
	}
	slices.SortFunc(faults, func(a, b models.FieldError) int { return strings.Compare(a.Field, b.Field) })
	return faults, nil
}

// set puts query values into a field: text, a number, a truth value, or a list
// given repeatedly or with commas.
func (f param) set(field reflect.Value, values []string) *models.FieldError {
	if len(values) == 0 || len(values) == 1 && values[0] == "" {
		return nil
	}
	if slices.ContainsFunc(values, func(s string) bool { return !utf8.ValidString(s) || strings.ContainsFunc(s, control) }) {
		return &models.FieldError{Field: f.name, Code: "invalid", Message: "must not hold control characters"}
	}
	switch field.Kind() {
	case reflect.Int:
		n, err := strconv.Atoi(values[0])
		if err != nil {
			return &models.FieldError{Field: f.name, Code: "type", Message: "must be a whole number"}
		}
		field.SetInt(int64(n))
	case reflect.Bool:
		b, err := strconv.ParseBool(values[0])
		if err != nil {
			return &models.FieldError{Field: f.name, Code: "type", Message: "must be true or false"}
		}
		field.SetBool(b)
	case reflect.Slice:
		for part := range strings.SplitSeq(strings.Join(values, ","), ",") {
			field.Set(reflect.Append(field, reflect.ValueOf(strings.TrimSpace(part)).Convert(field.Type().Elem())))
		}
	default:
		field.SetString(values[0])
	}
	return nil
}

// body reads a JSON body within its limit.
func (a *API) body(c *call, r *Route, s *shape) ([]byte, error) {
	req := c.Request()
	if req.Header.Get(echo.HeaderContentEncoding) != "" {
		return nil, models.Errorf(models.CodeUnsupported, "the body must not be compressed")
	}
	raw, err := read(c, a.Limits.Body)
	if err != nil {
		return nil, err
	}
	if len(raw) == 0 {
		if r.optional || len(s.fields) == 0 {
			return []byte("{}"), nil
		}
		return nil, models.Errorf(models.CodeMalformed, "the body is empty; it must be a JSON object")
	}
	media, _, err := mime.ParseMediaType(req.Header.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEApplicationJSON {
		return nil, models.Errorf(models.CodeUnsupported, "the body must be sent as application/json")
	}
	return raw, nil
}

func read(c *call, limit int64) ([]byte, error) {
	req := c.Request()
	if req.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	raw, err := server.ReadBody(c.Response(), req, limit)
	if err != nil {
		return nil, unreadable(err, limit)
	}
	return raw, nil
}

func tooLarge(limit int64) error {
	return models.Errorf(models.CodeTooLarge, "the body may have %d KiB at most", limit>>10)
}

// unreadable says why a body could not be read: it is too long, or the client
// went away or is too slow.
func unreadable(err error, limit int64) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(limit)
	}
	if errors.Is(err, server.ErrMemory) {
		return err
	}
	if errors.Is(err, server.ErrPartHeader) {
		return models.Errorf(models.CodeTooLarge, "a name in the form is too long")
	}
	return models.Errorf(models.CodeMalformed, "the body ended before it was complete")
}

// decode reads a body into input, after the walk that finds everything that
// encoding/json would let pass.
func decode(raw []byte, s *shape, input any) ([]models.FieldError, error) {
	faults, whole, err := s.walk(raw)
	if err != nil || !whole {
		return faults, err
	}
	err = json.Unmarshal(raw, input) // as far as it goes: the rest is validated too
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && len(faults) == 0 {
		return []models.FieldError{{Field: wrong.Field, Code: "type", Message: "has a value that does not fit"}}, nil
	} else if err != nil && !ok {
		return nil, models.Errorf(models.CodeMalformed, "the body is not valid JSON")
	}
	return faults, nil
}
