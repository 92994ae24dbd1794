package portal

import (
	"net/http"
	"unicode/utf8"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// caseWrite sends a message and files to staff. Where the session has ended,
// what was typed waits for the code; files have to be chosen again.
func (s *Site) caseWrite(w http.ResponseWriter, r *http.Request) error {
	own, err := s.own(r)
	read := pages.Read
	if err != nil {
		read = pages.ReadFields
	}
	up, wrong := read(w, r)
	if wrong != nil && !r.PostForm.Has("text") {
		return wrong
	}
	p := pendingIn(r, actWrite)
	if models.CodeOf(err) == models.CodeNotFound {
		p.Files = up.HasFiles()
		return s.codePage(w, r, http.StatusForbidden, codeForm{pending: p})
	}
	if err != nil {
		return err
	}
	if wrong == nil {
		wrong = s.checkFiles(up.Files)
	}
	if wrong != nil {
		return s.refuseFiles(w, r, own, p, wrong)
	}
	return s.write(w, r, own, p, up.Files)
}

// pendingIn reads what was typed for an act.
func pendingIn(r *http.Request, act string) pending {
	return pending{Act: act, Text: clean(r.PostForm.Get("text"), true), Seed: clean(r.PostForm.Get("seed"), false)}
}

// acting reads the form of an act and the request it is about. CodeNotFound
// says that the session does not open it.
func (s *Site) acting(w http.ResponseWriter, r *http.Request, act string) (models.Request, pending, error) {
	own, err := s.own(r)
	if err := pages.Form(w, r); err != nil {
		return models.Request{}, pending{}, err
	}
	return own, pendingIn(r, act), err
}

// tooMuch is what is wrong with a text that has to be there; "" is nothing.
func tooMuch(l *catalogue, text string) string {
	switch {
	case text == "":
		return l.words["error.text"]
	case utf8.RuneCountInString(text) > longestText:
		return l.words["error.too_long"]
	}
	return ""
}

// write adds the files and then says the text, so that nothing is said twice
// where a file is refused.
func (s *Site) write(w http.ResponseWriter, r *http.Request, own models.Request, p pending, files []pages.File) error {
	l := s.catalogue(r)
	if wrong := tooMuch(l, p.Text); wrong != "" && (p.Text != "" || len(files) == 0) {
		return s.showCase(w, r, http.StatusUnprocessableEntity, own, caseForms{Message: p, Wrong: wrong})
	}
	if err := s.addFiles(r.Context(), own.Reference, p.Seed, files); err != nil {
		return s.refuseFiles(w, r, own, p, err)
	}
	if p.Text == "" {
		return s.see(w, r, "/requests/"+own.Reference+"?done=file#files")
	}
	if err := s.act(r, own, p, workflows.Write{Text: p.Text}); err != nil {
		status, key := s.writeRefusal(w, r, err)
		return s.showCase(w, r, status, own, caseForms{Message: p, Refused: l.words[key]})
	}
	return s.see(w, r, "/requests/"+own.Reference+"?done=message#messages")
}

// writeRefusal is refusal where the request has had its messages of the hour, or
// all the text that it holds.
func (s *Site) writeRefusal(w http.ResponseWriter, r *http.Request, err error) (status int, key string) {
	switch models.CodeOf(err) { //nolint:exhaustive // the rest is that of every form
	case models.CodeTooMany:
		w.Header().Set("Retry-After", "600")
		return http.StatusTooManyRequests, "refused.messages"
	case models.CodeTooLarge:
		return http.StatusRequestEntityTooLarge, "refused.full"
	}
	return s.refusal(w, r, err)
}

func (s *Site) refuseFiles(w http.ResponseWriter, r *http.Request, own models.Request, p pending, err error) error {
	l := s.catalogue(r)
	if status, key, known := fileError(err); known {
		return s.showCase(w, r, status, own, caseForms{Message: p, File: l.words[key]})
	}
	status, key := s.refusal(w, r, err)
	return s.showCase(w, r, status, own, caseForms{Message: p, Refused: l.words[key]})
}

// act gives a command once, however often its form is sent.
func (s *Site) act(r *http.Request, own models.Request, p pending, c workflows.Command) error {
	key := pages.OnceFor(own.ID, p.Seed, p.Act, p.Text)
	_, err := pages.Once(r.Context(), s.Requests, key, func() error {
		_, err := s.Requests.DoByID(r.Context(), subject(), own.ID, c, pages.Stored(key, pages.Nothing))
		return err
	})
	return err
}
