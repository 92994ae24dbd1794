package main

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"habeas/notifications"
)

func newMail(configure configured) *cobra.Command {
	return group("mail", "Look at the mails that people get", newMailPreview(configure))
}

// preview is what habeas mail preview was asked for.
type preview struct {
	locale, dir            string
	asHTML, asText, source bool
}

func newMailPreview(configure configured) *cobra.Command {
	var p preview
	c := &cobra.Command{
		Use: "preview [TEMPLATE]", Short: "Show each mail with sample data, in every language",
		Long: "Renders the mail of a template with sample data, or of every template into a directory with an\n" +
			"index.html. Your own templates (HABEAS_TEMPLATES_DIR) are checked first, as serve does. With\n" +
			"--source it prints the template itself, to begin your own from.\n\nTemplates: " +
			strings.Join(notifications.Templates(), ", "),
		Example: "  habeas mail preview code --locale de\n" +
			"  habeas mail preview -o preview && xdg-open preview/index.html\n" +
			"  habeas mail preview answer_denied --locale fr --source > fr/answer_denied.md.tmpl",
		RunE: func(c *cobra.Command, args []string) error {
			if err := p.check(c, args); err != nil {
				return err
			}
			conf, err := configure()
			if err != nil {
				return err
			}
			letters, err := newLetters(conf)
			if err != nil {
				return err
			}
			if p.dir != "" {
				return p.write(c, letters, args)
			}
			out, err := p.one(letters, args[0])
			if err != nil {
				return plain(err)
			}
			_, err = fmt.Fprint(c.OutOrStdout(), out)
			return err
		},
	}
	c.Flags().StringVar(&p.locale, "locale", "", strings.Join(notifications.Locales(), ", ")+" (default: en, or with -o each)")
	c.Flags().StringVarP(&p.dir, "output", "o", "", "write into this directory, with an index.html")
	c.Flags().BoolVar(&p.asText, "text", false, "the plain text, and its subject (default)")
	c.Flags().BoolVar(&p.asHTML, "html", false, "the HTML")
	c.Flags().BoolVar(&p.source, "source", false, "the template instead of the mail")
	return c
}

func (p preview) check(c *cobra.Command, args []string) error {
	switch {
	case len(args) > 1:
		return usagef("%s takes one template, not %d", c.CommandPath(), len(args))
	case len(args) == 0 && p.dir == "":
		return usagef("%s needs a TEMPLATE, or -o DIR for all of them; the templates are %s",
			c.CommandPath(), strings.Join(notifications.Templates(), ", "))
	case len(args) == 1 && !slices.Contains(notifications.Templates(), args[0]):
		return usagef("there is no template %q; there are %s", args[0], strings.Join(notifications.Templates(), ", "))
	case p.locale != "" && !slices.Contains(notifications.Locales(), p.locale):
		return usagef("--locale must be one of %s", strings.Join(notifications.Locales(), ", "))
	case p.asHTML && p.asText:
		return usagef("--html and --text exclude each other")
	case p.source && p.dir != "":
		return usagef("--source prints one template; it goes without -o")
	}
	return nil
}

// one returns one mail, or its template.
func (p preview) one(letters *notifications.Renderer, name string) (string, error) {
	locale := cmp.Or(p.locale, "en")
	if p.source {
		return letters.Source(name, locale)
	}
	m, err := letters.Preview(name, locale)
	if err != nil || p.asHTML {
		return m.HTML, err
	}
	return asText(m), nil
}

func asText(m notifications.Mail) string { return "Subject: " + m.Subject + "\n\n" + m.Text }

// previewed is one line of the index.
type previewed struct{ Locale, Language, Name, Subject, Text, HTML string }

// write writes the mails asked for as files, and an index of them.
func (p preview) write(c *cobra.Command, letters *notifications.Renderer, names []string) error {
	if len(names) == 0 {
		names = notifications.Templates()
	}
	locales := notifications.Locales()
	if p.locale != "" {
		locales = []string{p.locale}
	}
	var index []previewed
	for _, locale := range locales {
		for _, name := range names {
			m, err := letters.Preview(name, locale)
			if err != nil {
				return plain(err)
			}
			at := previewed{Locale: locale, Language: notifications.LanguageName(locale), Name: name, Subject: m.Subject}
			if !p.asHTML {
				at.Text = locale + "/" + name + ".txt"
				err = p.file(at.Text, asText(m))
			}
			if !p.asText {
				at.HTML = locale + "/" + name + ".html"
				err = errors.Join(err, p.file(at.HTML, m.HTML))
			}
			if err != nil {
				return err
			}
			index = append(index, at)
		}
	}
	var page strings.Builder
	if err := template.Must(template.New("").Parse(previewIndex)).Execute(&page, index); err != nil {
		return fmt.Errorf("writing the index: %w", err)
	}
	if err := p.file("index.html", page.String()); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%d mails: %s\n", len(index), filepath.Join(p.dir, "index.html"))
	return err
}

// file writes one file below the directory.
func (p preview) file(name, content string) error {
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the directory %s: %w", filepath.Dir(path), reason(err))
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", path, reason(err))
	}
	return nil
}

const previewIndex = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The mails of Habeas</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8886; vertical-align: top; }
</style>
</head>
<body>
<h1>The mails of Habeas</h1>
<p>With sample data. Nobody in them exists.</p>
<table>
<thead><tr><th scope="col">language</th><th scope="col">template</th><th scope="col">subject</th><th scope="col"></th></tr></thead>
<tbody>
{{range .}}<tr><td>{{.Language}}</td><td>{{.Name}}</td><td lang="{{.Locale}}">{{.Subject}}</td><td>
{{- with .HTML}}<a href="{{.}}">HTML</a> {{end}}{{with .Text}}<a href="{{.}}">text</a>{{end}}</td></tr>
{{end}}</tbody>
</table>
</body>
</html>
`

// newLetters returns what turns letters into mails, with the organisation's own
// templates.
func newLetters(c config) (*notifications.Renderer, error) {
	own, err := templatesDir(c.TemplatesDir)
	if err != nil {
		return nil, err
	}
	letters, err := notifications.New(notifications.Config{
		Organisation: c.OrgName, BaseURL: cmp.Or(c.BaseURL, "http://"+c.Listen), Contact: c.OrgContact,
		From: c.MailFrom, Bounce: c.MailBounce, Zone: c.Zone, Overrides: own,
	})
	if err != nil && own != nil {
		return nil, fmt.Errorf("%s (HABEAS_TEMPLATES_DIR): %w", c.TemplatesDir, err)
	}
	return letters, err
}

func templatesDir(path string) (fs.FS, error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("opening the template directory %s (HABEAS_TEMPLATES_DIR): %w", path, reason(err))
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("opening the template directory (HABEAS_TEMPLATES_DIR): %s is no directory", path)
	}
	return os.DirFS(path), nil
}
