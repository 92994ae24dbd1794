package portal

import (
	"net/http"
	"slices"

	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// endPage asks whether to withdraw, or takes an appeal.
type endPage struct {
	Reference, Kind string
	Until           models.Date
	Answer          *answer // that is objected to
	Refused         string
	Input           input
	Faults          []fault
	pending
}

// withdrawForm asks whether the request shall really end.
func (s *Site) withdrawForm(w http.ResponseWriter, r *http.Request) error {
	own, err := s.own(r)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusOK, codeForm{pending: pending{Act: actWithdraw}})
	}
	if err != nil {
		return err
	}
	allowed, err := s.Requests.MayNow(r.Context(), subject(), own)
	if err != nil {
		return err
	}
	if !slices.Contains(allowed, workflows.CommandWithdraw) {
		return s.see(w, r, "/requests/"+own.Reference)
	}
	return s.showWithdraw(w, r, http.StatusOK, own, "")
}

func (s *Site) showWithdraw(w http.ResponseWriter, r *http.Request, status int, own models.Request, refused string) error {
	l := s.catalogue(r)
	kind, err := s.kindOf(r.Context(), l, own)
	if err != nil {
		return err
	}
	return s.show(w, r, status, viewWithdraw, layout{Title: l.words["withdraw.title"], Wrong: refused != "", Body: endPage{
		Reference: own.Reference, Kind: kind, Refused: refused, pending: pending{Seed: pages.NewSeed()},
	}})
}

// withdraw ends the request. Ended twice it is ended; where it was answered
// meanwhile nothing is withdrawn, and the page says so.
func (s *Site) withdraw(w http.ResponseWriter, r *http.Request) error {
	own, p, err := s.acting(w, r, actWithdraw)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusForbidden, codeForm{pending: p})
	}
	if err != nil {
		return err
	}
	err = s.act(r, own, p, workflows.Withdraw{})
	done := "withdrawn"
	if models.CodeOf(err) == models.CodeConflict {
		if own, err = s.own(r); err != nil {
			return err
		}
		if own.Outcome != models.OutcomeWithdrawn {
			done = "too-late"
		}
	}
	if err != nil {
		status, key := s.refusal(w, r, err)
		return s.showWithdraw(w, r, status, own, s.catalogue(r).words[key])
	}
	return s.see(w, r, "/requests/"+own.Reference+"?done="+done)
}

// leave ends the session, wherever else its token may be, and has this browser
// forget the pages that it kept.
func (s *Site) leave(w http.ResponseWriter, r *http.Request) error {
	reference, err := reference(r)
	if err != nil {
		return err
	}
	if err := s.Requests.Leave(r.Context(), s.token(r)); err != nil {
		return err
	}
	s.shut(w)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return s.see(w, r, "/requests/"+reference+"?done=left")
}
