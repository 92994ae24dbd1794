package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"habeas/api/apitest"
	"habeas/internal/testbed"
)

// client speaks to the API as one person. Every answer is held against the
// OpenAPI document.
type client struct {
	t     *testing.T
	p     *program
	token string
	http  *http.Client
}

// answer is what came back.
type answer struct {
	t      *testing.T
	call   string
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

func (p *program) as(t *testing.T, token string) client {
	t.Helper()
	return client{t, p, token, &http.Client{Timeout: time.Minute + testbed.Patience(), Transport: apitest.Validating(wire, t.Errorf)}}
}

var (
	wire    = &http.Transport{MaxIdleConnsPerHost: 50}
	patient = &http.Client{Timeout: 30 * time.Second}
)

// try makes a call and returns the error of the network, if any.
func (c client) try(method, path string, body any, header ...string) (answer, error) {
	c.t.Helper()
	content, media := c.content(body)
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.p.base+path, content)
	if err != nil {
		c.t.Fatal(err)
	}
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer w.Body.Close()
	a := answer{t: c.t, call: method + " " + path, status: w.StatusCode, header: w.Header}
	if a.raw, err = io.ReadAll(w.Body); err != nil {
		return answer{}, err
	}
	_ = json.Unmarshal(a.raw, &a.body) // exports are no JSON
	return a, nil
}

// upload is the body of a call that sends a file.
type upload struct {
	name    string
	content string
	fields  map[string]string
}

// content returns a body as it is sent, and its media type: JSON but for files.
func (c client) content(body any) (io.Reader, string) {
	c.t.Helper()
	if body == nil {
		return nil, ""
	}
	if u, ok := body.(upload); ok {
		return u.form(c.t)
	}
	b, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return bytes.NewReader(b), "application/json"
}

func (u upload) form(t *testing.T) (io.Reader, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	file, err := w.CreateFormFile("file", u.name)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(file, u.content)
	for name, value := range u.fields {
		err = errors.Join(err, w.WriteField(name, value))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return &b, w.FormDataContentType()
}

// call makes a call and wants the status.
func (c client) call(status int, method, path string, body any) answer {
	c.t.Helper()
	a, err := c.try(method, path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if a.status != status {
		c.t.Fatalf("%s: %d, want %d: %s", a.call, a.status, status, a.raw)
	}
	return a
}

func (c client) get(path string) answer { c.t.Helper(); return c.call(200, "GET", path, nil) }

// do gives a command of staff.
func (c client) do(reference, command string, body any) answer {
	c.t.Helper()
	return c.call(200, "POST", "/v1/admin/requests/"+reference+"/"+command, body)
}

// refused gives a command and wants it refused with the status.
func (c client) refused(status int, reference, command string, body any) {
	c.t.Helper()
	c.call(status, "POST", "/v1/admin/requests/"+reference+"/"+command, body)
}

func (a answer) text(key string) string {
	a.t.Helper()
	s, ok := a.body[key].(string)
	if !ok {
		a.t.Fatalf("%s: no text %q in %s", a.call, key, a.raw)
	}
	return s
}

func (a answer) items() []map[string]any {
	a.t.Helper()
	list, ok := a.body["items"].([]any)
	if !ok {
		a.t.Fatalf("%s: no items in %s", a.call, a.raw)
	}
	all := make([]map[string]any, len(list))
	for i, item := range list {
		all[i], _ = item.(map[string]any)
	}
	return all
}

// want checks one text of the answer.
func (a answer) want(key, value string) answer {
	a.t.Helper()
	if got := a.text(key); got != value {
		a.t.Errorf("%s: %s is %q, want %q", a.call, key, got, value)
	}
	return a
}

type object = map[string]any
