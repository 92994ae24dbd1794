package pages_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"habeas/internal/server"
	"habeas/models"
	"habeas/web/pages"
)

const mebibyte = 1 << 20

// form is a request with a file of so many bytes and a field.
func form(t *testing.T, size int) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, err := w.CreateFormFile("file", "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(file, strings.Repeat("x", size)); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteField("text", "See the file"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

// Whatever a stranger sends counts against the memory budget: files, texts and
// url-encoded fields.
func TestFormsHaveAMemoryBudget(t *testing.T) {
	t.Parallel()
	typed := func(t *testing.T, size int) *http.Request {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("text="+strings.Repeat("x", size)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r
	}
	for name, made := range map[string]func(*testing.T, int) *http.Request{"a file": form, "a form": typed} {
		m := server.NewMemory(600 << 10)
		if name == "a form" { // it is there as it came, too
			m = server.NewMemory(1200 << 10)
		}
		sent := func(size int, want models.Code) *server.Reservation {
			t.Helper()
			one := m.Reserve("192.0.2.1")
			if _, err := pages.Read(httptest.NewRecorder(), server.WithReservation(made(t, size), one)); models.CodeOf(err) != want {
				t.Errorf("%s of %d bytes: %v, want %q", name, size, err, want)
			}
			return one
		}
		sent(400<<10, models.CodeUnavailable).Release() // strangers have one half
		first := sent(200<<10, "")
		first.Release()
		sent(200<<10, "").Release()
	}
}

// Each field of a form takes many times the memory of its text.
func TestAFormHasFewFields(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(strings.Repeat("a=&", 3000)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := pages.Form(httptest.NewRecorder(), r); models.CodeOf(err) != models.CodeTooLarge || len(r.PostForm) > 0 {
		t.Errorf("%v, %d fields", err, len(r.PostForm))
	}
}

// Without a right to them files are not kept; what was typed is.
func TestFieldsAreReadWithoutFiles(t *testing.T) {
	t.Parallel()
	r := form(t, mebibyte)
	u, err := pages.ReadFields(httptest.NewRecorder(), r)
	if err != nil || len(u.Files) != 0 || !u.HasFiles() || r.PostForm.Get("text") != "See the file" {
		t.Errorf("%d files, %v, %q, %v", len(u.Files), u.HasFiles(), r.PostForm.Get("text"), err)
	}
}
