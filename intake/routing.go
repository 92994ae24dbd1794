package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// Why a message is held besides what Route says.
const (
	ReasonFlood       = "flood"       // too many from one address in a short time
	ReasonBusy        = "busy"        // too many requests by one way in within an hour
	ReasonBackscatter = "backscatter" // a notice about a mail that is not ours
	ReasonErased      = "erased"      // the case that it belongs to was erased
	ReasonRefused     = "refused"     // no request can be made of it
	ReasonRepeated    = "repeated"    // it came before
	ReasonToStaff     = "to-staff"    // it answers a mail of ours to staff
	ReasonToOwner     = "to-owner"    // it answers a mail of ours to the owner of a system, and names no request
)

// placement is the work on one message.
type routing struct {
	*Ingester
	job      string
	mail     Mail
	envelope Envelope
	received models.ReceivedMail
	repeated bool // kept is the message that came first
}

// run decides what becomes of the message and stores it.
func (p *routing) run(ctx context.Context) error {
	first, repeated, err := p.Service.Inbox.ClaimMail(ctx, p.received, p.mail.ContentHash, p.sender())
	if err != nil {
		return err
	}
	if repeated {
		return p.repeat(ctx, first)
	}
	if p.mail.Fault != "" || Looped(p.mail, p.Config) && !p.returned() {
		_, reason := Route(p.mail, p.Config)
		return p.hold(ctx, reason)
	}
	placed, err := p.thread(ctx)
	if placed || err != nil {
		return err
	}
	outcome, reason := Route(p.mail, p.Config)
	switch outcome {
	case OutcomeNotice:
		return p.hold(ctx, ReasonBackscatter) // about no mail of ours
	case OutcomeHeld:
		return p.hold(ctx, reason)
	case OutcomeRequest, OutcomeThread:
	}
	reason, err = p.flooded(ctx)
	switch {
	case err != nil:
		return err
	case reason != "":
		return p.hold(ctx, reason)
	}
	return p.request(ctx)
}

// sender is the mailbox that limits count the message for; "" where it has none,
// or several.
func (p *routing) sender() string {
	if len(p.mail.From) != 1 {
		return ""
	}
	return Canonical(p.mail.From[0])
}

// settle stores the state that the message is in now. Only then the receipt
// says so.
func (p *routing) settle(ctx context.Context, m models.ReceivedMail) error {
	if err := p.Service.Inbox.PlaceMail(ctx, m, p.job); err != nil {
		return err
	}
	p.received = m
	return nil
}

func (p *routing) hold(ctx context.Context, reason string) error {
	m := p.received
	m.State, m.Reason = models.MailHeld, reason
	return p.settle(ctx, m)
}

// repeat marks the message as the same as another, and tells what became of
// that.
func (p *routing) repeat(ctx context.Context, first models.ReceivedMail) error {
	m := p.received
	m.State, m.Reason, m.Repeats = models.MailRepeated, ReasonRepeated, first.ID
	if err := p.settle(ctx, m); err != nil {
		return err
	}
	p.received.ID, p.received.State, p.received.Reason = first.ID, first.State, first.Reason
	p.received.Requests, p.received.Threaded, p.repeated = first.Requests, first.Threaded, true
	return nil
}

// thread puts the message into the case that its clues lead to, or takes it as
// a notice about a mail of ours. It reports whether there is one.
func (p *routing) thread(ctx context.Context) (bool, error) {
	clues := NewClues(p.mail, p.envelope, p.Tokens)
	if n, ok := NoticeOf(p.mail, clues); ok {
		return p.notice(ctx, n)
	}
	r, found, err := p.caseOf(ctx, clues)
	if errors.Is(err, errToStaff) {
		return true, p.answeredByStaff(ctx)
	}
	if to, ok := errors.AsType[*toOwnerError](err); ok {
		return true, p.answeredByOwner(ctx, to.sent)
	}
	if !found || err != nil {
		return false, err
	}
	if r.Shredded {
		return true, p.hold(ctx, ReasonErased)
	}
	return true, p.receive(ctx, r)
}

// returned reports whether the message came back to the address that one of our
// mails was sent from. It may look like that mail, and is never answered.
func (p *routing) returned() bool {
	n, ok := NoticeOf(p.mail, NewClues(p.mail, p.envelope, p.Tokens))
	return ok && n.Reference != ""
}

// answeredByStaff files what answers a mail of ours to staff. It is nobody's
// request, and of a machine's staff are not told: it would answer that, too.
func (p *routing) answeredByStaff(ctx context.Context) error {
	if !p.received.Reading.Automatic {
		return p.hold(ctx, ReasonToStaff)
	}
	m := p.received
	m.State, m.Reason = models.MailNoticed, ReasonAutoReply
	return p.settle(ctx, m)
}

