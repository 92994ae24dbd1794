package api

import (
	"reflect"
	"strings"
)

// Rules lists every validation rule of every input, for tests.
func Rules() []string {
	var all []string
	for _, e := range (&API{}).endpoints() {
		all = append(all, rulesOf(e.in)...)
	}
	return all
}

func rulesOf(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var all []string
	for f := range t.Fields() {
		all = append(all, strings.Split(f.Tag.Get("validate"), ",")...)
		all = append(all, rulesOf(f.Type)...)
	}
	return all
}

// ProblemCodes lists the code of every problem, for tests.
func ProblemCodes() []string {
	var all []string
	for code := range kindsOfProblem {
		all = append(all, string(code))
	}
	return all
}
