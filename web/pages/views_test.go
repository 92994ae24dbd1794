package pages_test

import (
	"html/template"
	"strings"
	"testing"
	"testing/fstest"

	"habeas/web/pages"
)

func parse(t *testing.T, files map[string]string, names ...string) (*pages.Views, error) {
	t.Helper()
	fs := fstest.MapFS{"templates/layout.html": {Data: []byte(`{{define "layout"}}<title>{{who}}</title>{{template "content" .}}{{end}}`)}}
	for name, text := range files {
		fs["templates/"+name+".html"] = &fstest.MapFile{Data: []byte(text)}
	}
	funcs := template.FuncMap{"who": func() string { return "nobody" }}
	shared, err := template.New("").Funcs(funcs).ParseFS(fs, "templates/layout.html")
	if err != nil {
		t.Fatal(err)
	}
	all, err := pages.ParseTemplates(fs, shared, funcs, names...)
	return pages.NewViews(all, template.FuncMap{"who": func() string { return "<us>" }}), err
}

func TestEachPageHasItsContentInTheLayout(t *testing.T) {
	t.Parallel()
	views, err := parse(t, map[string]string{"a": `{{define "content"}}A {{.}}{{end}}`, "b": `{{define "content"}}B {{template "mine" .}}{{end}}{{define "mine"}}{{.}}{{end}}`}, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "<title>&lt;us&gt;</title>A &lt;x&gt;", "b": "<title>&lt;us&gt;</title>B &lt;x&gt;"} {
		var b strings.Builder
		if err := views.Render(&b, name, "<x>"); err != nil || b.String() != want {
			t.Errorf("%s: %s %v", name, b.String(), err)
		}
	}
	if err := views.Render(&strings.Builder{}, "c", nil); err == nil {
		t.Error("a page that is none is shown")
	}
}

// All pages are one set of templates, where the last of a name would win.
func TestTwoPagesHaveNoTemplateOfOneName(t *testing.T) {
	t.Parallel()
	page := `{{define "content"}}{{template "mine" .}}{{end}}{{define "mine"}}{{.}}{{end}}`
	if _, err := parse(t, map[string]string{"a": page, "b": page}, "a", "b"); err == nil || !strings.Contains(err.Error(), `"mine"`) {
		t.Error(err)
	}
	for name, page := range map[string]string{"no end": `{{define "content"}}`, "a function that is none": `{{define "content"}}{{whom}}{{end}}`} {
		if _, err := parse(t, map[string]string{"a": page}, "a"); err == nil {
			t.Error(name, "is parsed")
		}
	}
	if _, err := parse(t, nil, "a"); err == nil {
		t.Error("a page without a file is parsed")
	}
}
