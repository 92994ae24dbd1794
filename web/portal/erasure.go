package portal

import (
	"net/http"
	"slices"

	"habeas/fulfilment/certificate"
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
)

// confirmPage asks whether everything shall really be erased.
type confirmPage struct {
	Reference, Kind string
	CoolsOff        bool // there may be time to think again, after it
	Refused         string
	pending
}

// confirmForm says what is lost, and asks whether the erasure shall begin.
func (s *Site) confirmForm(w http.ResponseWriter, r *http.Request) error {
	own, err := s.own(r)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusOK, codeForm{pending: pending{Act: actConfirm}})
	}
	if err != nil {
		return err
	}
	allowed, err := s.Requests.MayNow(r.Context(), subject(), own)
	if err != nil {
		return err
	}
	if !slices.Contains(allowed, workflows.CommandConfirmErasure) {
		return s.see(w, r, "/requests/"+own.Reference)
	}
	return s.showConfirm(w, r, http.StatusOK, own, "")
}

func (s *Site) showConfirm(w http.ResponseWriter, r *http.Request, status int, own models.Request, refused string) error {
	l := s.catalogue(r)
	policy, err := s.Requests.PolicyOf(r.Context(), own)
	if err != nil {
		return err
	}
	page := confirmPage{Reference: own.Reference, Kind: titleOfCase(l, policy, own), Refused: refused, pending: pending{Seed: pages.NewSeed()}}
	if rule := policy.Confirms(own.Asked()); rule != nil {
		page.CoolsOff = rule.CoolingOff > 0
	}
	return s.show(w, r, status, viewConfirm, layout{Title: l.words["confirm.title"], Wrong: refused != "", Body: page})
}

// confirm confirms the erasure. Confirmed twice it is confirmed.
func (s *Site) confirm(w http.ResponseWriter, r *http.Request) error {
	own, p, err := s.acting(w, r, actConfirm)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusForbidden, codeForm{pending: p})
	}
	if err != nil {
		return err
	}
	if err = s.act(r, own, p, workflows.ConfirmErasure{}); err != nil && models.CodeOf(err) != models.CodeConflict {
		status, key := s.refusal(w, r, err)
		return s.showConfirm(w, r, status, own, s.catalogue(r).words[key])
	}
	if own, err = s.own(r); err != nil {
		return err
	}
	done := "confirmed"
	if own.Erasure.ConfirmedAt.IsZero() {
		done = "too-late"
	}
	return s.see(w, r, "/requests/"+own.Reference+"?done="+done)
}

// certificatePage shows what the erasure came to.
type certificatePage struct {
	Reference string
	certificate.Document
}

// certificate shows the certificate of an erasure, which prints well.
func (s *Site) certificate(w http.ResponseWriter, r *http.Request) error {
	return s.withCertificate(w, r, func(own models.Request, _ models.Certificate, d certificate.Document) error {
		return s.show(w, r, http.StatusOK, viewCertificate, layout{Title: d.Title, Body: certificatePage{own.Reference, d}})
	})
}

// certificateText hands the certificate out as plain text.
func (s *Site) certificateText(w http.ResponseWriter, r *http.Request) error {
	return s.withCertificate(w, r, func(own models.Request, _ models.Certificate, d certificate.Document) error {
		return pages.Download(w, r, own.Reference+"-certificate.txt", []byte(d.Text()))
	})
}

// certificateData hands the certificate out in the form that its hash is of.
func (s *Site) certificateData(w http.ResponseWriter, r *http.Request) error {
	return s.withCertificate(w, r, func(own models.Request, c models.Certificate, _ certificate.Document) error {
		return pages.Download(w, r, own.Reference+"-certificate.json", models.CanonicalJSON(c))
	})
}

func (s *Site) withCertificate(w http.ResponseWriter, r *http.Request, do func(models.Request, models.Certificate, certificate.Document) error) error {
	own, err := s.own(r)
	if models.CodeOf(err) == models.CodeNotFound {
		return s.codePage(w, r, http.StatusOK, codeForm{})
	}
	if err != nil {
		return err
	}
	c, err := s.Requests.Certificate(r.Context(), subject(), own)
	if err != nil {
		return err
	}
	policy, err := s.Requests.PolicyOf(r.Context(), own)
	if err != nil {
		return err
	}
	inWords := own
	inWords.Locale = s.catalogue(r).tag
	return do(own, c, certificate.In(inWords.Locale, c, certificate.WordsFor(policy, inWords, s.Zone)))
}
