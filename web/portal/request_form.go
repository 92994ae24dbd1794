package portal

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
)

// formPage is the form of a type as it was filled in.
type formPage struct {
	Action    string
	Text      string
	Expect    expectPage
	Seed      string
	Person    []input
	Capacity  []input
	Behalf    []input
	Questions []input
	Faults    []fault
	ForOther  bool
}

// expectPage says what will happen, in the order in which it does.
type expectPage struct {
	AnswerOn  models.Date
	Governing string
	Code      bool // a code is mailed
	Later     bool // or may have to be asked for, for once
	More      bool // more than the mailbox has to be proved
	Known     bool
}

// kind returns the type that the address names, if it is one that is offered.
func (s *Site) kind(r *http.Request) (*policies.Type, error) {
	kind, ok := s.Policy.Type(models.RequestType(r.PathValue("type")))
	if !ok || kind.Unsorted {
		return nil, models.Errorf(models.CodeNotFound, "there is no such request type")
	}
	return kind, nil
}

// requestForm shows the empty form of a type.
func (s *Site) requestForm(w http.ResponseWriter, r *http.Request) error {
	kind, err := s.kind(r)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	d := draft{kind: kind, seed: pages.NewSeed(), values: map[string][]string{}, rows: map[string][]correction{}}
	d.country, d.region = s.catalogue(r).places.settle(query.Get("country"), query.Get("region"))
	return s.showForm(w, r, http.StatusOK, d, nil)
}

func (s *Site) showForm(w http.ResponseWriter, r *http.Request, status int, d draft, wrong fieldErrors) error {
	l := s.catalogue(r)
	page := formPage{
		Action: nextStep(r), Text: d.kind.Description.In(l.tag), Seed: d.seed, ForOther: d.forOther(),
		Expect: s.expectPage(l, d.kind, d.country, d.region, s.today()),
		Person: d.person(l, wrong), Capacity: d.capacities(l, wrong), Behalf: d.behalf(l, wrong), Questions: d.questions(l, wrong),
	}
	page.Faults = wrong.summary(page.Questions, page.Capacity, page.Behalf, page.Person)
	return s.show(w, r, status, viewForm, layout{Title: titleOf(l, d.kind), Wrong: len(wrong) > 0, Kept: true, Body: page})
}

// nextStep is where the next form of a draft goes. The address is another each
// time: to one that repeats, browsers keep no way back when the network fails.
func nextStep(r *http.Request) string {
	step, _ := strconv.Atoi(r.URL.Query().Get("step"))
	return r.URL.EscapedPath() + "?step=" + strconv.Itoa(min(max(step, 0), 9999)+1)
}

func (s *Site) expectPage(l *catalogue, kind *policies.Type, country, region string, on models.Date) expectPage {
	e := s.expect(kind.Key, country, region, on)
	need := kind.Level("")
	return expectPage{
		AnswerOn: e.AnswerOn, Governing: s.Policy.RegimeName(e.Governing, l.tag), Known: e.Known,
		Code: need != models.LevelNone, More: need.Covers(models.LevelReasonable),
	}
}

// What a button of the form does.
const (
	doReview = "review"
	doEdit   = "edit"
	doSend   = "send"
	doAdd    = "add"
	doRemove = "remove"
)

// requestStep takes the form, whichever of its buttons was pressed. Only one of
// them sends anything.
func (s *Site) requestStep(w http.ResponseWriter, r *http.Request) error {
	kind, err := s.kind(r)
	if err != nil {
		return err
	}
	up, wrong := pages.Read(w, r)
	if wrong != nil && !r.PostForm.Has("seed") {
		return wrong
	}
	d, err := readDraft(r, kind, s.catalogue(r).places)
	if err != nil {
		return err
	}
	if d.seed == "" || len(d.seed) > 64 {
		d.seed = pages.NewSeed()
	}
	do, field, _ := strings.Cut(r.PostForm.Get("do"), ":")
	switch do {
	case doEdit:
		return s.showForm(w, r, http.StatusOK, d, nil)
	case doAdd:
		d.addRow(field)
		return s.showForm(w, r, http.StatusOK, d, nil)
	case doRemove:
		d.removeRow(field)
		return s.showForm(w, r, http.StatusOK, d, nil)
	}
	d.tidy()
	if wrong := d.check(s.catalogue(r), s.today()); len(wrong) > 0 {
		return s.showForm(w, r, http.StatusUnprocessableEntity, d, wrong)
	}
	if do != doSend && wrong == nil {
		return s.showReview(w, r, d, nil)
	}
	if wrong == nil {
		wrong = s.checkFiles(up.Files)
	}
	if wrong != nil {
		return s.showReview(w, r, d, wrong)
	}
	return s.send(w, r, d, up.Files)
}

// addRow adds an empty line, if one more is taken.
func (d *draft) addRow(field string) {
	if rows := d.rows[field]; len(rows) < mostRows {
		d.rows[field] = append(rows, correction{})
	}
}

// removeRow takes out the line that a button names: "corrections:2".
func (d *draft) removeRow(which string) {
	field, number, _ := strings.Cut(which, ":")
	no, err := strconv.Atoi(number)
	if rows := d.rows[field]; err == nil && no >= 0 && no < len(rows) {
		d.rows[field] = slices.Delete(rows, no, no+1)
	}
}
