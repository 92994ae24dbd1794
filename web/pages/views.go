package pages

import (
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"sync"
)

// Templates are the parsed templates of pages, by the names of their files.
type Templates map[string]*template.Template

// ParseTemplates parses each page with what all of them share. What templates
// call need only be named here: Views says what it does.
func ParseTemplates(files fs.FS, shared *template.Template, names ...string) (Templates, error) {
	parsed := Templates{}
	for _, name := range names {
		page, err := template.Must(shared.Clone()).ParseFS(files, "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("parsing page %s: %w", name, err)
		}
		parsed[name] = page
	}
	return parsed, nil
}

// Views are templates together with the functions that they call, which know
// the language and the organisation. A page is bound to them when it is first
// shown: most pages of most languages never are. Views are safe for concurrent
// use.
type Views struct {
	templates Templates
	funcs     template.FuncMap
	mu        sync.Mutex
	bound     Templates
}

// NewViews returns the pages with what they call.
func NewViews(t Templates, funcs ...template.FuncMap) *Views {
	v := &Views{templates: t, funcs: template.FuncMap{}, bound: Templates{}}
	for _, f := range funcs {
		maps.Copy(v.funcs, f)
	}
	return v
}

// Render writes a page, by its template "layout".
func (v *Views) Render(w io.Writer, name string, data any) error {
	page, err := v.page(name)
	if err == nil {
		err = page.ExecuteTemplate(w, "layout", data)
	}
	if err != nil {
		return fmt.Errorf("showing %s: %w", name, err)
	}
	return nil
}

func (v *Views) page(name string) (*template.Template, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if page, ok := v.bound[name]; ok {
		return page, nil
	}
	parsed, ok := v.templates[name]
	if !ok {
		return nil, fmt.Errorf("there is no page %s", name)
	}
	page, err := parsed.Clone()
	if err != nil {
		return nil, err
	}
	v.bound[name] = page.Funcs(v.funcs)
	return page, nil
}
