package portal

import (
	"slices"
	"strconv"

	"habeas/models"
	"habeas/policies"
)

// input is one question of a form, as templates draw it.
type input struct {
	Shape    string // line, area, choices, boxes, tick, select, date, rows
	Name     string
	Label    string
	Help     string
	Value    string
	Wrong    string
	Optional bool
	Type     string // of a line: text, email, url
	Auto     string // autocomplete
	Width    string // a class, for what is short
	Height   int    // lines of an area
	Longest  int
	Options  []option
	Parts    []input // of a date
	Rows     []row   // of corrections
	Full     bool    // no more of them are taken
	Blank    string  // the first option of a select

	// What Label and Help say to somebody who files for another person; "" is
	// the same.
	OtherLabel, OtherHelp string
}

// option is one of the answers to choose from.
type option struct {
	ID, Value, Label, Help string
	Chosen                 bool
}

// row is one correction.
type row struct {
	No     int // from 1
	Index  int // from 0
	Inputs []input
}

// Describes is the id of what explains an input, "" if nothing does.
func (in input) Describes() string {
	switch {
	case in.Wrong != "" && in.Help != "":
		return in.Name + "-help " + in.Name + "-wrong"
	case in.Wrong != "":
		return in.Name + "-wrong"
	case in.Help != "":
		return in.Name + "-help"
	}
	return ""
}

// fault is a line of the summary of what is wrong: where, and what.
type fault struct{ Target, Text string }

// summary lists what is wrong in the order of the form, with what has no input
// at its end.
func (f fieldErrors) summary(groups ...[]input) []fault {
	var all []fault
	seen := map[string]bool{}
	add := func(in input, target string) {
		if in.Wrong != "" {
			all = append(all, fault{target, in.Wrong})
			seen[in.Name] = true
		}
	}
	for _, in := range slices.Concat(groups...) {
		add(in, in.first())
		for _, row := range in.Rows {
			for _, part := range row.Inputs {
				add(part, part.first())
			}
		}
	}
	for _, name := range sortedNames(f) {
		if !seen[name] {
			all = append(all, fault{"", f[name]})
		}
	}
	return all
}

