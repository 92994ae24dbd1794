package api_test

import (
	"bytes"
	"flag"
	"html"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"habeas/api"
	"habeas/models"
)

var update = flag.Bool("update", false, "rewrite openapi.yaml")

// TestDocumentIsCommitted keeps the file beside the code the same as what the
// code serves.
func TestDocumentIsCommitted(t *testing.T) {
	t.Parallel()
	want := api.Document()
	if *update {
		if err := os.WriteFile("openapi.yaml", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("openapi.yaml is not what the code says; run go test ./api -run TestDocumentIsCommitted -update and look at the difference")
	}
}

// TestThePageNeedsNobodyElse reads /docs: every operation is there, and nothing
// comes from another host.
func TestThePageNeedsNobodyElse(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	page := string(b.want(200, b.Send("GET", "/docs", nil)).Content)
	for _, route := range api.Routes() {
		if !strings.Contains(page, `id="`+route.ID+`"`) || !strings.Contains(page, html.EscapeString(route.Summary)) {
			t.Errorf("%s is not on the page", route.ID)
		}
	}
	for _, bad := range []string{"<script", "style=", "src=", "http://", "//cdn", "@import"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, link := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		target, local := strings.CutPrefix(link[1], "#")
		if local && !strings.Contains(page, `id="`+target+`"`) {
			t.Errorf("%s leads nowhere", link[1])
		}
		if !local && b.Send("GET", link[1], nil).StatusCode != http.StatusOK {
			t.Errorf("%s leads nowhere", link[1])
		}
	}
	style := string(b.want(200, b.Send("GET", "/docs/style.css", nil)).Content)
	if strings.Contains(style, "url(") || strings.Contains(style, "@import") {
		t.Error("the stylesheet fetches something")
	}
	served := b.want(200, b.Send("GET", "/openapi.yaml", nil)).Content
	if !bytes.Equal(served, api.Document()) {
		t.Error("/openapi.yaml is not the document")
	}
}

// TestWordsOfTheDomain compares what inputs take with the words there are.
func TestWordsOfTheDomain(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"oneof=unverified open": words(models.States()),
		"oneof=fulfilled":       words(models.Outcomes()),
		"oneof=admin":           words(models.Roles()),
		"oneof=email phone":     words(models.Channels()),
		"oneof=pending":         {"pending", "done", "dead"},
		"oneof=mailbox":         words(models.Levels()[1:]),
		"oneof=external_id":     words(models.LegalHoldIdentifiers()),
	}
	rules := api.Rules()
	for start, want := range tests {
		found := false
		for _, rule := range rules {
			given, ok := strings.CutPrefix(rule, "oneof=")
			if !ok || !strings.HasPrefix(rule, start) {
				continue
			}
			got := strings.Fields(given)
			slices.Sort(got)
			slices.Sort(want)
			decidable := words(models.Decidable())
			slices.Sort(decidable)
			if !slices.Equal(got, want) && !slices.Equal(got, decidable) {
				t.Errorf("%s, want %v", rule, want)
			}
			found = true
		}
		if !found {
			t.Errorf("no input has %s…", start)
		}
	}
}

func words[T ~string](all []T) []string {
	var texts []string
	for _, w := range all {
		texts = append(texts, string(w))
	}
	return texts
}

// TestTheGuideNamesEveryProblem keeps docs/api.md complete.
func TestTheGuideNamesEveryProblem(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../docs/api.md")
	must(t, err)
	for _, code := range api.ProblemCodes() {
		if !bytes.Contains(guide, []byte("`"+code+"`")) {
			t.Errorf("docs/api.md does not name the problem %s", code)
		}
	}
}
