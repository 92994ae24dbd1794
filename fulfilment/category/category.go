// Package category says in people's words what kind of data a data category of the
// Fides taxonomy is. It does not know who reads it, or what a field holds.
package category

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed labels.txt
var labelText string

// Languages are those that there are labels in; the first one is that of everybody
// else.
func Languages() []string { return []string{"en", "de", "fr", "es"} }

// labels are the labels by category, in the order of Languages.
var labels = sync.OnceValue(func() map[string][]string { //nolint:gochecknoglobals // read once, never changed
	all := map[string][]string{}
	for line := range strings.Lines(labelText) {
		if parts := strings.Split(strings.TrimSpace(line), " | "); len(parts) == 1+len(Languages()) {
			all[parts[0]] = parts[1:]
		}
	}
	return all
})

// Label is what a data category is called in the language of a locale. One that has no
// label is called as the branch that it is on; of several, separated by blanks, all
// are named. Without a category it is a reference to another record.
func Label(locale, categories string) string {
	at := 0
	tag, _, _ := strings.Cut(strings.ToLower(locale), "-")
	for i, language := range Languages() {
		if language == tag {
			at = i
		}
	}
	if categories == "" {
		return labels()["reference"][at]
	}
	var names []string
	seen := map[string]bool{}
	for key := range strings.FieldsSeq(categories) {
		name := nearest(key)[at]
		if !seen[name] {
			names = append(names, name)
		}
		seen[name] = true
	}
	return strings.Join(names, ", ")
}

// nearest are the labels of the nearest branch that has some.
func nearest(key string) []string {
	for ; ; key = key[:strings.LastIndexByte(key, '.')] {
		if found, ok := labels()[key]; ok {
			return found
		}
		if !strings.Contains(key, ".") {
			return labels()["system"]
		}
	}
}
