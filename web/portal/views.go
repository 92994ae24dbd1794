package portal

import (
	"embed"
	"fmt"
	"html/template"
	"sync"
	"time"

	"habeas/models"
	"habeas/web/pages"
)

//go:embed templates/*.html
var templates embed.FS

// view is the name of a template file.
type view = string

// The views. Each must be there when the service starts.
const (
	viewStart       view = "start"
	viewForm        view = "request_form"
	viewReview      view = "request_review"
	viewSent        view = "request_sent"
	viewFind        view = "find"
	viewCode        view = "code"
	viewCase        view = "case"
	viewWithdraw    view = "withdraw"
	viewConfirm     view = "confirm"
	viewCertificate view = "certificate"
	viewAppeal      view = "appeal"
	viewNotMe       view = "not_me"
	viewOwnerCode   view = "owner_code"
	viewOwnerTask   view = "owner_task"
	viewSetup       view = "setup"
	viewSetupDone   view = "setup_done"
	viewProblem     view = "problem"
)

func allViews() []string {
	return []string{
		viewStart, viewForm, viewReview, viewSent, viewFind, viewCode, viewCase, viewWithdraw, viewConfirm, viewCertificate, viewAppeal,
		viewNotMe, viewOwnerCode, viewOwnerTask, viewSetup, viewSetupDone, viewProblem,
	}
}

// shared are the templates that every view may use.
func shared() []string {
	return []string{"templates/layout.html", "templates/parts.html", "templates/fields.html"}
}

// parsed are the pages as their files have them, the same for every site.
var parsed = sync.OnceValues(func() (pages.Templates, error) { //nolint:gochecknoglobals // read once, never changed
	funcs := new(Site).funcs(locale{})
	base, err := template.New("").Funcs(funcs).ParseFS(templates, shared()...)
	if err != nil {
		return pages.Templates{}, fmt.Errorf("parsing pages: %w", err)
	}
	return pages.ParseTemplates(templates, base, funcs, allViews()...)
})

// loadViews makes the pages of each tongue, so that a template names its texts
// and links without carrying the language along.
func (s *Site) loadViews() error {
	all, err := parsed()
	if err != nil {
		return err
	}
	s.views = map[locale]*pages.Views{}
	for _, tag := range tags() {
		for _, chosen := range []bool{false, true} {
			t := locale{tag, chosen}
			s.views[t] = pages.NewViews(all, s.funcs(t))
		}
	}
	return nil
}

// funcs are what templates of a tongue may call.
func (s *Site) funcs(t locale) template.FuncMap {
	l := s.catalogues[t.tag]
	return template.FuncMap{
		"asset": s.Assets.Address,
		"t":     l.say,
		"n":     l.count,
		"href":  t.href,
		"lang":  t.choice,
		"date":  l.date,
		"when":  func(at time.Time) string { return l.moment(at, s.Zone) },
		"exact": func(at time.Time) string { return at.UTC().Format(time.RFC3339) },
		"day":   func(d models.Date) string { return d.String() },
	}
}