func sortedNames(f fieldErrors) []string {
	var names []string
	for name := range f {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// first is the id of what takes the focus.
func (in input) first() string {
	switch {
	case len(in.Parts) > 0:
		return in.Parts[0].Name
	case len(in.Rows) > 0:
		return in.Rows[0].Inputs[0].Name
	case in.Shape != "select" && len(in.Options) > 0:
		return in.Options[0].ID
	}
	return in.Name
}

// person are the questions about the person, with the place, which decides
// about the law.
func (d *draft) person(l *catalogue, wrong fieldErrors) []input {
	name := input{
		Shape: "line", Type: "text", Name: "name", Label: l.words["form.name"], OtherLabel: l.words["form.name.other"],
		Value: d.name, Auto: "name", Longest: longestName,
	}
	mail := input{
		Shape: "line", Type: "email", Name: "email", Label: l.words["form.email"], OtherLabel: l.words["form.email.other"],
		Help: l.words["form.email.help"], OtherHelp: l.words["form.email.help.other"], Value: d.email, Auto: "email", Longest: longestEmail,
	}
	if d.forOther() {
		name.Auto, mail.Auto = "off", "off"
	}
	return marked(wrong, append([]input{name, mail}, placeInputs(l, d.country, d.region)...)...)
}

// placeInputs ask for the country and, for those whose parts have laws of their
// own, the part.
func placeInputs(l *catalogue, country, region string) []input {
	all := []input{{
		Shape: "select", Name: "country", Label: l.words["form.country"], Help: l.words["form.country.help"], Optional: true, Auto: "country",
		Blank: l.words["form.country.none"], Options: optionsOf("country", l.places.Countries, country),
	}}
	options := []option{}
	for _, of := range []string{"US", "CA"} {
		for _, o := range optionsOf("region", l.places.Regions[of], region) {
			o.Help, o.Chosen = of, o.Chosen && of == country
			options = append(options, o)
		}
	}
	return append(all, input{
		Shape: "select", Name: "region", Label: l.words["form.region"], Help: l.words["form.region.help"], Optional: true,
		Blank: l.words["form.region.none"], Options: options, Width: "region",
	})
}

func optionsOf(name string, list [][2]string, chosen string) []option {
	all := make([]option, len(list))
	for i, entry := range list {
		all[i] = option{ID: name + "-" + entry[0], Value: entry[0], Label: entry[1], Chosen: entry[0] == chosen}
	}
	return all
}

// capacities ask for whom the request is.
func (d *draft) capacities(l *catalogue, wrong fieldErrors) []input {
	in := input{Shape: "choices", Name: "capacity", Label: l.words["form.capacity"]}
	for i, c := range []models.Capacity{models.CapacitySelf, models.CapacityAgent, models.CapacityParent, models.CapacityGuardian} {
		in.Options = append(in.Options, option{
			ID: optionID("capacity", i), Value: string(c), Label: l.words["form.capacity."+string(c)],
			Chosen: d.capacity == string(c) || d.capacity == "" && c == models.CapacitySelf,
		})
	}
	return marked(wrong, in)
}

// optionID numbers the options of a question; the first has its name alone.
func optionID(name string, i int) string {
	if i == 0 {
		return name
	}
	return name + "-" + strconv.Itoa(i+1)
}

// behalf are the questions to somebody who files for another person.
func (d *draft) behalf(l *catalogue, wrong fieldErrors) []input {
	return marked(wrong,
		input{Shape: "line", Type: "text", Name: "own_name", Label: l.words["form.own_name"], Value: d.ownName, Auto: "name", Longest: longestName},
		input{Shape: "line", Type: "email", Name: "own_email", Label: l.words["form.own_email"], Help: l.words["form.own_email.help"], Value: d.ownEmail, Auto: "email", Longest: longestEmail},
		input{Shape: "area", Name: "authority", Label: l.words["form.authority"], Help: l.words["form.authority.help"], Value: d.authority, Height: 3, Longest: longestAuthority},
	)
}

// questions are those of the type, and the free text.
func (d *draft) questions(l *catalogue, wrong fieldErrors) []input {
	var all []input
	for _, field := range d.kind.Fields {
		all = append(all, d.question(l, field, wrong))
	}
	own := "form.details." + string(d.kind.Key)
	text := input{
		Shape: "area", Name: "details", Label: l.text(own, "form.details"), Help: l.text(own+".help", "form.details.help"),
		Value: d.details, Height: 6, Longest: longestText, Optional: !d.needsWords(),
	}
	return marked(wrong, append(all, text)...)
}

func (d *draft) question(l *catalogue, field *policies.Field, wrong fieldErrors) input {
	values := d.values[field.Name]
	value := ""
	if len(values) > 0 {
		value = values[0]
	}
	in := input{
		Shape: "line", Type: "text", Name: inputName(field.Name), Label: field.Label.In(l.tag), Help: field.Help.In(l.tag),
		Value: value, Optional: !field.Required && !slices.Contains(d.kind.OneOf, field.Name), Longest: field.MaxLength,
	}
	switch field.Kind {
	case policies.KindLongText:
		in.Shape, in.Height = "area", 6
	case policies.KindURLs:
		in.Shape, in.Height = "area", 4
	case policies.KindURL:
		in.Type = "url"
	case policies.KindEmail:
		in.Type = "email"
	case policies.KindYear:
		in.Width, in.Longest = "year", 4
	case policies.KindBoolean:
		in.Shape, in.Options = "tick", []option{{ID: in.Name, Value: "on", Label: in.Label, Chosen: value == "on"}}
	case policies.KindChoice:
		in.Shape, in.Options = "choices", choicesOf(l, in.Name, field, values)
	case policies.KindChoices:
		in.Shape, in.Options = "boxes", choicesOf(l, in.Name, field, values)
	case policies.KindDate:
		in.Shape, in.Parts = "date", dateParts(l, in.Name, values)
	case policies.KindCorrections:
		in.Shape, in.Rows, in.Full = "rows", d.corrections(l, field, wrong), len(d.rows[field.Name]) >= mostRows
	case policies.KindText:
	}
	return in
}

func choicesOf(l *catalogue, name string, field *policies.Field, chosen []string) []option {
	var all []option
	for i, c := range field.Choices {
		all = append(all, option{ID: optionID(name, i), Value: c.Value, Label: c.Label.In(l.tag), Chosen: slices.Contains(chosen, c.Value)})
	}
	return all
}

func dateParts(l *catalogue, name string, values []string) []input {
	var all []input
	for i, part := range []string{"day", "month", "year"} {
		in := input{Name: name + "." + part, Label: l.words["form.date."+part], Width: part, Longest: 2}
		if part == "year" {
			in.Longest = 4
		}
		if i < len(values) {
			in.Value = values[i]
		}
		all = append(all, in)
	}
	return all
}

// corrections draws the lines of what is wrong, at least one.
func (d *draft) corrections(l *catalogue, field *policies.Field, wrong fieldErrors) []row {
	lines := d.rows[field.Name]
	if len(lines) == 0 {
		lines = []correction{{}}
	}
	var all []row
	for i, line := range lines {
		at := inputName(field.Name) + "." + strconv.Itoa(i) + "."
		which := input{Shape: "select", Name: at + "field", Label: l.words["form.correction.field"], Blank: l.words["form.choose"]}
		for j, o := range choicesOf(l, which.Name, field, []string{line.field}) {
			o.ID = which.Name + "-" + strconv.Itoa(j+1)
			which.Options = append(which.Options, o)
		}
		all = append(all, row{No: i + 1, Index: i, Inputs: marked(wrong, which,
			input{Shape: "line", Type: "text", Name: at + "current", Label: l.words["form.correction.current"], Value: line.current, Optional: true, Longest: 500},
			input{Shape: "line", Type: "text", Name: at + "requested", Label: l.words["form.correction.requested"], Value: line.requested, Longest: 500},
		)})
	}
	return all
}

// marked puts what is wrong beside each input.
func marked(wrong fieldErrors, all ...input) []input {
	for i := range all {
		all[i].Wrong = wrong[all[i].Name]
	}
	return all
}
