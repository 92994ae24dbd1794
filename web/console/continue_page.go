package console

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"habeas/web/pages"
)

// draftPage is a form that came when nobody was signed in any more.
type draftPage struct {
	Fields []draftField // all, to be sent again
	Words  []draftField // those that people wrote
}

type draftField struct{ Name, Label, Value string }

// continueForm shows the form that waits, to be sent again by who sent it.
func (s *Site) continueForm(w http.ResponseWriter, r *http.Request) error {
	d, err := s.Staff.Draft(r.Context(), s.secret(r))
	if err != nil {
		return err
	}
	if d == nil {
		return see(w, pathStart)
	}
	var page draftPage
	for _, name := range slices.Sorted(maps.Keys(d.Form)) {
		for _, value := range d.Form[name] {
			f := draftField{name, strings.ReplaceAll(name, "_", " "), value}
			page.Fields = append(page.Fields, f)
			if strings.Contains(value, " ") {
				page.Words = append(page.Words, f)
			}
		}
	}
	return s.show(w, r, http.StatusOK, viewContinue, layout{Title: "You were about to send this", Body: page})
}

// goAhead sends the form to where it was meant for: the browser posts it there
// once more. With do=discard it is forgotten.
func (s *Site) goAhead(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	d, err := s.Staff.Draft(r.Context(), s.secret(r))
	if err != nil {
		return err
	}
	if err := s.Staff.DropDraft(r.Context(), s.secret(r)); err != nil {
		return err
	}
	if d == nil || r.URL.Query().Get("do") == "discard" {
		return see(w, pathStart)
	}
	w.Header().Set("Location", d.Path)
	w.WriteHeader(http.StatusTemporaryRedirect)
	return nil
}
