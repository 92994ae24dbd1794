package server_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"habeas/internal/server"
)

// parts reads a form whose body may have so many bytes, and returns how many
// bytes of it were taken and what its parts hold.
func parts(t *testing.T, body io.Reader, boundary string, most int64) (held []string, err error) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/form", body)
	r.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	form, err := server.MultipartForm(httptest.NewRecorder(), r, most)
	if err != nil {
		return nil, err
	}
	for {
		p, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return held, nil
		}
		if err != nil {
			return held, err
		}
		b, err := io.ReadAll(p)
		if err != nil {
			return held, err
		}
		held = append(held, p.FormName()+"="+string(b))
	}
}

func TestAFormIsReadPartByPart(t *testing.T) {
	t.Parallel()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	long := strings.Repeat("x", 300<<10)
	for _, field := range [][2]string{{"a", "1"}, {"b", long}, {"c", ""}} {
		if err := w.WriteField(field[0], field[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	held, err := parts(t, bytes.NewReader(body.Bytes()), w.Boundary(), 1<<20)
	if err != nil || strings.Join(held, " ") != "a=1 b="+long+" c=" {
		t.Errorf("%d parts, %v", len(held), err)
	}
	_, err = parts(t, bytes.NewReader(body.Bytes()), w.Boundary(), 100<<10)
	if _, ok := errors.AsType[*http.MaxBytesError](err); !ok {
		t.Errorf("a form that is too long: %v", err)
	}
}

// A header that never ends is not collected.
func TestTheHeaderOfAPartIsBounded(t *testing.T) {
	t.Parallel()
	endless := io.MultiReader(strings.NewReader("--x\r\nContent-Disposition: form-data; name=a\r\nX: "), endless{})
	read := &counter{in: endless}
	if _, err := parts(t, read, "x", 8<<20); !errors.Is(err, server.ErrPartHeader) {
		t.Errorf("it ended with %v", err)
	}
	if read.n > 64<<10 {
		t.Errorf("%d bytes were taken", read.n)
	}
}

// listening records the deadline that a connection has.
type listening struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (l *listening) SetReadDeadline(t time.Time) error {
	l.until = t
	return nil
}

// While a form comes it has half a minute for each piece. Once it is whole the
// server listens longer: else it took the client for gone while we work.
func TestAWholeFormMayBeWorkedOn(t *testing.T) {
	t.Parallel()
	w := &listening{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/form", strings.NewReader("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\n"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	form, err := server.MultipartForm(w, r, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := form.NextPart(); err != nil {
		t.Fatal(err)
	}
	if left := time.Until(w.until); left > time.Minute {
		t.Errorf("a piece has %s", left)
	}
	if _, err := form.NextPart(); !errors.Is(err, io.EOF) {
		t.Fatalf("it ends with %v", err)
	}
	if _, err := io.Copy(io.Discard, r.Body); err != nil { // as the server does
		t.Fatal(err)
	}
	if left := time.Until(w.until); left < 10*time.Minute {
		t.Errorf("the work has %s", left)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

type counter struct {
	in io.Reader
	n  int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += n
	return n, err
}
