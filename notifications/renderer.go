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
	catalogs map[string]*catalog // by locale; defaultLocale is complete
}

// New parses all templates and renders each of them once with sample data and
// once with none, so that a missing or broken template stops the start of the
// service and not a mail years later.
func New(c Config) (*Renderer, error) {
	c, err := c.checked()
	if err != nil {
		return nil, fmt.Errorf("configuring mail: %w", err)
	}
	catalogs, err := loadCatalogs(c)
	if err != nil {
		return nil, err
	}
	r := &Renderer{config: c, catalogs: catalogs}
	return r, r.rehearse()
}

// rehearse renders every letter in every locale.
func (r *Renderer) rehearse() error {
	var faults []error
	samples := Samples()
	for locale := range r.catalogs {
		for _, empty := range models.Letters() {
			full, ok := samples[empty.Template()]
			if !ok {
				faults = append(faults, fmt.Errorf("template %s has no sample data", empty.Template()))
				continue
			}
			for _, l := range []models.Letter{empty, full} {
				if _, err := r.render(l, locale); err != nil {
					faults = append(faults, err)
				}
			}
		}
	}
	return errors.Join(faults...)
}

// Render returns the mail of a letter in the letter's own language or, where
// there is no translation, the nearest one: de-AT, then de, then en. A letter
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
	name := clean.Template()
	for _, tag := range fallbacks(locale) {
		if c, ok := r.catalogs[tag]; ok && c.has(name) {
			return c.render(clean)
		}
	}
	return Mail{}, models.Errorf(models.CodeInvalid, "there is no template %q", name)
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
