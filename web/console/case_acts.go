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
}

// acts are the commands that are allowed now, in the order of a life, and what
// waits for another person instead. Whether one is allowed is the lifecycle's
// and Decide's to say, which is asked with words that could be anybody's.
func (d *desk) acts(typed typedForm) (all []act, waits []string, err error) {
	for _, name := range d.c.Allowed {
		a := act{Name: name, Label: word(commandWords(), name), Opened: typed.Command == name}
		c := d.fill(&a, typed)
		if c == nil {
			continue
		}
		after, err := d.Staff.Try(d.r.Context(), who(d.r).Actor(), d.c.Request, c)
		switch models.CodeOf(err) { //nolint:exhaustive // the rest is about words that nobody typed yet
		case models.CodeConflict, models.CodeForbidden:
			continue
		case models.CodeOtherPerson:
			waits = append(waits, a.Label+": "+otherPerson(d.c.Request))
			continue
		case models.CodeInternal:
			return nil, nil, err
		case "":
			if name == workflows.CommandExtend {
				a.Until = after.Request.Deadline.RespondOn
			}
		}
		all = append(all, a)
	}
	return all, slices.Compact(waits), nil
}

// otherPerson says who has to do what the viewer may not.
func otherPerson(r models.Request) string {
	if r.State == models.StateInReview && r.Appeal.No == 0 {
		return "another person has to, because you proposed the decision."
	}
	return "another person has to, because you made the answer that is under appeal."
}

// fill gives an act what its form needs, and returns the command to try; nil
// where there is nothing to do with it.
func (d *desk) fill(a *act, typed typedForm) workflows.Command {
	q := d.c.Request
	const any = "–"
	switch a.Name { //nolint:exhaustive // the rest is not for staff
	case workflows.CommandVerify:
		return d.fillVerify(a)
	case workflows.CommandAssign:
		a.Key, a.Owners = "a", d.team.options(q.Assignee)
		return workflows.Note{Text: any} // some of them may be barred; that is said when one is chosen
	case workflows.CommandStart:
		a.Plain, a.Key = true, "s"
		return workflows.Start{}
	case workflows.CommandAsk:
		a.Texts = d.readyTexts(q, d.c.Request.Addressee(), a.Name)
		return workflows.Ask{Message: any}
	case workflows.CommandResume:
		a.Plain = true
		return workflows.Resume{}
	case workflows.CommandNote:
		a.Key = "i"
		return workflows.Note{Text: any}
	case workflows.CommandReply:
		a.Key, a.Texts = "r", d.readyTexts(q, d.c.Request.Addressee(), a.Name)
		return workflows.Reply{Message: any}
	case workflows.CommandExtend:
		return workflows.Extend{Reason: any}
	case workflows.CommandDecide:
		return d.fillDecide(a)
	case workflows.CommandApprove:
		a.Plain = true
		return workflows.Approve{}
	case workflows.CommandReturn:
		return workflows.Return{Reason: any}
	case workflows.CommandReopen:
		return workflows.Reopen{Reason: any}
	case workflows.CommandMerge:
		for _, o := range d.related {
			if slices.Contains(d.c.Duplicates, o.Reference) {
				a.Into = append(a.Into, option{o.Reference, o.Reference + ", received on " + short(o.ReceivedOn), false})
			}
		}
		if len(a.Into) == 0 {
			return nil
		}
		return workflows.MarkSpam{} // allowed in the same states
	case workflows.CommandMarkSpam:
		return workflows.MarkSpam{}
	case workflows.CommandClassify:
		return d.fillClassify(a, typed)
	}
	return nil
}

func (d *desk) fillVerify(a *act) workflows.Command {
	for _, l := range models.Levels() {
		if l.Covers(models.LevelMailbox) && !d.c.Request.Level.Covers(l) {
			a.Levels = append(a.Levels, option{string(l), word(levelWords(), l), l == d.proof().NeedKey})
		}
	}
	if len(a.Levels) == 0 {
		return nil
	}
	for _, m := range methods() {
		a.Methods = append(a.Methods, option{m, word(methodWords(), m), false})
	}
	return workflows.Verify{Level: models.Level(a.Levels[0].Value), Method: methods()[0]}
}

func (d *desk) fillDecide(a *act) workflows.Command {
	q := d.c.Request
	a.Key, a.Items, a.Texts = "d", d.items(), d.readyTexts(q, q.Addressee(), a.Name)
	if kind, ok := d.policy.TypeOf(q.Facts); ok {
		a.Results, a.Reasons = d.results(kind)
	}
	for i, item := range q.Facts.Items {
		if kind, ok := d.policy.TypeOfItem(q.Facts, item); ok {
			a.Items[i].Results, a.Items[i].Choices = d.results(kind)
		}
	}
	a.Notices = append(a.Notices, d.unproved()...)
	if never := d.policy.NeverDisclose(q.Deadline.Regimes); len(never) > 0 && slices.Contains(q.Asked(), models.TypeAccess) {
		for i := range never {
			never[i] = word(map[string]string{}, never[i])
		}
		a.Notices = append(a.Notices, "Never disclose, even to the person: "+join(", ", never...)+".")
	}
	return workflows.Conclude{Outcome: models.OutcomeNoData, Message: "–"}
}

// results are the outcomes that there may be for what is asked for, and the
// reasons to refuse it.
func (d *desk) results(kind *policies.Type) ([]option, []models.Reason) {
	q := d.c.Request
	var all []option
	for _, o := range models.Decidable() {
		if o.Releases() && !q.Level.Covers(kind.Level(q.DataClass)) {
			continue
		}
		label := word(outcomeWords(), o)
		if kind.NeedsApproval(o) {
			label += " (another person approves)"
		}
		all = append(all, option{string(o), label, false})
	}
	return all, d.policy.ReasonsFor(kind, q.Deadline.Regimes, "en")
}

// unproved says for what the person is not verified well enough.
func (d *desk) unproved() []string {
	q := d.c.Request
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
