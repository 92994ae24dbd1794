package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows/cases"
)

// reviewPage is everything that will be sent, before it is.
type reviewPage struct {
	Action  string
	Kind    string
	Seed    string
	Lines   []line
	Carried []pair
	Mailbox string
	Expect  expectPage
	Refused string // why it could not be sent just now
	File    string // what is wrong with a file
	// ProofOfWork is what the browser works on before the form is sent; nil: nothing.
	Challenge *cases.ProofOfWork
}

// line is a question and its answer.
type line struct {
	Label string
	Texts []string
}

// showReview shows the whole request on one page, and takes its files, which
// no form could carry along. Nothing is kept yet. wrong is why it could not be
// sent, or nil.
func (s *Site) showReview(w http.ResponseWriter, r *http.Request, d draft, wrong error) error {
	l := s.catalogue(r)
	page := reviewPage{
		Action: nextStep(r), Kind: titleOf(l, d.kind), Seed: d.seed, Lines: d.lines(l), Carried: d.pairs(), Mailbox: d.mailbox(),
		Expect: s.expectPage(l, d.kind, d.country, d.region, s.today()),
	}
	var err error
	if page.Challenge, err = s.challenge(r, d); err != nil && wrong == nil {
		return err
	}
	status := http.StatusOK
	if wrong != nil {
		var key string
		var ofFile bool
		if status, key, ofFile = fileError(wrong); ofFile {
			page.File = l.words[key]
		} else {
			status, key = s.refusal(w, r, wrong)
			page.Refused = l.words[key]
		}
	}
	return s.show(w, r, status, viewReview, layout{Title: l.words["review.title"], Wrong: wrong != nil, Kept: true, Body: page})
}

// lines are the answers that were given, in the order of the form.
func (d *draft) lines(l *catalogue) []line {
	var all []line
	add := func(label string, texts ...string) {
		texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
		if len(texts) > 0 {
			all = append(all, line{label, texts})
		}
	}
	for _, field := range d.kind.Fields {
		add(field.Label.In(l.tag), d.answer(l, field)...)
	}
	add(l.text("form.details."+string(d.kind.Key), "form.details"), d.details)
	name, mail := "form.name", "form.email"
	if d.forOther() {
		add(l.words["form.capacity"], l.words["form.capacity."+d.capacity])
		name, mail = "form.name.other", "form.email.other"
	}
	add(l.words[name], d.name)
	add(l.words[mail], d.email)
	add(l.words["form.country"], l.places.name(d.country, d.region))
	if d.forOther() {
		add(l.words["form.own_name"], d.ownName)
		add(l.words["form.own_email"], d.ownEmail)
		add(l.words["form.authority"], d.authority)
	}
	return all
}

// answer is what was typed into a field of the type, as a person reads it.
func (d *draft) answer(l *catalogue, field *policies.Field) []string {
	return answerOf(l, field, d.typed()[field.Name])
}

// answerOf says the value of a field, as typed or as stored, in words.
func answerOf(l *catalogue, field *policies.Field, value any) []string {
	label := func(value string) string {
		for _, c := range field.Choices {
			if c.Value == value {
				return c.Label.In(l.tag)
			}
		}
		return value
	}
	switch v := value.(type) {
	case bool:
		return []string{l.words[map[bool]string{true: "form.yes", false: "form.no"}[v]]}
	case string:
		switch field.Kind { //nolint:exhaustive // the rest is as it was typed
		case policies.KindBoolean:
			if v != "" {
				return []string{l.words["form.yes"]}
			}
		case policies.KindDate:
			if on, err := models.ParseDate(v); err == nil {
				return []string{l.date(on)}
			}
		case policies.KindURLs:
			return strings.Split(v, "\n")
		}
		return []string{label(v)}
	case []any:
		var all []string
		for _, entry := range v {
			all = append(all, entryOf(l, label, entry))
		}
		return all
	case nil:
		return nil
	}
	return []string{fmt.Sprint(value)} // a year, as JSON or as the policy has it
}

func entryOf(l *catalogue, label func(string) string, entry any) string {
	m, ok := entry.(map[string]any)
	if !ok {
		text, _ := entry.(string)
		return label(text)
	}
	field, _ := m["field"].(string)
	current, _ := m["current"].(string)
	requested, _ := m["requested"].(string)
	key := "review.correction"
	switch {
	case requested == "":
		return label(field)
	case current == "":
		key = "review.correction.new"
	}
	return strings.NewReplacer("{field}", label(field), "{current}", current, "{requested}", requested).Replace(l.words[key])
}
