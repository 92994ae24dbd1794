package cases

import (
	"context"
	"slices"
	"strings"

	"habeas/models"
	"habeas/workflows"
)

// Sent finds a mail of ours about a request by the end of its id, or is
// CodeNotFound.
func (s *Inbox) Sent(ctx context.Context, reference, end string) (models.Message, error) {
	return s.tokened(ctx, workflows.DeliveryNotification{Reference: reference, Message: end})
}

// TaskMeant tells which task an answer to a mail of ours to an owner is about: of the
// only request that the mail told of, or that the answer names. Where that has several
// of the owner's, it is the first that is undone: who reads it sees all of them. Else
// it is CodeNotFound.
func (s *Inbox) TaskMeant(ctx context.Context, sent models.Message, said string) (models.Task, error) {
	told := models.OwnedTasks(sent.Letter)
	if !ofOneRequest(told) {
		said = strings.ToUpper(said)
		told = slices.DeleteFunc(slices.Clone(told), func(t models.OwnerTask) bool { return !strings.Contains(said, t.Reference) })
	}
	if !ofOneRequest(told) {
		return models.Task{}, models.Errorf(models.CodeNotFound, "nobody can tell which request is meant")
	}
	for _, one := range told {
		if t, err := s.Store.Task(ctx, one.ID); err != nil || !t.State.Ended() {
			return t, err
		}
	}
	return s.Store.Task(ctx, told[0].ID)
}

// ofOneRequest reports whether there are tasks, and all are of one request.
func ofOneRequest(told []models.OwnerTask) bool {
	return len(told) > 0 && !slices.ContainsFunc(told, func(t models.OwnerTask) bool { return t.Reference != told[0].Reference })
}

// ReplyMail puts a kept mail on a task, and marks it placed in the same
// transaction, with the job that was to place it.
func (s *Inbox) ReplyMail(ctx context.Context, t models.Task, m models.ReceivedMail, c workflows.ReplyToTask, job string) error {
	c.Task, c.Mail, c.Routed = t.ID, m.ID, &m
	_, err := s.cases.DoByID(ctx, models.Actor{Kind: models.ActorIntake}, t.RequestID, c, Option{JobDone: job})
	return err
}
