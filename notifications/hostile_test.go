package notifications_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"habeas/models"
	"habeas/notifications"
)

// hostile returns 200 texts that try to be something else than text.
func hostile() []string {
	seeds := []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<a href="https://evil.example">click</a>`,
		`"><svg onload=alert(1)>`, `'><iframe src=//evil.example>`, `</title><script>x</script>`, `</style><b>x</b>`,
		`<!--`, `-->`, `<![CDATA[`, `]]>`, `javascript:alert(1)`, `https://evil.example/`, `//evil.example`,
		`{{.Code}}`, `{{template "page" .}}`, `<base href=//evil.example>`, `<meta http-equiv=refresh content=0;url=//evil.example>`,
		`<form action=//evil.example><input></form>`, `<link rel=stylesheet href=//evil.example>`, `&lt;b&gt;`, `&#60;b&#62;`,
		`" style="x`, `' onmouseover='x`, "` onclick=x `", `%0d%0aBcc: x@evil.example`, "a\r\nBcc: x@evil.example\r\n\r\nbody",
		"\r\n.\r\nMAIL FROM:<x@evil.example>", "\x00\x01\x1b[31m\x7f", "\u202etxt.exe\u202c", "a\u2028b\u2029c\u0085d",
		"\xff\xfe<b>", "<b\x00>", "＜script＞", "../../etc/passwd", `?x=1#y`, `@evil.example/`, `\\evil.example\share`,
		strings.Repeat("<b>", 500), strings.Repeat("a", 5000),
	}
	wraps := []string{"%s", "Maria %s", "%s\n\n%s", `x" y="%s`, "x\r\nSubject: %s"}
	var all []string
	for _, seed := range seeds {
		for _, w := range wraps {
			all = append(all, strings.ReplaceAll(w, "%s", seed))
		}
	}
	return all
}

// stringsOf calls f for every string that can be set in v, with its path.
func stringsOf(v reflect.Value, path string, f func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		f(path, v)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				stringsOf(v.Field(i), path+"."+v.Type().Field(i).Name, f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			stringsOf(v.Index(i), fmt.Sprintf("%s[%d]", path, i), f)
		}
	}
}

// sample returns a fresh, addressable copy of a sample.
func sample(t *testing.T, name string) models.Letter {
	t.Helper()
	b, err := json.Marshal(notifications.Samples("en")[name])
	if err != nil {
		t.Fatal(err)
	}
	l, ok := models.NewLetter(name)
	if !ok {
		t.Fatalf("no letter %s", name)
	}
	if err := json.Unmarshal(b, l); err != nil {
		t.Fatal(err)
	}
	return l
}

func fieldsOf(t *testing.T, name string) []string {
	t.Helper()
	var paths []string
	stringsOf(reflect.ValueOf(sample(t, name)).Elem(), "", func(path string, _ reflect.Value) {
		if !strings.HasPrefix(name, "answer_") || path != ".Outcome" { // that one chooses the template
			paths = append(paths, path)
		}
	})
	return paths
}

func TestHostileDataStaysText(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	payloads := hostile()
	if len(payloads) < 200 {
		t.Fatalf("%d payloads, want 200", len(payloads))
	}
	for name := range notifications.Samples("en") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fields := fieldsOf(t, name)
			allowed := skeleton(t, render(t, r, with(t, name, "x", fields...)).HTML)
			for i, payload := range payloads {
				m := render(t, r, with(t, name, payload, fields...))
				checkHTML(t, name, payload, m.HTML, allowed)
				checkText(t, name, payload, m)
				// In one field alone it meets the others as they usually are.
				field := fields[i%len(fields)]
				alone := skeleton(t, render(t, r, with(t, name, "x", field)).HTML)
				m = render(t, r, with(t, name, payload, field))
				checkHTML(t, name+field, payload, m.HTML, alone)
				checkText(t, name+field, payload, m)
			}
		})
	}
}

// with returns a sample with the value in the fields.
func with(t *testing.T, name, value string, fields ...string) models.Letter {
	t.Helper()
	l := sample(t, name)
	stringsOf(reflect.ValueOf(l).Elem(), "", func(path string, v reflect.Value) {
		if slices.Contains(fields, path) {
			v.SetString(value)
		}
	})
	return l
}

