package portal

import (
	"net/http"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows/cases"
)

// ownerCodePage offers to mail a code and asks for it. It is the same for every
// task, whether there is one or not.
type ownerCodePage struct {
	ID     string
	Form   string // its seed: sent twice, it opens the task twice
	Wrong  string
	Notice string
	Asked  bool // a code is on its way
	Filled taskFilled
}

// ownerCode shows where to type the code. It looks nothing up.
func (s *Site) ownerCode(w http.ResponseWriter, r *http.Request, status int, p ownerCodePage) error {
	var err error
	if p.ID, err = task(r); err != nil {
		return err
	}
	p.Form = pages.NewSeed()
	l := s.catalogue(r)
	switch {
	case p.Notice != "":
	case !p.Filled.Empty() && p.Filled.Files:
		p.Notice = l.words["task.pending"] + " " + l.words["code.pending.again"]
	case !p.Filled.Empty():
		p.Notice = l.words["task.pending"]
	case p.Asked || r.URL.Query().Get("done") == "code":
		p.Asked, p.Notice = true, l.words["task.code.done"]
	case r.URL.Query().Get("done") == "left":
		p.Notice = l.words["task.left"]
	case s.Given(r, taskCookie(p.ID)) != "":
		p.Notice = l.words["task.ended"]
	}
	return s.show(w, r, status, viewOwnerCode, layout{Title: l.words["task.code.title"], Wrong: p.Wrong != "", Body: p})
}

// ownerCodeFresh promises a code, whether there is such a task or not.
func (s *Site) ownerCodeFresh(w http.ResponseWriter, r *http.Request) error {
	id, err := task(r)
	if err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	p := ownerCodePage{Filled: taskFilledIn(r)}
	if err = s.take("code", r); err == nil {
		err = s.Owners.RequestCode(r.Context(), id, localeOf(r).tag)
	}
	if err != nil {
		status, key := s.refusal(w, r, err)
		p.Wrong = s.catalogue(r).words[key]
		return s.ownerCode(w, r, status, p)
	}
	if !p.Filled.Empty() { // a redirect would lose what was typed
		p.Asked, p.Notice = true, s.catalogue(r).words["task.code.done"]
		return s.ownerCode(w, r, http.StatusOK, p)
	}
	return s.see(w, r, "/tasks/"+id+"?done=code")
}

// ownerCodeEnter opens the task for whoever types the mailed code, with what was
// typed before in its form.
func (s *Site) ownerCodeEnter(w http.ResponseWriter, r *http.Request) error {
	id, err := task(r)
	if err != nil {
		return err
	}
	if err := pages.Form(w, r); err != nil {
		return err
	}
	l := s.catalogue(r)
	p := ownerCodePage{Filled: taskFilledIn(r), Asked: true}
	if err := s.take("verify", r); err != nil {
		status, key := s.refusal(w, r, err)
		p.Wrong = l.words[key]
		return s.ownerCode(w, r, status, p)
	}
	proof, err := s.Owners.Prove(r.Context(), cases.TypedOwnerCode{
		Task: id, Code: clean(r.PostForm.Get("code"), false), Client: s.client(r), Form: clean(r.PostForm.Get("form"), false),
	})
	switch {
	case models.CodeOf(err) == models.CodeInvalid:
		p.Wrong = l.words["error.code"]
		return s.ownerCode(w, r, http.StatusUnprocessableEntity, p)
	case err != nil:
		status, key := s.refusal(w, r, err)
		p.Wrong = l.words[key]
		return s.ownerCode(w, r, status, p)
	}
	s.Give(w, taskCookie(id), proof.Token, ownerLife)
	if p.Filled.Empty() {
		return s.see(w, r, "/tasks/"+id)
	}
	return s.ownerPage(w, r, http.StatusOK, id, proof.Token, ownerForm{Filled: p.Filled, Notice: l.words["task.not_sent"]})
}
