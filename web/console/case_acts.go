package console

import (
	"slices"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

// act is a command that may be given now, with what its form needs.
type act struct {
	Name    workflows.CommandName
	Label   string
	Plain   bool // a button alone
	Key     string
	Opened  bool // its form is shown open: it came back
	Levels  []option
	Methods []option
	Owners  []option
	Into    []option
	Mails   []option           // that may be moved
	Types   []option           // to classify as
	Kind    models.RequestType // of them, whose questions are asked
	Asked   any                // the questions, to be drawn by "inputs"; nil for none
	Carried []option           // answers to other questions, by the name of their input
	Also    []option           // rights that may share a request with that
	Country string             // where the person lives, as it is on file
	Region  string
	Until   models.Date
	Reasons []models.Reason
	Items   []itemLine
	Texts   []readyText
	Notices []string // what to know before
	Results []option // outcomes
	Files   []option // that can go out with the answer
	Behalf  string   // in which role somebody files for the person; "" for themselves
}

// acts are the commands that the gate lets the viewer give now, in the order of
// a life, and what waits for another person instead.
func (d *caseView) acts(typed typedForm) (all []act, waits []string) {
	for _, name := range workflows.StaffCommands() {
		a := act{Name: name, Label: word(commandWords(), name), Opened: typed.Command == name}
		ruling := d.c.May(workflows.Act{Command: name})
		switch {
		case models.CodeOf(ruling.Because) == models.CodeOtherPerson:
			waits = append(waits, a.Label+": "+sentence(ruling.Because.Error()))
			continue
		case name == workflows.CommandApprove && d.c.Request.Proposal.Waits() && models.CodeOf(ruling.Because) == models.CodeConflict:
			waits = append(waits, a.Label+": "+sentence(ruling.Because.Error())) // a task is undone
			continue
		case ruling.Verdict == workflows.Refused || !d.fill(&a, typed):
			continue
		case ruling.Verdict == workflows.WantsSecond:
			a.Label += secondWords
		}
		all = append(all, a)
	}
	return all, waits
}

// secondWords end the label of what another person has to approve.
const secondWords = " (another person approves)"

// fill gives an act what its form needs, and reports whether there is anything
// to do with it.
func (d *caseView) fill(a *act, typed typedForm) bool {
	q := d.c.Request
	switch a.Name { //nolint:exhaustive // the rest needs nothing
	case workflows.CommandVerify:
		return d.fillVerify(a)
	case workflows.CommandAssign:
		a.Key, a.Owners = "a", d.team.options(q.Assignee)
	case workflows.CommandStart:
		a.Plain, a.Key = true, "s"
	case workflows.CommandAsk:
		a.Texts = d.readyTexts(q, q.Addressee(), a.Name)
	case workflows.CommandResume, workflows.CommandApprove:
		a.Plain = true
	case workflows.CommandNote:
		a.Key = "i"
	case workflows.CommandReply:
		a.Key, a.Texts = "r", d.readyTexts(q, q.Addressee(), a.Name)
	case workflows.CommandExtend:
		x, ok := d.c.Extension()
		a.Until = x.To
		if !x.Broken.IsZero() {
			a.Notices = append(a.Notices, "This breaks your own promise to answer by "+long(x.Broken)+": the law allows longer, the promise does not.")
		}
		if ok && !x.Law {
			a.Notices = append(a.Notices, "No law allows this extension; a rule of your own does. The requester is told so.")
		}
	case workflows.CommandDecide:
		d.fillDecide(a)
	case workflows.CommandMerge:
		for _, o := range d.related {
			if slices.Contains(d.c.Duplicates, o.Reference) {
				a.Into = append(a.Into, option{o.Reference, o.Reference + ", received on " + short(o.ReceivedOn), false})
			}
		}
		return len(a.Into) > 0
	case workflows.CommandClassify:
		d.fillClassify(a, typed)
	case workflows.CommandMoveMail:
		return d.fillMove(a)
	case workflows.CommandDeleteFile:
		return d.fillDelete(a)
	}
	return true
}

// fillDelete lists the files that the gate lets be deleted.
func (d *caseView) fillDelete(a *act) bool {
	for _, f := range d.c.Files {
		if d.c.May(workflows.Act{Command: a.Name, File: f.ID}).Verdict != workflows.Refused {
			a.Files = append(a.Files, option{f.ID, f.Name + ", " + word(senderWords(), f.Sender()), false})
		}
	}
	for _, reason := range workflows.DeleteFileReasons() {
		a.Methods = append(a.Methods, option{reason, word(deleteWords(), reason), false})
	}
	return len(a.Files) > 0
}

// fillMove lists the mails that may be moved out of the case.
func (d *caseView) fillMove(a *act) bool {
	q := d.c.Request
	may := func(mail string) bool {
		return d.c.May(workflows.Act{Command: a.Name, Mail: &models.ReceivedMail{ID: mail}}).Verdict != workflows.Refused
	}
	if q.Mail != "" && may(q.Mail) {
		a.Mails = append(a.Mails, option{q.Mail, "The mail that this request was made of", true})
	}
	for _, m := range d.c.Messages {
		if m.Direction == models.Incoming && m.Mail != "" && m.Mail != q.Mail && !slices.Contains(m.Flags, models.FlagMoved) && may(m.Mail) {
			a.Mails = append(a.Mails, option{m.Mail, "The mail of " + short(models.DateOf(m.CreatedAt, d.Zone)) + ", " + m.CreatedAt.In(d.Zone).Format("15:04"), false})
		}
	}
	return len(a.Mails) > 0
}

func (d *caseView) fillVerify(a *act) bool {
	q := d.c.Request
	reached := q.Level
	if q.Capacity != models.CapacitySelf {
		a.Behalf = word(capacityWords(), q.Capacity)
		if reached.Covers(q.Authority) {
			reached = q.Authority
		}
	}
	for _, l := range models.Levels() {
		if l.Covers(models.LevelMailbox) && !reached.Covers(l) {
			a.Levels = append(a.Levels, option{string(l), word(levelWords(), l), l == d.proof().NeedKey})
		}
	}
	for _, m := range methods() {
		a.Methods = append(a.Methods, option{m, word(methodWords(), m), false})
	}
	return len(a.Levels) > 0
}

func (d *caseView) fillDecide(a *act) {
	q := d.c.Request
	a.Key, a.Items, a.Texts = "d", d.items(), d.readyTexts(q, q.Addressee(), a.Name)
	if kind, ok := d.policy.TypeOf(q.Facts); ok {
		a.Results, a.Reasons = d.results(kind, nil)
	}
	for i, item := range q.Facts.Items {
		if kind, ok := d.policy.TypeOfItem(q.Facts, item); ok {
			a.Items[i].Results, a.Items[i].Choices = d.results(kind, &item)
		}
	}
	for _, f := range d.c.Attachable() {
		a.Files = append(a.Files, option{f.ID, f.Name, false})
	}
	a.Notices = append(a.Notices, d.unproved()...)
	if undone := d.undone(); undone != "" {
		a.Notices = append(a.Notices, undone)
	}
	if never := d.policy.NeverDisclose(d.regimes()); len(never) > 0 && slices.Contains(q.Asked(), models.TypeAccess) {
		for i := range never {
			never[i] = word(map[string]string{}, never[i])
		}
		a.Notices = append(a.Notices, "Never disclose, even to the person: "+join(", ", never...)+".")
	}
}

// results are the outcomes that the gate lets be decided for what is asked for,
// or for one item of it, and the reasons to refuse it.
func (d *caseView) results(kind *policies.Type, item *models.ItemFacts) ([]option, []models.Reason) {
	var all []option
	for _, o := range models.Decidable() {
		whole := models.Proposal{Outcome: o}
		if item != nil {
			one := *item
			one.Outcome = o
			whole.Items = []models.ItemFacts{one}
		}
		if d.c.May(workflows.Act{Command: workflows.CommandDecide, Proposal: whole}).Verdict == workflows.Refused {
			continue
		}
		if item != nil {
			whole.Outcome = "" // what the items come to is another question
		}
		label := word(outcomeWords(), o)
		if d.c.May(workflows.Act{Command: workflows.CommandDecide, Proposal: whole}).Verdict == workflows.WantsSecond {
			label += secondWords
		}
		all = append(all, option{string(o), label, false})
	}
	return all, d.policy.ReasonsFor(kind, d.regimes(), workflows.Answered(d.c.Answered), "en")
}

// unproved says for what the person is not verified well enough.
func (d *caseView) unproved() []string {
	q := d.c.Request
	if d.proof().Authority != "" && !d.proof().Authorised {
		return []string{"Nobody has recorded a proof that the " + string(q.Capacity) + " may act for the person: nothing is released to them before. Verify their authority first, or deny it."}
	}
	if len(q.Rights) == 0 {
		if d.proof().Enough {
			return nil
		}
		return []string{"The person is not verified well enough to fulfil this, in whole or in part: it needs “" + d.proof().Need + "”. Verify first, or deny it."}
	}
	var all []string
	for _, right := range q.Rights {
		if kind, ok := d.policy.Type(right); ok && !q.Level.Covers(kind.Level("")) {
			all = append(all, "The person is not verified well enough to fulfil “"+kind.Name("en")+"”: it needs “"+word(levelWords(), kind.Level(""))+"”. Verify first, or deny it.")
		}
	}
	return all
}
