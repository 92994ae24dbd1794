package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
	"habeas/workflows/cases"
)

type listInput struct {
	State        []string `query:"state" json:"-" collectionFormat:"csv" validate:"max=6,dive,oneof=unverified open in_progress on_hold in_review closed" description:"One or more states."`
	Type         []string `query:"type" json:"-" collectionFormat:"csv" validate:"max=50,dive,max=64" description:"One or more types. A request for several rights is found by each of them."`
	Regime       string   `query:"regime" json:"-" validate:"max=64" description:"A regime that applies."`
	Assignee     string   `query:"assignee" json:"-" validate:"max=254" description:"The id, name or address of a member of staff, me, or none. Roles that may not list people give an id."`
	Outcome      string   `query:"outcome" json:"-" validate:"omitempty,oneof=fulfilled partly_fulfilled denied no_data withdrawn expired duplicate spam"`
	Overdue      bool     `query:"overdue" json:"-" description:"Only what is unanswered after its date."`
	Suppressed   bool     `query:"suppressed" json:"-" description:"Only what is open and nobody was written to."`
	SimilarOpen  string   `query:"similar_to" json:"-" validate:"max=40" description:"A reference: only what is open, of the type of that request and of its mailbox, in any spelling. Only for roles that may open requests: else 403."`
	DueBefore    string   `query:"due_before" json:"-" validate:"omitempty,moment" description:"A date or a time; only what is due earlier." example:"2026-12-01"`
	ReceivedFrom string   `query:"received_from" json:"-" validate:"omitempty,moment" description:"A date or a time." example:"2026-11-01"`
	ReceivedTo   string   `query:"received_to" json:"-" validate:"omitempty,moment" description:"A date or a time; itself not included." example:"2026-12-01"`
	Email        string   `query:"email" json:"-" validate:"max=254" description:"The whole address, found by blind index. Only for roles that may open requests: else 403."`
	Reference    string   `query:"reference" json:"-" validate:"max=40"`
	Sort         string   `query:"sort" json:"-" validate:"omitempty,oneof=respond_by received_at" default:"respond_by" description:"respond_by: most urgent first; received_at: newest first."`
	Limit        int      `query:"limit" json:"-" validate:"omitempty,min=1,max=500" default:"50" description:"How many at most."`
	Cursor       string   `query:"cursor" json:"-" validate:"max=200" description:"next_cursor of the page before."`
}

type factsList struct {
	Items      []facts `json:"items"`
	NextCursor string  `json:"next_cursor,omitempty" description:"Where the list goes on; left out on the last page."`
}

// mostAlike is how far the requests that are alike are counted.
const mostAlike = 500

func (a *API) list(ctx context.Context, c *call, in listInput) (factsList, error) {
	f, err := a.filter(ctx, c, in)
	if err != nil {
		return factsList{}, err
	}
	rows, next, err := a.Service.Queries.List(ctx, c.actor(), f)
	if err != nil {
		return factsList{}, err
	}
	list := factsList{Items: []facts{}, NextCursor: cursorText(in.Sort, next)}
	var alike map[string]int
	if models.Permit(c.who.Role, models.MayOpen) {
		if alike, err = a.Service.Queries.SimilarOpen(ctx, rows, mostAlike); err != nil {
			return factsList{}, err
		}
	}
	for _, r := range rows {
		view := viewFacts(r, f.Now)
		view.SimilarOpen = alike[r.ID]
		list.Items = append(list.Items, view)
	}
	return list, nil
}

