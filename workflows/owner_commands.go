package workflows

import (
	"habeas/models"
)

// The commands by which the owner of a system, who has no account, gets to one
// task.
const (
	CommandSendOwnerCode CommandName = "send-owner-code"
	CommandProveOwner    CommandName = "prove-owner"
)

// OwnerChallenge is a fresh code, for the mail, and the digest of it, for the
// store.
type OwnerChallenge struct {
	Plain string
	Code  models.OwnerCode
}

type (
	// SendOwnerCode mails a fresh code to the owner of a task. Sent is how many the
	// mailbox was sent within the hour, which Service fills in.
	SendOwnerCode struct {
		Task      string
		Locale    string
		Challenge OwnerChallenge
		Sent      int
	}
	// ProveOwner says that the code CodeID was typed correctly, and opens Session.
	ProveOwner struct {
		Task    string
		CodeID  string
		Session models.OwnerSession
	}
)

// Name implements Command.
func (SendOwnerCode) Name() CommandName { return CommandSendOwnerCode }
func (ProveOwner) Name() CommandName    { return CommandProveOwner }

// sendOwnerCode mails a code. Of a task that nobody but staff does it is
// CodeNotFound, as of none.
func (d *decider) sendOwnerCode(t models.Task, c SendOwnerCode) error {
	switch {
	case !t.Manual() || t.Owner == "" || c.Challenge.Code.OwnerDigest != t.OwnerDigest:
		return models.Errorf(models.CodeNotFound, "there is no such task of an owner")
	case c.Sent >= codesPerHour:
		return models.Errorf(models.CodeTooMany, "no further code for this mailbox now")
	}
	d.With(models.OwnerCodeIssued{Code: c.Challenge.Code})
	d.Send(d.stamp, models.Message{
		RequestID: d.Request.ID, Direction: models.Outgoing, Audience: models.ToOwner, Author: d.by, Delivery: models.DeliveryQueued,
		Letter: models.OwnerCodeLetter{
			Locale: c.Locale, Owner: t.Owner, Task: d.ownerTask(t), Code: c.Challenge.Plain, ExpiresAt: c.Challenge.Code.ExpiresAt,
		},
	})
	d.taskEvent(models.EventOwnerCodeSent, t, nil)
	return nil
}

// ownerTask is what a mail to an owner says of a task: nothing of the person.
func (d *decider) ownerTask(t models.Task) models.OwnerTask {
	return models.OwnerTask{
		ID: t.ID, Reference: t.Reference, System: t.SystemName, Action: t.Action, DueOn: t.DueOn, DaysLeft: t.DueOn.DaysSince(d.today()),
		First: !t.Instructed,
	}
}

// proveOwner opens a session. Whoever types the code can be reached by mail.
func (d *decider) proveOwner(t *models.Task, c ProveOwner) error {
	t.Unreachable = false
	d.With(models.OwnerCodeUsed{ID: c.CodeID})
	d.With(models.OwnerSessionOpened{Session: c.Session})
	d.taskEvent(models.EventOwnerSignedIn, *t, nil)
	return nil
}
