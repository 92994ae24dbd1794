package notifications

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"habeas/models"
)

// overrides are an organisation's own templates, by path ("de/code.md.tmpl").
// Whoever writes them is trusted with words, not with the program: every one is
// checked before the first mail.
type overrides map[string]string

// maxTemplate is the longest template taken, in bytes; ours have 2000.
const maxTemplate = 64 << 10

// readOverrides reads and checks every file in the folder. It returns those in
// order, and all faults of the others at once, each with file and line.
func readOverrides(c Config) (overrides, error) {
	dir := c.Overrides
	own := overrides{}
	if dir == nil {
		return own, nil
	}
	var faults []error
	err := fs.WalkDir(dir, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir() || e.Name() == "README.md":
			return nil
		}
		source, err := readOverride(dir, name)
		if err != nil {
			faults = append(faults, err)
			return nil
		}
		if err := check(c, name, source); err != nil {
			faults = append(faults, err)
			return nil
		}
		own[name] = source
		return nil
	})
	if err != nil {
		faults = append(faults, fmt.Errorf("reading templates: %w", err))
	}
	return own, errors.Join(faults...)
}

func readOverride(dir fs.FS, name string) (string, error) {
	if err := knownPath(name); err != nil {
		return "", err
	}
	raw, err := fs.ReadFile(dir, name)
	if err != nil {
		return "", fmt.Errorf("reading template: %w", err)
	}
	source := strings.ReplaceAll(strings.TrimPrefix(string(raw), "\ufeff"), "\r\n", "\n")
	if len(source) > maxTemplate {
		return "", fmt.Errorf("%s: longer than %d bytes", name, maxTemplate)
	}
	if !utf8.ValidString(source) {
		return "", fmt.Errorf("%s: not UTF-8", name)
	}
	hidden := func(r rune) bool { return r != '\n' && r != '\t' && unprintable(r) }
	if i := strings.IndexFunc(source, hidden); i >= 0 {
		return "", fmt.Errorf("%s:%d: holds a character that cannot be seen", name, 1+strings.Count(source[:i], "\n"))
	}
	return source, nil
}

// knownPath refuses a file that would replace nothing: a name misspelt is no
// mail changed, and nobody would notice.
func knownPath(name string) error {
	if name == layoutFile {
		return nil
	}
	dir, file := path.Split(name)
	locale := strings.TrimSuffix(dir, "/")
	if !slices.Contains(Locales(), locale) {
		return fmt.Errorf("%s: no folder of a language; there are %s", name, strings.Join(Locales(), ", "))
	}
	name, ok := strings.CutSuffix(file, suffix)
	if _, known := models.NewLetter(name); ok && known {
		return nil
	}
	return fmt.Errorf("%s%s: replaces no template; the names are those of habeas mail preview, ending in %s", dir, file, suffix)
}

// source returns a template: the organisation's own, or ours.
func (own overrides) source(file string) (string, error) {
	if source, ok := own[file]; ok {
		return source, nil
	}
	source, err := files.ReadFile("templates/" + file)
	if err != nil {
		return "", models.Errorf(models.CodeInvalid, "there is no template %q", file)
	}
	return string(source), nil
}

// Source returns a template as it stands: the organisation's own, or ours to
// begin from.
func (r *Renderer) Source(template, locale string) (string, error) {
	return r.own.source(locale + "/" + template + suffix)
}

// Own reports whether the organisation's own template is in place of ours.
func (r *Renderer) Own(template, locale string) bool {
	_, own := r.own[locale+"/"+template+suffix]
	return own
}
