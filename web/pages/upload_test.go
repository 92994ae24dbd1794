package pages_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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

// Files that strangers have under way keep out nobody who has a session, and the
// other way round they get what is left.
func TestFilesOfStrangersKeepNobodyOut(t *testing.T) {
	t.Parallel()
	m := &pages.Memory{Most: 4 * mebibyte}
	held := func(read func(http.ResponseWriter, *http.Request) (*pages.Upload, error), size int, want models.Code) *pages.Upload {
		t.Helper()
		u, err := read(httptest.NewRecorder(), form(t, size))
		if models.CodeOf(err) != want {
			t.Errorf("a file of %d bytes: %v, want %q", size, err, want)
		}
		return u
	}
	first := held(m.ReadUnknown, mebibyte, "")
	held(m.ReadUnknown, mebibyte+1, models.CodeUnavailable).Done()
	second := held(m.ReadUnknown, mebibyte, "")
	held(m.ReadUnknown, 1, models.CodeUnavailable).Done()
	known := held(m.Read, 2*mebibyte, "")
	held(m.Read, 1, models.CodeUnavailable).Done()
	first.Done()
	held(m.ReadUnknown, mebibyte, "").Done()
	second.Done()
	known.Done()
	held(m.Read, 4*mebibyte, "").Done()
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
