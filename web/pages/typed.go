package pages

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"habeas/models"
)

// Typed is a form that could not be dealt with, to be sent again from the page
// that says so: nothing that somebody typed is lost because a part of the
// service was away.
type Typed struct {
	Path string
	// Hidden are the fields that need no look: choices, seeds and numbers.
	Hidden []TypedField
	// Words are what somebody wrote, to be read, mended and copied.
	Words []TypedField
	// Files says that files came with it. They have to be chosen again.
	Files bool
}

// TypedField is one field of it.
type TypedField struct {
	No          int // from 1
	Name, Value string
}

// Label is what the field is called where nothing better is known.
func (f TypedField) Label() string {
	return strings.NewReplacer("_", " ", ".", " ").Replace(strings.TrimPrefix(f.Name, "f."))
}

// Secret reports a form with a secret in it, which no page repeats and nothing
// keeps.
func Secret(form url.Values) bool {
	return slices.ContainsFunc([]string{"password", "current", "code"}, form.Has)
}

// sent is the form of a request, once somebody has read it. An action may see a
// copy of the request; all copies share it.
type sent struct {
	form  url.Values
	files bool
}

type sentKey struct{}

func remembering(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), sentKey{}, &sent{}))
}

// remember keeps the form for the page that may have to show it again.
func remember(r *http.Request, form url.Values, files bool) {
	if s, ok := r.Context().Value(sentKey{}).(*sent); ok {
		s.form, s.files = form, s.files || files
	}
}

// TypedIn returns the form of a request that failed; nil where there is none,
// where it holds a secret, or where it cannot be read.
func TypedIn(w http.ResponseWriter, r *http.Request) *Typed {
	s, ok := r.Context().Value(sentKey{}).(*sent)
	if !ok || r.Method != http.MethodPost || strings.HasPrefix(r.URL.Path, "//") {
		return nil
	}
	if s.form == nil && readFields(w, r) != nil {
		return nil
	}
	if len(s.form) == 0 || Secret(s.form) {
		return nil
	}
	t := &Typed{Path: r.URL.EscapedPath(), Files: s.files}
	for _, name := range slices.Sorted(maps.Keys(s.form)) {
		for _, value := range s.form[name] {
			t.add(name, Clean(value, true))
		}
	}
	return t
}

func (t *Typed) add(name, value string) {
	if strings.ContainsAny(value, " \n") {
		t.Words = append(t.Words, TypedField{len(t.Words) + 1, name, value})
		return
	}
	t.Hidden = append(t.Hidden, TypedField{0, name, value})
}

// readFields reads a form that no action came to read. Its files are left.
func readFields(w http.ResponseWriter, r *http.Request) error {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return Form(w, r)
	}
	u, form := &Upload{left: MaxForm}, url.Values{}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return models.Errorf(models.CodeMalformed, "the form cannot be read")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			remember(r, form, false)
			return u.wrong
		}
		if err == nil && part.FormName() == "file" {
			remember(r, form, part.FileName() != "")
			_, err = io.Copy(io.Discard, part)
		} else if err == nil {
			err = u.read(part, form)
		}
		if err != nil {
			return brokenOff(err)
		}
	}
}
