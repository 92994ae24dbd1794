package console

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
	"habeas/web/portal"
	"habeas/workflows"
)

// What else a button does of a form that says what is asked for, and from where.
const (
	doType  = "type"  // shows the questions of the type that is chosen
	doPlace = "place" // sets the place alone
)

// fillClassify offers the types, the present one chosen, or else the one that
// the mail seems to ask for, and asks the questions of that: what the mail says
// is written down as a form would have it, so that each thing can be decided on
// its own. Where the person lives stands beside it.
func (d *caseView) fillClassify(a *act, typed typedForm) {
	q := d.c.Request
	a.Country, a.Region = q.Country, q.Region
	a.Kind = d.suggestion().First().Type
	if kind, ok := d.policy.Type(q.Type); ok && !kind.Unsorted {
		a.Kind = q.Type
	}
	if a.Opened {
		a.Kind = models.RequestType(typed.Values.Get("type"))
	}
	for _, kind := range d.policy.Types("", "") {
		a.Types = append(a.Types, option{string(kind.Key), kind.Name("en"), kind.Key == a.Kind})
	}
	if d.c.May(workflows.Act{Command: workflows.CommandClassify, Lowers: true}).Verdict == workflows.WantsSecond {
		a.Notices = append(a.Notices, "Where it asks for less than it does now, another person approves, and the requester is told.")
	}
	d.askFor(a, typed)
}

// askFor adds the questions of the chosen type, with what was typed or is on
// file.
func (d *caseView) askFor(a *act, typed typedForm) {
	kind, ok := d.policy.Type(a.Kind)
	if !ok || kind.Unsorted {
		a.Kind = ""
		return
	}
	var said map[string]any
	if kind.Key == d.c.Request.Type {
		said = d.c.Request.Fields
	}
	form := d.entries.Filled(kind, said)
	if typed.Entry != nil && typed.Entry.Kind() == kind.Key {
		form = *typed.Entry
	}
	a.Asked = form.Asked(typed.Faults).Questions
	for _, other := range d.policy.Types("", "") {
		if other.Key != kind.Key && len(d.policy.Together([]models.RequestType{kind.Key, other.Key})) == 1 {
			a.Also = append(a.Also, option{string(other.Key), other.Name("en"), slices.Contains(d.c.Request.Rights, other.Key)})
		}
	}
	if a.Opened {
		a.Carried = carried(typed.Values, kind)
	}
}

// classify sets the type of a mailed request with the answers to its questions,
// and where the person lives. A type that asks something is chosen first, and
// its questions come back; what was typed for another type comes along.
func (s *Site) classify(w http.ResponseWriter, r *http.Request, reference string, typed typedForm) error {
	q, err := s.Staff.FactsOf(r.Context(), reference)
	if err != nil {
		return err
	}
	policy, err := s.Staff.PolicyOf(r.Context(), q)
	if err != nil {
		return err
	}
	kind, known := policy.Type(models.RequestType(r.PostForm.Get("type")))
	known = known && !kind.Unsorted
	ready := false
	if known {
		if typed.Entry, ready, err = s.answers(r, kind); err != nil {
			return err
		}
	}
	c := placeIn(r.PostForm)
	switch {
	case r.PostForm.Get("do") == doPlace:
		return s.sorted(w, r, reference, typed, c, doPlace)
	case !known:
		typed.Faults = map[string]string{"type": "Choose what it asks for."}
		return s.showCase(w, r, http.StatusUnprocessableEntity, reference, typed)
	case !ready:
		return s.showCase(w, r, http.StatusOK, reference, typed)
	}
	c.Type, c.Fields, c.Rights = kind.Key, typed.Entry.Fields(), rightsIn(kind.Key, r.PostForm["also"])
	if len(c.Rights) > 0 && answered(kind, c.Fields, models.DateOf(s.Now(), s.Zone)) {
		typed.Faults = map[string]string{"rights": "A request for several rights asks no further questions: leave them empty, or let each right have its own request."}
		return s.showCase(w, r, http.StatusUnprocessableEntity, reference, typed)
	}
	return s.sorted(w, r, reference, typed, c, string(workflows.CommandClassify))
}

// placeIn is where a form says that the person lives. One that does not ask
// leaves it.
func placeIn(form url.Values) workflows.Classify {
	var c workflows.Classify
	for name, place := range map[string]**string{"country": &c.Country, "region": &c.Region} {
		if form.Has(name) {
			*place = new(pages.Clean(form.Get(name), false))
		}
	}
	return c
}

// sorted gives the command, and shows what came of it.
func (s *Site) sorted(w http.ResponseWriter, r *http.Request, reference string, typed typedForm, c workflows.Classify, done string) error {
	err := s.give(r, reference, c)
	e, refused := errors.AsType[*models.Error](err)
	switch {
	case refused && e.Code == models.CodeInvalid:
		typed.Faults = map[string]string{}
		if typed.Entry != nil {
			typed.Entry.Refused(typed.Faults, err)
		}
		for _, f := range e.Fields {
			if f.Field == "country" || f.Field == "region" {
				typed.Faults[f.Field] = sentence(f.Field + " " + f.Message)
			}
		}
		return s.showCase(w, r, http.StatusUnprocessableEntity, reference, typed)
	case err != nil:
		return s.refuse(w, r, reference, typed, err)
	}
	return see(w, "/console/requests/"+reference+"?done="+url.QueryEscape(done)+"#done")
}

// answered reports whether one of the type's questions was answered, rightly or
// wrongly.
func answered(kind *policies.Type, fields map[string]any, today models.Date) bool {
	parsed, err := kind.Parse(fields, "–", today) // the words of the mail, which some types are content with
	return err != nil || len(parsed.Fields) > 0
}

// rightsIn are all rights that a request asks for, if that is several.
func rightsIn(main models.RequestType, also []string) []models.RequestType {
	rights := []models.RequestType{main}
	for _, t := range also {
		if right := models.RequestType(t); !slices.Contains(rights, right) {
			rights = append(rights, right)
		}
	}
	if len(rights) == 1 {
		return nil
	}
	return rights
}

// answers reads the answers to a type's questions. ready says that these very
// questions were asked, and that the button to go on was pressed. Where others
// were asked and none of these was ever answered, form is nil.
func (s *Site) answers(r *http.Request, kind *policies.Type) (form *portal.Entry, ready bool, err error) {
	e, filed, err := s.entries.Read(r, kind)
	if err != nil {
		return nil, false, err
	}
	if r.PostForm.Get("asked") == string(kind.Key) {
		return &e, filed && r.PostForm.Get("do") != doType, nil
	}
	for name := range r.PostForm {
		if asks(kind, name) {
			return &e, false, nil
		}
	}
	return nil, false, nil
}

// asks reports whether an input belongs to a question of the type.
func asks(kind *policies.Type, input string) bool {
	name, ok := strings.CutPrefix(input, "f.")
	name, _, _ = strings.Cut(name, ".")
	_, known := kind.Field(name)
	return ok && known
}

// carried are the answers to questions of other types, which a form takes
// along: whoever changes the type and then their mind has lost nothing.
func carried(form url.Values, kind *policies.Type) []option {
	var all []option
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if !strings.HasPrefix(name, "f.") || asks(kind, name) {
			continue
		}
		for _, value := range form[name] {
			all = append(all, option{Value: pages.Clean(value, true), Label: name})
		}
	}
	return all
}
