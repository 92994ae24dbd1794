package policies

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"habeas/models"
)

//go:embed data
var embedded embed.FS

// maxFile is how many bytes a policy file may have.
const maxFile = 1 << 20

// Default returns the embedded policy.
func Default() (*Policy, error) { return Load(nil) }

// Load returns the embedded policy overlaid by the YAML files of override: a
// file there replaces the embedded one of the same path, any other is added.
// The whole is validated together; the error is Findings with everything wrong.
// A nil override is none.
func Load(override fs.FS) (*Policy, error) {
	d, findings := read(override)
	if len(findings) > 0 {
		return nil, findings
	}
	return build(d, d.canonical()), nil
}

// IsSeat reports whether a place can be an organisation's seat.
func IsSeat(place string) bool { return isPlace(place) && place != union }

// Seat returns the place where the organisation acts, "" where nobody said it,
// and whose holidays count there.
func (p *Policy) Seat() (place, holidays string) {
	if p.data.Seat == "" {
		return "", ""
	}
	return p.data.Seat, cmp.Or(p.calendar(&regime{Calendar: seat}, Case{}).Name, "nobody: only weekends are days off")
}

// WithSeat returns the policy for an organisation that acts in that place ("DE",
// "DE-BY"): its holidays count where a regime says so. An impossible place is a
// CodeInvalid error.
func (p *Policy) WithSeat(place string) (*Policy, error) {
	if !IsSeat(place) {
		return nil, models.Invalid(models.FieldError{Field: "seat", Code: "invalid", Message: "must be a country (DE) or a part of one (DE-BY)"})
	}
	d := p.data
	d.Seat = place
	return Restore(d.canonical())
}

// Check returns everything wrong in the policy that Load would read.
func Check(override fs.FS) []Finding {
	_, findings := read(override)
	return findings
}

// read merges and validates the files of the policy.
func read(override fs.FS) (data, Findings) {
	files, findings := overlay(override)
	merged, origins := data{}, newOrigins()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		d, lines, wrong := decode(name, files[name])
		findings = append(findings, wrong...)
		origins.add(name, lines, d)
		findings = append(findings, merged.add(d, origins)...)
	}
	// A file that cannot be read would make everything that refers to it look
	// wrong as well.
	if len(findings) == 0 {
		findings = merged.check(origins)
	}
	slices.SortStableFunc(findings, byPlace)
	return merged, findings
}

// add appends what one file says.
func (d *data) add(file data, at origins) Findings {
	d.Regimes = append(d.Regimes, file.Regimes...)
	d.Types = append(d.Types, file.Types...)
	d.Reasons = append(d.Reasons, file.Reasons...)
	d.Calendars = append(d.Calendars, file.Calendars...)
	d.Texts = append(d.Texts, file.Texts...)
	d.NeverDisclose = append(d.NeverDisclose, file.NeverDisclose...)
	d.Retention = append(d.Retention, file.Retention...)
	d.Territories = append(d.Territories, file.Territories...)
	d.Provisions = append(d.Provisions, file.Provisions...)
	d.Reports = append(d.Reports, file.Reports...)
	d.NotBound = append(d.NotBound, file.NotBound...)
	d.SwitchOn = append(d.SwitchOn, file.SwitchOn...)
	d.Seat = cmp.Or(d.Seat, file.Seat)
	return slices.Concat(once(&d.Workflow, file.Workflow, "workflow", at), once(&d.Mail, file.Mail, "mail", at), once(&d.Erasure, file.Erasure, "erasure", at), once(&d.Package, file.Package, "package", at))
}

// once takes a part of a file that only one file may have.
func once[T any](into **T, part *T, name string, at origins) Findings {
	switch {
	case part == nil:
	case *into != nil:
		return Findings{at.finding(part, "", "%s is already given in %s", name, at.file(*into))}
	default:
		*into = part
	}
	return nil
}

// overlay returns the YAML files of the embedded policy with those of override
// laid over them, by path.
func overlay(override fs.FS) (map[string][]byte, Findings) {
	files := map[string][]byte{}
	base, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, Findings{{File: "data", Text: err.Error()}}
	}
	findings := collect(base, files)
	if override != nil {
		findings = append(findings, collect(override, files)...)
	}
	return files, findings
}

// collect reads the YAML files of a directory and below.
func collect(dir fs.FS, into map[string][]byte) Findings {
	var findings Findings
	err := fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			findings = append(findings, Finding{File: name, Text: reading(err)})
			return nil
		case entry.IsDir() && name != "." && strings.HasPrefix(path.Base(name), "."):
			return fs.SkipDir
		case entry.IsDir() || !isYAML(name):
			return nil
		}
		content, err := readFile(dir, name, entry)
		if err != nil {
			findings = append(findings, Finding{File: name, Text: reading(err)})
			return nil
		}
		into[name] = content
		return nil
	})
	if err != nil {
		findings = append(findings, Finding{File: ".", Text: reading(err)})
	}
	return findings
}

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

func readFile(dir fs.FS, name string, entry fs.DirEntry) ([]byte, error) {
	info, err := entry.Info()
	if err == nil && info.Size() > maxFile {
		err = fmt.Errorf("is over %d bytes", maxFile)
	}
	if err != nil {
		return nil, err
	}
	return fs.ReadFile(dir, name)
}

// reading says why a file cannot be read, without the path of the machine.
func reading(err error) string {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	return "cannot be read: " + err.Error()
}