// filter is CodeForbidden for a mailbox without MayOpen, be it given by its
// address or by a request of it: that somebody filed is personal data, and so
// is what else they filed.
func (a *API) filter(ctx context.Context, c *call, in listInput) (models.Filter, error) {
	if in.Email+in.SimilarOpen != "" && !models.Permit(c.who.Role, models.MayOpen) {
		return models.Filter{}, models.Errorf(models.CodeForbidden, "the role %s may not find requests by their mailbox", c.who.Role)
	}
	f := models.Filter{
		Regime: in.Regime, Outcome: models.Outcome(in.Outcome), Overdue: in.Overdue, Suppressed: in.Suppressed, Email: in.Email, Now: a.Now(),
		Sort: models.Sort(in.Sort), Limit: pageOf(in.Limit),
	}
	f.DueBefore, _ = moment(in.DueBefore) // validated; zero does not restrict
	f.ReceivedFrom, _ = moment(in.ReceivedFrom)
	f.ReceivedTo, _ = moment(in.ReceivedTo)
	for _, s := range in.State {
		f.States = append(f.States, models.State(s))
	}
	for _, t := range in.Type {
		f.Types = append(f.Types, models.RequestType(t))
	}
	for _, named := range []struct {
		field, typed string
		into         *string
	}{{"reference", in.Reference, &f.Reference}, {"similar_to", in.SimilarOpen, &f.SimilarTo}} {
		if named.typed == "" {
			continue
		}
		var ok bool
		if *named.into, ok = models.NormaliseReference(named.typed); !ok {
			return f, models.Invalid(models.FieldError{Field: named.field, Code: "invalid", Message: "must have the form HB-XXXX-XXXX-XX"})
		}
	}
	var err error
	if f.After, err = cursorOf(in.Sort, in.Cursor); err != nil {
		return f, err
	}
	f.Assignee, err = a.assignee(ctx, c, in.Assignee)
	return f, err
}

// assignee returns who a filter means. Unlike an assignment it may be somebody
// who no longer works here. Without MayReadStaff it is CodeForbidden to name
// them, whether they exist or not: by an id nobody learns who works here.
func (a *API) assignee(ctx context.Context, c *call, who string) (string, error) {
	switch who {
	case "", models.Unassigned:
		return who, nil
	case "me":
		return c.who.Staff.ID, nil
	}
	m, err := a.Accounts.People.Find(ctx, who)
	unknown := models.CodeOf(err) == models.CodeNotFound
	if err != nil && !unknown {
		return "", err
	}
	if m.ID != who && !models.Permit(c.who.Role, models.MayReadStaff) {
		return "", models.Errorf(models.CodeForbidden, "the role %s may name nobody but by their id", c.who.Role)
	}
	if unknown {
		return "", models.Invalid(models.FieldError{Field: "assignee", Code: "unknown", Message: "there is no such member of staff"})
	}
	return m.ID, nil
}

const defaultPage = 50

func pageOf(limit int) int { return cmp.Or(limit, defaultPage) }

// cursorText writes a cursor for the next call: opaque, and of one order.
func cursorText(sort string, c models.Cursor) string {
	if c.IsZero() {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(sort + "|" + c.At.UTC().Format(time.RFC3339Nano) + "|" + c.ID))
}

func cursorOf(sort, text string) (models.Cursor, error) {
	if text == "" {
		return models.Cursor{}, nil
	}
	wrong := models.Invalid(models.FieldError{Field: "cursor", Code: "invalid", Message: "is not a next_cursor of this list"})
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return models.Cursor{}, wrong
	}
	parts := strings.SplitN(string(raw), "|", 3)
	if len(parts) != 3 || parts[0] != sort || parts[2] == "" {
		return models.Cursor{}, wrong
	}
	at, err := time.Parse(time.RFC3339Nano, parts[1])
	if err != nil {
		return models.Cursor{}, wrong
	}
	return models.Cursor{At: at, ID: parts[2]}, nil
}

// enter files a request that staff type in.
func (a *API) enter(ctx context.Context, c *call, in enterInput) (submitted, error) {
	return a.file(ctx, c, in.command(), false)
}

// caseView is everything about a request that staff see on opening it.
type caseView struct {
	facts
	wishes
	Policy     string                  `json:"policy" description:"The version of the policy it was received under."`
	Needs      models.Level            `json:"needs" description:"The level without which nothing is released, changed or erased."`
	Pauses     []pauseView             `json:"pauses"`
	Proposal   *proposalView           `json:"proposal,omitempty" description:"What waits for another person's approval."`
	Decision   *proposalView           `json:"decision,omitempty" description:"What was decided last."`
	Appeal     *appealView             `json:"appeal,omitempty"`
	Messages   []messageView           `json:"messages"`
	Files      []fileView              `json:"files"`
	Linked     []string                `json:"linked" description:"Other requests that came in the same mail, or share one."`
	Mail       string                  `json:"mail,omitempty" description:"The id of the received mail that it was made of."`
	Suggestion *suggestionView         `json:"suggestion,omitempty" description:"What that mail seems to ask for. It is for you to confirm."`
	Duplicates []string                `json:"duplicates" description:"Other unanswered requests of the same mailbox that ask for the same, or for more."`
	Allowed    []workflows.CommandName `json:"allowed" description:"The commands that are allowed now."`
	Answered   []answeredView          `json:"answered" description:"How many answers the person has had, where a law owes a number of them."`
	Notices    []policies.Notice       `json:"notices" description:"What to know before relying on the dates: no_statute, state_unknown, promise_broken."`
	Extension  *extensionView          `json:"extension,omitempty" description:"What an extension now would do; left out where none is possible."`

	MixedScript bool `json:"mixed_script" description:"The address of the requester mixes scripts, or of the person: it may imitate another."`

	Reasons []offeredView `json:"reasons" description:"The reasons that may be given for the request as a whole, as it stands."`
}

