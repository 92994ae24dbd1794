package workflows

import (
	"slices"

	"habeas/models"
)

type (
	// TellOwner mails the owner with the digest what is open for them: their one
	// mail of the day. Owned are all undone tasks of theirs, of every request, but for
	// those that erase something under a legal hold; Seen is the state of the legal
	// holds at which that is true. Service fills both in.
	TellOwner struct {
		OwnerDigest, Locale string
		Owned               []models.Task
		Seen                models.LegalHoldsSeen
	}
	// OwnerUntold is that a mail did not tell the owner of a task of it after all: a
	// legal hold was set before it left. First says that no mail had before.
	OwnerUntold struct {
		Task, OwnerDigest string
		First             bool
	}
	// KeepPreview stores the preview of a task that is applied at once.
	KeepPreview struct {
		Task    string
		Run     int
		Preview models.Preview
	}
)

// The names of commands about what owners are told and connectors are about to do.
const (
	CommandOwnerUntold CommandName = "owner-untold"
	CommandKeepPreview CommandName = "keep-preview"
)

// Name implements Command.
func (TellOwner) Name() CommandName { return CommandTellOwner }

// Name implements Command.
func (OwnerUntold) Name() CommandName { return CommandOwnerUntold }

// Name implements Command.
func (KeepPreview) Name() CommandName { return CommandKeepPreview }

// mostListed is how many tasks one mail to an owner lists; the rest stands in a
// second one.
const mostListed = 50

// tellOwned mails what is open for an owner, where there is something that they
// were not told of yet. Each mail is about the request of its first task: what
// comes back of it is known by that.
func (d *decider) tellOwned(c TellOwner) error {
	var tell []models.Task
	for _, t := range c.Owned {
		// What a legal hold had wait is told of when that is released.
		if t.Manual() && !t.State.Ended() && !t.Cools() && t.OwnerDigest == c.OwnerDigest && !t.Unreachable && t.Waits != models.WaitLegalHold {
			tell = append(tell, t)
		}
	}
	if !slices.ContainsFunc(tell, func(t models.Task) bool { return !t.Notified }) {
		return models.Errorf(models.CodeConflict, "there is nothing to tell the owner")
	}
	if slices.ContainsFunc(tell, func(t models.Task) bool { return t.Action == models.ActionErase }) {
		d.With(c.Seen)
	}
	for part := range slices.Chunk(tell, mostListed) {
		letter := models.OwnerTasksLetter{Locale: c.Locale, Owner: part[0].Owner}
		for _, t := range part {
			letter.Tasks = append(letter.Tasks, d.ownerTask(t))
			if !t.Notified {
				t.Notified, t.Instructed = true, true
				d.saveTask(t, t.Version)
			}
		}
		d.Send(d.stamp, models.Message{
			RequestID: part[0].RequestID, Direction: models.Outgoing, Audience: models.ToOwner, Author: d.by, Letter: letter, Delivery: models.DeliveryQueued,
		})
	}
	return nil
}

// ownerUntold has the owner of a task told of it once no legal hold stands.
func (d *decider) ownerUntold(t *models.Task, c OwnerUntold) error {
	if t.OwnerDigest == "" || c.OwnerDigest != t.OwnerDigest || !t.Notified {
		return models.Errorf(models.CodeConflict, "the task has another owner, or they are to be told")
	}
	t.Notified = false
	if c.First {
		t.Instructed, t.Stopped = false, false
	}
	d.tellOwner(*t)
	return nil
}

// keepPreview stores what is about to be applied.
func (d *decider) keepPreview(t models.Task, c KeepPreview) error {
	if err := stale(&t, c.Run); err != nil {
		return err
	}
	return d.result(t, models.ResultPreview, c.Preview)
}
