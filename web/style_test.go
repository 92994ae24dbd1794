package web_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every class of the stylesheet is given by a page, and every class that a page
// gives means something: to the stylesheet or to our scripts.
func TestStylesAndPagesFitTogether(t *testing.T) {
	t.Parallel()
	read := func(pattern string) string {
		files, err := filepath.Glob(pattern)
		must(t, err)
		if len(files) == 0 {
			t.Fatalf("no %s", pattern)
		}
		all := ""
		for _, f := range files {
			content, err := os.ReadFile(f)
			must(t, err)
			all += string(content)
		}
		return all
	}
	comments := regexp.MustCompile(`(?s)/\*.*?\*/`)
	styled := map[string]bool{}
	for _, rule := range regexp.MustCompile(`([^{}]+)\{`).FindAllStringSubmatch(comments.ReplaceAllString(read("pages/assets/style/*.css"), ""), -1) {
		for _, c := range regexp.MustCompile(`\.(-?[A-Za-z_][\w-]*)`).FindAllStringSubmatch(rule[1], -1) {
			styled[c[1]] = true
		}
	}
	pages := read("portal/templates/*.html") + read("console/templates/*.html")
	scripts := read("pages/assets/*.js")
	programs := read("portal/*.go") + read("console/*.go") + read("console/chart/*.go")

	// What attributes say, with what templates put together left open.
	given, plain := "", map[string]bool{}
	action := regexp.MustCompile(`\{\{.*?\}\}`)
	for _, m := range regexp.MustCompile(`class="((?:\{\{.*?\}\}|[^"])*)"`).FindAllStringSubmatch(pages, -1) {
		given += " " + m[1]
		for c := range strings.FieldsSeq(action.ReplaceAllString(m[1], "\x00")) {
			if !strings.Contains(c, "\x00") {
				plain[c] = true
			}
		}
	}
	// A class that a program names stands for itself, or behind one of these.
	ends := regexp.MustCompile(`^(width|field|of)-`)
	word := func(in, c string) bool {
		return regexp.MustCompile(`(^|[^\w-])` + regexp.QuoteMeta(c) + `($|[^\w-])`).MatchString(in)
	}
	for _, c := range slices.Sorted(maps.Keys(styled)) {
		made := ends.ReplaceAllString(c, "")
		if !word(given, c) && !word(scripts, c) && !strings.Contains(programs, `"`+made+`"`) {
			t.Errorf("no page has the class %s", c)
		}
	}
	for _, c := range slices.Sorted(maps.Keys(plain)) {
		if !styled[c] && !word(scripts, c) {
			t.Errorf("the class %s means nothing", c)
		}
	}
	if len(styled) < 100 || len(plain) < 60 {
		t.Errorf("%d classes are styled, %d given", len(styled), len(plain))
	}
}