// extensionView is what an extension would do.
type extensionView struct {
	RespondOn models.Date  `json:"respond_on"`
	Law       bool         `json:"law" description:"A statute allows it. Else a rule of the organisation's own does."`
	Citation  string       `json:"citation"`
	Breaks    policies.Day `json:"breaks" description:"The organisation's own date that it would break, or null."`
}

func viewExtension(c cases.CaseView) *extensionView {
	x, ok := c.Extension()
	if !ok {
		return nil
	}
	return &extensionView{RespondOn: x.To, Law: x.Law, Citation: x.Citation, Breaks: policies.Day{Date: x.Broken}}
}

// answeredView is a count of answers beside what a law owes.
type answeredView struct {
	Regime    string               `json:"regime"`
	Types     []models.RequestType `json:"types" description:"That count together."`
	Answered  int                  `json:"answered"`
	Free      int                  `json:"free"`
	Since     models.Date          `json:"since" description:"The first day that counts."`
	Citation  string               `json:"citation"`
	Certainty policies.Certainty   `json:"certainty" enum:"verified,secondary,memory,own"`
}

func viewAnswered(counts []workflows.AnsweredCopies) []answeredView {
	all := []answeredView{}
	for _, c := range counts {
		all = append(all, answeredView{c.Regime, c.Types, c.N, c.Free, c.Since, c.Citation, c.Certainty})
	}
	return all
}

func (v caseView) header(c *call) { c.Response().Header().Set("ETag", etag(v.Version)) }

type pauseView struct {
	From    models.Date        `json:"from"`
	To      models.Date        `json:"to,omitzero"`
	Purpose models.HoldPurpose `json:"purpose"`
}

type requesterView struct {
	Name       string     `json:"name"`
	Email      string     `json:"email"`
	ReceivedAt *time.Time `json:"received_at,omitempty"`
}

type proposalView struct {
	Outcome    models.Outcome `json:"outcome,omitempty"`
	Text       string         `json:"text"`
	Reasons    []reasonView   `json:"reasons"`
	Items      []itemView     `json:"items"`
	Files      []string       `json:"files" description:"The ids of those that go out with the answer."`
	Into       string         `json:"into,omitempty" description:"Of a duplicate: the request that goes on."`
	Type       string         `json:"type,omitempty" description:"What the request is to be classified as; it then has no outcome."`
	Rights     []string       `json:"rights,omitempty" description:"Likewise."`
	Requester  *requesterView `json:"requester,omitempty" description:"Who is to be the requester; it then has no outcome."`
	By         string         `json:"by"`
	At         time.Time      `json:"at"`
	Version    int            `json:"version" description:"Of the request since it is proposed: name this one, or a later one, to approve it."`
	ApprovedBy string         `json:"approved_by,omitempty"`
}

type appealView struct {
	No      int       `json:"no"`
	FiledAt time.Time `json:"filed_at"`
	Barred  []string  `json:"barred" description:"Who made the answer and may not decide again."`
}

