package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// visitor is a browser without scripts: it keeps cookies, follows redirects,
// reads forms and presses their buttons. Each page it sees must be sound.
type visitor struct {
	t    testing.TB
	base string
	http *http.Client
	lang string // Accept-Language
}

func (b *bed) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	must(b.t, err)
	return &visitor{t: b.t, base: b.url, http: &http.Client{Jar: jar}, lang: "en"}
}

// page is an answer that was read to its end.
type page struct {
	v *visitor
	*http.Response
	body string
	doc  *html.Node
}

func (v *visitor) get(path string) *page {
	v.t.Helper()
	return v.send("GET", path, "", nil)
}

func (v *visitor) post(path string, form url.Values, header ...string) *page {
	v.t.Helper()
	return v.send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), header...)
}

func (v *visitor) send(method, path, media string, body io.Reader, header ...string) *page {
	v.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = v.base + path
	}
	req, err := http.NewRequest(method, path, body)
	must(v.t, err)
	req.Header.Set("Accept-Language", v.lang)
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	answer, err := v.http.Do(req)
	must(v.t, err)
	return v.read(answer)
}

// read reads an answer to its end.
func (v *visitor) read(answer *http.Response) *page {
	v.t.Helper()
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	must(v.t, err)
	p := &page{v: v, Response: answer, body: string(content)}
	if answer.Request.Method != http.MethodHead && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		p.doc, err = html.Parse(bytes.NewReader(content))
		must(v.t, err)
		// A mail is drawn as it is, in a page that can do nothing.
		if !strings.HasPrefix(answer.Header.Get("Content-Security-Policy"), "sandbox") {
			sound(v.t, p)
		}
	}
	return p
}

// path is where the visitor is.
func (p *page) path() string { return p.Request.URL.RequestURI() }

// want fails the test unless the page has the status and all texts; one that
// begins with "!" must not be there.
func (p *page) want(status int, texts ...string) *page {
	p.v.t.Helper()
	shown := p.text()
	if p.StatusCode != status {
		p.v.t.Fatalf("%s %s answered %d, want %d: %s", p.Request.Method, p.path(), p.StatusCode, status, shown)
	}
	for _, text := range texts {
		unwanted, not := strings.CutPrefix(text, "!")
		if strings.Contains(shown, unwanted) == not {
			p.v.t.Fatalf("%s %s: %q in %s", p.Request.Method, p.path(), text, shown)
		}
	}
	return p
}

