package portal

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

// Limits of what a person types about themselves, in characters; the API has
// the same.
const (
	longestName      = 200
	longestEmail     = 254
	longestAuthority = 2000
	longestText      = 10000
)

// faults is what is wrong with a form, by the name of the input.
type fieldErrors map[string]string

// check returns everything wrong with a draft in the words of a language.
func (d *draft) check(l *catalogue, today models.Date) fieldErrors {
	wrong := fieldErrors{}
	wrong.person(l, "name", "email", d.name, d.email, d.capacity != string(models.CapacityParent) && d.capacity != string(models.CapacityGuardian))
	if d.forOther() {
		wrong.person(l, "own_name", "own_email", d.ownName, d.ownEmail, true)
		wrong.unless(d.authority != "", "authority", l.text("error.authority"))
		wrong.unless(utf8.RuneCountInString(d.authority) <= longestAuthority, "authority", l.text("error.too_long"))
		known := d.capacity == string(models.CapacityAgent) || d.capacity == string(models.CapacityParent) || d.capacity == string(models.CapacityGuardian)
		wrong.unless(known, "capacity", l.text("error.choice"))
	}
	_, err := d.kind.Parse(d.typed(), d.details, today)
	wrong.add(l, d.kind, err)
	wrong.unless(d.details != "" || !d.needsWords(), "details", l.text("error.required.details"))
	return wrong
}

// needsWords reports a type that asks for nothing but words, and would be
// meaningless without.
func (d *draft) needsWords() bool {
	return len(d.kind.Fields) == 0 && d.kind.Level("") != models.LevelNone
}

func (f fieldErrors) person(l *catalogue, name, email, isName, isEmail string, mailed bool) {
	f.unless(isName != "", name, l.text("error."+name))
	f.unless(utf8.RuneCountInString(isName) <= longestName, name, l.text("error.too_long"))
	if isEmail != "" || mailed {
		f.unless(isEmail != "", email, l.text("error."+email))
		f.unless(mailaddr.Valid(isEmail), email, l.text("error.invalid.email"))
	}
}

// unless notes what is wrong with an input unless something holds, or something
// was wrong with it before.
func (f fieldErrors) unless(holds bool, input, text string) {
	if _, known := f[input]; !holds && !known {
		f[input] = text
	}
}

// add notes the fields of a CodeInvalid error.
func (f fieldErrors) add(l *catalogue, kind *policies.Type, err error) {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return
	}
	for _, fault := range e.Fields {
		input, text := place(l, kind, fault)
		f.unless(false, input, text)
	}
}

// place finds the input that a fault of the policy or the service is about, and
// says it in the language.
func place(l *catalogue, kind *policies.Type, fault models.FieldError) (input, text string) {
	path, ok := strings.CutPrefix(fault.Field, "fields.")
	if !ok {
		input = map[string]string{
			"person.name": "name", "person.email": "email", "person.country": "country", "person.region": "region",
			"on_behalf.name": "own_name", "on_behalf.email": "own_email", "on_behalf.authority": "authority",
		}[fault.Field]
		if input == "" {
			input = fault.Field
		}
		return input, l.text("error."+fault.Code+"."+input, "error."+fault.Code, "error.other")
	}
	name, rest, _ := strings.Cut(path, "[")
	field, ok := kind.Field(name)
	if !ok {
		return inputName(name), l.text("error.other")
	}
	number, part, _ := strings.Cut(rest, "]")
	part = strings.TrimPrefix(part, ".")
	no, _ := strconv.Atoi(number)
	input = inputName(name)
	switch {
	case part != "":
		input += "." + number + "." + part
		text = l.text("error."+fault.Code+"."+part, "error."+fault.Code, "error.other")
	case field.Kind == policies.KindURLs && number != "":
		text = l.text("error."+fault.Code+".url", "error."+fault.Code, "error.other")
		text = strings.ReplaceAll(l.words["error.entry"], "{n}", strconv.Itoa(no+1)) + " " + text
	default:
		text = l.text("error."+fault.Code+"."+string(field.Kind), "error."+fault.Code, "error.other")
	}
	return input, text
}

// command is the draft as the service takes it.
func (d *draft) command(locale string) workflows.Submit {
	c := workflows.Submit{
		Type: d.kind.Key, Details: d.details, Fields: d.typed(), Locale: locale,
		Person: models.Person{Name: d.name, Email: d.email, Country: d.country, Region: d.region},
	}
	if d.forOther() {
		c.OnBehalf = &models.OnBehalf{Role: models.Capacity(d.capacity), Name: d.ownName, Email: d.ownEmail, Authority: d.authority}
	}
	return c
}

// mailbox is the address that the code goes to.
func (d *draft) mailbox() string {
	c := d.command("")
	return models.Content{Person: c.Person, OnBehalf: c.OnBehalf}.Mailbox()
}
