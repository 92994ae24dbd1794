package console

import (
	"maps"
	"slices"
	"strconv"

	"habeas/models"
	"habeas/web/portal"
)

// actForm is the form of a command, with what was typed into it before.
type actForm struct {
	Page casePage
	Act  act
}

// mine reports whether the form that came back is this one.
func (f actForm) mine() bool { return f.Page.Typed.Command == f.Act.Name }

// ID is the id of an input of the form.
func (f actForm) ID(name string) string { return string(f.Act.Name) + "." + name }

// Value is what was typed.
func (f actForm) Value(name string) string {
	if !f.mine() {
		return ""
	}
	return f.Page.Typed.Values.Get(name)
}

// Given is what was typed, or else what is on file.
func (f actForm) Given(name, onFile string) string {
	if f.mine() && f.Page.Typed.Values.Has(name) {
		return f.Page.Typed.Values.Get(name)
	}
	return onFile
}

// Wrong is what is wrong with an input; "" for nothing.
func (f actForm) Wrong(name string) string {
	if !f.mine() {
		return ""
	}
	return f.Page.Typed.Faults[name]
}

// Chose reports whether an answer was chosen, before or by default.
func (f actForm) Chose(name, value string, byDefault bool) bool {
	if f.mine() && f.Page.Typed.Values.Has(name) {
		return slices.Contains(f.Page.Typed.Values[name], value)
	}
	return byDefault
}

// reasonsForm asks for reasons, for the whole or for one item.
type reasonsForm struct {
	actForm
	Prefix string
}

// Open reports whether a reason was ticked, or is missing.
func (r reasonsForm) Open() bool {
	return r.Wrong(r.Prefix+"reasons") != "" || r.mine() && r.Page.Typed.Values.Has(r.Prefix+"reasons")
}

// Choices are the reasons to choose from.
func (r reasonsForm) Choices() []models.Reason {
	for _, item := range r.Act.Items {
		if item.ForItem() == r.Prefix {
			return item.Choices
		}
	}
	return r.Act.Reasons
}

// area is a question that is answered in a longer text.
type area struct {
	ID, Name, Label, Value, Wrong string
	Rows                          int
}

func askArea(f actForm, name, label string, rows int) area {
	return area{f.ID(name), name, label, f.Value(name), f.Wrong(name), rows}
}

// askGiven asks for a line that has an answer already.
func askGiven(f actForm, name, label, onFile string) area {
	return area{ID: f.ID(name), Name: name, Label: label, Value: f.Given(name, onFile), Wrong: f.Wrong(name)}
}

// ForItem is the prefix of an item's inputs.
func (l itemLine) ForItem() string { return "item." + strconv.Itoa(l.No) + "." }

// faultLine is a line of the summary of what is wrong. Target is the id of its
// field, or "".
type faultLine struct{ Target, Text string }

// FaultLines are what is wrong with the form that came back, in the order of
// their names.
func (p casePage) FaultLines() []faultLine {
	if p.Typed.Command == formFile {
		return []faultLine{{"file", p.Typed.Faults["file"]}}
	}
	if p.Typed.Entry != nil && len(p.Typed.Faults) > 0 {
		return p.sortingFaults()
	}
	at := slices.IndexFunc(p.Acts, func(a act) bool { return a.Name == p.Typed.Command })
	var names []string
	for name := range p.Typed.Faults {
		names = append(names, name)
	}
	slices.Sort(names)
	var all []faultLine
	for _, name := range names {
		target := p.taskTarget(name)
		if at >= 0 {
			target = p.target(p.Acts[at], name)
		}
		all = append(all, faultLine{target, p.Typed.Faults[name]})
	}
	return all
}

// sortingFaults are what is wrong with the place and the answers to the
// questions of the type.
func (p casePage) sortingFaults() []faultLine {
	var all []faultLine
	others := maps.Clone(p.Typed.Faults)
	for _, name := range []string{"country", "region"} {
		if text := others[name]; text != "" {
			all = append(all, faultLine{string(p.Typed.Command) + "." + name, text})
			delete(others, name)
		}
	}
	return append(all, faultLinesOf(*p.Typed.Entry, others)...)
}

// faultLinesOf are what is wrong with the answers to a type's questions, in the
// order of the form; what is about none of them leads nowhere.
func faultLinesOf(form portal.Entry, wrong map[string]string) []faultLine {
	var all []faultLine
	for _, f := range form.Asked(wrong).Faults {
		all = append(all, faultLine(f))
	}
	return all
}

// target is the input that a fault is about, or its form.
func (p casePage) target(a act, name string) string {
	inputs := []string{"level", "method", "note", "assignee", "message", "purpose", "text", "reason", "into", "type", "country", "region", "name", "email", "mail"}
	for _, item := range a.Items {
		inputs = append(inputs, item.ForItem()+"outcome")
	}
	if slices.Contains(inputs, name) {
		return actForm{p, a}.ID(name)
	}
	return "act-" + string(a.Name)
}
