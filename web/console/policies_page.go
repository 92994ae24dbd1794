package console

import (
	"errors"
	"net/http"
	"strings"

	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
)

// policiesPage is the whole policy, to be read, and a date explained.
type policiesPage struct {
	Version   string
	Types     []typeBook
	Regimes   []regimeBook
	Calendars []policies.CalendarInfo
	Year      int
	Reminders []policies.Rule
	Together  []string // sets of types that share a request, in words

	Form   explainForm
	Kinds  []option
	Faults mistakes
	Answer *policies.Explanation
	Kind   string // the type that is explained
}

// explainForm is the case whose date is asked for.
type explainForm struct {
	Type, Country, Region, Received string
	Extended, Undesignated          bool
}

// typeBook is a type in words.
type typeBook struct {
	*policies.Type
	Title, About string
	Levels       []levelLine
	Fields       []fieldLine
	Approval     []string
	Reasons      []policies.ReasonInfo
	Places       string
}

type levelLine struct{ Class, Level string }

type fieldLine struct {
	Label, Kind string
	Required    bool
}

// regimeBook is a regime with the names of its types.
type regimeBook struct {
	policies.RegimeInfo
	TypeNames string
	Places    string
	ByTypes   []typeRules
}

type typeRules struct {
	Name  string
	Rules []policies.Rule
}

// policies shows what the policy says, and explains a date if one is asked
// for. It changes nothing.
func (s *Site) policies(w http.ResponseWriter, r *http.Request) error {
	year := s.Now().In(s.Zone).Year()
	page := policiesPage{
		Version: s.Policy.Version(), Year: year, Calendars: s.Policy.CalendarInfos(year), Reminders: s.Policy.ReminderRules(), Form: readExplain(r),
	}
	for _, kind := range s.Policy.Types("", "") {
		page.Types = append(page.Types, s.typeBook(kind))
		page.Kinds = append(page.Kinds, option{string(kind.Key), kind.Name("en"), page.Form.Type == string(kind.Key)})
	}
	for _, set := range s.Policy.TogetherSets() {
		var names []string
		for _, kind := range set {
			names = append(names, s.setName(kind))
		}
		page.Together = append(page.Together, strings.Join(names, " + "))
	}
	for _, b := range s.Policy.RegimeInfos("en") {
		page.Regimes = append(page.Regimes, s.regimeBook(b))
	}
	status := http.StatusOK
	if page.Form.Type != "" {
		if err := s.explain(&page); err != nil {
			return err
		}
		if len(page.Faults) > 0 {
			status = http.StatusUnprocessableEntity
		}
	}
	if page.Form.Received == "" {
		page.Form.Received = models.DateOf(s.Now(), s.Zone).String()
	}
	return s.show(w, r, status, viewPolicies, layout{Title: "Policies", Here: "settings", Wrong: len(page.Faults) > 0, Body: page})
}

// setName is a member of a set of types, in words.
func (s *Site) setName(kind models.RequestType) string {
	if kind == "*" {
		return "Every type that needs a proof of the person; likewise every type that needs none"
	}
	return s.typeName(kind)
}

func readExplain(r *http.Request) explainForm {
	q := r.URL.Query()
	line := func(name string) string { return pages.Clean(q.Get(name), false) }
	return explainForm{
		Type: line("type"), Country: strings.ToUpper(line("country")), Region: strings.ToUpper(line("region")), Received: line("received"),
		Extended: q.Get("extended") != "", Undesignated: q.Get("undesignated") != "",
	}
}

// explain fills in the answer, or what is wrong with the question.
func (s *Site) explain(p *policiesPage) error {
	day, err := models.ParseDate(p.Form.Received)
	if err != nil {
		p.Faults = mistakes{{"received", "Enter a date such as 2026-11-20."}}
		return nil //nolint:nilerr // the page says it
	}
	e, err := s.Policy.Explain(policies.Case{
		Type: models.RequestType(p.Form.Type), Country: p.Form.Country, Region: p.Form.Region, ReceivedOn: day,
		Extended: p.Form.Extended, Undesignated: p.Form.Undesignated,
	})
	bad, ok := errors.AsType[*models.Error](err)
	if ok && bad.Code == models.CodeInvalid {
		for _, f := range bad.Fields {
			name := strings.TrimPrefix(f.Field, "person.")
			p.Faults = append(p.Faults, faultLine{name, strings.ToUpper(name[:1]) + name[1:] + " " + f.Message + "."})
		}
		return nil
	}
	if err != nil {
		return err
	}
	p.Answer, p.Kind = &e, s.typeName(e.Type)
	return nil
}

func (s *Site) typeBook(t *policies.Type) typeBook {
	b := typeBook{Type: t, Title: t.Name("en"), About: t.Description.In("en"), Reasons: s.Policy.ReasonsOf(t.Key, "en"), Places: placesOf(t.OfferedIn)}
	b.Levels = append(b.Levels, levelLine{"", word(levelWords(), t.Minimum.Default)})
	for _, class := range sortedKeys(t.Minimum.Classes) {
		b.Levels = append(b.Levels, levelLine{strings.ReplaceAll(class, "_", " "), word(levelWords(), t.Minimum.Classes[class])})
	}
	for _, f := range t.Fields {
		b.Fields = append(b.Fields, fieldLine{f.Label.In("en"), strings.ReplaceAll(string(f.Kind), "_", " "), f.Required})
	}
	for _, o := range t.Approval {
		b.Approval = append(b.Approval, word(outcomeWords(), o))
	}
	return b
}

func (s *Site) regimeBook(b policies.RegimeInfo) regimeBook {
	all := regimeBook{RegimeInfo: b, TypeNames: "every type", Places: placesOf(b.Where)}
	var names []string
	for _, kind := range b.Types {
		names = append(names, s.typeName(kind))
	}
	if len(names) > 0 {
		all.TypeNames = strings.Join(names, ", ")
	}
	for _, of := range b.ByType {
		all.ByTypes = append(all.ByTypes, typeRules{s.typeName(of.Type), of.Rules})
	}
	return all
}

// placesOf names places; none, or "*", is everywhere.
func placesOf(places []string) string {
	if len(places) == 0 || places[0] == "*" {
		return "everywhere"
	}
	return strings.Join(places, ", ")
}
