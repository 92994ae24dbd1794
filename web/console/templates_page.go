package console

import (
	"net/http"
	"strings"

	"habeas/models"
)

// Letters shows the mails that people get. See notifications.Renderer.
type Letters interface {
	// Templates are the names of all letters.
	Templates() []string
	// Languages are those that every letter is written in.
	Languages() []Language
	// Preview renders a letter with sample data, or is CodeInvalid if there is no
	// such letter or language.
	Preview(template, language string) (Letter, error)
	// Render renders a letter as it would go out.
	Render(l models.Letter) (Letter, error)
}

// Language is one that mails are written in.
type Language struct{ Tag, Name string }

// Letter is a rendered mail.
type Letter struct {
	Subject, Text, HTML string
	Own                 bool // the organisation's own template is in place of ours
}

// letterShown is a letter on a page.
type letterShown struct{ Subject, Text, HTML string }

type templatesPage struct {
	Languages []Language
	Letters   []letterLine
}

type letterLine struct {
	Template, Name string
	Subject        string // in English
	Own            []string
	Staff          bool // staff get it, not the requester
}

// templates lists every letter and says which are the organisation's own.
func (s *Site) templates(w http.ResponseWriter, r *http.Request) error {
	page := templatesPage{Languages: s.Letters.Languages()}
	for _, name := range s.Letters.Templates() {
		line := letterLine{Template: name, Name: s.letterName(name), Staff: strings.HasPrefix(name, "staff_")}
		for _, l := range page.Languages {
			m, err := s.Letters.Preview(name, l.Tag)
			if err != nil {
				return err
			}
			if l.Tag == "en" {
				line.Subject = m.Subject
			}
			if m.Own {
				line.Own = append(line.Own, l.Name)
			}
		}
		page.Letters = append(page.Letters, line)
	}
	return s.show(w, r, http.StatusOK, viewTemplates, layout{Title: "Mail templates", Here: "settings", Body: page})
}

type templatePage struct {
	Template, Name string
	Language       Language
	Languages      []Language
	Letter
}

// template shows a letter in one language.
func (s *Site) template(w http.ResponseWriter, r *http.Request) error {
	page := templatePage{Template: r.PathValue("template"), Languages: s.Letters.Languages()}
	m, err := s.preview(r)
	if err != nil {
		return err
	}
	page.Name, page.Letter = s.letterName(page.Template), m
	for _, l := range page.Languages {
		if l.Tag == r.PathValue("language") {
			page.Language = l
		}
	}
	return s.show(w, r, http.StatusOK, viewTemplate, layout{Title: page.Name, Here: "settings", Body: page})
}

// templateHTML shows a letter as a mail program draws it, in a page that can
// do nothing.
func (s *Site) templateHTML(w http.ResponseWriter, r *http.Request) error {
	m, err := s.preview(r)
	if err != nil {
		return err
	}
	return sandboxed(w, m.HTML)
}

func (s *Site) preview(r *http.Request) (Letter, error) {
	m, err := s.Letters.Preview(r.PathValue("template"), r.PathValue("language"))
	if models.CodeOf(err) == models.CodeInvalid {
		err = models.Errorf(models.CodeNotFound, "there is no such letter")
	}
	return m, err
}
