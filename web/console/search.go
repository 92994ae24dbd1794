package console

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"habeas/models"
	"habeas/web/pages"
)

// search finds a request by its reference, or those of an email address. It
// takes a POST and shows what it finds at the same address, so that nobody's
// email ever stands in an address, a log or a history.
func (s *Site) search(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	typed := pages.Clean(r.PostForm.Get("q"), false)
	reference, ok := models.NormaliseReference(typed)
	if !ok {
		reference, ok = models.NormaliseReference("HB-" + typed)
	}
	if ok {
		_, err := s.Staff.FactsOf(r.Context(), reference)
		if err == nil {
			return see(w, "/console/requests/"+reference)
		}
		if models.CodeOf(err) != models.CodeNotFound {
			return err
		}
		return s.searched(w, r, http.StatusNotFound, typed, "There is no request with the reference "+reference+".")
	}
	switch {
	case typed == "":
		return s.searched(w, r, http.StatusUnprocessableEntity, typed, "Type a reference such as HB-7K3M-9QXD-2F, or an email address.")
	case !models.Permit(who(r).Role, models.MayOpen):
		return s.searched(w, r, http.StatusUnprocessableEntity, typed, "Your role finds requests by their reference only.")
	case !strings.Contains(typed, "@") || utf8.RuneCountInString(typed) > longestEmail:
		return s.searched(w, r, http.StatusUnprocessableEntity, typed, "That is neither a reference nor a whole email address. Names are sealed and cannot be searched.")
	}
	return s.byEmail(w, r, typed)
}

// searched shows the worklist with what is wrong with a search.
func (s *Site) searched(w http.ResponseWriter, r *http.Request, status int, typed, wrong string) error {
	page := worklistPage{Heading: "Search", Search: typed, Wrong: wrong, Back: "/console"}
	t, err := s.team(r)
	if err != nil {
		return err
	}
	return s.showList(w, r, status, page, t, s.savedViews(who(r)), "")
}

func (s *Site) byEmail(w http.ResponseWriter, r *http.Request, email string) error {
	t, err := s.team(r)
	if err != nil {
		return err
	}
	f := models.Filter{Email: email, Sort: models.SortReceivedAt, Now: s.Now(), Limit: perPage, After: readCursor(models.SortReceivedAt, r.PostForm.Get("after"))}
	list, more, err := s.Staff.List(r.Context(), who(r).Actor(), f)
	if err != nil {
		return err
	}
	page := worklistPage{Heading: "Requests of one mailbox", Search: email, Empty: "No request came from this address.", Back: "/console"}
	if page.Rows, err = s.rows(r, list, t); err != nil {
		return err
	}
	if !more.IsZero() {
		page.More = writeCursor(models.SortReceivedAt, more)
	}
	return s.showList(w, r, http.StatusOK, page, t, s.savedViews(who(r)), "")
}
