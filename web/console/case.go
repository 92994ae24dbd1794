package console

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"habeas/models"
	"habeas/policies"
	"habeas/web/pages"
	"habeas/web/portal"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// casePage is a request as staff see it. For who may not see personal data
// Open is false, and everything personal is left out.
type casePage struct {
	Reference string
	Version   int
	Seen      string // the last message that was there when the page was drawn
	Seed      string
	Open      bool
	Shredded  bool

	Type, State, Outcome string
	StateKey             models.State
	Time                 timeLeft
	Marks                []string
	Next                 string // what is to be done now, in words
	Owner                string
	Mine                 bool
	Done                 string // what was just done

	Acts   []act
	Waits  []string // what another person has to do
	Typed  typedForm
	Mail   string // the received mail it was made of
	Person []line
	Asked  []line
	// Suggested are the rights that its mail may ask for, Confirms says that the
	// viewer may say so.
	Suggested []suggestedRight
	Confirms  bool
	Items     []itemLine
	Answer    *answerView
	Proof     proof
	Dates     dates
	Said      []said
	Files     []fileLine
	Related   []relatedLine
	Tasks     taskPart
	Past      []happening // the story, the newest first
	Log       []happening // everything

	MayAttach, MayShare bool
	// Letter is what the requester will get if what waits is approved, and
	// Warnings what to think of before.
	Letter   *letterView
	Warnings []string
}

// line is a question and its answers.
type line struct {
	Label string
	Texts []string
	Words []piece // somebody's own
}

// casePage opens a request. That somebody looked is recorded first; where it
// cannot be, nothing is shown.
func (s *Site) caseShow(w http.ResponseWriter, r *http.Request) error {
	reference, err := referenceOf(r)
	if err != nil {
		return err
	}
	return s.showCase(w, r, http.StatusOK, reference, typedForm{})
}

// referenceOf is the request that an address names.
func referenceOf(r *http.Request) (string, error) {
	reference, ok := models.NormaliseReference(r.PathValue("reference"))
	if !ok {
		return "", models.Errorf(models.CodeNotFound, "there is no such request")
	}
	return reference, nil
}

// showCase shows a request, with one of its forms as it was filled in.
func (s *Site) showCase(w http.ResponseWriter, r *http.Request, status int, reference string, typed typedForm) error {
	page, err := s.casePage(r, reference, typed)
	if err != nil {
		return err
	}
	return s.show(w, r, status, viewCase, layout{Title: page.Type + ", " + reference, Here: "worklist", Wrong: typed.wrong(), Body: page})
}

func (s *Site) casePage(r *http.Request, reference string, typed typedForm) (casePage, error) {
	ctx, member := r.Context(), who(r)
	c := cases.CaseView{}
	var err error
	open := models.Permit(member.Role, models.MayOpen)
	if open {
		c, err = s.Staff.Open(ctx, member.Actor(), reference)
	} else {
		c.Request, err = s.Staff.FactsOf(ctx, reference)
	}
	if err != nil {
		return casePage{}, err
	}
	d := caseView{Site: s, r: r, c: c, open: open, list: c.Tasks}
	if !open {
		if d.list, err = s.Staff.Tasks().Facts(ctx, member.Actor(), c.Request); err != nil {
			return casePage{}, err
		}
	}
	if d.team, err = s.team(r); err != nil {
		return casePage{}, err
	}
	if d.policy, err = s.Staff.PolicyOf(ctx, c.Request); err != nil {
		return casePage{}, err
	}
	if d.events, err = s.Staff.Events(ctx, reference); err != nil {
		return casePage{}, err
	}
	if d.explained, err = s.Staff.Explain(ctx, reference); err != nil {
		return casePage{}, err
	}
	if d.related, err = s.Staff.Related(ctx, c.Request); err != nil {
		return casePage{}, err
	}
	return d.page(typed)
}

// desk gathers what a case page is drawn from.
type caseView struct {
	*Site
	r         *http.Request
	c         cases.CaseView
	open      bool // personal data may be shown
	list      cases.TaskList
	team      team
	policy    *policies.Policy
	events    []models.Event
	explained policies.Explanation
	related   []models.Request
}

