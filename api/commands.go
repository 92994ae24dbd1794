package api

import (
	"cmp"
	"context"
	"net/http"

	"habeas/models"
	"habeas/workflows"
)

// commands are one endpoint for each command of staff. Every one answers with
// the request as it now is.
func (a *API) commands() []endpoint {
	return []endpoint{
		command(a, workflows.CommandVerify, "Record how the requester was verified",
			"Raises the verification level. How it was done is a code: account_login, data_points, staff_check, signed_declaration… "+
				"Of a request that a parent, a guardian or an agent files for somebody, of says authority where it was made sure that they may: without that nothing is released to them.", verifyLevelInput{Level: "reasonable", Method: "data_points"}, a.verify),
		command(a, workflows.CommandAssign, "Give the request to somebody",
			"By id, name or address of a member of staff; me, or nothing to take it from anybody.", assignInput{Assignee: "me"}, a.assign),
		command(a, workflows.CommandStart, "Begin the work", "Whoever starts an unassigned request has it.", nil, plain[emptyInput](workflows.Start{})),
		command(a, workflows.CommandAsk, "Put a question to the requester",
			"Mails the question and holds the request. Whether a clock stands still meanwhile is the law's business.", askInput{Message: "Which of your two accounts do you mean?"}, ask),
		command(a, workflows.CommandResume, "Go on without an answer", "", nil, plain[emptyInput](workflows.Resume{})),
		command(a, workflows.CommandNote, "Add an internal note", "", noteInput{Text: "Called back; identity confirmed by the account team."}, note),
		command(a, workflows.CommandReply, "Write to the requester", "", replyInput{Message: "We have begun and need until Friday."}, reply),
		command(a, workflows.CommandExtend, "Prolong the deadline, once",
			"As far as every regime allows, with the notice that has to go with it. Refused once the original date has passed.", reasonInput{Reason: "Your data lies in four systems, one of them archived."}, extend),
		command(a, workflows.CommandDecide, "Decide",
			"An outcome for the request, or one for each item. A denial and a partial answer name reasons of the policy. "+
				"Files that staff added go out with the answer, and are nobody's but theirs before. "+
				"It closes the request, or puts it in review where the policy wants a second person.", exampleDecide, conclude),
		command(a, workflows.CommandApprove, "Confirm another person's decision",
			"Nobody approves their own, nor with an account, a token or a second factor that who proposed it made or reset since the request came in. "+
				"version, or If-Match, says which one was read: another one in its place is 412.", approveInput{Version: 7}, approve),
		command(a, workflows.CommandReturn, "Send a decision back", "", reasonInput{Reason: "The exception needs a citation for reviews."}, giveBack),
		command(a, workflows.CommandReopen, "Take a closed request up again", "Under its old date.", reasonInput{Reason: "A second account was found."}, reopen),
		command(a, workflows.CommandMerge, "Close as a duplicate", "Of another unanswered request of the same mailbox, which goes on: it asks for as much, under the same laws, and is proved as well. "+
			"Its clock runs since the first of the two was received. A request whose mailbox is proved goes in review first, where the policy wants a second person for a denial.", mergeInput{Into: "HB-7K3M-9QXD-2F"}, merge),
		command(a, workflows.CommandMarkSpam, "Close as spam",
			"Without a word to anybody. A request whose mailbox is proved goes in review first, where the policy wants a second person for a denial.", nil, plain[emptyInput](workflows.MarkSpam{})),
		command(a, workflows.CommandClassify, "Say what a mailed request asks for, and from where",
			"Of a request that came by mail, before an answer is proposed: its type is unsorted, or it or the place was read wrongly. "+
				"Laws and dates are reckoned anew from the day of receipt, and a requester who was told another date is told the new one. The same again changes nothing. "+
				"Where the mailbox is proved and less would be asked for than before, another person approves it, and the requester is told.",
			classifyInput{Type: "deletion", Country: new("US"), Region: new("CA")}, classify),
		command(a, workflows.CommandDeleteFile, "Delete a file",
			"Takes it out of the request and deletes its bytes; the log says who did, and why. A file that went out with an answer stays, as does one that a decision names which waits for approval, "+
				"and every file while an appeal waits for its answer. A mail that it came with is kept as it came.",
			deleteFileInput{File: "01979d3e-3b7c-7d4e-9a3e-5e0f1a2b3c4d", Reason: "unwanted"}, deleteFile),
		command(a, workflows.CommandSetRequester, "Say who a mailed request is from",
			"Of a request that came by mail, where who sent it is not who asks: a colleague forwarded it, or a form did. The new requester gets a code and proves the mailbox; "+
				"what was proved before, sessions and unsent letters of the former one end, and nothing goes to that address any more. Messages and files from before are for staff only, and tasks begin anew. "+
				"The same again changes nothing. Where the mailbox was proved, another person approves it, if the policy wants a second person for a denial.",
			requesterInput{Name: "Ana Pérez", Email: "ana@example.org"}, setRequester),
		command(a, workflows.CommandMoveMail, "Move a mail to where it belongs",
			"Of a mail that was filed as a request of its own (leave mail out): it becomes a message in the case into, as if it had come there, and this request is closed as a duplicate; whoever proved its mailbox keeps it. "+
				"Of a mail that is a message in a case which it is not about: its words and files leave this case for the case into, or, without into, go back among the mail that waits for staff.",
			moveInput{Into: "HB-7K3M-9QXD-2F"}, move),
		a.rights(),
	}
}

