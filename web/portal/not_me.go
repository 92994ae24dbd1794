package portal

import (
	"net/http"

	"habeas/web/pages"
	"habeas/workflows/cases"
)

// notMePage says what a mail means to somebody who did not ask for it, and
// whether their mailbox wants none.
type notMePage struct {
	Token   string
	Contact string
	cases.NotMine
}

// notMe shows the page that every mail to an unproved mailbox leads to. To open
// it changes nothing: mail scanners open everything (T02).
func (s *Site) notMe(w http.ResponseWriter, r *http.Request) error {
	page := notMePage{Token: r.PathValue("token"), Contact: s.Contact}
	var err error
	if page.NotMine, err = s.Requests.NotMine(r.Context(), page.Token); err != nil {
		return err
	}
	title := "not-me.title"
	if page.Never {
		title = "not-me.done.title"
	}
	return s.show(w, r, http.StatusOK, viewNotMe, layout{Title: s.catalogue(r).words[title], Body: page})
}

// notMeWish has the mailbox never mailed again, or takes that back.
func (s *Site) notMeWish(w http.ResponseWriter, r *http.Request) error {
	if err := pages.Form(w, r); err != nil {
		return err
	}
	token, wish := r.PathValue("token"), r.PostForm.Get("mail")
	if wish == "never" || wish == "again" {
		if err := s.Requests.SetSuppression(r.Context(), token, wish == "never"); err != nil {
			return err
		}
	}
	return s.see(w, r, "/not-me/"+token)
}
