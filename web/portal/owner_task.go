package portal

import (
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"

	"habeas/internal/server"
	"habeas/models"
	"habeas/web/pages"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// ownerView is one task as the owner of its system sees it.
type ownerView struct {
	ID, Reference, System string
	What                  string // what to do, in words
	Due                   models.Date
	Overdue, Open         bool
	State                 string // of one that is over, in words
	Whom                  []line
	Instruction, Note     string
	Items                 []line
	Form                  ownerForm
	Outcome, Text         input
	Reasons               []input // one at most
}

// ownerForm is the form of the page, and what is wrong with it.
type ownerForm struct {
	Filled  taskFilled
	Faults  fieldErrors
	File    string // what is wrong with a file
	Refused string
	Notice  string
	Summary []fault
}

// ownerTask shows a task to whoever has its session, and everybody else where to
// get a code.
func (s *Site) ownerTask(w http.ResponseWriter, r *http.Request) error {
	id, err := task(r)
	if err != nil {
		return err
	}
	f := ownerForm{}
	if r.URL.Query().Get("done") == "sent" {
		f.Notice = s.catalogue(r).words["task.sent"]
	}
	return s.ownerPage(w, r, http.StatusOK, id, s.Given(r, taskCookie(id)), f)
}

func (s *Site) ownerPage(w http.ResponseWriter, r *http.Request, status int, id, token string, f ownerForm) error {
	l := s.catalogue(r)
	v, err := s.Owners.Open(r.Context(), id, token, l.tag)
	if models.CodeOf(err) == models.CodeNotFound {
		if status == http.StatusOK && r.Method != http.MethodGet {
			status = http.StatusForbidden
		}
		return s.ownerCode(w, r, status, ownerCodePage{Filled: f.Filled})
	}
	if err != nil {
		return err
	}
	if f.Filled.Seed == "" {
		f.Filled.Seed = pages.NewSeed()
	}
	p := s.drawOwnerTask(l, v, f)
	p.ID = id
	title := p.System + ": " + l.words["task.do."+string(v.Task.Action)]
	return s.show(w, r, status, viewOwnerTask, layout{Title: title, Wrong: len(p.Form.Summary) > 0 || f.Refused != "", Body: p})
}

// drawOwnerTask puts a task into words.
func (s *Site) drawOwnerTask(l *catalogue, v cases.OwnerTask, f ownerForm) ownerView {
	t := v.Task
	p := ownerView{
		Reference: t.Reference, System: t.SystemName, What: l.words["task.what."+string(t.Action)], Due: t.DueOn, Overdue: t.Overdue(s.Now()),
		Open: v.Completes, Instruction: v.Instruction, Note: t.Note, Form: f,
	}
	if v.Held {
		p.State = l.words["task.over.held"]
		return p
	}
	if !v.Completes {
		p.State = l.text("task.over."+string(t.State), "task.over")
		return p
	}
	if v.Person != "" {
		p.Whom = append(p.Whom, line{l.words["task.name"], []string{v.Person}})
	}
	for _, one := range v.Identifiers {
		p.Whom = append(p.Whom, line{l.text("task.identifier."+string(one.Kind), "task.identifier"), []string{
			one.Value + " (" + l.text("task.known."+string(one.Verified), "task.known") + ")",
		}})
	}
	for _, item := range v.Items {
		p.Items = append(p.Items, itemOf(l, item))
	}
	p.inputs(l, v, f)
	return p
}

// itemOf says what the person asked for.
func itemOf(l *catalogue, item cases.TaskItem) line {
	label := item.Label
	if label == "" {
		label = l.words["task.item"]
	}
	said := line{Label: label}
	if item.Subject != "" {
		said.Texts = append(said.Texts, item.Subject)
	}
	for _, one := range [][2]string{{"task.item.current", item.Current}, {"task.item.requested", item.Requested}} {
		if one[1] != "" {
			said.Texts = append(said.Texts, l.words[one[0]]+" "+one[1])
		}
	}
	return said
}

// inputs are the questions of the form, as they were answered.
func (p *ownerView) inputs(l *catalogue, v cases.OwnerTask, f ownerForm) {
	p.Outcome = input{Shape: "choices", Name: "outcome", Label: l.words["task.outcome"], Wrong: f.Faults["outcome"]}
	for _, o := range models.TaskOutcomes() {
		p.Outcome.Options = append(p.Outcome.Options, option{ID: "outcome-" + string(o), Value: string(o), Label: l.words["task.outcome."+string(o)], Chosen: o == f.Filled.Outcome})
	}
	p.Outcome.Options[0].ID = "outcome" // what a fault leads to
	p.Text = input{
		Shape: "area", Name: "text", Label: l.words["task.text"], Help: l.words["task.text.help"], Value: f.Filled.Text, Wrong: f.Faults["text"],
		Height: 6, Longest: longestText,
	}
	if len(v.Reasons) > 0 {
		in := input{Shape: "boxes", Name: "reasons", Label: l.words["task.reasons"], Help: l.words["task.reasons.help"], Optional: true}
		for i, one := range v.Reasons {
			in.Options = append(in.Options, option{
				ID: fmt.Sprint("reasons-", i), Value: one.Code, Label: one.Title + " (" + one.Citation + ")", Chosen: slices.Contains(f.Filled.Reasons, one.Code),
			})
		}
		p.Reasons = []input{in}
	}
	p.Form.Summary = f.Faults.summary([]input{p.Outcome, p.Text})
	if f.File != "" {
		p.Form.Summary = append(p.Form.Summary, fault{"file", f.File})
	}
}

// ownerDone takes what the owner says they did. Sent twice it is done once.
func (s *Site) ownerDone(w http.ResponseWriter, r *http.Request) error {
	id, err := task(r)
	if err != nil {
		return err
	}
	token := s.Given(r, taskCookie(id))
	read := pages.Read
	if err := s.Owners.Holds(r.Context(), id, token); err != nil {
		read = pages.ReadFields // whose files are nobody's; what is wrong is said below
	} else {
		server.Proven(r, "task "+id)
	}
	up, wrong := read(w, r)
	if wrong != nil && !r.PostForm.Has("text") {
		return wrong
	}
	l := s.catalogue(r)
	f := ownerForm{Filled: taskFilledIn(r), Faults: fieldErrors{}}
	f.Filled.Files = up.HasFiles()
	if wrong == nil {
		wrong = s.checkFiles(up.Files)
	}
	if wrong != nil {
		return s.refuseOwnerFiles(w, r, id, token, f, wrong)
	}
	if f.Filled.check(l, f.Faults); len(f.Faults) > 0 {
		return s.ownerPage(w, r, http.StatusUnprocessableEntity, id, token, f)
	}
	switch err := s.complete(r, id, token, f.Filled, up.Files); {
	case models.CodeOf(err) == models.CodeNotFound:
		return s.ownerCode(w, r, http.StatusForbidden, ownerCodePage{Filled: f.Filled})
	case models.CodeOf(err) == models.CodeConflict: // it was ended meanwhile, which the page says
		return s.ownerPage(w, r, http.StatusConflict, id, token, ownerForm{})
	case err != nil:
		return s.refuseOwnerFiles(w, r, id, token, f, err)
	}
	return s.see(w, r, "/tasks/"+id+"?done=sent")
}

// check says what is missing.
func (f taskFilled) check(l *catalogue, wrong fieldErrors) {
	less := f.Outcome == models.TaskPartly || f.Outcome == models.TaskRefused
	switch {
	case !slices.Contains(models.TaskOutcomes(), f.Outcome):
		wrong["outcome"] = l.words["error.choice"]
	case less && f.Text == "" && len(f.Reasons) == 0:
		wrong["text"] = l.words["task.text.missing"]
	}
	if utf8.RuneCountInString(f.Text) > longestText {
		wrong["text"] = l.words["error.too_long"]
	}
}

// complete gives the command once, however often its form is sent.
func (s *Site) complete(r *http.Request, id, token string, f taskFilled, files []pages.File) error {
	parts := append([]string{string(f.Outcome), f.Text}, f.Reasons...)
	var given []cases.GivenFile
	for _, file := range files {
		parts = append(parts, file.Name, string(file.Content))
		given = append(given, cases.GivenFile{Name: file.Name, Content: file.Content})
	}
	key := pages.OnceFor(id, f.Seed, parts...)
	_, err := pages.Once(r.Context(), s.Owners, key, func() error {
		c := workflows.CompleteTask{Outcome: f.Outcome, Note: f.Text, Reasons: f.Reasons}
		return s.Owners.Complete(r.Context(), id, token, c, given, pages.Stored(key, pages.Nothing))
	})
	return err
}

func (s *Site) refuseOwnerFiles(w http.ResponseWriter, r *http.Request, id, token string, f ownerForm, err error) error {
	l := s.catalogue(r)
	status, key, known := fileError(err)
	if known {
		f.File = l.words[key]
	} else {
		status, key = s.refusal(w, r, err)
		f.Refused = l.words[key]
	}
	return s.ownerPage(w, r, status, id, token, f)
}

// ownerLeave ends the session of a task.
func (s *Site) ownerLeave(w http.ResponseWriter, r *http.Request) error {
	id, err := task(r)
	if err != nil {
		return err
	}
	if err := s.Owners.Leave(r.Context(), s.Given(r, taskCookie(id))); err != nil {
		return err
	}
	s.Take(w, taskCookie(id))
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return s.see(w, r, "/tasks/"+id+"?done=left")
}
