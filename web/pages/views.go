package pages

import (
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"
	"sync"
)

// Templates are the parsed templates of a site, in which every page has a layout
// and a content of its own and shares all else with the others.
type Templates struct{ set *template.Template }

// ParseTemplates adds pages to what they share, which is in shared: the layout
// and the templates that several pages call. What templates call need only be
// named here: Views says what it does.
func ParseTemplates(files fs.FS, shared *template.Template, funcs template.FuncMap, names ...string) (Templates, error) {
	layout, err := fs.ReadFile(files, "templates/layout.html")
	if err != nil {
		return Templates{}, fmt.Errorf("reading the layout: %w", err)
	}
	for _, name := range names {
		page, err := fs.ReadFile(files, "templates/"+name+".html")
		if err != nil {
			return Templates{}, fmt.Errorf("reading page %s: %w", name, err)
		}
		if err := addPage(shared, funcs, name, string(layout), string(page)); err != nil {
			return Templates{}, fmt.Errorf("parsing page %s: %w", name, err)
		}
	}
	return Templates{shared}, nil
}

// addPage adds the layout and the content of a page under names of its own. A
// set of templates for each page, with a copy of all that they share, would take
// ten times the memory.
func addPage(set *template.Template, funcs template.FuncMap, name, layout, page string) error {
	named := strings.NewReplacer(`{{define "layout"}}`, `{{define "`+layoutOf(name)+`"}}`,
		`{{define "content"}}`, `{{define "content of `+name+`"}}`, `{{template "content" .}}`, `{{template "content of `+name+`" .}}`)
	parsed, err := template.New("").Funcs(funcs).Parse(named.Replace(layout) + named.Replace(page))
	if err != nil {
		return err
	}
	for _, t := range parsed.Templates() {
		if t.Name() == "" {
			continue
		}
		if set.Lookup(t.Name()) != nil {
			return fmt.Errorf("another page has a template %q", t.Name())
		}
		if _, err := set.AddParseTree(t.Name(), t.Tree); err != nil {
			return err
		}
	}
	return nil
}

func layoutOf(page string) string { return "layout of " + page }

// Views are templates together with the functions that they call, which know
// the language and the organisation. They are bound to them when the first page
// is shown: in most languages none ever is. Views are safe for concurrent use.
type Views struct {
	bound func() (*template.Template, error)
}

// NewViews returns the pages with what they call.
func NewViews(t Templates, funcs ...template.FuncMap) *Views {
	return &Views{sync.OnceValues(func() (*template.Template, error) {
		set, err := t.set.Clone()
		if err != nil {
			return nil, err
		}
		for _, f := range funcs {
			set.Funcs(f)
		}
		return set, nil
	})}
}

// Render writes a page.
func (v *Views) Render(w io.Writer, name string, data any) error {
	set, err := v.bound()
	if err == nil {
		err = set.ExecuteTemplate(w, layoutOf(name), data)
	}
	if err != nil {
		return fmt.Errorf("showing %s: %w", name, err)
	}
	return nil
}
