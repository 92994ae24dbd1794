package cases

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"habeas/internal/mailaddr"
	"habeas/models"
	"habeas/workflows"
)

// MailFile is a file that came with a mail and is of a type that we take.
type MailFile struct {
	Name    string
	Content []byte
}

// Mails returns a page of received mails without anything personal.
func (s *Inbox) Mails(ctx context.Context, f models.MailFilter) ([]models.ReceivedMail, models.Cursor, error) {
	return s.Store.Mails(ctx, f)
}

// OpenMail returns a mail with everything that was read from it, after
// recording who looked, in every request that it belongs to: if that cannot be
// recorded, nothing is shown.
func (s *Inbox) OpenMail(ctx context.Context, by models.Actor, id string) (models.ReceivedMail, error) {
	m, err := s.Store.Mail(ctx, id)
	if err != nil {
		return models.ReceivedMail{}, err
	}
	looks, err := s.mailOpened(ctx, by, m)
	if err != nil {
		return models.ReceivedMail{}, err
	}
	if err := s.Store.Record(ctx, looks...); err != nil {
		return models.ReceivedMail{}, err
	}
	return m, nil
}

// mailOpened are the events of one look at a mail: the log of a request says
// who saw its data, also where a mail belongs to several.
func (s *Inbox) mailOpened(ctx context.Context, by models.Actor, m models.ReceivedMail) ([]models.Event, error) {
	look := s.observed(by, models.Request{}, models.EventMailOpened, workflows.ReceivedDetail(m))
	if len(m.Requests) == 0 {
		return []models.Event{look}, nil
	}
	var looks []models.Event
	for _, reference := range m.Requests {
		r, err := s.queries.FactsOf(ctx, reference)
		if err != nil {
			return nil, err
		}
		looks = append(looks, s.observed(by, r, look.Kind, look.Detail))
	}
	return looks, nil
}

// RawMail is OpenMail with the bytes as they came. reserve is asked for the memory
// first.
func (s *Inbox) RawMail(ctx context.Context, by models.Actor, id string, reserve func(size int64) error) (models.ReceivedMail, []byte, error) {
	m, err := s.OpenMail(ctx, by, id)
	if err != nil {
		return models.ReceivedMail{}, nil, err
	}
	if err := reserve(m.Size); err != nil {
		return m, nil, err
	}
	raw, err := s.MailBytes(ctx, m)
	return m, raw, err
}

// RequestFromMail turns a held mail into a request, whose clock runs from when
// the mail was received. What c leaves out is taken from the mail. A second
// decision is CodeConflict.
func (s *Inbox) RequestFromMail(ctx context.Context, by models.Actor, id string, c workflows.Submit, o Option) (workflows.Decision, error) {
	m, err := s.Store.Mail(ctx, id)
	if err != nil {
		return workflows.Decision{}, err
	}
	c.Mail, c.Channel, c.ReceivedAt = m.ID, models.ChannelEmail, m.ReceivedAt
	c.Details = cmp.Or(c.Details, workflows.MailDetails(m.Reading))
	c.Locale = cmp.Or(c.Locale, m.Reading.Suggestion.Language)
	c.InReplyTo = m.Reading.MessageID
	// Where no machine may answer, none does because staff sorted the mail.
	c.Quiet = c.Quiet || m.Reading.Suppressed != ""
	if len(m.Reading.Suggestion.Rights) > 0 {
		c.Suggestion = &m.Reading.Suggestion
	}
	if c.Person.Email == "" && c.OnBehalf == nil && len(m.Reading.From) == 1 {
		c.Person.Email = m.Reading.From[0]
	}
	c.Routed = &m
	d, err := s.cases.Submit(ctx, by, c, o)
	if err == nil {
		s.mailFilesNow(ctx, d)
	}
	return d, err
}

// AttachMail puts a held mail into a case. It is flagged like any other mail.
func (s *Inbox) AttachMail(ctx context.Context, by models.Actor, id, reference string, o Option) (workflows.Decision, error) {
	m, err := s.Store.Mail(ctx, id)
	if err != nil {
		return workflows.Decision{}, err
	}
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return workflows.Decision{}, err
	}
	m.Requests, m.Threaded = append(slices.Clone(m.Requests), r.Reference), true
	c := workflows.Receive{Mail: m.ID, Text: m.Reading.Text, Flags: workflows.MailFlags(r, m.Reading)}
	if workflows.LeavesFiles(m.Reading) {
		c.Flags = append(c.Flags, models.FlagFilesLeft)
	}
	c.Routed = &m
	d, err := s.cases.DoByID(ctx, by, r.ID, c, o)
	if err == nil {
		s.mailFilesNow(ctx, d)
	}
	return d, err
}

