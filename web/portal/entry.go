package portal

import (
	"html/template"
	"net/http"
	"strings"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

// Entry is the form of a type for staff who type in what came by letter,
// telephone or in person. It asks the questions of the portal, in English, and
// takes what is missing as it is: who wrote a letter need not have a mailbox.
type Entry struct {
	d draft
	l *catalogue
}

// EntryForms are the forms of all types.
type EntryForms struct {
	words *catalogue // English
	all   map[string]*catalogue
}

// NewEntryForms reads the words of the questions.
func NewEntryForms() (EntryForms, error) {
	all, err := loadCatalogues(nil)
	return EntryForms{all[tags()[0]], all}, err
}

// Day is a day as people of a locale write it, such as "Friday 20 November
// 2026"; in English where we do not write their language.
func (f EntryForms) Day(locale string, d models.Date) string {
	tag, _, _ := strings.Cut(strings.ToLower(locale), "-")
	if l, ok := f.all[tag]; ok {
		return l.date(d)
	}
	return f.words.date(d)
}

// Templates adds "inputs", which draws questions, to a set of templates.
func (f EntryForms) Templates(t *template.Template) (*template.Template, error) {
	return t.Funcs(f.Funcs()).ParseFS(templates, "templates/fields.html")
}

// Funcs are what "inputs" calls.
func (f EntryForms) Funcs() template.FuncMap { return template.FuncMap{"t": f.words.say} }

// Blank is an empty form.
func (f EntryForms) Blank(kind *policies.Type, seed string) Entry {
	return Entry{draft{kind: kind, seed: seed, values: map[string][]string{}, rows: map[string][]correction{}}, f.words}
}

// Filled is the form of a request that is there already, with what was said.
func (f EntryForms) Filled(kind *policies.Type, said map[string]any) Entry {
	e := f.Blank(kind, "")
	for _, field := range kind.Fields {
		e.d.fill(field, said[field.Name])
	}
	return e
}

// Read reads a form that was sent, and presses its buttons that add and take
// away lines. filed says that it was the one to file the request.
func (f EntryForms) Read(r *http.Request, kind *policies.Type) (e Entry, filed bool, err error) {
	d, err := readDraft(r, kind, f.words.places)
	if err != nil {
		return Entry{}, false, err
	}
	do, field, _ := strings.Cut(r.PostForm.Get("do"), ":")
	switch do {
	case doAdd:
		d.addRow(field)
		return Entry{d, f.words}, false, nil
	case doRemove:
		d.removeRow(field)
		return Entry{d, f.words}, false, nil
	}
	d.tidy()
	return Entry{d, f.words}, true, nil
}

// Check returns what is wrong, by input. Only who is answered by mail needs an
// address.
func (e Entry) Check(mailed bool, today models.Date) map[string]string {
	wrong := e.d.check(e.l, today)
	if !mailed && e.d.email == "" {
		delete(wrong, "email")
	}
	if !mailed && e.d.ownEmail == "" {
		delete(wrong, "own_email")
	}
	return wrong
}

// Refused adds what the service finds wrong.
func (e Entry) Refused(wrong map[string]string, err error) {
	fieldErrors(wrong).add(e.l, e.d.kind, err)
}

// Command is the entry as the service takes it.
func (e Entry) Command(locale string) workflows.Submit { return e.d.command(locale) }

// Fields are the answers to the questions of the type.
func (e Entry) Fields() map[string]any { return e.d.typed() }

// Kind is the type whose form it is.
func (e Entry) Kind() models.RequestType { return e.d.kind.Key }

// Seed makes the form one of its kind.
func (e Entry) Seed() string { return e.d.seed }

// ForOther reports whether somebody asks for another person.
func (e Entry) ForOther() bool { return e.d.forOther() }

// Content is what makes one entry another.
func (e Entry) Content() []string {
	all := []string{string(e.d.kind.Key)}
	for _, p := range e.d.pairs() {
		all = append(all, p.Name, p.Value)
	}
	return all
}

// EntryQuestions are the questions in their groups, to be drawn by "inputs".
type EntryQuestions struct {
	Questions, Capacity, Behalf, Person any
	Faults                              []EntryFault
}

// EntryFault is one line of what is wrong: the id of its input, and the words.
type EntryFault struct{ Target, Text string }

// staffWords are what questions about the person are called where somebody
// else answers them.
func staffWords() map[string]string {
	return map[string]string{
		"name": "Name of the person", "email": "Email address of the person", "capacity": "Who asks?", "own_name": "Name of who asks for them",
		"own_email": "Email address of who asks for them", "authority": "What gives them the right to?", "details": "What they ask for, in their words",
		"capacity/" + string(models.CapacitySelf): "The person themselves", "capacity/" + string(models.CapacityAgent): "An authorised agent",
		"capacity/" + string(models.CapacityParent): "A parent, for a child", "capacity/" + string(models.CapacityGuardian): "A guardian",
	}
}

// Questions are drawn with what was typed, and what is wrong with it.
func (e Entry) Questions(wrong map[string]string) EntryQuestions {
	f := fieldErrors(wrong)
	groups := [][]input{e.d.questions(e.l, f), e.d.capacities(e.l, f), e.d.behalf(e.l, f), e.d.person(e.l, f)}
	for _, group := range groups {
		for i := range group {
			forStaff(&group[i])
		}
	}
	q := EntryQuestions{Questions: groups[0], Capacity: groups[1], Behalf: groups[2], Person: groups[3]}
	for _, line := range f.summary(groups...) {
		q.Faults = append(q.Faults, EntryFault(line))
	}
	return q
}

// Asked are the questions of the type alone, for a request whose person and
// words are known.
func (e Entry) Asked(wrong map[string]string) EntryQuestions {
	f := fieldErrors(wrong)
	var group []input
	for _, field := range e.d.kind.Fields {
		group = append(group, e.d.question(e.l, field, f))
	}
	group = marked(f, group...)
	q := EntryQuestions{}
	if len(group) > 0 {
		q.Questions = group
	}
	for _, line := range f.summary(group) {
		q.Faults = append(q.Faults, EntryFault(line))
	}
	return q
}

// forStaff asks a question of staff rather than of the person: a browser must
// not fill in the own name of who types.
func forStaff(in *input) {
	words := staffWords()
	if text, ok := words[in.Name]; ok {
		in.Label, in.OtherLabel, in.Help, in.OtherHelp = text, "", "", ""
		if in.Name == "email" || in.Name == "own_email" {
			in.Help = "Leave it empty where there is none: answers then go by post."
		}
	}
	if in.Name == "country" {
		in.Blank = "Not known"
	}
	if in.Auto != "" {
		in.Auto = "off"
	}
	for i, o := range in.Options {
		if text, ok := words[in.Name+"/"+o.Value]; ok {
			in.Options[i].Label = text
		}
	}
}
