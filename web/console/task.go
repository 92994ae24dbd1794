package console

import (
	"context"
	"slices"
	"time"

	"habeas/models"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// Tasks is what the pages about tasks need of the service. See cases.Tasks.
type Tasks interface {
	Known(ctx context.Context, id string) (models.Task, error)
	Seen(ctx context.Context, by models.Actor, r models.Request) (cases.TaskList, error)
	Facts(ctx context.Context, by models.Actor, r models.Request) (cases.TaskList, error)
	Undone(ctx context.Context, requests []string) (map[string][]models.Task, error)
	List(ctx context.Context, f models.TaskFilter) ([]models.Task, models.Cursor, error)
	Systems(ctx context.Context) ([]models.System, error)
	OwnerDigests(mailbox string) []string
	Findings(ctx context.Context, by models.Actor, id string) (models.Findings, error)
	Preview(ctx context.Context, by models.Actor, id string) (models.Preview, error)
	Erasure(ctx context.Context, by models.Actor, reference string) (cases.ErasurePage, error)
	Do(ctx context.Context, by models.Actor, id string, c workflows.Command, o cases.Option) (models.Task, error)
	Add(ctx context.Context, by models.Actor, reference string, c workflows.AddTask, o cases.Option) (models.Task, error)
}

// taskLine is a task as a page draws it.
type taskLine struct {
	ID, Reference string
	System        string
	Action        string
	State, Badge  string
	Outcome       string
	Owner         string // "Staff", a mail address, or "somebody"
	OwnerKey      string // stands for the address in a filter; "" for none
	Due           models.Date
	Overdue       bool
	Unreachable   bool // its owner, by mail
	Ended         bool
	Why           string // why it waits, or what failed
	Counts        string // "3 records found, 2 rows changed"
	Reasons       []string
	Note, Report  string
	Replies       []taskReply
	Proofs        []option // files of its owner: id and name
	Preview       bool     // there is one to read
	Findings      bool
	Waits         string // what another person has to do
	Acts          []taskAct
}

// taskReply is an answer to a mail about a task.
type taskReply struct {
	At         time.Time
	Text, Mail string
	Flags      []string
}

// taskAct is a command that may be given about a task.
type taskAct struct {
	Name     workflows.CommandName
	Label    string
	Word     string // that ends its address
	Plain    bool   // a button alone
	DryRun   bool   // and one that shows first what would be done
	Owner    string // reassign: who it is now
	Outcomes []option
	Reasons  []models.Reason
}

// taskAdd is what the form for one more task needs.
type taskAdd struct{ Systems, Actions []option }

// taskPart is what the page of a request says about its tasks.
type taskPart struct {
	Lines  []taskLine
	Add    *taskAdd // nil where none may be added
	Packs  bool     // something was found that could go out
	Erases bool     // there is a page about the erasure
}

// taskLine draws a task for a viewer who may know owners, or may not.
func (s *Site) taskLine(t models.Task, names bool) taskLine {
	l := taskLine{
		ID: t.ID, Reference: t.Reference, System: t.SystemName, Action: word(actionWords(), t.Action), State: word(taskStateWords(), t.State),
		Badge: taskBadges()[t.State], Owner: "Staff", Due: t.DueOn, Overdue: t.Overdue(s.Now()), Ended: t.State.Ended(),
		Counts: taskCounts(t.TaskFacts), Note: t.Note, Report: t.Report, Unreachable: t.Unreachable && !t.State.Ended(),
	}
	if t.Owner != "" || t.OwnerDigest != "" {
		l.Owner = "somebody"
		if names && t.Owner != "" {
			l.Owner, l.OwnerKey = t.Owner, t.OwnerDigest
		}
	}
	switch {
	case t.State == models.TaskWaiting && t.Waits != "":
		l.Why = word(taskWaitWords(), t.Waits)
	case t.State == models.TaskFailed:
		l.Why = join(" ", word(faultWords(), t.Fault), bracketed(t.FaultCode))
	case t.Unreachable && !l.Ended:
		l.Why = "Its owner cannot be reached by mail. Do it, or give it to another owner."
	case t.Pending && !l.Ended:
		l.Why = "The system said that it answers later."
	}
	for _, r := range t.Replies {
		said := taskReply{At: r.At, Text: r.Text, Mail: r.Mail}
		for _, f := range r.Flags {
			said.Flags = append(said.Flags, word(flagWords(), f))
		}
		l.Replies = append(l.Replies, said)
	}
	if t.Outcome != "" {
		l.Outcome = word(taskOutcomeWords(), t.Outcome)
	}
	return l
}

// Brief is the task in one line.
func (l taskLine) Brief() string {
	text := l.System + ": " + l.Action + ", " + l.Owner
	if l.Unreachable {
		text += " (cannot be reached by mail)"
	}
	return text + ", due on " + short(l.Due)
}

func bracketed(code string) string {
	if code == "" {
		return ""
	}
	return "(" + code + ")"
}

// taskCounts are the numbers of a task in words.
func taskCounts(f models.TaskFacts) string {
	text := ""
	for _, one := range []struct {
		n    int
		what string
		then string
	}{{f.Found, "record", "found"}, {f.Changed, "row", "changed"}, {f.Kept, "field", "kept"}, {f.Remaining, "field", "still there"}} {
		if one.n > 0 {
			text = join(", ", text, count(one.n, one.what)+" "+one.then)
		}
	}
	return text
}

// taskPart is the tasks of the request, with what the gate lets the viewer do.
func (d *caseView) taskPart() taskPart {
	var p taskPart
	for _, t := range d.list.Tasks {
		t.Reference = d.list.Request.Reference
		l := d.taskLine(t, d.open)
		for _, r := range d.reasons(t.Reasons, nil) {
			l.Reasons = append(l.Reasons, r.Title)
		}
		if d.open && !d.list.Request.Shredded {
			p.Erases = p.Erases || t.Action == models.ActionErase
			l.Findings = t.Action == models.ActionFind && t.State == models.TaskDone && !t.Manual()
			l.Preview = t.Preview != "" && t.State == models.TaskNeedsReview
			p.Packs = p.Packs || l.Findings && models.Permit(who(d.r).Role, models.MayAttach)
			d.taskActs(&l, t)
			for _, f := range d.c.Files {
				if slices.Contains(t.Files, f.ID) {
					l.Proofs = append(l.Proofs, option{f.ID, f.Name, false})
				}
			}
		}
		p.Lines = append(p.Lines, l)
	}
	if d.open && len(d.list.Systems) > 0 && d.list.May(workflows.CommandAddTask, models.Task{}).Verdict != workflows.Refused {
		p.Add = d.taskAdd()
	}
	return p
}

// taskActs adds the commands that the gate lets the viewer give about a task.
// A preview is approved on its own page, where it is read.
func (d *caseView) taskActs(l *taskLine, t models.Task) {
	for _, name := range workflows.TaskAllows(t) {
		ruling := d.list.May(name, t)
		switch {
		case name == workflows.CommandAddTask:
			continue
		case name == workflows.CommandApprovePreview:
			if models.CodeOf(ruling.Because) == models.CodeOtherPerson {
				l.Waits = sentence(ruling.Because.Error())
			}
			continue
		case ruling.Verdict == workflows.Refused:
			continue
		}
		a := taskAct{Name: name, Label: word(taskCommandWords(), name), Word: taskWords()[name]}
		switch name { //nolint:exhaustive // the rest needs nothing
		case workflows.CommandRunTask:
			a.Plain, a.Label = true, runWords(t.Action)
			a.DryRun = t.Action != models.ActionFind && !t.Action.Changes()
		case workflows.CommandRetryTask:
			a.Plain = true
		case workflows.CommandReassignTask:
			a.Owner = t.Owner
		case workflows.CommandCompleteTask:
			for _, o := range models.TaskOutcomes() {
				a.Outcomes = append(a.Outcomes, option{string(o), word(taskOutcomeWords(), o), false})
			}
			if kind, ok := d.policy.TypeOf(d.c.Request.Facts); ok {
				a.Reasons = d.policy.ReasonsFor(kind, d.regimes(), workflows.Answered(d.c.Answered), "en")
			}
		}
		l.Acts = append(l.Acts, a)
	}
}

// runWords say what running a task does: what changes data is only shown first.
func runWords(a models.Action) string {
	switch {
	case a == models.ActionFind:
		return "Look it up"
	case a.Changes():
		return "Show what would change"
	}
	return "Run it"
}

func (d *caseView) taskAdd() *taskAdd {
	var a taskAdd
	for _, one := range d.list.Systems {
		a.Systems = append(a.Systems, option{one.Key, one.Name, false})
	}
	for _, action := range models.Actions() {
		a.Actions = append(a.Actions, option{string(action), word(actionWords(), action), false})
	}
	return &a
}

// undone says which answers no undone task lets be given; "" for none.
func (d *caseView) undone() string {
	ruling := d.c.May(workflows.Act{Command: workflows.CommandDecide, Proposal: models.Proposal{Outcome: models.OutcomeFulfilled}})
	if ruling.Verdict != workflows.Refused || models.CodeOf(ruling.Because) != models.CodeConflict {
		return ""
	}
	var names string
	for _, t := range d.list.Tasks {
		if !t.State.Ended() {
			names = join(", ", names, t.SystemName+": "+word(actionWords(), t.Action))
		}
	}
	if names == "" {
		return ""
	}
	return "It cannot be fulfilled, and nobody can say that there is no data, before these tasks are done: " + names + "."
}

// taskForm is the form of a command about a task, with what was typed into it
// before.
type taskForm struct {
	Page casePage
	Task taskLine
	Act  taskAct
}

// Mine reports whether the form that came back is this one.
func (f taskForm) Mine() bool {
	return f.Page.Typed.Command == f.Act.Name && f.Page.Typed.Values.Get("task") == f.Task.ID
}

// ID is the id of an input of the form.
func (f taskForm) ID(name string) string {
	return join(".", "task", f.Task.ID, string(f.Act.Name), name)
}

// Value is what was typed, or else what is on file.
func (f taskForm) Value(name, onFile string) string {
	if f.Mine() {
		return f.Page.Typed.Values.Get(name)
	}
	return onFile
}

// Wrong is what is wrong with an input; "" for nothing.
func (f taskForm) Wrong(name string) string {
	if !f.Mine() {
		return ""
	}
	return f.Page.Typed.Faults[name]
}

// Chose reports whether an answer was chosen before.
func (f taskForm) Chose(name, value string) bool {
	return f.Mine() && slices.Contains(f.Page.Typed.Values[name], value)
}

// AddForm is the form for one more task; it is about none yet.
func (p casePage) AddForm() taskForm {
	return taskForm{Page: p, Act: taskAct{Name: workflows.CommandAddTask}}
}

// taskTarget is the input of a task's form that a fault is about; "" where the
// page has none.
func (p casePage) taskTarget(name string) string {
	if !slices.Contains([]string{"system", "action", "note", "owner", "outcome", "reasons"}, name) {
		return ""
	}
	if p.Typed.Command == workflows.CommandAddTask {
		if p.Tasks.Add == nil {
			return ""
		}
		return p.AddForm().ID(name)
	}
	for _, t := range p.Tasks.Lines {
		for _, a := range t.Acts {
			if f := (taskForm{p, t, a}); f.Mine() {
				return f.ID(name)
			}
		}
	}
	return ""
}

// Area is a question that is answered in a longer text.
func (f taskForm) Area(name, label string) area {
	return area{f.ID(name), name, label, f.Value(name, ""), f.Wrong(name), 3}
}
