package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
)

// draft is a request as it was typed: every word of it, right or wrong.
type draft struct {
	kind *policies.Type
	seed string

	country, region    string
	capacity           string // in which the requester files; "" is for themselves
	name, email        string // of the person the data is about
	ownName, ownEmail  string // of who files for them
	authority, details string

	values map[string][]string     // by field, as the form sends it
	rows   map[string][]correction // by field of corrections
}

// correction is one line of what is wrong.
type correction struct{ field, current, requested string }

func (c correction) blank() bool { return c.field == "" && c.current == "" && c.requested == "" }

// mostRows is how many corrections a form may have: as many as the policy
// takes.
const mostRows = 50

// readDraft reads the form of a type. A field that should be there once and is
// there twice is refused: which of them would count?
func readDraft(r *http.Request, kind *policies.Type, where places) (draft, error) {
	f := fields{r.PostForm, false}
	d := draft{
		kind: kind, seed: f.line("seed"), country: f.line("country"), region: f.line("region"), capacity: f.line("capacity"),
		name: f.line("name"), email: mailaddr.Clean(f.line("email")), ownName: f.line("own_name"), ownEmail: mailaddr.Clean(f.line("own_email")),
		authority: f.text("authority"), details: f.text("details"),
		values: map[string][]string{}, rows: map[string][]correction{},
	}
	for _, field := range kind.Fields {
		d.read(&f, field)
	}
	if f.twice {
		return draft{}, models.Errorf(models.CodeMalformed, "a field was sent twice")
	}
	if d.capacity == string(models.CapacitySelf) {
		d.capacity = ""
	}
	d.country, d.region = where.settle(d.country, d.region)
	return d, nil
}

func (d *draft) read(f *fields, field *policies.Field) {
	name := inputName(field.Name)
	switch field.Kind { //nolint:exhaustive // the rest is one line
	case policies.KindChoices:
		for _, value := range f.form[name] {
			d.values[field.Name] = append(d.values[field.Name], clean(value, false))
		}
	case policies.KindLongText, policies.KindURLs:
		d.values[field.Name] = []string{f.text(name)}
	case policies.KindDate:
		d.values[field.Name] = []string{f.line(name + ".day"), f.line(name + ".month"), f.line(name + ".year")}
	case policies.KindCorrections:
		n, _ := strconv.Atoi(f.line(name + ".rows"))
		for i := range min(max(n, 1), mostRows) {
			at := name + "." + strconv.Itoa(i) + "."
			d.rows[field.Name] = append(d.rows[field.Name], correction{f.line(at + "field"), f.line(at + "current"), f.line(at + "requested")})
		}
	default:
		d.values[field.Name] = []string{f.line(name)}
	}
}

// fill takes what was said in a field, as the policy keeps it, back into the
// form.
func (d *draft) fill(field *policies.Field, said any) {
	list, _ := said.([]any)
	switch field.Kind { //nolint:exhaustive // the rest is one line
	case policies.KindCorrections:
		for _, entry := range list {
			line, _ := entry.(map[string]any)
			word := func(part string) string { s, _ := line[part].(string); return s }
			d.rows[field.Name] = append(d.rows[field.Name], correction{word("field"), word("current"), word("requested")})
		}
	case policies.KindChoices, policies.KindURLs:
		for _, entry := range list {
			d.values[field.Name] = append(d.values[field.Name], fmt.Sprint(entry))
		}
		if field.Kind == policies.KindURLs {
			d.values[field.Name] = []string{strings.Join(d.values[field.Name], "\n")}
		}
	case policies.KindDate:
		if text, ok := said.(string); ok {
			parts := strings.Split(text, "-")
			slices.Reverse(parts)
			d.values[field.Name] = parts
		}
	case policies.KindBoolean:
		if said == true {
			d.values[field.Name] = []string{"on"}
		}
	default:
		if said != nil {
			d.values[field.Name] = []string{fmt.Sprint(said)}
		}
	}
}

// inputName is what the form calls a field of the type.
func inputName(field string) string { return "f." + field }

// fields reads a form and remembers whether something was there twice.
type fields struct {
	form  map[string][]string
	twice bool
}

func (f *fields) one(name string) string {
	switch all := f.form[name]; len(all) {
	case 0:
		return ""
	case 1:
		return all[0]
	default:
		f.twice = true
		return ""
	}
}

func (f *fields) line(name string) string { return clean(f.one(name), false) }
func (f *fields) text(name string) string { return clean(f.one(name), true) }

func clean(s string, long bool) string { return pages.Clean(s, long) }

// forOther reports whether somebody files for another person.
func (d *draft) forOther() bool { return d.capacity != "" }

// tidy takes blank lines out of the corrections, so that what the policy finds
// wrong with a line is shown beside it.
func (d *draft) tidy() {
	for name, rows := range d.rows {
		d.rows[name] = slices.DeleteFunc(rows, correction.blank)
	}
}

// typed returns the fields of the type as policies.Type.Parse takes them.
func (d *draft) typed() map[string]any {
	all := map[string]any{}
	for _, field := range d.kind.Fields {
		values := d.values[field.Name]
		switch field.Kind { //nolint:exhaustive // the rest is one line
		case policies.KindChoices:
			var list []any
			for _, value := range values {
				list = append(list, value)
			}
			all[field.Name] = list
		case policies.KindDate:
			all[field.Name] = isoDate(values)
		case policies.KindCorrections:
			var list []any
			for _, row := range d.rows[field.Name] {
				list = append(list, map[string]any{"field": row.field, "current": row.current, "requested": row.requested})
			}
			all[field.Name] = list
		default:
			all[field.Name] = strings.Join(values, "")
		}
	}
	return all
}

// isoDate makes one date of day, month and year. What is none stays none.
func isoDate(parts []string) string {
	if len(parts) != 3 || parts[0]+parts[1]+parts[2] == "" {
		return ""
	}
	pad := func(s string) string {
		if len(s) == 1 {
			return "0" + s
		}
		return s
	}
	return parts[2] + "-" + pad(parts[1]) + "-" + pad(parts[0])
}

// pair is one field of a form.
type pair struct{ Name, Value string }

// pairs returns the draft as the form sends it: to be carried along hidden, and
// as what makes one request the same as another.
func (d *draft) pairs() []pair {
	all := []pair{
		{"country", d.country},
		{"region", d.region},
		{"capacity", d.capacity},
		{"name", d.name},
		{"email", d.email},
		{"own_name", d.ownName},
		{"own_email", d.ownEmail},
		{"authority", d.authority},
		{"details", d.details},
	}
	for _, field := range d.kind.Fields {
		name := inputName(field.Name)
		switch field.Kind { //nolint:exhaustive // the rest is by value
		case policies.KindDate:
			for i, part := range []string{".day", ".month", ".year"} {
				if i < len(d.values[field.Name]) {
					all = append(all, pair{name + part, d.values[field.Name][i]})
				}
			}
		case policies.KindCorrections:
			rows := d.rows[field.Name]
			all = append(all, pair{name + ".rows", strconv.Itoa(len(rows))})
			for i, row := range rows {
				at := name + "." + strconv.Itoa(i) + "."
				all = append(all, pair{at + "field", row.field}, pair{at + "current", row.current}, pair{at + "requested", row.requested})
			}
		default:
			for _, value := range d.values[field.Name] {
				all = append(all, pair{name, value})
			}
		}
	}
	return slices.DeleteFunc(all, func(p pair) bool { return p.Value == "" })
}
