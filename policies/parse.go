package policies

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"habeas/models"
)

// details as a name in one_of means the free text of the request, which every
// type has beside its fields.
const details = "details"

const (
	maxDetails = 10000 // characters of the free text
	maxEntries = 50    // of a list
	maxItems   = 200   // of a request
)

// Parsed is what a person filled in, cleaned.
type Parsed struct {
	Class  string         // the data class that decides the verification level; "" is the default
	Fields map[string]any // only known fields; texts trimmed, lists always lists
	Items  []models.ItemFacts
	Texts  []models.ItemContent // of the items with the same number
}

// Parse checks what a person filled in for the type, and takes it apart into
// items that are decided one by one. Values are as JSON gives them; a form may
// give a list as lines and a boolean as a word. Everything wrong is reported
// together in one CodeInvalid error, whose paths begin with "fields." (or are
// "details"); an unknown field is an error. An empty value counts as absent.
// What must lie in the past is held against today.
func (t *Type) Parse(fields map[string]any, text string, today models.Date) (Parsed, error) {
	r := &reader{today: today}
	out := Parsed{Fields: map[string]any{}}
	if utf8.RuneCountInString(text) > maxDetails {
		r.bad(details, "too_long", "must be at most %d characters", maxDetails)
	}
	for _, name := range sortedKeys(fields) {
		if _, ok := t.Field(name); !ok {
			if !slug.MatchString(name) || len(name) > 64 {
				name = "?" // the sender's text, which is repeated to nobody
			}
			r.bad("fields."+name, "unknown", "is not a field of this type")
		}
	}
	for _, f := range t.Fields {
		r.field(f, fields[f.Name], &out)
	}
	t.inOrder(r, out.Fields)
	t.requireOne(r, fields, text)
	if len(out.Items) > maxItems {
		r.bad("fields", "too_many", "must not ask for more than %d things", maxItems)
	}
	if len(r.errors) > 0 {
		return Parsed{}, models.Invalid(r.errors...)
	}
	out.Class, _ = out.Fields[t.Minimum.Field].(string)
	return out, nil
}

// inOrder reports the days that are before those they cannot be before. What
// could not be read is no day.
func (t *Type) inOrder(r *reader, clean map[string]any) {
	for _, f := range t.Fields {
		first, begun := clean[f.NotBefore].(string)
		last, ended := clean[f.Name].(string)
		if begun && ended && last < first { // of the form YYYY-MM-DD both
			r.bad(fieldPath(f.Name), "order", "must not be before %s", f.NotBefore)
		}
	}
}

// requireOne reports a request that would be meaningless: none of the fields
// that say what it is about is filled.
func (t *Type) requireOne(r *reader, fields map[string]any, text string) {
	filled := func(name string) bool {
		if name == details {
			return strings.TrimSpace(text) != ""
		}
		return !empty(fields[name])
	}
	if len(t.OneOf) > 0 && !slices.ContainsFunc(t.OneOf, filled) {
		r.bad(fieldPath(t.OneOf[0]), "required", "fill in %s", strings.Join(t.OneOf, " or "))
	}
}

func fieldPath(name string) string {
	if name == details {
		return name
	}
	return "fields." + name
}

// reader reads the values of fields and collects what is wrong with them.
type reader struct {
	today  models.Date
	errors []models.FieldError
}

func (r *reader) bad(path, code, format string, args ...any) {
	r.errors = append(r.errors, models.FieldError{Field: path, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) field(f *Field, value any, out *Parsed) {
	path := fieldPath(f.Name)
	if empty(value) {
		if f.Required {
			r.bad(path, "required", "is missing")
		}
		return
	}
	before := len(r.errors)
	read, _ := readerOf(f.Kind) // every kind of a valid policy has one
	clean := read(r, f, path, value)
	if len(r.errors) > before {
		return
	}
	out.Fields[f.Name] = clean
	if f.Kind.makesItems() {
		out.itemise(f, clean)
	}
}

// itemise makes one item of each entry of a list.
func (p *Parsed) itemise(f *Field, clean any) {
	list, _ := clean.([]any)
	for _, entry := range list {
		no := len(p.Items) + 1
		item, text := models.ItemFacts{No: no, Kind: f.Name}, models.ItemContent{No: no}
		switch entry := entry.(type) {
		case map[string]any:
			item.Code, _ = entry["field"].(string)
			text.Current, _ = entry["current"].(string)
			text.Requested, _ = entry["requested"].(string)
		case string:
			if f.Kind == KindURLs {
				text.Subject = entry
			} else {
				item.Code = entry
			}
		}
		p.Items, p.Texts = append(p.Items, item), append(p.Texts, text)
	}
}

// empty reports whether a value counts as not given.
func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case []string:
		return len(v) == 0
	}
	return false
}
