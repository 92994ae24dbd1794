package portal

import (
	"net/http"
	"unicode/utf8"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// caseWrite sends a message to staff. Where the session has ended, what was
// typed waits for the code.
func (s *Site) caseWrite(w http.ResponseWriter, r *http.Request) error {
	own, p, err := s.acting(w, r, actWrite)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusForbidden, codeForm{pending: p})
	}
	if err != nil {
		return err
	}
	return s.write(w, r, own, p)
}

// acting reads the form of an act and the request it is about. CodeNotFound
// says that the session does not open it.
func (s *Site) acting(w http.ResponseWriter, r *http.Request, act string) (models.Request, pending, error) {
	if err := pages.Form(w, r); err != nil {
		return models.Request{}, pending{}, err
	}
	p := pending{Act: act, Text: clean(r.PostForm.Get("text"), true), Seed: clean(r.PostForm.Get("seed"), false)}
	own, err := s.own(r)
	return own, p, err
}

// tooMuch is what is wrong with a text that has to be there; "" is nothing.
func tooMuch(l *lexicon, text string) string {
	switch {
	case text == "":
		return l.words["error.text"]
	case utf8.RuneCountInString(text) > longestText:
		return l.words["error.too_long"]
	}
	return ""
}

func (s *Site) write(w http.ResponseWriter, r *http.Request, own models.Request, p pending) error {
	l := s.lexicon(r)
	if wrong := tooMuch(l, p.Text); wrong != "" {
		return s.showCase(w, r, http.StatusUnprocessableEntity, own, caseForms{Message: p, Wrong: wrong})
	}
	if err := s.act(r, own, p, workflows.Write{Text: p.Text}); err != nil {
		status, key := s.refusal(w, r, err)
		return s.showCase(w, r, status, own, caseForms{Message: p, Refused: l.words[key]})
	}
	return s.see(w, r, "/requests/"+own.Reference+"?done=message#messages")
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