// about is an input that concerns one request.
type about interface{ reference() string }

// ref is the request that a command is about.
type ref struct {
	Reference string `path:"reference" json:"-" description:"HB-XXXX-XXXX-XX." example:"HB-7K3M-9QXD-2F"`
}

func (r ref) reference() string { return r.Reference }

// translate makes a command of an input.
type translate[In about] func(ctx context.Context, c *call, in In) (workflows.Command, error)

// plain translates an input that says nothing.
func plain[In about](command workflows.Command) translate[In] {
	return func(context.Context, *call, In) (workflows.Command, error) { return command, nil }
}

// command is the endpoint of one command of staff. With If-Match it is given
// only to the version named; under an Idempotency-Key it is given once.
func command[In about](a *API, name workflows.CommandName, summary, description string, example any, read translate[In]) endpoint {
	return handle(Route{
		Method: http.MethodPost, Path: "/v1/admin/requests/:reference/" + string(name), ID: string(name) + "Request",
		Access: staff(workflows.Giving(name)), Status: http.StatusOK, Tag: tagWork, Summary: summary, Description: description,
		once: asIsAt, etag: true, ifMatch: true, optional: example == nil || name == workflows.CommandApprove, example: example,
	}, func(ctx context.Context, c *call, in In) (caseView, error) {
		if c.repeated {
			return a.open(ctx, c, referenceInput{Reference: in.reference()})
		}
		d, err := give(ctx, a, c, in, read)
		if err != nil {
			return caseView{}, err
		}
		opened, err := a.Service.Queries.CaseAfter(ctx, c.actor(), d)
		if err != nil {
			return caseView{}, err
		}
		return a.viewCase(ctx, opened), nil
	})
}

// give gives the command.
func give[In about](ctx context.Context, a *API, c *call, in In, read translate[In]) (workflows.Decision, error) {
	reference, err := known(in.reference())
	if err != nil {
		return workflows.Decision{}, err
	}
	command, err := read(ctx, c, in)
	if err != nil {
		return workflows.Decision{}, err
	}
	o := c.option(http.StatusOK, blank)
	if o.IfVersion, err = ifMatch(c); err != nil {
		return workflows.Decision{}, err
	}
	return a.Service.Cases.Do(ctx, c.actor(), reference, command, o)
}

type emptyInput struct{ ref }

type verifyLevelInput struct {
	ref
	Level  string `json:"level" validate:"required,oneof=mailbox reasonable high"`
	Method string `json:"method" validate:"required,max=64,line" example:"data_points"`
	Note   string `json:"note" validate:"max=2000"`
	Of     string `json:"of" validate:"omitempty,oneof=identity authority" default:"identity" description:"What was made sure of: who the requester is, or that they may act for the person."`
}

func (a *API) verify(_ context.Context, _ *call, in verifyLevelInput) (workflows.Command, error) {
	return workflows.Verify{Level: models.Level(in.Level), Method: in.Method, Note: in.Note, Of: workflows.Proven(in.Of)}, nil
}

type assignInput struct {
	ref
	Assignee string `json:"assignee" validate:"max=254,line" description:"An id, a name or an address; me; empty for nobody."`
}

func (a *API) assign(ctx context.Context, c *call, in assignInput) (workflows.Command, error) {
	who, err := a.Accounts.People.Resolve(ctx, c.actor(), in.Assignee)
	return workflows.Assign{Assignee: who}, err
}

type askInput struct {
	ref
	Message string `json:"message" validate:"required,filled,max=10000"`
	Purpose string `json:"purpose" validate:"omitempty,oneof=clarification identity fee" default:"clarification"`
}

func ask(_ context.Context, _ *call, in askInput) (workflows.Command, error) {
	return workflows.Ask{Message: in.Message, Purpose: models.HoldPurpose(in.Purpose)}, nil
}

type noteInput struct {
	ref
	Text string `json:"text" validate:"required,filled,max=10000"`
}

func note(_ context.Context, _ *call, in noteInput) (workflows.Command, error) {
	return workflows.Note{Text: in.Text}, nil
}

type replyInput struct {
	ref
	Message string `json:"message" validate:"required,filled,max=10000"`
}