// DismissMail says that nothing is to be done with a held mail. It is kept.
func (s *Inbox) DismissMail(ctx context.Context, by models.Actor, id, reason string, o Option) (models.ReceivedMail, error) {
	m, err := s.Store.Mail(ctx, id)
	if err != nil {
		return models.ReceivedMail{}, err
	}
	d, err := s.cases.mail(ctx, by, workflows.DismissMail{Mail: m, Reason: reason}, o)
	routed, _ := models.EffectOf[models.MailRouted](d)
	return routed.Mail, err
}

// MayDecide asks the gate whether somebody may decide now what becomes of a mail.
func (s *Inbox) MayDecide(by models.Actor, m models.ReceivedMail) bool {
	return workflows.Gate(s.rules(s.Policy), workflows.Case{}, by, workflows.Act{Command: workflows.CommandDismissMail, At: s.now(), Mail: &m}).Verdict != workflows.Refused
}

// mailFilesNow does at once what the job of the decision is to do, so that who
// placed the mail sees its files. The mail is placed already: whatever fails
// here, or is cut short, the job makes up for.
func (s *Inbox) mailFilesNow(ctx context.Context, d workflows.Decision) {
	for _, j := range d.Jobs {
		if j.Kind == models.JobMailFiles {
			_ = s.AddMailFiles(ctx, j.Subject, d.Request.ID, j.ID)
		}
	}
}

// AddMailFiles adds the files of a mail that we take to a request, each once,
// as the effect of a job, unless staff moved the mail meanwhile. Whatever cannot
// be added stays in the mail itself.
func (s *Inbox) AddMailFiles(ctx context.Context, mailID, requestID, job string) error {
	r, err := s.Store.FindByID(ctx, requestID)
	if err != nil {
		return err
	}
	if !r.Shredded && s.MailFiles != nil {
		if err := s.filesInto(ctx, mailID, r); err != nil {
			return err
		}
	}
	return s.JobStore.Finish(ctx, job, s.now())
}

// placedIn reports whether a mail belongs to a request now.
func placedIn(m models.ReceivedMail, r models.Request) bool {
	return m.State == models.MailPlaced && slices.Contains(m.Requests, r.Reference)
}

func (s *Inbox) filesInto(ctx context.Context, mailID string, r models.Request) error {
	m, err := s.Store.Mail(ctx, mailID)
	if err != nil || !placedIn(m, r) {
		return err
	}
	raw, err := s.MailBytes(ctx, m)
	if err != nil {
		return err
	}
	for i, f := range s.MailFiles(raw) {
		err := s.FileFromMail(ctx, m, r.Reference, i, f.Name, f.Content, strangers(r, m))
		if models.CodeOf(err) == models.CodeConflict {
			return s.unlessMoved(ctx, m, r, err)
		}
		if code := models.CodeOf(err); code != "" && code != models.CodeTooLarge && code != models.CodeUnsupported && code != models.CodeInvalid {
			return err
		}
	}
	return nil
}

// unlessMoved returns an error that kept a file of a mail from a request, unless
// staff moved the mail meanwhile: then whatever moved it sees to the file.
func (s *Inbox) unlessMoved(ctx context.Context, was models.ReceivedMail, r models.Request, err error) error {
	now, fault := s.Store.Mail(ctx, was.ID)
	switch {
	case fault != nil:
		return fault
	case now.Moves != was.Moves || !placedIn(now, r):
		return nil
	}
	return fmt.Errorf("adding a file of mail %s to %s: %s", was.ID, r.Reference, err.Error()) // %s, since as a conflict it would end the job
}

// strangers reports whether the files of a mail are for staff only: nobody
// knows that they are the requester's. Where the request was made of the mail,
// it is enough that its sender is among those whom the mail names.
func strangers(r models.Request, m models.ReceivedMail) bool {
	if r.Mail != m.ID {
		return !workflows.Certain(workflows.MailFlags(r, m.Reading))
	}
	return !slices.ContainsFunc(m.Reading.From, func(a string) bool { return mailaddr.Same(a, r.Mailbox()) })
}
