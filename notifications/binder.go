package notifications

import (
	"fmt"
	html "html/template"
	"strings"
	text "text/template"
)

// form is one of the two forms of a mail.
type form struct {
	suffix string // of the file
	head   string // what its first line begins with
}

var (
	formText = form{".txt.tmpl", "Subject: "} //nolint:gochecknoglobals // never changed
	formHTML = form{".html.tmpl", "Title: "}  //nolint:gochecknoglobals // never changed
)

// binder reads templates, the organisation's own before ours, and parses them.
// It keeps the first thing that goes wrong.
type binder struct {
	own    overrides
	locale string
	err    error
}

// read returns the source of a file, such as "de/code.txt.tmpl".
func (b *binder) read(path string) string {
	if own, ok := b.own[path]; ok {
		return own
	}
	source, err := files.ReadFile("templates/" + path)
	b.keep(err, path)
	return string(source)
}

// letter returns the two halves of a letter's template.
func (b *binder) letter(name string, f form) (head, body string) {
	path := b.locale + "/" + name + f.suffix
	head, body, ok := f.cut(b.read(path))
	if !ok {
		b.keep(fmt.Errorf("the first line must begin with %q", f.head), path)
	}
	return head, body
}

// cut parts a source after its first line, and leaves an empty one in the
// body's place for it, so that the numbers of the lines stay.
func (f form) cut(source string) (head, body string, ok bool) {
	head, body, _ = strings.Cut(source, "\n")
	head, ok = strings.CutPrefix(head, f.head)
	return head, "\n" + body, ok
}

func (b *binder) text(t *text.Template, name, source string) {
	_, err := t.New(name).Parse(source)
	b.keep(err, b.locale)
}

// html parses a source after giving its bare tags their style: many mail
// programs drop style sheets. It works on the source, never on data.
func (b *binder) html(t *html.Template, name, source string) {
	_, err := t.New(name).Parse(inlineStyles().Replace(source))
	b.keep(err, b.locale)
}

func (b *binder) keep(err error, where string) {
	if err != nil && b.err == nil {
		b.err = fmt.Errorf("template %s: %w", where, err)
	}
}

// inlineStyles dresses bare tags. What has a border or a ground is a table
// cell: Outlook for Windows gives nothing else a padding.
func inlineStyles() *strings.Replacer {
	const table = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" ` +
		`style="width:100%;margin:0 0 16px 0;border-collapse:separate"><tr>`
	return strings.NewReplacer(
		"<p>", `<p style="margin:0 0 16px 0">`,
		"<h2>", `<h2 style="margin:24px 0 8px 0;font-size:17px;line-height:1.4">`,
		"<ul>", `<ul style="margin:0 0 16px 0;padding:0 0 0 20px">`,
		"<li>", `<li style="margin:0 0 8px 0">`,
		"<blockquote>", table+`<td class="quote" style="padding:0 0 0 14px;border-left:3px solid #7a8694">`,
		"</blockquote>", "</td></tr></table>",
		"<dl>", table+`<td class="box" style="padding:12px 16px 4px 16px;border:1px solid #b9c2cc;border-radius:6px"><dl style="margin:0">`,
		"</dl>", "</dl></td></tr></table>",
		`<dt class="muted">`, `<dt class="muted" style="margin:0;font-size:14px;color:#566270">`,
		"<dd>", `<dd style="margin:0 0 8px 0;font-weight:bold">`,
		"<code>", table+`<td class="box" align="center" style="padding:14px;border:1px solid #b9c2cc;border-radius:6px;`+
			`font-family:Menlo,Consolas,monospace;font-size:26px;letter-spacing:3px;text-align:center">`,
		"</code>", "</td></tr></table>",
	)
}