func (d *caseView) page(typed typedForm) (casePage, error) {
	q := d.c.Request
	p := casePage{
		Reference: q.Reference, Version: q.Version, Seed: pages.NewSeed(), Open: d.open, Shredded: q.Shredded,
		Type: d.askedName(q.Facts), State: word(stateWords(), q.State), StateKey: q.State, Time: d.timeLeft(q.Facts), Marks: marksOf(q),
		Next: nextWords(q.Facts), Owner: d.team.nameOf(q.Assignee), Mine: q.Assignee == d.team.own, Typed: typed,
		Proof: d.proof(), Dates: d.dates(), Items: d.items(), Answer: d.answer(),
	}
	if q.State == models.StateClosed {
		p.Outcome = word(outcomeWords(), q.Outcome)
	}
	p.Done = doneWords()[d.r.URL.Query().Get("done")]
	p.Past, p.Log, p.Tasks = d.past(), d.log(), d.taskPart()
	if !d.open {
		return p, nil
	}
	p.Person, p.Asked, p.Said, p.Files, p.Related = d.person(), d.asked(), d.said(), d.files(), d.relatedLines()
	p.Mail, p.Seen, p.Suggested = q.Mail, lastSaid(d.c.Messages), d.suggested()
	if q.Shredded {
		return p, nil
	}
	attach := workflows.Act{Command: workflows.CommandAttach}
	p.MayAttach = d.c.May(attach).Verdict != workflows.Refused
	attach.Shared = true
	p.MayShare = p.MayAttach && d.c.May(attach).Verdict == workflows.Granted
	p.Acts, p.Waits = d.acts(typed)
	p.Confirms = slices.ContainsFunc(p.Acts, func(a act) bool { return a.Name == workflows.CommandClassify })
	if q.Proposal.Waits() {
		err := d.reviewed(&p)
		return p, err
	}
	return p, nil
}

// askedName is what its own policy calls all that a request asks for.
func (d *caseView) askedName(f models.Facts) string {
	if kind, ok := d.policy.TypeOf(f); ok {
		return kind.Name("en")
	}
	return d.Site.asked(f)
}

func (d *caseView) kindName(t models.RequestType) string {
	if kind, ok := d.policy.Type(t); ok {
		return kind.Name("en")
	}
	return d.typeName(t)
}

// nextWords say what is to be done with a request now.
func nextWords(f models.Facts) string {
	byPost := f.Channel == models.ChannelLetter || f.Channel == models.ChannelPhone || f.Channel == models.ChannelPerson
	switch f.State {
	case models.StateUnverified:
		if byPost {
			return "Verify the person: they cannot be asked by mail for a proof, or have not answered."
		}
		if f.Suppressed == models.SuppressedAutomatic {
			return "Nothing was mailed to the requester: no machine may answer the mail that it came in. Read it, and verify the person yourself."
		}
		if f.Suppressed != "" {
			return "The requester has to prove the mailbox, and was mailed no code. They can ask for one; you can verify them yourself."
		}
		return "The requester has to prove the mailbox. They were mailed a code; you can verify them yourself."
	case models.StateOpen:
		if f.Appeal.No > 0 {
			return "An appeal. Somebody who did not make the answer decides again."
		}
		return "Start work on it."
	case models.StateInProgress:
		return "Find what is asked for, then decide."
	case models.StateOnHold:
		return "A question is with the requester. It goes on by itself when they answer."
	case models.StateInReview:
		return "A decision waits for another person’s approval."
	case models.StateClosed:
	}
	if f.MergedInto != "" {
		return "It goes on as " + f.MergedInto + "."
	}
	return "Nothing more is to be done."
}

// person is who it is about, and who asks.
func (d *caseView) person() []line {
	q := d.c.Request
	all := lines(nil, "Name", q.Person.Name)
	all = lines(all, "Email", q.Person.Email)
	all = lines(all, "Place", join(", ", q.Person.Region, q.Person.Country))
	all = lines(all, "Language", word(languageWords(), q.Locale))
	if o := q.OnBehalf; o != nil {
		all = lines(all, "Asked by", word(capacityWords(), o.Role), o.Name, o.Email)
		all = lines(all, "By what authority", o.Authority)
	}
	if d.c.MixedScript() {
		all = lines(all, "Careful", "The email address mixes alphabets and may imitate another address.")
	}
	came := "By " + word(channelWords(), q.Channel) + ", received on " + short(q.ReceivedOn)
	if entered := models.DateOf(q.EnteredAt, d.Zone); entered != q.ReceivedOn {
		came += ", entered on " + short(entered)
	}
	return lines(all, "How it came", came)
}

