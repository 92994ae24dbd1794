package intake

import (
	"context"

	"habeas/models"
	"habeas/workflows"
)

// toOwnerError says that a message answers a mail of ours to the owner of a
// system.
type toOwnerError struct{ sent models.Message }

func (*toOwnerError) Error() string { return "it answers a mail to the owner of a system" }

// elsewhere is an error where a token names a mail of ours to staff, or to the owner
// of a system: what answers that is no message in the case, whether it came to the
// address for answers or, from a machine, to the one that the mail was sent from.
func (p *routing) elsewhere(ctx context.Context, reference string, t Token) error {
	if len(t.Parts) != 1 {
		return nil
	}
	sent, err := p.Service.Inbox.Sent(ctx, reference, t.Parts[0])
	switch {
	case models.CodeOf(err) == models.CodeNotFound:
		return nil
	case err != nil:
		return err
	case sent.Audience == models.ToStaff:
		return errToStaff
	case sent.Audience == models.ToOwner:
		return &toOwnerError{sent}
	}
	return nil
}

// answeredByOwner puts the message on the task that it is about, with who wrote
// it, and its files into the case, for staff. It ends nothing. What a machine
// wrote is a note in the log, and of what names no task staff decide.
func (p *routing) answeredByOwner(ctx context.Context, sent models.Message) error {
	m := p.received
	if m.Reading.Automatic {
		m.State, m.Reason = models.MailNoticed, ReasonAutoReply
		return p.settle(ctx, m)
	}
	t, err := p.Service.Inbox.TaskMeant(ctx, sent, p.mail.Subject+"\n"+m.Reading.Text)
	if models.CodeOf(err) == models.CodeNotFound {
		return p.hold(ctx, ReasonToOwner)
	}
	if err != nil {
		return err
	}
	r, err := p.Service.Store.FindByID(ctx, t.RequestID)
	if err != nil {
		return err
	}
	if r.Shredded {
		return p.hold(ctx, ReasonErased)
	}
	flags := workflows.ReplyFlags(t, m.Reading)
	switch many, err := p.tooManyReplies(ctx, t, flags); {
	case err != nil:
		return err
	case many:
		return p.hold(ctx, ReasonFlood)
	}
	left, err := p.files(ctx, r.Reference, true)
	if err != nil {
		return err
	}
	if left {
		flags = append(flags, models.FlagFilesLeft)
	}
	if len(p.mail.Text) >= p.Config.Limits.Text {
		flags = append(flags, models.FlagCut)
	}
	m.State, m.Threaded, m.Requests = models.MailPlaced, true, []string{r.Reference}
	err = p.Service.Inbox.ReplyMail(ctx, t, m, workflows.ReplyToTask{Text: m.Reading.Text, Flags: flags}, p.job)
	if models.CodeOf(err) == models.CodeTooLarge {
		return p.hold(ctx, ReasonFlood)
	}
	if err == nil {
		p.received = m
	}
	return err
}

// tooManyReplies reports whether a task has had as many answers as it may, or whoever
// may not be its owner wrote too many. It is asked before anything of the message
// comes into the case.
func (p *routing) tooManyReplies(ctx context.Context, t models.Task, flags []models.MessageFlag) (bool, error) {
	if len(t.Replies) >= workflows.MostReplies || len(flags) == 0 {
		return len(t.Replies) >= workflows.MostReplies, nil
	}
	return p.tooMany(ctx)
}
