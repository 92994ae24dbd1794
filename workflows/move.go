package workflows

import (
	"slices"
	"strconv"
	"time"

	"habeas/models"
)

// MoveMail puts a mail that lies in the wrong case where it belongs: one that
// was filed as a request of its own, into the case that it is about; or a
// message, out of a case that it is not about.
type MoveMail struct {
	Mail      string // its id; "" is the mail that the request was made of
	Reference string // of the case it belongs in; "" gives a message back to staff to place

	// Service fills in the rest: the mail as it stands, the message that it is in
	// this case, its files there among all that are Attached, and the case it
	// belongs in.
	Received models.ReceivedMail
	Message  models.Message
	Files    []models.File
	Attached int
	In       Inflow // of the other case
	Target
}

// Name implements Command.
func (MoveMail) Name() CommandName { return CommandMoveMail }

// ReasonMoved is that of a mail that was taken out of a case and belongs in none
// yet.
const ReasonMoved = "moved"

// movable refuses to move the mail that a request was made of where that would
// end what somebody proved to want, and to take a message out of a case that an
// appeal is about.
func movable(r models.Request, a Act) error {
	switch {
	case a.Mail == nil:
		return nil
	case a.Mail.ID != r.Mail && r.Appeal.No > 0 && r.State != models.StateClosed:
		return models.Errorf(models.CodeConflict, "an appeal is about the request as it was answered: no message leaves it before that is decided")
	case a.Mail.ID != r.Mail:
		return nil
	case Verified(r.Facts):
		return models.Errorf(models.CodeConflict, "the requester proved the mailbox: the request is theirs; merge it, or answer it")
	case r.State == models.StateClosed || r.State == models.StateInReview:
		return models.Errorf(models.CodeConflict, "the request that the mail became is %s", r.State)
	}
	return nil
}

// moveMail moves a mail. Both cases are stored with it, each as it was read, or
// nothing is.
func (d *decider) moveMail(c MoveMail) error {
	m := c.Received
	origin := m.ID != "" && m.ID == d.Request.Mail
	switch {
	case m.ID == "" || !origin && c.Message.ID == "":
		return models.Invalid(models.FieldError{Field: "mail", Code: "unknown", Message: "is no mail of this request"})
	case origin && c.Into.ID == "":
		return required("into", "")
	case c.Into.ID == d.Request.ID:
		return models.Invalid(models.FieldError{Field: "into", Code: "same", Message: "is this request itself"})
	case c.Into.Shredded:
		return models.Invalid(models.FieldError{Field: "into", Code: "unknown", Message: "was erased"})
	}
	if _, err := d.gate(Act{Command: CommandMoveMail, Mail: &m, Into: c.Into}); err != nil {
		return err
	}
	moved := models.MailMoved{Mail: m}
	moved.Mail.DecidedBy = d.by
	moved.Mail.Moves++
	detail := map[string]string{"mail": m.ID}
	if c.Into.ID != "" {
		detail["reference"] = c.Into.Reference
		moved.Mail.Threaded = true
	}
	if origin {
		d.close(models.EventMerged, models.OutcomeDuplicate, models.Change{MergedInto: &c.Into.Reference, Moved: new(true)})
	} else {
		moved.From = d.Request.ID
		moved.Mail.Requests = slices.DeleteFunc(slices.Clone(m.Requests), func(ref string) bool { return ref == d.Request.Reference })
		d.takeOut(c)
	}
	d.observe(models.EventMailMoved, detail)
	if c.Into.ID == "" {
		d.giveBack(&moved.Mail)
	} else if err := d.moveInto(&moved.Mail, c); err != nil {
		return err
	}
	d.With(moved)
	return nil
}

// takeOut empties the message, and deletes the files that came with it, but for
// those that could not be deleted otherwise.
func (d *decider) takeOut(c MoveMail) {
	d.erasureSeen()
	d.With(models.FilesCounted{RequestID: d.Request.ID, Count: c.Attached})
	d.With(models.MessageMoved{RequestID: d.Request.ID, ID: c.Message.ID, Flags: append(slices.Clone(c.Message.Flags), models.FlagMoved)})
	for _, f := range c.Files {
		if reliedOn(Case{Request: d.Request, Tasks: d.tasks}, f.ID) == nil {
			d.dropFile(f, "misdirected")
		}
	}
}

// giveBack makes a mail that belongs in no case any more wait for staff.
func (d *decider) giveBack(m *models.ReceivedMail) {
	if len(m.Requests) > 0 {
		return
	}
	m.State, m.Reason, m.Threaded, m.DecidedBy = models.MailHeld, ReasonMoved, false, models.Actor{}
	d.Plan(d.stamp, models.Job{
		Kind: models.JobHeldMail, Subject: m.ID, UniqueKey: "held_mail/" + m.ID + "/" + d.now.Format(time.RFC3339), RunAt: d.now.Add(heldTooLong),
	})
}

// moveInto makes the mail a message in the other case, as if it had come there.
func (d *decider) moveInto(m *models.ReceivedMail, move MoveMail) error {
	t := move.Target
	rules := t.Under
	if rules.Policy == nil {
		rules = d.rules
	}
	s := newDecider(rules, Case{Request: t.Into, Tasks: t.Tasks}, d.by, d.stamp)
	c := Receive{Mail: m.ID, Text: m.Reading.Text, Flags: MailFlags(t.Into, m.Reading), In: move.In}
	if LeavesFiles(m.Reading) {
		c.Flags = append(c.Flags, models.FlagFilesLeft)
	}
	if err := s.receive(c); err != nil {
		return err
	}
	m.Requests = append(slices.Clone(m.Requests), t.Into.Reference)
	s.mailFiles(*m)
	s.settleTasks()
	other := s.Request
	other.Content = models.Content{} // it keeps what it has
	d.With(models.RequestChanged{Request: other, Before: t.Into.Version})
	d.Events, d.Messages, d.Jobs = append(d.Events, s.Events...), append(d.Messages, s.Messages...), append(d.Jobs, s.Jobs...)
	d.Effects = append(d.Effects, s.Effects...)
	return nil
}

// AfterMoves tells what is done with a mail from what was done before it was
// moved last.
func AfterMoves(m models.ReceivedMail) string {
	if m.Moves == 0 {
		return ""
	}
	return "/" + strconv.Itoa(m.Moves)
}
