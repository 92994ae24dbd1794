package portal

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"habeas/models"
	"habeas/policies"
)

// startPage offers every right of a place in plain words.
type startPage struct {
	Place  []input
	Where  string // the name of the place; "" where none was given
	Groups []rightGroup
	Find   findPage
}

type rightGroup struct {
	Key    string
	Rights []right
}

// right is a request type on the start page.
type right struct {
	Title, Text, Href string
	AnswerOn          models.Date
}

// groupsOfRights orders the types of the product. A type that is not listed
// comes last.
func groupsOfRights() map[string][]models.RequestType {
	return map[string][]models.RequestType{
		"data":   {models.TypeAccess, models.TypeCorrection, models.TypeDeletion, models.TypePortability},
		"public": {models.TypeTestimonialRemoval, models.TypeContentRemoval},
		"stop":   {models.TypeMarketingOptOut, models.TypeSharingOptOut, models.TypeReferralRemoval, models.TypeDisclosure},
		"other":  nil,
	}
}

// start shows what can be asked for, and by when an answer comes.
func (s *Site) start(w http.ResponseWriter, r *http.Request) error {
	l := s.catalogue(r)
	query := r.URL.Query()
	country, region := l.places.settle(query.Get("country"), query.Get("region"))
	if named(l.places.Countries, country) == "" {
		country, region = "", ""
	}
	page := startPage{Place: placeInputs(l, country, region), Where: l.places.name(country, region), Find: findPage{}}
	byGroup := map[string][]right{}
	for _, kind := range s.Requests.Types(country, region) {
		group := groupOf(kind.Key)
		byGroup[group] = append(byGroup[group], s.right(l, kind, country, region))
	}
	for _, group := range []string{"data", "public", "stop", "other"} {
		if len(byGroup[group]) > 0 {
			page.Groups = append(page.Groups, rightGroup{l.words["start.group."+group], byGroup[group]})
		}
	}
	return s.show(w, r, http.StatusOK, viewStart, layout{Title: l.words["start.title"], Body: page})
}

func groupOf(t models.RequestType) string {
	for group, types := range groupsOfRights() {
		if slices.Contains(types, t) {
			return group
		}
	}
	return "other"
}

func (s *Site) right(l *catalogue, kind *policies.Type, country, region string) right {
	return right{
		Title: titleOf(l, kind), Text: kind.Description.In(l.tag), AnswerOn: s.expect(kind.Key, country, region, s.today()).AnswerOn,
		Href: "/requests/new/" + string(kind.Key) + placeQuery(country, region),
	}
}

// titleOf says a right in plain words; a type of an operator's own has the name
// that its policy gives it.
func titleOf(l *catalogue, kind *policies.Type) string {
	return cmp.Or(l.words["type."+string(kind.Key)], kind.Name(l.tag))
}

func placeQuery(country, region string) string {
	query := url.Values{}
	if country != "" {
		query.Set("country", country)
	}
	if region != "" {
		query.Set("region", region)
	}
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// expectation is by when what happens to a request of a day.
type expectation struct {
	AnswerOn  models.Date
	Governing string // the key of the law or promise
	Others    int    // how many more apply
	Known     bool
}

// expect reckons the dates of a request that would be received on a day. Where
// the policy cannot, there is nothing to expect.
func (s *Site) expect(kind models.RequestType, country, region string, on models.Date) expectation {
	e, err := s.Policy.Explain(policies.Case{Type: kind, Country: country, Region: region, ReceivedOn: on})
	if err != nil {
		return expectation{}
	}
	return expectation{AnswerOn: e.RespondOn, Governing: e.Governing, Others: len(e.Regimes) - 1, Known: true}
}
