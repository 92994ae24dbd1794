package cases

import (
	"context"
	"slices"
	"time"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
)

// CaseView is everything about one request that staff see on opening it.
type CaseView struct {
	Request    models.Request
	Messages   []models.Message
	Files      []models.File
	Duplicates []string                // references of other open requests of the same mailbox that ask for as much
	Linked     []string                // references of requests that came in the same mail, or share one
	Allowed    []workflows.CommandName // what staff may do now
	// Needs is the verification level without which nothing is released.
	Needs models.Level
	By    models.Actor // who looks
	rules workflows.Rules
	k     workflows.Case
	at    time.Time // of the look
	// Tasks are those of the request.
	Tasks TaskList
	// Answered is how many answers the person has had, beside what the laws owe.
	Answered []workflows.AnsweredCopies
	// Notices are what to know before relying on the dates.
	Notices []policies.Notice
	// Reasons are those that may be given for the request as a whole.
	Reasons []models.Reason
}

// MixedScript reports whether the address of the requester, or of the person,
// may imitate another.
func (c CaseView) MixedScript() bool {
	return mailaddr.MixedScript(c.Request.Mailbox()) || mailaddr.MixedScript(c.Request.Person.Email)
}

// Extension returns what an extension now would do, or false where it is not
// possible.
func (c CaseView) Extension() (policies.Extension, bool) {
	_, allowed, err := workflows.ExtendedDeadline(c.rules, c.Request, c.at)
	return allowed, err == nil
}

// Corrected says of an item of a correction what each system had, and which has
// been corrected; nothing of another item.
func (c CaseView) Corrected(item models.ItemFacts) []workflows.CorrectedIn {
	return workflows.Corrected(c.rules, c.Request, c.Tasks.Tasks, item)
}

// Attachable are the files that staff, or the owner of a system, added and that
// can go out with an answer.
func (c CaseView) Attachable() []models.File {
	return slices.DeleteFunc(slices.Clone(c.Files), func(f models.File) bool {
		return !workflows.Sendable(c.Request, f) || slices.Contains(c.Request.Released, f.ID)
	})
}

// May asks the gate what whoever looks may do.
func (c CaseView) May(a workflows.Act) workflows.Ruling {
	a.At = c.at
	return workflows.Gate(c.rules, c.k, c.By, a)
}

// MayNow lists the commands that the gate lets somebody give to a request now.
func (s *Queries) MayNow(ctx context.Context, by models.Actor, r models.Request) ([]workflows.CommandName, error) {
	rules, err := s.rulesOf(ctx, r.Policy)
	if err != nil {
		return nil, err
	}
	rules, k, err := s.withTasks(ctx, rules, workflows.Case{Request: r}, nil)
	if err != nil {
		return nil, err
	}
	by, err = s.tied(ctx, by, k)
	return workflows.Allowed(rules, k, by, s.now()), err
}

// Open returns a request with its personal data, after recording who looked:
// if that cannot be recorded, nothing is shown (fail closed, T23).
func (s *Queries) Open(ctx context.Context, by models.Actor, reference string) (CaseView, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return CaseView{}, err
	}
	if err := s.Store.Record(ctx, s.observed(by, r, models.EventOpened, nil)); err != nil {
		return CaseView{}, err
	}
	return s.caseFor(ctx, by, r)
}

// CaseAfter returns what staff see of a request whose command they just gave.
// The event of the command says that they did; where it had none, they look.
func (s *Queries) CaseAfter(ctx context.Context, by models.Actor, d workflows.Decision) (CaseView, error) {
	if !slices.ContainsFunc(d.Events, func(e models.Event) bool { return e.RequestID == d.Request.ID && e.Actor.ID == by.ID }) {
		return s.Open(ctx, by, d.Request.Reference)
	}
	return s.caseFor(ctx, by, d.Request)
}