// text is what a reader sees, with single blanks.
func (p *page) text() string {
	if p.doc == nil {
		return p.body
	}
	var b strings.Builder
	for n := range p.doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// nodes returns the elements with one of the names, in order.
func nodes(root *html.Node, names ...string) []*html.Node {
	var all []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && slices.Contains(names, n.Data) {
			all = append(all, n)
		}
	}
	return all
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// form is a form of a page with what is filled in.
type form struct {
	p      *page
	node   *html.Node
	values url.Values
	files  []attached
}

// attached is a file that was chosen.
type attached struct {
	name    string
	content []byte
}

// form returns the form that has a button with the text.
func (p *page) form(button string) *form {
	p.v.t.Helper()
	for _, node := range nodes(p.doc, "form") {
		for _, b := range nodes(node, "button") {
			if textOf(b) == button {
				return &form{p: p, node: node, values: valuesOf(node)}
			}
		}
	}
	p.v.t.Fatalf("%s has no button %q: %s", p.path(), button, p.text())
	return nil
}

// valuesOf are the fields that a browser would send.
func valuesOf(root *html.Node) url.Values {
	values := url.Values{}
	for _, n := range nodes(root, "input", "textarea", "select") {
		name := attr(n, "name")
		if name == "" {
			continue
		}
		switch n.Data {
		case "textarea":
			if n.FirstChild != nil {
				values.Add(name, n.FirstChild.Data)
			} else {
				values.Add(name, "")
			}
		case "select":
			chosen := ""
			for _, o := range nodes(n, "option") {
				if has(o, "selected") {
					chosen = attr(o, "value")
				}
			}
			values.Add(name, chosen)
		default:
			kind := attr(n, "type")
			if kind == "radio" || kind == "checkbox" {
				if has(n, "checked") {
					values.Add(name, attr(n, "value"))
				}
			} else if kind != "file" {
				values.Add(name, attr(n, "value"))
			}
		}
	}
	return values
}

// fill sets fields: pairs of name and value.
func (f *form) fill(pairs ...string) *form {
	f.p.v.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !slices.ContainsFunc(nodes(f.node, "input", "textarea", "select"), func(n *html.Node) bool { return attr(n, "name") == pairs[i] }) {
			f.p.v.t.Fatalf("%s: the form has no field %q", f.p.path(), pairs[i])
		}
		f.values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// press presses the button with the text.
func (f *form) press(button string) *page {
	f.p.v.t.Helper()
	action, method := attr(f.node, "action"), strings.ToUpper(attr(f.node, "method"))
	for _, b := range nodes(f.node, "button") {
		if textOf(b) != button {
			continue
		}
		if name := attr(b, "name"); name != "" {
			f.values.Set(name, attr(b, "value"))
		}
		if to := attr(b, "formaction"); to != "" {
			action = to
		}
		break
	}
	if action == "" {
		action = f.p.path()
	}
	if method == "GET" {
		return f.p.v.get(action + "?" + f.values.Encode())
	}
	if attr(f.node, "enctype") == "multipart/form-data" && !strings.Contains(button, "Change") {
		body, media := f.parts()
		return f.p.v.send("POST", action, media, body, "Origin", f.p.v.base, "Sec-Fetch-Site", "same-origin")
	}
	return f.p.v.post(action, f.values, "Origin", f.p.v.base, "Sec-Fetch-Site", "same-origin")
}

// attach chooses a file.
func (f *form) attach(name string, content []byte) *form {
	f.files = append(f.files, attached{name, content})
	return f
}

// upload sends a form with a file.
func (f *form) upload(name string, content []byte) *page {
	f.p.v.t.Helper()
	body, media := f.attach(name, content).parts()
	return f.p.v.send("POST", attr(f.node, "action"), media, body)
}

// parts is the form as a browser sends it where it may have files.
func (f *form) parts() (io.Reader, string) {
	f.p.v.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, values := range f.values {
		for _, value := range values {
			must(f.p.v.t, w.WriteField(key, value))
		}
	}
	if len(f.files) == 0 { // an input where nothing was chosen
		f.files = []attached{{}}
	}
	for _, file := range f.files {
		part, err := w.CreateFormFile("file", file.name)
		must(f.p.v.t, err)
		_, err = part.Write(file.content)
		must(f.p.v.t, err)
	}
	must(f.p.v.t, w.Close())
	return &body, w.FormDataContentType()
}

// click follows the link with the text.
func (p *page) click(text string) *page {
	p.v.t.Helper()
	for _, a := range nodes(p.doc, "a") {
		if textOf(a) == text {
			return p.v.get(attr(a, "href"))
		}
	}
	p.v.t.Fatalf("%s has no link %q: %s", p.path(), text, p.text())
	return nil
}

// sound checks what every page must be: a language, one heading of the first
// rank, a label for every field, ids once, references that lead somewhere, no
// inline code, nothing of another host.
func sound(t testing.TB, p *page) {
	t.Helper()
	bad := func(format string, args ...any) { t.Helper(); t.Errorf(p.path()+": "+format, args...) }
	root := nodes(p.doc, "html")[0]
	if lang := attr(root, "lang"); lang == "" || lang != p.Header.Get("Content-Language") {
		bad("the language is %q, the header says %q", lang, p.Header.Get("Content-Language"))
	}
	if n := len(nodes(p.doc, "h1")); n != 1 {
		bad("%d headings of the first rank", n)
	}
	if n := len(nodes(p.doc, "main")); n != 1 {
		bad("%d main parts", n)
	}
	if textOf(nodes(p.doc, "title")[0]) == "" {
		bad("no title")
	}
	ids, labels := map[string]bool{}, map[string]string{}
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] || strings.ContainsAny(id, " \t\n") {
				bad("the id %q is there twice, or has blanks", id)
			}
			ids[id] = true
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				bad("inline code in <%s %s>", n.Data, a.Key)
			}
			if address := slices.Contains([]string{"href", "src", "action", "formaction"}, a.Key); address && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") && !authority(n) {
				bad("<%s %s=%q> leads elsewhere", n.Data, a.Key, a.Val)
			}
		}
		if n.Data == "script" && (n.FirstChild != nil || !has(n, "src")) || n.Data == "style" {
			bad("inline code in <%s>", n.Data)
		}
		if n.Data == "label" {
			labels[attr(n, "for")] = textOf(n)
		}
	}
	rank := 1
	for _, h := range nodes(p.doc, "h1", "h2", "h3", "h4") {
		now := int(h.Data[1] - '0')
		if now > rank+1 {
			bad("<%s>%s follows rank %d", h.Data, textOf(h), rank)
		}
		if textOf(h) == "" {
			bad("an empty heading")
		}
		rank = now
	}
	for _, n := range nodes(p.doc, "input", "textarea", "select") {
		if attr(n, "type") != "hidden" && labels[attr(n, "id")] == "" {
			bad("the field %q has no label", attr(n, "name"))
		}
	}
	for _, n := range nodes(p.doc, "button", "a", "legend", "summary") {
		if textOf(n) == "" {
			bad("an empty <%s>", n.Data)
		}
	}
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, name := range []string{"aria-describedby", "aria-labelledby", "for"} {
			for id := range strings.FieldsSeq(attr(n, name)) {
				if !ids[id] {
					bad("<%s %s> names %q, which is not there", n.Data, name, id)
				}
			}
		}
		if target, ok := strings.CutPrefix(attr(n, "href"), "#"); ok && n.Data == "a" && !ids[target] {
			bad("a link leads to #%s, which is not there", target)
		}
	}
	if strings.Contains(p.body, "ZgotmplZ") || strings.Contains(p.body, "<no value>") {
		bad("a template wrote nonsense")
	}
}

// authority reports whether a link is in the answer to a request, the only
// place that leads to others: to whom a person can complain to.
func authority(link *html.Node) bool {
	for n := link.Parent; n != nil; n = n.Parent {
		if n.Data == "section" {
			return link.Data == "a" && attr(n, "class") == "answer"
		}
	}
	return false
}
