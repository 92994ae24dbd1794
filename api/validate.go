package api

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/go-playground/validator/v10"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/policies"
)

// newValidator returns the one set of rules. Fields are named as the sender
// knows them.
func newValidator() *validator.Validate {
	v := validator.New()
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		for _, tag := range []string{"json", "query", "path", "formData"} {
			if name, _, _ := strings.Cut(f.Tag.Get(tag), ","); name != "" && name != "-" {
				return name
			}
		}
		return f.Name
	})
	rules := map[string]validator.Func{
		"filled":  func(f validator.FieldLevel) bool { return strings.TrimSpace(f.Field().String()) != "" },
		"line":    func(f validator.FieldLevel) bool { return !strings.ContainsFunc(f.Field().String(), unicode.IsControl) },
		"locale":  func(f validator.FieldLevel) bool { return policies.IsLocale(f.Field().String()) },
		"mailbox": func(f validator.FieldLevel) bool { return mailaddr.Valid(f.Field().String()) },
		"instant": func(f validator.FieldLevel) bool {
			_, err := time.Parse(time.RFC3339, f.Field().String())
			return err == nil
		},
		"day":    func(f validator.FieldLevel) bool { _, err := models.ParseDate(f.Field().String()); return err == nil },
		"moment": func(f validator.FieldLevel) bool { _, err := moment(f.Field().String()); return err == nil },
	}
	for tag, rule := range rules {
		if err := v.RegisterValidation(tag, rule); err != nil {
			panic("api: " + err.Error()) // a tag of ours that the library refuses
		}
	}
	return v
}

// further is an input that has more to say about what is wrong with it, once
// something is: faults that the service would find later are told together.
type further interface {
	fieldErrors(a *API) []models.FieldError
}

// check returns everything wrong with an input. Fields that were wrong before
// are not reported again.
func (a *API) check(input any, before []models.FieldError) []models.FieldError {
	var faults []models.FieldError
	var found validator.ValidationErrors
	if err := a.validate.Struct(input); errors.As(err, &found) {
		for _, f := range found {
			_, path, _ := strings.Cut(f.Namespace(), ".")
			faults = append(faults, models.FieldError{Field: path, Code: codeOf(f), Message: sayOf(f)})
		}
	}
	if more, ok := input.(further); ok && len(faults)+len(before) > 0 {
		faults = append(faults, more.fieldErrors(a)...)
	}
	var kept []models.FieldError
	for _, f := range faults {
		if !covered(f.Field, before) && !covered(f.Field, kept) {
			kept = append(kept, f)
		}
	}
	return kept
}

// covered reports whether a fault of the field, or of what it is part of, is
// among faults.
func covered(field string, faults []models.FieldError) bool {
	return slices.ContainsFunc(faults, func(f models.FieldError) bool {
		rest, inside := strings.CutPrefix(field, f.Field)
		return inside && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

func codeOf(f validator.FieldError) string {
	switch f.Tag() {
	case "required", "filled", "required_without", "required_without_all":
		return "required"
	case "oneof":
		return "oneof"
	case "max":
		return map[bool]string{true: "too_long", false: "range"}[f.Kind() == reflect.String || f.Kind() == reflect.Slice]
	case "min":
		return map[bool]string{true: "too_short", false: "range"}[f.Kind() == reflect.String || f.Kind() == reflect.Slice]
	}
	return "invalid"
}

// sayOf is one sentence about a broken rule. It repeats the rule, never the
// value.
func sayOf(f validator.FieldError) string {
	unit := map[reflect.Kind]string{reflect.String: " characters", reflect.Slice: " entries"}[f.Kind()]
	switch f.Tag() {
	case "required", "filled":
		return "is required"
	case "required_without", "required_without_all":
		return "is required where nothing else says it"
	case "max":
		return fmt.Sprintf("must have at most %s%s", f.Param(), unit)
	case "min":
		return fmt.Sprintf("must have at least %s%s", f.Param(), unit)
	case "oneof":
		return "must be one of " + strings.Join(strings.Fields(f.Param()), ", ")
	case "mailbox":
		return "must be an email address"
	case "locale":
		return "must be a language tag, such as de or pt-BR"
	case "line":
		return "must be a single line"
	case "instant":
		return "must be a time such as 2026-11-20T09:30:00Z"
	case "day":
		return "must be a date of the form YYYY-MM-DD"
	case "moment":
		return "must be a date of the form YYYY-MM-DD, or a time such as 2026-11-20T09:30:00Z"
	}
	return "is not valid"
}

// moment reads a day or an instant of a filter; a day is its first second in
// UTC.
func moment(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	d, err := models.ParseDate(s)
	if err != nil {
		return time.Time{}, err
	}
	return d.At(0, time.UTC), nil
}
