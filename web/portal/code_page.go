package portal

import (
	"net/http"

	"habeas/models"
	"habeas/web/pages"
)

// codeForm asks for the mailed code. It is the same for every reference.
type codeForm struct {
	Reference string
	Form      string // its seed: sent twice, it opens the request twice
	Wrong     string
	Notice    string
	pending
}

// pending is something typed in a session that had ended: it goes along until
// the code is typed, and is then done.
type pending struct {
	Act  string // "", or the last part of the address it was sent to
	Text string
	Seed string
	// Files says that files were chosen, too, which cannot go along.
	Files bool
}

// The acts that may be pending.
const (
	actWrite    = "messages"
	actAppeal   = "appeal"
	actWithdraw = "withdraw"
	// actConfirm is to confirm an erasure.
	actConfirm = "confirm"
	// actPackage is to fetch the access package.
	actPackage = "package"
)

// request shows a request to whoever has its session, and everybody else where
// to type its code.
func (s *Site) request(w http.ResponseWriter, r *http.Request) error {
	own, err := s.own(r)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusOK, codeForm{})
	}
	if err != nil {
		return err
	}
	return s.showCase(w, r, http.StatusOK, own, caseForms{})
}

// codePage shows the form. It looks nothing up.
func (s *Site) codePage(w http.ResponseWriter, r *http.Request, status int, f codeForm) error {
	var err error
	if f.Reference, err = reference(r); err != nil {
		return err
	}
	f.Form = pages.NewSeed()
	l := s.catalogue(r)
	done := r.URL.Query().Get("done")
	switch {
	case f.Notice != "":
	case f.Files && f.Text == "":
		f.Act, f.Notice = "", l.words["code.pending.files"]
	case f.Files:
		f.Notice = l.words["code.pending."+f.Act] + " " + l.words["code.pending.again"]
	case f.Act != "":
		f.Notice = l.words["code.pending."+f.Act]
	case done == "code" || done == "left":
		f.Notice = l.words["code.done."+done]
	case s.token(r) != "":
		f.Notice = l.words["code.ended"]
	}
	return s.show(w, r, status, viewCode, layout{Title: l.words["code.title"], Wrong: f.Wrong != "", Body: f})
}
