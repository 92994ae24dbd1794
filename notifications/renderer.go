package notifications

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"habeas/models"
)

// Mail is a rendered letter: one subject line, and the same words as plain
// text and as HTML.
type Mail struct {
	Subject string
	Text    string
	HTML    string
}

// Renderer turns letters into mails. It is safe for concurrent use.
type Renderer struct {
	config   Config
	own      overrides
	catalogs map[string]func() (*catalog, error) // by locale
}

// New checks the organisation's own templates and rehearses what they change,
// so that a broken one stops the start of the service and not a mail years
// later. It tells all faults at once. Our own are rehearsed by a test.
func New(c Config) (*Renderer, error) {
	c, err := c.checked()
	if err != nil {
		return nil, fmt.Errorf("configuring mail: %w", err)
	}
	own, err := readOverrides(c)
	r := &Renderer{config: c, own: own, catalogs: catalogs(c, own)}
	if err = errors.Join(err, r.rehearse(own.touched)); err != nil {
		return nil, fmt.Errorf("mail templates:\n%w", err)
	}
	return r, nil
}

// Render returns the mail of a letter in the letter's own language or, where
// we do not write it, the nearest one: de-AT, then de, then en. A letter
// without a template is a CodeInvalid error.
func (r *Renderer) Render(l models.Letter) (Mail, error) { return r.render(l, "") }

func (r *Renderer) render(l models.Letter, locale string) (Mail, error) {
	clean, err := cleanCopy(l)
	if err != nil {
		return Mail{}, err
	}
	if locale == "" {
		locale = localeOf(clean)
	}
	for _, tag := range fallbacks(locale) {
		catalog, ok := r.catalogs[tag]
		if !ok {
			continue
		}
		c, err := catalog()
		if err != nil {
			return Mail{}, err
		}
		return c.render(clean)
	}
	return Mail{}, models.Errorf(models.CodeInvalid, "there is no language %q", locale)
}

// Preview renders the sample of a template in one of Locales. Another template
// or locale is a CodeInvalid error.
func (r *Renderer) Preview(template, locale string) (Mail, error) {
	l, ok := Samples(locale)[template]
	if _, known := r.catalogs[locale]; !ok || !known {
		return Mail{}, models.Errorf(models.CodeInvalid, "there is no template %q in %q", template, locale)
	}
	return r.render(l, locale)
}

// cleanCopy returns a copy of the letter without anything in its strings that
// is not text. Copying by JSON is what sealing does with a letter anyway.
func cleanCopy(l models.Letter) (models.Letter, error) {
	b, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("copying letter %s: %w", l.Template(), err)
	}
	c, ok := models.NewLetter(l.Template())
	if !ok {
		return nil, models.Errorf(models.CodeInvalid, "there is no letter %q", l.Template())
	}
	if err := json.Unmarshal(b, c); err != nil {
		return nil, fmt.Errorf("copying letter %s: %w", l.Template(), err)
	}
	cleanStrings(reflect.ValueOf(c).Elem(), "")
	return c, nil
}

// localeOf reads the field that every letter has, by itself or through About.
func localeOf(l models.Letter) string {
	f := reflect.Indirect(reflect.ValueOf(l)).FieldByName("Locale")
	if !f.IsValid() {
		return ""
	}
	return f.String()
}

// fallbacks lists the locales to try, the nearest first.
func fallbacks(locale string) []string {
	var tags []string
	for tag := strings.ReplaceAll(locale, "_", "-"); tag != ""; {
		tags = append(tags, strings.ToLower(tag))
		cut := strings.LastIndexByte(tag, '-')
		tag = tag[:max(cut, 0)]
	}
	return append(tags, defaultLocale)
}