// notice stores what follows for the mail of ours that the message is about.
// It reports false for a notice about none.
func (p *routing) notice(ctx context.Context, n workflows.DeliveryNotification) (bool, error) {
	n.Mail = p.received.ID
	reference, err := p.Service.Cases.Notify(ctx, n)
	if models.CodeOf(err) == models.CodeNotFound {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	m := p.received
	m.State, m.Reason = models.MailNoticed, string(n.Kind)
	if reference != "" {
		m.Requests = []string{reference}
	}
	return true, p.settle(ctx, m)
}

// errToStaff says that a message answers a mail of ours to staff.
var errToStaff = errors.New("it answers a mail to staff")

// caseOf finds the request that the clues name, the surest first.
func (p *routing) caseOf(ctx context.Context, c Clues) (models.Request, bool, error) {
	if reference := ReferenceOf(c.Token.ID); c.HasToken && reference != "" {
		if err := p.elsewhere(ctx, reference, c.Token); err != nil {
			return models.Request{}, false, err
		}
		r, err := p.Service.Store.Find(ctx, reference)
		if models.CodeOf(err) != models.CodeNotFound {
			return r, err == nil, err
		}
	}
	for _, id := range c.MessageIDs {
		sent, err := p.Service.Store.MessageByMailID(ctx, id)
		switch {
		case models.CodeOf(err) == models.CodeNotFound:
			continue
		case err != nil:
			return models.Request{}, false, err
		case sent.Direction == models.Outgoing && sent.Audience == models.ToStaff:
			return models.Request{}, false, errToStaff
		case sent.Direction == models.Outgoing && sent.Audience == models.ToOwner:
			return models.Request{}, false, &toOwnerError{sent}
		case sent.RequestID == "":
			continue
		}
		r, err := p.Service.Store.FindByID(ctx, sent.RequestID)
		return r, err == nil, err
	}
	return models.Request{}, false, nil
}

// receive puts the message into a case, with its files. Files that are not proven
// to be the requester's are for staff only, and have a quota of their own.
func (p *routing) receive(ctx context.Context, r models.Request) error {
	flags := workflows.MailFlags(r, p.received.Reading)
	strange := !workflows.Certain(flags)
	if strange {
		// What is proven to be the requester's gets through, however much.
		switch many, err := p.tooMany(ctx); {
		case err != nil:
			return err
		case many:
			return p.hold(ctx, ReasonFlood)
		}
	}
	left, err := p.files(ctx, r.Reference, strange)
	if err != nil {
		return err
	}
	if left {
		flags = append(flags, models.FlagFilesLeft)
	}
	if len(p.mail.Text) >= p.Config.Limits.Text {
		flags = append(flags, models.FlagCut)
	}
	m := p.received
	m.State, m.Threaded, m.Requests = models.MailPlaced, true, []string{r.Reference}
	err = p.Service.Inbox.ReceiveMail(ctx, r, m, workflows.Receive{Mail: m.ID, Text: m.Reading.Text, Flags: flags}, p.job)
	if err == nil {
		p.received = m
	}
	return err
}

// files adds the files that we take to a case, and reports whether some stay
// in the message only.
func (p *routing) files(ctx context.Context, reference string, internal bool) (left bool, err error) {
	for i, a := range p.mail.Attachments {
		if !a.Taken {
			left = true
			continue
		}
		err := p.Service.Inbox.FileFromMail(ctx, p.received, reference, i, a.Name, a.Content(), internal)
		switch code := models.CodeOf(err); code { //nolint:exhaustive // the rest is a fault of our own
		case "":
		case models.CodeTooLarge, models.CodeUnsupported, models.CodeInvalid:
			left = true
		default:
			return left, err
		}
	}
	return left, nil
}

// request makes the requests that the message asks for: one for each right, or
// for those that the policy lets share one, or one that staff classify where we
// are not sure. The message is placed last, so that whatever is cut short is
// made up for by the next run.
func (p *routing) request(ctx context.Context) error {
	m := p.received
	groups := p.groups()
	first, follows, err := p.leader(ctx, m.Requests) // of a run that was cut short
	if err != nil {
		return err
	}
	for i, rights := range groups {
		c := workflows.Submit{Type: rights[0], Follows: follows}
		if len(rights) > 1 {
			c.Rights = rights
		}
		if i == 0 {
			c.Also = slices.Concat(groups[1:]...)
		}
		r, err := p.submit(ctx, c)
		if models.CodeOf(err) == models.CodeInvalid && c.Type != models.TypeUnsorted {
			// The type wants more than somebody wrote. It is a request all the same.
			c.Type, c.Rights = models.TypeUnsorted, nil
			r, err = p.submit(ctx, c)
		}
		if models.CodeOf(err) == models.CodeInvalid {
			return p.hold(ctx, ReasonRefused)
		}
		if err != nil {
			return err
		}
		if !slices.Contains(m.Requests, r.Reference) {
			m.Requests = append(m.Requests, r.Reference)
		}
		if i == 0 && !follows {
			if first, follows, err = p.leader(ctx, []string{r.Reference}); err != nil {
				return err
			}
		}
	}
	if follows {
		// The code may have been typed before the other requests were there.
		if err := p.Service.Cases.ProveLate(ctx, first); err != nil {
			return err
		}
	}
	for _, reference := range m.Requests {
		if _, err := p.files(ctx, reference, false); err != nil {
			return err
		}
	}
	m.State = models.MailPlaced
	return p.settle(ctx, m)
}

// leader finds the request whose code is enough for all of the message.
func (p *routing) leader(ctx context.Context, references []string) (models.Request, bool, error) {
	for _, reference := range references {
		r, err := p.Service.Store.Find(ctx, reference)
		if err != nil {
			return models.Request{}, false, err
		}
		if leads, err := p.Service.Cases.Leads(ctx, r); leads || err != nil {
			return r, leads, err
		}
	}
	return models.Request{}, false, nil
}

// groups are the rights of each request to make. A right that wants more than
// somebody wrote has a request of its own, whatever the policy says: it is for
// staff to ask.
func (p *routing) groups() [][]models.RequestType {
	var groups [][]models.RequestType
	for _, rights := range p.Service.Policy.Together(p.types()) {
		var shared []models.RequestType
		at := len(groups)
		for _, t := range rights {
			if len(rights) > 1 && p.wanting(t) {
				groups = append(groups, []models.RequestType{t})
			} else {
				shared = append(shared, t)
			}
		}
		if len(shared) > 0 {
			groups = slices.Insert(groups, at, shared)
		}
	}
	return groups
}

// wanting reports whether the type asks for more than the message says.
func (p *routing) wanting(t models.RequestType) bool {
	kind, ok := p.Service.Policy.Type(t)
	if !ok {
		return true
	}
	_, err := kind.Parse(nil, workflows.MailDetails(p.received.Reading), models.Date{}) // of no fields
	return err != nil
}

// types are the rights that are asked for plainly, the ones that want a proof
// first: one code is then enough for all. Of anything else staff say what it is.
func (p *routing) types() []models.RequestType {
	var known []models.RequestType
	for _, t := range p.received.Reading.Suggestion.Sure() {
		if found, ok := p.Service.Policy.Type(t); ok && !found.Unsorted {
			known = append(known, t)
		}
	}
	if len(known) == 0 {
		return []models.RequestType{models.TypeUnsorted}
	}
	unproved := func(t models.RequestType) int {
		if found, ok := p.Service.Policy.Type(t); ok && found.Level("") == models.LevelNone {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(known, func(a, b models.RequestType) int { return unproved(a) - unproved(b) })
	return known
}

// submit files the request that c begins.
func (p *routing) submit(ctx context.Context, c workflows.Submit) (models.Request, error) {
	said := p.received.Reading
	c.Person = models.Person{Name: said.Name, Email: p.mail.From[0]}
	c.Details, c.Locale = workflows.MailDetails(said), said.Suggestion.Language
	c.Channel, c.ReceivedAt = models.ChannelEmail, p.received.ReceivedAt
	c.Mail, c.InReplyTo, c.Quiet = p.received.ID, said.MessageID, said.Suppressed != ""
	if len(said.Suggestion.Rights) > 0 {
		c.Suggestion = &said.Suggestion
	}
	c.Person.Country, c.Person.Region = residence(said.Suggestion)
	r, err := p.Service.Inbox.SubmitFromMail(ctx, c)
	if err != nil {
		return models.Request{}, fmt.Errorf("filing a mailed request: %w", err)
	}
	return r, nil
}

// residence is where somebody lives who names a place or its law; a language
// is spoken in many. Who names the law of the Union lives in the Union, until
// staff know better: it is stricter than no law.
func residence(s models.Suggestion) (country, region string) {
	if len(s.PlaceWords) == 0 || strings.HasPrefix(s.PlaceWords[0], "language ") {
		return "", ""
	}
	country, region, _ = strings.Cut(s.Jurisdiction, "-")
	return country, region
}