// skeleton counts every element with its attributes; links are counted by
// themselves.
func skeleton(t *testing.T, page string) map[string]int {
	t.Helper()
	counts := map[string]int{}
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		switch n.Type {
		case html.ElementNode:
			key := n.Data
			for _, a := range n.Attr {
				if n.Data == "a" && a.Key == "href" {
					counts["href "+a.Val]++
					a.Val = ""
				}
				key += fmt.Sprintf(" %s=%q", a.Key, a.Val)
			}
			counts[key]++
		case html.CommentNode:
			counts["comment"]++
		}
	}
	return counts
}

func checkHTML(t *testing.T, field, payload, page string, allowed map[string]int) {
	t.Helper()
	for key, n := range skeleton(t, page) {
		if key == "br" || key == `p style="margin:0 0 16px 0"` {
			continue // a text of several lines has more of them
		}
		if link, ok := strings.CutPrefix(key, "href "); ok {
			u, err := url.Parse(link)
			if err != nil || !strings.HasPrefix(link, baseURL+"/") || u.Host != "privacy.example.com" || u.RawQuery != "" || u.Fragment != "" {
				t.Errorf("%s = %q leads to %s", field, payload, link)
			}
			continue
		}
		if n > allowed[key] {
			t.Errorf("%s = %q makes %d of %s, want at most %d", field, payload, n, key, allowed[key])
		}
	}
}

func checkText(t *testing.T, field, payload string, m notifications.Mail) {
	t.Helper()
	bad := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) }
	if i := strings.IndexFunc(m.Text, bad); i >= 0 {
		t.Errorf("%s = %q puts %q into the text", field, payload, m.Text[i:min(i+4, len(m.Text))])
	}
	if i := strings.IndexFunc(m.Subject, func(r rune) bool { return r == '\n' || bad(r) }); i >= 0 || len([]rune(m.Subject)) > 150 {
		t.Errorf("%s = %q makes the subject %q", field, payload, m.Subject)
	}
}

// The only addresses in a mail are those of the portal, and nothing is loaded.
func TestMailsLoadNothing(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for name, l := range everywhere() {
		m := render(t, r, l)
		for _, part := range []string{m.Text, m.HTML} {
			for rest := part; ; {
				i := strings.Index(rest, "http")
				if i < 0 {
					break
				}
				rest = rest[i:]
				if !strings.HasPrefix(rest, baseURL+"/") {
					t.Errorf("%s refers to %.40q", name, rest)
				}
				rest = rest[4:]
			}
		}
		loadsNothing(t, name, m.HTML)
	}
}

func loadsNothing(t *testing.T, name, page string) {
	t.Helper()
	for key := range skeleton(t, page) {
		tag, _, _ := strings.Cut(key, " ")
		if slices.Contains([]string{"img", "link", "script", "iframe", "object", "form", "svg", "base"}, tag) ||
			strings.Contains(key, "src=") || strings.Contains(key, "url(") || strings.Contains(key, " background=") {
			t.Errorf("%s holds %s", name, key)
		}
	}
}

func TestPlainTextIsWrapped(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for name, l := range everywhere() {
		for line := range strings.Lines(render(t, r, l).Text) {
			if len([]rune(line)) > 76 && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%s: too long: %q", name, line)
			}
			if strings.TrimRight(line, " \n")+"\n" != line {
				t.Errorf("%s: spaces at the end of %q", name, line)
			}
		}
	}
}

// dates returns every date in a letter.
func dates(l models.Letter) map[string]models.Date {
	all := map[string]models.Date{}
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		if d, ok := reflect.TypeAssert[models.Date](v); ok {
			all[path] = d
			return
		}
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i), path+"."+v.Type().Field(i).Name)
				}
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
			}
		}
	}
	walk(reflect.Indirect(reflect.ValueOf(l)), "")
	return all
}

// textOf returns what a reader of the HTML sees.
func textOf(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" {
			b.WriteString(n.Data + " ")
		}
	}
	return b.String()
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// The two parts say the same: every sentence of the text with a date in it is
// in the HTML too.
func TestBothPartsNameTheSameDates(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for name, l := range everywhere() {
		m := render(t, r, l)
		plain, rich := years(m.Text), years(textOf(t, m.HTML))
		if !slices.Equal(slices.Sorted(maps.Keys(plain)), slices.Sorted(maps.Keys(rich))) {
			t.Errorf("%s: text names %v, HTML %v", name, plain, rich)
		}
	}
}

// years returns every "D Month YYYY" in s.
func years(s string) map[string]bool {
	words, found := strings.Fields(s), map[string]bool{}
	for i := 2; i < len(words); i++ {
		if y := strings.Trim(words[i], ".,;:)"); y == "2026" || y == "2027" {
			found[words[i-2]+" "+words[i-1]+" "+y] = true
		}
	}
	return found
}
