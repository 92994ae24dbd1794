package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// configFile names the variable that names the configuration file.
const configFile = "HABEAS_CONFIG"

// readConfig returns the configuration from the environment and from a file of
// the same variables, of which the environment wins. Its error is faults, with
// everything that is wrong.
func readConfig(getenv func(string) string, file string) (config, error) {
	if file == "" {
		file = getenv(configFile)
	}
	set, f := fromFile(file)
	for _, v := range variables() {
		f = append(f, v.override(set, getenv)...)
	}
	c, more := parseConfig(set)
	f = append(f, more...)
	if len(f) > 0 {
		return config{}, f.sorted()
	}
	c = c.withPlaces()
	if f := c.check(); len(f) > 0 {
		return config{}, f.sorted()
	}
	return c, nil
}

// variable is one variable and the field it sets.
type variable struct {
	name, field, fallback string
	secret                bool
}

// variables lists every variable, in the order of the fields.
func variables() []variable {
	var all []variable
	for f := range reflect.TypeFor[config]().Fields() {
		if f.Tag.Get("env") == "" {
			continue // not set from outside
		}
		all = append(all, variable{
			name: f.Tag.Get("env"), field: f.Name, fallback: f.Tag.Get("envDefault"),
			secret: f.Type == reflect.TypeFor[secret](),
		})
	}
	return all
}

// override puts what the environment says about v into set. A secret may come
// from a file that NAME_FILE names, so that it never stands in an environment.
func (v variable) override(set map[string]string, getenv func(string) string) faults {
	var f faults
	value, path := getenv(v.name), ""
	if v.secret {
		path = getenv(v.name + "_FILE")
		if value == "" && path == "" && set[v.name] == "" {
			path = set[v.name+"_FILE"]
		}
	}
	switch {
	case value != "" && path != "":
		f.add(v.name, "is set, and so is %s_FILE: set one of them", v.name)
	case value != "":
		set[v.name] = value
	case path != "":
		b, err := os.ReadFile(path)
		if err != nil {
			f.add(v.name+"_FILE", "cannot be read: %v", reason(err))
		}
		set[v.name] = strings.TrimRight(string(b), "\r\n")
		if err == nil && set[v.name] == "" {
			f.add(v.name+"_FILE", "names an empty file")
		}
	}
	return f
}

// parseConfig turns texts into values.
func parseConfig(set map[string]string) (config, faults) {
	var c config
	err := env.ParseWithOptions(&c, env.Options{Environment: set, FuncMap: parsers()})
	if err == nil {
		return c, nil
	}
	var f faults
	all := variables()
	var list env.AggregateError
	if !errors.As(err, &list) {
		list.Errors = []error{err}
	}
	for _, e := range list.Errors {
		bad, ok := errors.AsType[env.ParseError](e)
		i := slices.IndexFunc(all, func(v variable) bool { return v.field == bad.Name })
		if !ok || i < 0 {
			f.add("configuration", "%v", e)
			continue
		}
		f.add(all[i].name, "%s", mustBe(bad.Type))
	}
	return c, f
}

// mustBe says what a value of the type looks like. The value itself is not
// repeated: it may be a secret in the wrong place.
func mustBe(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[*time.Location]():
		return "must be a time zone of the IANA database, such as Europe/Vienna"
	case reflect.TypeFor[time.Duration]():
		return "must be a duration, such as 20s or 10m"
	case reflect.TypeFor[slog.Level]():
		return "must be debug, info, warn or error"
	case reflect.TypeFor[networks]():
		return "must be addresses or networks separated by commas, such as 10.0.0.0/8"
	}
	switch t.Kind() {
	case reflect.Int:
		return "must be a whole number"
	case reflect.Bool:
		return "must be true or false"
	default:
		return "cannot be read"
	}
}

func parsers() map[reflect.Type]env.ParserFunc {
	return map[reflect.Type]env.ParserFunc{
		reflect.TypeFor[time.Location](): func(s string) (any, error) {
			zone, err := time.LoadLocation(s)
			if err != nil || s == "Local" {
				return nil, errors.New("not a zone")
			}
			return *zone, nil
		},
		reflect.TypeFor[slog.Level](): func(s string) (any, error) {
			var l slog.Level
			err := l.UnmarshalText([]byte(s))
			return l, err
		},
	}
}

// reason is why a file cannot be read, without its path, which the variable
// beside it names.
func reason(err error) error {
	if at, ok := errors.AsType[*os.PathError](err); ok {
		return at.Err
	}
	return err
}

// fault is one thing wrong with one variable.
type fault struct{ name, text string }

// faults is everything wrong with a configuration.
type faults []fault

func (f *faults) add(name, format string, args ...any) {
	*f = append(*f, fault{name, fmt.Sprintf(format, args...)})
}

func (f *faults) unless(name string, ok bool, text string) {
	if !ok {
		f.add(name, "%s", text)
	}
}

// sorted orders faults as the variables are ordered.
func (f faults) sorted() faults {
	all := variables()
	place := func(x fault) int {
		return slices.IndexFunc(all, func(v variable) bool { return v.name == strings.TrimSuffix(x.name, "_FILE") })
	}
	slices.SortStableFunc(f, func(a, b fault) int { return place(a) - place(b) })
	return f
}

func (f faults) Error() string {
	var b strings.Builder
	b.WriteString("the configuration is faulty:")
	for _, x := range f {
		fmt.Fprintf(&b, "\n  %s %s", x.name, x.text)
	}
	return b.String()
}
