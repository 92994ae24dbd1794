package notifications

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	html "html/template"
	"maps"
	"slices"
	"strings"
	"sync"
	text "text/template"

	"habeas/models"
)

// defaultLocale is the language of everybody whose own we do not write.
const defaultLocale = "en"

// The templates: layout.html.tmpl, which is around every HTML mail, and a
// folder a language. In a folder are for each letter a .txt.tmpl and an
// .html.tmpl. The first line of the one is the subject, of the other the
// heading; the rest is the body. What several letters share is in parts.
// To add a language, add its folder, its entry in languages and its samples.
//
//go:embed templates
var files embed.FS

// catalog is the parsed templates of one language.
type catalog struct {
	text map[string]*text.Template // by letter; holds "subject" and "body"
	html map[string]*html.Template // holds "layout", "title", "content" and "foot"
}

// Locales lists the languages that mails can be written in.
func Locales() []string { return slices.Sorted(maps.Keys(languages())) }

// LanguageName returns what a language calls itself, or "" for one of none.
func LanguageName(locale string) string { return languages()[locale].name }

// Templates lists the names of all templates in the order of a request's life.
func Templates() []string {
	var names []string
	for _, l := range models.Letters() {
		names = append(names, l.Template())
	}
	return names
}

// catalogs returns each language, parsed when it is first written in: most
// installations need one or two.
func catalogs(c Config, own overrides) map[string]func() (*catalog, error) {
	all := map[string]func() (*catalog, error){}
	for locale, lang := range languages() {
		all[locale] = sync.OnceValues(func() (*catalog, error) { return parseCatalog(c, own, locale, lang) })
	}
	return all
}

// parseCatalog parses the two templates of every letter in one language.
func parseCatalog(c Config, own overrides, locale string, lang language) (*catalog, error) {
	b := binder{own: own, locale: locale}
	fn := funcs(c, locale, lang)
	baseText := text.New("").Funcs(fn)
	baseHTML := html.New("").Funcs(fn)
	b.text(baseText, "parts", b.read(locale+"/parts.txt.tmpl"))
	b.html(baseHTML, "parts", b.read(locale+"/parts.html.tmpl"))
	b.html(baseHTML, "layout", b.read("layout.html.tmpl"))
	cat := &catalog{text: map[string]*text.Template{}, html: map[string]*html.Template{}}
	if b.err != nil {
		return nil, b.err
	}
	for _, name := range Templates() {
		cat.text[name] = text.Must(baseText.Clone())
		head, body := b.letter(name, formText)
		b.text(cat.text[name], "subject", head)
		b.text(cat.text[name], "body", body)

		cat.html[name] = html.Must(baseHTML.Clone())
		head, body = b.letter(name, formHTML)
		b.html(cat.html[name], "title", head)
		b.html(cat.html[name], "content", body)
		b.html(cat.html[name], "foot", `{{template "`+footOf(name)+`" .}}`)
	}
	return cat, b.err
}

// footOf says which foot a letter has: it differs by how much we know of who
// reads it.
func footOf(name string) string {
	switch {
	case strings.HasPrefix(name, "staff_"):
		return "foot_staff"
	case unproved(name):
		return "foot_unproved"
	}
	return "foot_requester"
}

// unproved reports whether a letter goes to mailboxes that nobody has proved
// to own: it holds no word that a requester chose.
func unproved(name string) bool {
	return name == "code" || name == "verify_reminder" || name == "expired"
}

// render executes both templates of a letter.
func (c *catalog) render(l models.Letter) (Mail, error) {
	name := l.Template()
	var subject, body, rich bytes.Buffer
	err := errors.Join(
		c.text[name].ExecuteTemplate(&subject, "subject", l),
		c.text[name].ExecuteTemplate(&body, "body", l),
		c.html[name].ExecuteTemplate(&rich, "layout", l),
	)
	if err != nil {
		return Mail{}, fmt.Errorf("rendering %s: %w", name, err)
	}
	return Mail{Subject: shorten(oneLine(subject.String())), Text: wrap(body.String()), HTML: rich.String()}, nil
}

// shorten keeps a subject within what mail programs show.
func shorten(s string) string {
	const most = 150
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "\u2026"
	}
	return s
}
