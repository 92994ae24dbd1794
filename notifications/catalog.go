package notifications

import (
	"bytes"
	"embed"
	"fmt"
	html "html/template"
	"io/fs"
	"path"
	"strings"
	text "text/template"

	"habeas/models"
)

// defaultLocale has every template. Other locales may lack some.
const defaultLocale = "en"

// The templates: a folder a locale, and in it for each letter a .txt.tmpl,
// whose first line is the subject, and an .html.tmpl, which fills layout.html.
// To add a language, add its folder and its entry in languages.
//
//go:embed templates
var files embed.FS

// catalog is the parsed templates of one locale.
type catalog struct {
	text map[string]*text.Template // by letter
	html map[string]*html.Template
}

// loadCatalogs parses every locale in the folder.
func loadCatalogs(c Config) (map[string]*catalog, error) {
	folders, err := fs.ReadDir(files, "templates")
	if err != nil {
		return nil, fmt.Errorf("reading templates: %w", err)
	}
	catalogs := map[string]*catalog{}
	for _, folder := range folders {
		locale := folder.Name()
		lang, ok := languages()[locale]
		if !ok {
			return nil, fmt.Errorf("templates/%s: the language has no words", locale)
		}
		sub, err := fs.Sub(files, path.Join("templates", locale))
		if err != nil {
			return nil, fmt.Errorf("reading templates/%s: %w", locale, err)
		}
		if catalogs[locale], err = parseCatalog(sub, funcs(c, locale, lang)); err != nil {
			return nil, fmt.Errorf("templates/%s: %w", locale, err)
		}
	}
	return catalogs, nil
}

// parseCatalog parses the two templates of every letter that has a text in the
// folder.
func parseCatalog(folder fs.FS, fn map[string]any) (*catalog, error) {
	baseText, err := text.New("").Funcs(fn).ParseFS(folder, "parts.txt.tmpl")
	if err != nil {
		return nil, fmt.Errorf("parsing: %w", err)
	}
	baseHTML := html.New("").Funcs(fn)
	for _, name := range []string{"layout.html.tmpl", "parts.html.tmpl"} {
		if err := parseHTML(baseHTML, folder, name); err != nil {
			return nil, err
		}
	}
	c := &catalog{text: map[string]*text.Template{}, html: map[string]*html.Template{}}
	for _, l := range models.Letters() {
		name := l.Template()
		if _, err := fs.Stat(folder, name+".txt.tmpl"); err != nil {
			continue // render falls back to another locale, or fails
		}
		if c.text[name], err = text.Must(baseText.Clone()).ParseFS(folder, name+".txt.tmpl"); err != nil {
			return nil, fmt.Errorf("parsing: %w", err)
		}
		c.html[name] = html.Must(baseHTML.Clone())
		if err := parseHTML(c.html[name], folder, name+".html.tmpl"); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// parseHTML parses one file after giving its bare tags their style: many mail
// programs drop style sheets. It works on the source, never on data.
func parseHTML(t *html.Template, folder fs.FS, name string) error {
	source, err := fs.ReadFile(folder, name)
	if err != nil {
		return fmt.Errorf("reading template: %w", err)
	}
	if _, err := t.New(name).Parse(inlineStyles().Replace(string(source))); err != nil {
		return fmt.Errorf("parsing: %w", err)
	}
	return nil
}

func inlineStyles() *strings.Replacer {
	return strings.NewReplacer(
		"<p>", `<p style="margin:0 0 16px 0">`,
		"<h2>", `<h2 style="margin:24px 0 8px 0;font-size:17px;line-height:1.4">`,
		"<ul>", `<ul style="margin:0 0 16px 0;padding:0 0 0 20px">`,
		"<li>", `<li style="margin:0 0 8px 0">`,
		"<blockquote>", `<blockquote style="margin:0 0 16px 0;padding:0 0 0 14px;border-left:3px solid #7a8694">`,
		"<dl>", `<dl style="margin:0 0 16px 0;padding:12px 16px 4px 16px;border:1px solid #b9c2cc;border-radius:6px">`,
		`<dt class="muted">`, `<dt class="muted" style="margin:0;font-size:14px;color:#566270">`,
		"<dd>", `<dd style="margin:0 0 8px 0;font-weight:bold">`,
		"<code>", `<code style="display:block;margin:0 0 16px 0;padding:14px;border:1px solid #b9c2cc;`+
			`border-radius:6px;font-family:Menlo,Consolas,monospace;font-size:26px;letter-spacing:3px;text-align:center">`,
	)
}

func (c *catalog) has(name string) bool { return c.text[name] != nil && c.html[name] != nil }

// render executes both templates of a letter.
func (c *catalog) render(l models.Letter) (Mail, error) {
	name := l.Template()
	var plain, rich bytes.Buffer
	if err := c.text[name].ExecuteTemplate(&plain, name+".txt.tmpl", l); err != nil {
		return Mail{}, fmt.Errorf("rendering: %w", err)
	}
	if err := c.html[name].ExecuteTemplate(&rich, "layout.html.tmpl", l); err != nil {
		return Mail{}, fmt.Errorf("rendering: %w", err)
	}
	head, body, _ := strings.Cut(plain.String(), "\n")
	subject, ok := strings.CutPrefix(head, "Subject: ")
	if !ok {
		return Mail{}, fmt.Errorf("rendering %s.txt.tmpl: the first line is no subject", name)
	}
	return Mail{Subject: shorten(oneLine(subject)), Text: wrap(body), HTML: rich.String()}, nil
}

// shorten keeps a subject within what mail programs show.
func shorten(s string) string {
	const most = 150
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "\u2026"
	}
	return s
}