func (a *API) viewCase(ctx context.Context, c cases.CaseView) caseView {
	r := c.Request
	v := caseView{
		facts: viewFacts(r, a.Now()), wishes: a.viewWishes(ctx, r), Policy: r.Policy, Needs: c.Needs, Pauses: []pauseView{},
		Proposal: a.viewProposal(ctx, r, r.Proposal), Decision: a.viewProposal(ctx, r, r.Decision),
		Linked: listed(c.Linked), Mail: c.Request.Mail, Suggestion: suggested(c.Request.Suggestion),
		Messages: viewMessages(c.Messages).Items, Files: viewFiles(r, c.Files).Items, Duplicates: listed(c.Duplicates), Allowed: listed(c.Allowed),
		Answered: viewAnswered(c.Answered), Notices: listed(c.Notices), Extension: viewExtension(c), Reasons: viewOffered(c.Reasons),
		MixedScript: c.MixedScript(),
	}
	for i, item := range r.Items {
		for _, one := range c.Corrected(item) {
			v.Items[i].Systems = append(v.Items[i].Systems, correctedView(one))
		}
	}
	for _, p := range r.Pauses {
		v.Pauses = append(v.Pauses, pauseView(p))
	}
	if r.Appeal.No > 0 {
		v.Appeal = &appealView{No: r.Appeal.No, FiledAt: r.Appeal.FiledAt.UTC(), Barred: listed(r.Appeal.Barred)}
	}
	return v
}

func (a *API) viewProposal(ctx context.Context, r models.Request, p models.Proposal) *proposalView {
	if !p.Waits() {
		return nil
	}
	v := &proposalView{
		Files: listed(p.Files), Into: p.Into, Type: string(p.Type), Rights: rightsOf(models.Facts{Rights: p.Rights}), Version: p.Version,
		Outcome: p.Outcome, Text: r.Answer.Text, Reasons: a.viewReasons(ctx, r, p.Reasons, nil), Items: []itemView{},
		By: p.By, At: p.At.UTC(), ApprovedBy: p.ApprovedBy,
	}
	if n := r.NewRequester; p.Requester && n != nil {
		v.Requester = &requesterView{Name: n.Name, Email: n.Email}
		if !n.ReceivedAt.IsZero() {
			v.Requester.ReceivedAt = &n.ReceivedAt
		}
	}
	for _, item := range p.Items {
		v.Items = append(v.Items, a.viewItem(ctx, r, item))
	}
	return v
}

func (a *API) open(ctx context.Context, c *call, in referenceInput) (caseView, error) {
	opened, err := a.opened(ctx, c, in.Reference)
	if err != nil {
		return caseView{}, err
	}
	return a.viewCase(ctx, opened), nil
}

// opened opens a request, which is recorded before anything is shown.
func (a *API) opened(ctx context.Context, c *call, typed string) (cases.CaseView, error) {
	reference, err := known(typed)
	if err != nil {
		return cases.CaseView{}, err
	}
	return a.Service.Queries.Open(ctx, c.actor(), reference)
}

// messageView is one piece of correspondence, note or mail. A letter is named
// by its template only: some carry codes that are for the requester.
type messageView struct {
	ID        string               `json:"id"`
	Direction models.Direction     `json:"direction"`
	Audience  models.Audience      `json:"audience"`
	From      models.ActorKind     `json:"from"`
	Author    string               `json:"author,omitempty" description:"The id of a member of staff."`
	Text      string               `json:"text,omitempty" description:"What a person wrote."`
	Template  string               `json:"template,omitempty" description:"Which mail it is."`
	Delivery  models.Delivery      `json:"delivery"`
	Attempts  int                  `json:"attempts"`
	LastError string               `json:"last_error,omitempty" description:"The mail server's code."`
	CreatedAt time.Time            `json:"created_at"`
	SentAt    time.Time            `json:"sent_at,omitzero"`
	Mail      string               `json:"mail,omitempty" description:"The id of the received mail that it came in."`
	Automatic bool                 `json:"automatic" description:"A machine wrote it, such as a notice of absence: not the requester."`
	Flags     []models.MessageFlag `json:"flags" description:"Why it is not to be taken for the requester's own words: other_sender, auth_failed, automatic. Or what to know of it: unproven (nothing but its From says who sent it), files_left, cut."`
}

type messageList struct {
	Items []messageView `json:"items"`
}

func viewMessages(messages []models.Message) messageList {
	list := messageList{Items: []messageView{}}
	for _, m := range messages {
		v := messageView{
			ID: m.ID, Direction: m.Direction, Audience: m.Audience, From: m.Author.Kind, Author: m.Author.ID, Text: m.Text,
			Delivery: m.Delivery, Attempts: m.Attempts, LastError: m.LastError, CreatedAt: m.CreatedAt.UTC(), SentAt: m.SentAt.UTC(),
			Mail: m.Mail, Flags: listed(m.Flags), Automatic: slices.Contains(m.Flags, models.FlagAutomatic),
		}
		if m.Letter != nil {
			v.Template = m.Letter.Template()
		}
		list.Items = append(list.Items, v)
	}
	return list
}

