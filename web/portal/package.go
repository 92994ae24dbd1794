package portal

import (
	"context"
	"net/http"
	"time"

	"habeas/models"
	"habeas/web/pages"
)

// packageView says how the access package of a request can be fetched, or why not.
type packageView struct {
	Until time.Time
	Left  int
	Ended string // in words
}

func (s *Site) packageIn(l *catalogue, own models.Request) *packageView {
	p := own.Package
	if p.File == "" {
		return nil
	}
	v := &packageView{Until: p.Until, Left: p.Left}
	if why := p.Ended(s.Now()); why != "" {
		v.Ended = l.words["package.ended."+string(why)]
	}
	return v
}

// packageFetch hands out the access package to whoever typed a code not long ago, and
// asks everybody else for one.
func (s *Site) packageFetch(w http.ResponseWriter, r *http.Request) error {
	reference, err := reference(r)
	if err != nil {
		return err
	}
	found, err := s.Requests.OwnPackage(r.Context(), reference, s.token(r))
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is a fault
	case models.CodeNotFound, models.CodeForbidden:
		return s.codePage(w, r, http.StatusOK, codeForm{pending: pending{Act: actPackage}})
	case models.CodeConflict:
		return s.see(w, r, "/requests/"+reference+"#package")
	}
	if err != nil {
		return err
	}
	defer found.Close() //nolint:errcheck // it was read
	pages.Stream(w, r, found.File.Name, found.File.ID, found)
	if !found.Whole() {
		return nil
	}
	return s.Requests.Fetched(context.WithoutCancel(r.Context()), found)
}
