package portal

import (
	"net/http"

	"habeas/models"
	"habeas/web/pages"
)

// sentPage says what happens next.
type sentPage struct {
	Reference string
	Expect    expectPage
	Code      codeForm
	Notice    string
}

// oldestSent is for how many days the page of a sent request may be looked at
// again; before that it shows no date.
const oldestSent = 60

// requestSent tells what happens next. All of it follows from the address of
// the page and the policy: whether there is such a request is not looked up.
func (s *Site) requestSent(w http.ResponseWriter, r *http.Request) error {
	reference, ok := models.NormaliseReference(r.PathValue("reference"))
	if !ok {
		return models.Errorf(models.CodeNotFound, "no reference")
	}
	l := s.catalogue(r)
	query := r.URL.Query()
	page := sentPage{Reference: reference, Code: codeForm{Reference: reference, Form: pages.NewSeed()}, Expect: expectPage{Code: true}}
	if query.Get("files") == "missing" {
		page.Notice = l.words["sent.files.missing"]
	}
	on, err := models.ParseDate(query.Get("on"))
	age := s.today().DaysSince(on)
	if kind, ok := s.Policy.Type(models.RequestType(query.Get("type"))); ok && err == nil && age >= 0 && age <= oldestSent {
		country, region := l.places.settle(query.Get("country"), query.Get("region"))
		page.Expect = s.expectPage(l, kind, country, region, on)
	}
	page.Expect.Later = query.Get("code") == "later"
	return s.show(w, r, http.StatusOK, viewSent, layout{Title: l.words["sent.title"], Body: page})
}
