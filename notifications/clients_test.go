package notifications_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// What mail programs drop or break: Outlook for Windows knows tables and few
// properties, Gmail drops a style sheet that it does not like whole, and most
// fetch nothing unasked.
func TestMailsSurviveTheClients(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	elements := strings.Fields("html head meta title style body table tbody tr td p h1 h2 ul li dl dt dd strong br a")
	styled := strings.Fields("body p h1 h2 ul li dl dt dd td")
	for name, l := range everywhere() {
		doc, err := html.Parse(strings.NewReader(render(t, r, l).HTML))
		if err != nil {
			t.Fatal(err)
		}
		sheets := 0
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			attr := map[string]string{}
			for _, a := range n.Attr {
				attr[a.Key] = a.Val
			}
			if !slices.Contains(elements, n.Data) {
				t.Errorf("%s has a <%s>", name, n.Data)
			}
			if n.Data == "table" && attr["role"] != "presentation" {
				t.Errorf("%s has a table that is read out as one", name)
			}
			if slices.Contains(styled, n.Data) && attr["style"] == "" && !bare(n) {
				t.Errorf("%s: a <%s> looks as each program likes", name, n.Data)
			}
			for _, broken := range []string{"flex", "grid", "float", "position", "url(", "calc(", "var("} {
				if strings.Contains(attr["style"], broken) {
					t.Errorf("%s: %s", name, attr["style"])
				}
			}
			if n.Data == "style" {
				sheets++
				if !strings.HasPrefix(strings.TrimSpace(n.FirstChild.Data), "@media (prefers-color-scheme: dark)") {
					t.Errorf("%s: the style sheet does more than dark colours", name)
				}
			}
			if n.Data == "html" && attr["lang"] != name[:2] {
				t.Errorf("%s is in %q", name, attr["lang"])
			}
		}
		if sheets != 1 {
			t.Errorf("%s has %d style sheets", name, sheets)
		}
	}
}

// bare reports a cell that only holds other tables.
func bare(n *html.Node) bool {
	for c := range n.ChildNodes() {
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" || c.Type == html.ElementNode && c.Data != "table" {
			return false
		}
	}
	return n.Data == "td"
}