// asked is what the request asks for, as it was typed.
func (d *caseView) asked() []line {
	q := d.c.Request
	var all []line
	if kind, ok := d.policy.TypeOf(q.Facts); ok {
		for _, field := range kind.Fields {
			if field.Kind != policies.KindCorrections {
				all = lines(all, field.Label.In("en"), valuesIn(field, q.Fields[field.Name])...)
			}
		}
	}
	if q.Details != "" {
		all = append(all, line{Label: "In their words", Words: marked(q.Details, d.suggestion())})
	}
	return all
}

// valuesIn are the answers to a field, in words.
func valuesIn(field *policies.Field, value any) []string {
	var all []string
	switch v := value.(type) {
	case nil:
	case string:
		all = []string{choiceName(field, v)}
	case bool:
		all = []string{map[bool]string{true: "Yes", false: "No"}[v]}
	case []string:
		for _, entry := range v {
			all = append(all, choiceName(field, entry))
		}
	case []any:
		for _, entry := range v {
			if text, ok := entry.(string); ok {
				all = append(all, choiceName(field, text))
			}
		}
	}
	return all
}

func choiceName(field *policies.Field, value string) string {
	for _, c := range field.Choices {
		if c.Value == value {
			return c.Label.In("en")
		}
	}
	return value
}

// lines adds an answer, if there is one.
func lines(all []line, label string, texts ...string) []line {
	texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	if len(texts) == 0 {
		return all
	}
	return append(all, line{Label: label, Texts: texts})
}

func join(between string, parts ...string) string {
	text := ""
	for _, p := range parts {
		if p != "" && text != "" {
			text += between
		}
		text += p
	}
	return text
}

// relatedLine is another request of the same mailbox.
type relatedLine struct {
	Reference, Type, State, Outcome string
	StateKey                        models.State
	On                              models.Date
	SameMail, Duplicate             bool
}

func (d *caseView) relatedLines() []relatedLine {
	var all []relatedLine
	for _, o := range d.related {
		l := relatedLine{
			Reference: o.Reference, Type: d.askedName(o.Facts), State: word(stateWords(), o.State), StateKey: o.State, On: o.ReceivedOn,
			SameMail: o.Mail != "" && o.Mail == d.c.Request.Mail, Duplicate: slices.Contains(d.c.Duplicates, o.Reference),
		}
		if o.State == models.StateClosed {
			l.Outcome = word(outcomeWords(), o.Outcome)
		}
		all = append(all, l)
	}
	return all
}

// fileLine is a file of the request.
type fileLine struct {
	ID, Name, By string
	KiB          int64
	Seen         bool // by the requester
	Other        bool // it came in a mail that may be somebody else's
	Answers      bool // goes out with the decision that waits
	At           time.Time
}

func (d *caseView) files() []fileLine {
	q := d.c.Request
	var all []fileLine
	for _, f := range d.c.Files {
		all = append(all, fileLine{f.ID, f.Name, d.actor(f.Author), (f.Size + 1023) / 1024, !f.Internal || slices.Contains(q.Released, f.ID), f.Sender() == models.SenderOther, slices.Contains(q.Proposal.Files, f.ID), f.CreatedAt})
	}
	return all
}

// actor is who did something, by name for those who may know it.
func (d *caseView) actor(a models.Actor) string {
	switch a.Kind {
	case models.ActorSubject:
		return "the requester"
	case models.ActorStaff:
		if a.ID == d.team.own {
			return "you"
		}
		return d.team.nameOf(a.ID)
	case models.ActorIntake:
		return "the organisation’s own form or mailbox"
	case models.ActorOwner:
		return "the owner of the system"
	case models.ActorSystem:
	}
	return "Habeas"
}

// typedForm is one form of the page as it was sent, and what came of it.
type typedForm struct {
	Command workflows.CommandName
	Values  url.Values
	Faults  map[string]string // by input
	Refused string            // why it was not done
	Changed []string          // what happened meanwhile
	Preview *letterView       // of a decision
	Review  bool              // the preview goes to another person first
	// Warnings are what to think of before the decision of the preview is made.
	Warnings []string
	Entry    *portal.Entry // the questions of a type, answered; nil for as they are on file
}

func (t typedForm) wrong() bool { return len(t.Faults) > 0 || t.Refused != "" }
