package notifications

import (
	"embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"sync"

	"habeas/models"
)

// defaultLocale is the language of everybody whose own we do not write.
const defaultLocale = "en"

// The templates: one Markdown file per letter in a folder per language, what
// several letters share in parts.md.tmpl, and layout.html.tmpl, which is around
// every HTML mail. To add a language, add its folder, its entry in languages
// and its samples.
//
//go:embed templates
var files embed.FS

const (
	suffix     = ".md.tmpl"
	partsFile  = "parts" + suffix
	layoutFile = "layout.html.tmpl"
)

// catalog is the parsed templates of one language.
type catalog struct {
	config  Config
	locale  string
	letters map[string]func() (letter, error) // by template name; each is parsed when it is first used
	layout  *template.Template
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

// catalogs returns each language, parsed when it is first used: most
// installations need one or two.
func catalogs(c Config, own overrides) map[string]func() (*catalog, error) {
	all := map[string]func() (*catalog, error){}
	for locale, lang := range languages() {
		all[locale] = sync.OnceValues(func() (*catalog, error) { return parseCatalog(c, own, locale, lang) })
	}
	return all
}

func parseCatalog(c Config, own overrides, locale string, lang language) (*catalog, error) {
	cat := &catalog{config: c, locale: locale, letters: map[string]func() (letter, error){}}
	layout, err := own.source(layoutFile)
	if err != nil {
		return nil, err
	}
	if cat.layout, err = template.New(layoutFile).Parse(layout); err != nil {
		return nil, fmt.Errorf("parsing the layout: %w", err)
	}
	base, err := newParser(c, locale, lang)
	if err != nil {
		return nil, err
	}
	for _, name := range Templates() {
		file := locale + "/" + name + suffix
		source, err := own.source(file)
		if err != nil {
			return nil, err
		}
		cat.letters[name] = sync.OnceValues(func() (letter, error) { return base.letter(file, source) })
	}
	return cat, nil
}

// page is what the layout is filled with.
type page struct {
	Locale, Organisation, Title string
	Content, Foot               template.HTML
}

func (c *catalog) render(l models.Letter) (Mail, error) {
	name := l.Template()
	parse, ok := c.letters[name]
	if !ok {
		return Mail{}, models.Errorf(models.CodeInvalid, "there is no template %q", name)
	}
	parsed, err := parse()
	if err != nil {
		return Mail{}, err
	}
	plain, err := parsed.plain.execute(l)
	if err != nil {
		return Mail{}, err
	}
	rich, err := parsed.rich.execute(l)
	if err != nil {
		return Mail{}, err
	}
	content, err := toHTML(rich.body)
	if err != nil {
		return Mail{}, err
	}
	foot, err := toHTML(rich.foot)
	if err != nil {
		return Mail{}, err
	}
	var b strings.Builder
	title := oneLine(plain.title)
	if err := c.layout.Execute(&b, page{c.locale, c.config.Organisation, title, content, foot}); err != nil {
		return Mail{}, fmt.Errorf("rendering %s: %w", name, err)
	}
	return Mail{Subject: shorten(oneLine(plain.subject)), Text: wrap(plain.body + "\n\n--\n" + strings.TrimSpace(plain.foot)), HTML: b.String()}, nil
}

// shorten keeps a subject within what mail programs show.
func shorten(s string) string {
	const most = 150
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "\u2026"
	}
	return s
}