// caseFor returns what is seen of a request whose opening is recorded.
func (s *Queries) caseFor(ctx context.Context, by models.Actor, r models.Request) (CaseView, error) {
	c := CaseView{Request: r}
	rules, err := s.rulesOf(ctx, r.Policy)
	if err != nil {
		return CaseView{}, err
	}
	withTasks, k, err := s.withTasks(ctx, rules, workflows.Case{Request: r}, nil)
	if err != nil {
		return CaseView{}, err
	}
	if by, err = s.tied(ctx, by, k); err != nil {
		return CaseView{}, err
	}
	c.By, c.rules, c.k, c.at = by, rules, k, s.now()
	c.Tasks = TaskList{Request: r, Tasks: k.Tasks, Systems: withTasks.Systems, By: by, LegalHolds: k.LegalHolds, rules: withTasks, at: c.at}
	c.Allowed = workflows.Allowed(rules, c.k, by, c.at)
	if t, ok := rules.TypeOf(r.Facts); ok {
		c.Needs = t.Level(r.DataClass)
	}
	if c.Messages, err = s.Store.Messages(ctx, r.ID); err != nil {
		return CaseView{}, err
	}
	if c.Files, err = s.Store.Files(ctx, r.ID); err != nil {
		return CaseView{}, err
	}
	if c.Linked, err = s.Store.Linked(ctx, r.ID); err != nil {
		return CaseView{}, err
	}
	if c.Answered, err = s.answeredCopies(ctx, rules, r); err != nil {
		return CaseView{}, err
	}
	if t, ok := rules.TypeOf(r.Facts); ok {
		c.Reasons = rules.ReasonsFor(t, rules.RegimesOf(rules.CaseOf(r.Facts)), workflows.Answered(c.Answered), "en")
	}
	if e, err := rules.Explain(rules.CaseOf(r.Facts)); err == nil { // a case from before places were cleaned has none
		c.Notices = e.Notices
	}
	c.Duplicates, err = s.Store.Duplicates(ctx, r)
	return c, err
}

// Reason returns a reason with its title and citation as the policy that the
// request was received under has them.
func (s *Queries) Reason(ctx context.Context, r models.Request, code string) (models.Reason, bool) {
	rules, err := s.rulesOf(ctx, r.Policy)
	if err != nil {
		return models.Reason{}, false
	}
	for _, right := range r.Asked() {
		if reason, ok := rules.Reason(right, code, rules.RegimesOf(rules.CaseOf(r.Facts)), r.Locale); ok {
			return reason, true
		}
	}
	return models.Reason{}, false
}

// Conversation returns the messages between the requester and staff: no notes,
// no mails among staff, no codes, and no mail that may be somebody else's. What
// was said to whom the request was taken to be from before is not the requester's.
func (s *Queries) Conversation(ctx context.Context, r models.Request) ([]models.Message, error) {
	all, err := s.Store.Messages(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	var shown []models.Message
	for _, m := range all {
		if m.Text != "" && !m.Former(r) && (m.Direction == models.Incoming && workflows.Trusted(m.Flags) || m.Direction == models.Outgoing && m.Audience == models.ToRequester) {
			shown = append(shown, m)
		}
	}
	return shown, nil
}

// Messages returns everything that was said about a request, and is for staff
// who have opened it.
func (s *Queries) Messages(ctx context.Context, requestID string) ([]models.Message, error) {
	return s.Store.Messages(ctx, requestID)
}

// Events returns the log of one request.
func (s *Queries) Events(ctx context.Context, reference string) ([]models.Event, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return nil, err
	}
	return s.Store.Events(ctx, r.ID)
}

// Types returns the request types offered at a place.
func (s *Queries) Types(country, region string) []*policies.Type {
	return s.Policy.Types(country, region)
}

// observed is an event that changes nothing.
func (s *core) observed(by models.Actor, r models.Request, kind models.EventKind, detail map[string]string) models.Event {
	return models.Event{
		ID: s.NewID(), RequestID: r.ID, Reference: r.Reference, At: s.now(), Kind: kind, Actor: by,
		From: r.State, To: r.State, Policy: r.Policy, Detail: detail,
	}
}
