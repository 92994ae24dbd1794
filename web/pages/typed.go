package pages

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
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
	if s.form == nil {
		if _, err := ReadFields(w, r); err != nil {
			return nil
		}
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
