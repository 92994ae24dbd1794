package portal

import (
	"bytes"
	"maps"
	"net/http"
	"slices"

	"habeas/models"
)

// layout is what every page says; Body is the view's own data.
type layout struct {
	Title string
	Body  any
	// Wrong says that the page shows a form again, for its title.
	Wrong bool
	// Kept lets the browser keep the page for going back to: it holds nothing
	// but what was typed there, and without it that would be lost.
	Kept bool

	// What show fills in.
	Lang         string
	Organisation string
	Contact      string
	Logo         string
	Theme        string
	Languages    []languageLink
}

// languageLink is this page in another language.
type languageLink struct {
	Tag, Name, Href string
	Current         bool
}

// show renders a whole page before it sends any of it.
func (s *Site) show(w http.ResponseWriter, r *http.Request, status int, v view, data layout) error {
	t := localeOf(r)
	data.Lang, data.Organisation, data.Contact = t.tag, s.Organisation, s.Contact
	data.Logo, data.Theme = s.Assets.Logo(), s.Assets.Address("theme.css")
	data.Languages = s.languageLinks(r, t)
	var b bytes.Buffer
	if err := s.views[t].Render(&b, v, data); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Language", t.tag)
	h.Add("Vary", "Accept-Language")
	if data.Kept {
		h.Set("Cache-Control", "private, no-cache")
	}
	return s.sender.Send(w, r, status, b.Bytes())
}

// languageLinks lead to this page in every language. Where a form was just
// sent there are none: what was typed would be lost on the way.
func (s *Site) languageLinks(r *http.Request, t locale) []languageLink {
	if r.Method != http.MethodGet {
		return nil
	}
	var links []languageLink
	query := r.URL.Query()
	maps.DeleteFunc(query, func(key string, _ []string) bool {
		return !slices.Contains([]string{"country", "region", "type", "on", "reference", "code"}, key)
	})
	for _, tag := range tags() {
		query.Set("lang", tag)
		links = append(links, languageLink{
			Tag: tag, Name: s.catalogues[tag].words["language.name"], Href: r.URL.EscapedPath() + "?" + query.Encode(), Current: tag == t.tag,
		})
	}
	return links
}

// lexicon returns the words of a request's language.
func (s *Site) catalogue(r *http.Request) *catalogue { return s.catalogues[localeOf(r).tag] }

// see sends the browser on to another page of ours, which it then asks for by
// GET.
func (s *Site) see(w http.ResponseWriter, r *http.Request, path string) error {
	w.Header().Set("Location", localeOf(r).href(path))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// today is the day it is for the organisation.
func (s *Site) today() models.Date { return models.DateOf(s.Now(), s.Zone) }