func reply(_ context.Context, _ *call, in replyInput) (workflows.Command, error) {
	return workflows.Reply{Message: in.Message}, nil
}

// reasonInput is the body of the commands that only need a reason.
type reasonInput struct {
	ref
	Reason string `json:"reason" validate:"required,filled,max=2000"`
}

func extend(_ context.Context, _ *call, in reasonInput) (workflows.Command, error) {
	return workflows.Extend{Reason: in.Reason}, nil
}

func giveBack(_ context.Context, _ *call, in reasonInput) (workflows.Command, error) {
	return workflows.Return{Reason: in.Reason}, nil
}

func reopen(_ context.Context, _ *call, in reasonInput) (workflows.Command, error) {
	return workflows.Reopen{Reason: in.Reason}, nil
}

type decideInput struct {
	ref
	Outcome string             `json:"outcome" validate:"required_without=Items,omitempty,oneof=fulfilled partly_fulfilled denied no_data" description:"May be left out where items are given."`
	Message string             `json:"message" validate:"required,filled,max=10000" description:"The person reads it."`
	Reasons []givenReasonInput `json:"reasons" validate:"max=20,dive"`
	Items   []givenItemInput   `json:"items" validate:"max=200,dive" description:"All items of the request, or none."`
	Files   []string           `json:"files" validate:"max=50,dive,max=64" description:"The ids of files that staff added, which go out with the answer."`
}

type approveInput struct {
	ref
	Version int `json:"version" validate:"min=0" description:"That the request had when the decision was read, as in its ETag. It may come as If-Match instead."`
}

func approve(_ context.Context, c *call, in approveInput) (workflows.Command, error) {
	version, err := ifMatch(c)
	return workflows.Approve{Version: cmp.Or(in.Version, version)}, err
}

type givenReasonInput struct {
	Code        string `json:"code" validate:"required,max=64" description:"One of /v1/admin/types."`
	Explanation string `json:"explanation" validate:"max=5000"`
}

type givenItemInput struct {
	No      int                `json:"no" validate:"required,min=1"`
	Outcome string             `json:"outcome" validate:"required,oneof=fulfilled partly_fulfilled denied no_data"`
	Reasons []givenReasonInput `json:"reasons" validate:"max=20,dive"`
}

func conclude(_ context.Context, _ *call, in decideInput) (workflows.Command, error) {
	c := workflows.Conclude{Outcome: models.Outcome(in.Outcome), Message: in.Message, Reasons: given(in.Reasons), Files: in.Files}
	for _, item := range in.Items {
		c.Items = append(c.Items, workflows.ItemGiven{No: item.No, Outcome: models.Outcome(item.Outcome), Reasons: given(item.Reasons)})
	}
	return c, nil
}

func given(reasons []givenReasonInput) []workflows.ReasonGiven {
	var all []workflows.ReasonGiven
	for _, r := range reasons {
		all = append(all, workflows.ReasonGiven(r))
	}
	return all
}

type deleteFileInput struct {
	ref
	File   string `json:"file" validate:"required,max=64" description:"As listed."`
	Reason string `json:"reason" validate:"required,oneof=unwanted harmful misdirected mistake" description:"misdirected: it belongs to another person or request. mistake: staff added it."`
}

func deleteFile(_ context.Context, _ *call, in deleteFileInput) (workflows.Command, error) {
	return workflows.DeleteFile{File: in.File, Reason: in.Reason}, nil
}

type requesterInput struct {
	ref
	Name       string `json:"name" validate:"max=200,line"`
	Email      string `json:"email" validate:"required,max=254" format:"email"`
	ReceivedAt string `json:"received_at" validate:"omitempty,instant" format:"date-time" description:"When it reached the organisation, if that was before the mail that was filed: a colleague had it first. The dates run from it."`
}

func setRequester(_ context.Context, _ *call, in requesterInput) (workflows.Command, error) {
	received, _ := moment(in.ReceivedAt) // validated; zero is when the mail came
	return workflows.SetRequester{PersonName: in.Name, Email: in.Email, ReceivedAt: received}, nil
}

type moveInput struct {
	ref
	Mail string `json:"mail" validate:"max=64" description:"The id of a mail that is a message here; left out, the mail that the request was made of."`
	Into string `json:"into" validate:"max=40" description:"The reference of the case that it belongs in." example:"HB-7K3M-9QXD-2F"`
}

func move(_ context.Context, _ *call, in moveInput) (workflows.Command, error) {
	return workflows.MoveMail{Mail: in.Mail, Reference: in.Into}, nil
}

type mergeInput struct {
	ref
	Into string `json:"into" validate:"required,max=40" description:"The reference of the other request." example:"HB-7K3M-9QXD-2F"`
}

func merge(_ context.Context, _ *call, in mergeInput) (workflows.Command, error) {
	return workflows.Merge{Reference: in.Into}, nil
}