func (a *API) messages(ctx context.Context, c *call, in referenceInput) (messageList, error) {
	opened, err := a.opened(ctx, c, in.Reference)
	return viewMessages(opened.Messages), err
}

func (a *API) files(ctx context.Context, c *call, in referenceInput) (fileList, error) {
	opened, err := a.opened(ctx, c, in.Reference)
	return viewFiles(opened.Request, opened.Files), err
}

// eventView is one line of the log.
type eventView struct {
	ID        string            `json:"id"`
	Reference string            `json:"reference"`
	Version   int               `json:"version" description:"Of the request after it; 0 for what changed no fact."`
	At        time.Time         `json:"at"`
	Kind      models.EventKind  `json:"kind"`
	Actor     models.Actor      `json:"actor"`
	From      models.State      `json:"from,omitempty"`
	To        models.State      `json:"to,omitempty"`
	Policy    string            `json:"policy"`
	Change    changes           `json:"change"`
	Detail    map[string]string `json:"detail" description:"Ids and codes."`
}

type eventList struct {
	Items []eventView `json:"items"`
}

func (a *API) events(ctx context.Context, _ *call, in referenceInput) (eventList, error) {
	reference, err := known(in.Reference)
	if err != nil {
		return eventList{}, err
	}
	events, err := a.Service.Queries.Events(ctx, reference)
	if err != nil {
		return eventList{}, err
	}
	list := eventList{Items: []eventView{}}
	for _, e := range events {
		v := eventView{
			ID: e.ID, Reference: e.Reference, Version: e.Version, At: e.At.UTC(), Kind: e.Kind, Actor: e.Actor,
			From: e.From, To: e.To, Policy: e.Policy, Change: changes(e.Change), Detail: e.Detail,
		}
		if v.Detail == nil {
			v.Detail = map[string]string{}
		}
		list.Items = append(list.Items, v)
	}
	return list, nil
}

func (a *API) deadlines(ctx context.Context, _ *call, in referenceInput) (policies.Explanation, error) {
	reference, err := known(in.Reference)
	if err != nil {
		return policies.Explanation{}, err
	}
	return a.Service.Queries.Explain(ctx, reference)
}

// workType is a type as staff need it: what it takes, and why it may be refused.
type workType struct {
	Type     string           `json:"type"`
	Name     string           `json:"name"`
	Level    models.Level     `json:"level" description:"The least verification level for an answer that releases, changes or erases."`
	Approval []models.Outcome `json:"approval" description:"Outcomes that another person must approve."`
	Reasons  []workReason     `json:"reasons" description:"Each may be given where one of its grounds applies to the request."`
}

// workReason is a reason to refuse, with every rule that allows it.
type workReason struct {
	Code        string       `json:"code"`
	Title       string       `json:"title"`
	NeedsCopies bool         `json:"needs_copies,omitempty" description:"Only once the person has had the number of answers that the law names."`
	Grounds     []groundView `json:"grounds"`
}

// groundView is a rule that allows a reason.
type groundView struct {
	Regime    string             `json:"regime"`
	Citation  string             `json:"citation"`
	Certainty policies.Certainty `json:"certainty" enum:"verified,secondary,memory,own"`
}

type workTypes struct {
	Items []workType `json:"items"`
}

type localeInput struct {
	Locale string `query:"locale" json:"-" validate:"max=35" example:"en"`
}

func (a *API) types(_ context.Context, _ *call, in localeInput) (workTypes, error) {
	list := workTypes{Items: []workType{}}
	for _, t := range a.Service.Queries.Types("", "") {
		v := workType{
			Type: string(t.Key), Name: t.Name(in.Locale), Level: t.Level(""), Approval: listed(t.Approval), Reasons: []workReason{},
		}
		for _, r := range a.Service.Policy.ReasonsOf(t.Key, in.Locale) {
			reason := workReason{Code: r.Code, Title: r.Title, NeedsCopies: r.NeedsCopies, Grounds: []groundView{}}
			for _, g := range r.Grounds {
				reason.Grounds = append(reason.Grounds, groundView{Regime: g.Regime, Citation: g.Citation, Certainty: g.Certainty})
			}
			v.Reasons = append(v.Reasons, reason)
		}
		list.Items = append(list.Items, v)
	}
	return list, nil
}
