package web

import (
	"embed"
	"fmt"
	"html/template"
)

//go:embed templates/*.html
var templates embed.FS

// view is the name of a template file.
type view string

// The views. Each must be there when the service starts.
const (
	viewHome      view = "home"
	viewSetup     view = "setup"
	viewSetupDone view = "setup_done"
	viewMissing   view = "missing"
	viewFault     view = "fault"
)

// layout is what every page says; Body is the view's own data.
type layout struct {
	Title        string
	Organisation string
	Contact      string
	Body         any
}

type views map[view]*template.Template

func loadViews(assets map[string]asset) (views, error) {
	loaded := views{}
	for _, v := range []view{viewHome, viewSetup, viewSetupDone, viewMissing, viewFault} {
		t, err := template.New(string(v)).Funcs(template.FuncMap{
			"asset": func(name string) string { return assets[name].address },
		}).ParseFS(templates, "templates/layout.html", "templates/"+string(v)+".html")
		if err != nil {
			return nil, fmt.Errorf("parsing page %s: %w", v, err)
		}
		loaded[v] = t
	}
	return loaded, nil
}
