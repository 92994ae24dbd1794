package notifications

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"habeas/models"
)

// rehearse renders every letter in every language that concerns says yes to:
// empty, full, and full with each of its choices the other way. A template of
// the organisation must also say what the law or the person needs.
func (r *Renderer) rehearse(concerns func(locale, template string) bool) error {
	var faults []error
	for locale := range r.catalogs {
		samples := Samples(locale)
		for _, empty := range models.Letters() {
			if !concerns(locale, empty.Template()) {
				continue
			}
			full, ok := samples[empty.Template()]
			if !ok {
				faults = append(faults, fmt.Errorf("template %s has no sample data", empty.Template()))
				continue
			}
			for _, l := range append(otherwise(full), full, empty) {
				m, err := r.render(l, locale)
				if err == nil {
					err = r.unsaid(l, locale, m)
				}
				faults = append(faults, err)
			}
		}
	}
	return errors.Join(faults...)
}

// touched reports whether the organisation changed what a letter looks like.
func (own overrides) touched(locale, template string) bool {
	_, letter := own[locale+"/"+template+suffix]
	_, layout := own[layoutFile]
	return letter || layout
}

// otherwise returns a copy of the letter for each of its booleans, with that
// one turned round.
func otherwise(l models.Letter) []models.Letter {
	var all []models.Letter
	for _, f := range reflect.VisibleFields(reflect.TypeOf(l)) {
		if f.Type.Kind() != reflect.Bool {
			continue
		}
		c := reflect.New(reflect.TypeOf(l)).Elem()
		c.Set(reflect.ValueOf(l))
		c.FieldByIndex(f.Index).SetBool(!c.FieldByIndex(f.Index).Bool())
		turned, _ := reflect.TypeAssert[models.Letter](c)
		all = append(all, turned)
	}
	return all
}

// unsaid returns an error for everything that a mail leaves out, where the
// organisation wrote it.
func (r *Renderer) unsaid(l models.Letter, locale string, m Mail) error {
	file := locale + "/" + l.Template() + suffix
	if _, own := r.own[file]; !own {
		return nil
	}
	var faults []error
	words := strings.Join(strings.Fields(m.Subject+" "+m.Text), " ")
	for _, need := range needs(languages()[locale], reflect.Indirect(reflect.ValueOf(l)), "") {
		if !strings.Contains(words, strings.Join(strings.Fields(need.words), " ")) {
			faults = append(faults, fmt.Errorf("%s: leaves out %s (in the sample: %q)", file, need.placeholder, need.words))
		}
	}
	return errors.Join(faults...)
}

type need struct{ placeholder, words string }

// needs lists what a mail must say of a letter: its reference, the code, the
// days, what staff wrote, the reasons and where to complain. How is free.
func needs(lang language, v reflect.Value, field string) []need {
	if d, ok := reflect.TypeAssert[models.Date](v); ok {
		if field == ".RespondOn" || field == ".ClosesOn" || field == ".AppealUntil" {
			return needed(field, lang.dateWords(d))
		}
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		return textNeeds(field, v.String())
	case reflect.Struct:
		return structNeeds(lang, v)
	case reflect.Slice:
		var all []need
		for i := range v.Len() {
			all = append(all, needs(lang, v.Index(i), field)...)
		}
		return all
	default:
		return nil
	}
}

func textNeeds(field, s string) []need {
	switch field {
	case ".Reference", ".Into", ".Code", ".StopToken", ".Text", ".Reason", ".Explanation", ".Label", ".Complain", ".Citation", ".Title":
		return needed(field, s)
	}
	return nil
}

// structNeeds passes over the code of a reason, which has a title.
func structNeeds(lang language, v reflect.Value) []need {
	var all []need
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case f.Anonymous:
			all = append(all, needs(lang, v.Field(i), "")...)
		case f.IsExported() && (f.Name != "Code" || v.Type() != reflect.TypeFor[models.Reason]()):
			all = append(all, needs(lang, v.Field(i), "."+f.Name)...)
		}
	}
	return all
}

// needed is a need for each line of a text.
func needed(field, words string) []need {
	var all []need
	for line := range strings.Lines(words) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, need{field, line})
		}
	}
	return all
}
