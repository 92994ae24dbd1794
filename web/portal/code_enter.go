package portal

import (
	"net/http"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows/cases"
)

// codeEnter opens a session for whoever types the mailed code, and then does
// what was pending.
func (s *Site) codeEnter(w http.ResponseWriter, r *http.Request) error {
	reference, err := reference(r)
	if err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	f := codeForm{pending: pendingIn(r, clean(r.PostForm.Get("act"), false))}
	l := s.catalogue(r)
	refuse := func(status int, text string) error {
		f.Wrong = text
		return s.codePage(w, r, status, f)
	}
	if err := s.take("verify", r); err != nil {
		status, key := s.refusal(w, r, err)
		return refuse(status, l.words[key])
	}
	proof, err := s.Requests.Prove(r.Context(), cases.TypedCode{
		Reference: reference, Code: clean(r.PostForm.Get("code"), false), Client: s.client(r), Browser: true, Form: clean(r.PostForm.Get("form"), false),
	})
	if models.CodeOf(err) == models.CodeInvalid {
		return refuse(http.StatusUnprocessableEntity, l.words["error.code"])
	}
	if err != nil {
		status, key := s.refusal(w, r, err)
		return refuse(status, l.words[key])
	}
	s.open(w, proof.Token)
	return s.resume(w, r, reference, proof.Token, f.pending)
}

// resume does what was pending, or shows the request.
func (s *Site) resume(w http.ResponseWriter, r *http.Request, reference, token string, p pending) error {
	if p.Act == "" {
		return s.see(w, r, "/requests/"+reference)
	}
	own, err := s.Requests.InSession(r.Context(), reference, token)
	if err != nil {
		return err
	}
	switch p.Act {
	case actWrite:
		return s.write(w, r, own, p, nil)
	case actAppeal:
		return s.fileAppeal(w, r, own, p)
	case actPackage:
		return s.see(w, r, "/requests/"+reference+"#package")
	case actWithdraw, actConfirm:
		return s.see(w, r, "/requests/"+reference+"/"+p.Act)
	}
	return models.Errorf(models.CodeMalformed, "there is no such act")
}

// codeFresh promises a fresh code, whether there is such a request or not.
func (s *Site) codeFresh(w http.ResponseWriter, r *http.Request) error {
	reference, err := reference(r)
	if err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	f := codeForm{pending: pendingIn(r, clean(r.PostForm.Get("act"), false))}
	if err = s.take("code", r); err == nil {
		err = s.Requests.RequestCode(r.Context(), reference)
	}
	if err != nil {
		status, key := s.refusal(w, r, err)
		f.Wrong = s.catalogue(r).words[key]
		return s.codePage(w, r, status, f)
	}
	if f.Act != "" { // a redirect would lose what was typed
		f.Notice = s.catalogue(r).words["code.done.code"]
		return s.codePage(w, r, http.StatusOK, f)
	}
	return s.see(w, r, "/requests/"+reference+"?done=code")
}
