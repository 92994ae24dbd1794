package policies_test

import (
	"regexp"
	"sync"
	"testing"
	"testing/fstest"

	"habeas/models"
	"habeas/policies"
)

var embedded = sync.OnceValues(policies.Default)

// standard returns the embedded policy.
func standard(t testing.TB) *policies.Policy {
	t.Helper()
	p, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// date reads a date or none.
func date(t testing.TB, s string) models.Date {
	t.Helper()
	if s == "" {
		return models.Date{}
	}
	d, err := models.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// under returns what one regime asks for.
func under(t testing.TB, e policies.Explanation, regime string) policies.RegimeDates {
	t.Helper()
	for _, r := range e.Regimes {
		if r.Regime == regime {
			return r
		}
	}
	t.Fatalf("%s does not apply to %s", regime, e.Type)
	return policies.RegimeDates{}
}

// override returns a directory of one file.
func override(name, content string) fstest.MapFS {
	return fstest.MapFS{name: &fstest.MapFile{Data: []byte(content)}}
}

// oneField returns a type with one required field f of that kind.
func oneField(t testing.TB, kind string) *policies.Type {
	t.Helper()
	choices := ""
	if kind == "choice" || kind == "choices" || kind == "corrections" {
		choices = ", choices: [{value: x, label: {en: X}}]"
	}
	content := regexp.MustCompile(`(?m)^    fields: .*$`).ReplaceAllString(whole,
		"    fields: [{name: f, kind: "+kind+", label: {en: F}, required: true"+choices+"}]")
	p, err := policies.Load(alone(content))
	if err != nil {
		t.Fatal(err)
	}
	typ, _ := p.Type("access")
	return typ
}
