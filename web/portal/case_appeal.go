package portal

import (
	"net/http"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// appealForm asks why the answer should be looked at again.
func (s *Site) appealForm(w http.ResponseWriter, r *http.Request) error {
	own, err := s.own(r)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusOK, codeForm{})
	}
	if err != nil {
		return err
	}
	return s.showAppeal(w, r, http.StatusOK, own, pending{Seed: pages.NewSeed()}, "", "")
}

// showAppeal shows the form, or the request where there is nothing to appeal
// against.
func (s *Site) showAppeal(w http.ResponseWriter, r *http.Request, status int, own models.Request, p pending, wrong, refused string) error {
	l := s.catalogue(r)
	page, err := s.casePage(r.Context(), l, own)
	if err != nil {
		return err
	}
	if !page.MayAppeal {
		return s.showCase(w, r, http.StatusConflict, own, caseForms{Message: p, Refused: l.words["refused.appeal"]})
	}
	in := input{
		Shape: "area", Name: "text", Label: l.words["appeal.label"], Help: l.words["appeal.help"], Value: p.Text, Wrong: wrong,
		Height: 8, Longest: longestText,
	}
	var faults []fault
	if wrong != "" {
		faults = []fault{{in.Name, wrong}}
	}
	return s.show(w, r, status, viewAppeal, layout{Title: l.words["appeal.title"], Wrong: wrong+refused != "", Body: endPage{
		Reference: own.Reference, Kind: page.Kind, Until: page.AppealUntil, Answer: page.Answer, Refused: refused, Input: in, Faults: faults, pending: p,
	}})
}

// appeal objects to the answer.
func (s *Site) appeal(w http.ResponseWriter, r *http.Request) error {
	own, p, err := s.acting(w, r, actAppeal)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusForbidden, codeForm{pending: p})
	}
	if err != nil {
		return err
	}
	return s.fileAppeal(w, r, own, p)
}

func (s *Site) fileAppeal(w http.ResponseWriter, r *http.Request, own models.Request, p pending) error {
	l := s.catalogue(r)
	if wrong := tooMuch(l, p.Text); wrong != "" {
		return s.showAppeal(w, r, http.StatusUnprocessableEntity, own, p, wrong, "")
	}
	if err := s.act(r, own, p, workflows.FileAppeal{Text: p.Text}); err != nil {
		status, key := s.refusal(w, r, err)
		return s.showAppeal(w, r, status, own, p, "", l.words[key])
	}
	return s.see(w, r, "/requests/"+own.Reference+"?done=appeal")
}
