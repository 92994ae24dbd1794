package workflows

import (
	"slices"

	"habeas/internal/mailaddr"
	"habeas/models"
)

// The commands about what comes of mails to the owners of systems.
const (
	CommandTellOwner        CommandName = "tell-owner"
	CommandReplyToTask      CommandName = "reply-to-task"
	CommandOwnerUnreachable CommandName = "owner-unreachable"
)

type (
	// ReplyToTask is what somebody answered to a mail about a task. It never ends
	// the task: whoever answers has shown nothing.
	ReplyToTask struct {
		Task, Mail, Text string
		Flags            []models.MessageFlag
		// Routed is the mail that the command routes, as it stands.
		Routed *models.ReceivedMail
	}
	// OwnerUnreachable is that a mail about a task did not reach who was its owner.
	OwnerUnreachable struct{ Task, OwnerDigest string }
)

// Name implements Command.
func (ReplyToTask) Name() CommandName      { return CommandReplyToTask }
func (OwnerUnreachable) Name() CommandName { return CommandOwnerUnreachable }

// MostReplies bounds what is kept of the answers to one task.
const MostReplies = 50

// replyToTask keeps an answer for staff, who hear of it once a day and task.
func (d *decider) replyToTask(t *models.Task, c ReplyToTask) error {
	if len(t.Replies) >= MostReplies {
		return models.Errorf(models.CodeTooLarge, "a task may have %d answers at most", MostReplies)
	}
	toldToday := len(t.Replies) > 0 && models.DateOf(t.Replies[len(t.Replies)-1].At, d.rules.Zone) == d.today()
	t.Replies = append(slices.Clone(t.Replies), models.TaskReply{At: d.now, Text: c.Text, Mail: c.Mail, Flags: c.Flags})
	more := map[string]string{"mail": c.Mail}
	for _, f := range c.Flags {
		more[string(f)] = "true"
	}
	d.taskEvent(models.EventTaskReplied, *t, more)
	if !toldToday {
		d.taskNews(*t, models.TaskNewsReplied)
	}
	d.route(c.Routed)
	return nil
}

// ownerUnreachable gives a task to staff, unless it has another owner by now.
func (d *decider) ownerUnreachable(t *models.Task, c OwnerUnreachable) error {
	if t.OwnerDigest == "" || c.OwnerDigest != t.OwnerDigest || t.Unreachable {
		return models.Errorf(models.CodeConflict, "the task has another owner, or staff know")
	}
	t.Unreachable = true
	d.taskEvent(models.EventOwnerUnreached, *t, nil)
	d.taskNews(*t, models.TaskNewsUnreachable)
	return nil
}

// ownerMissed has the tasks given to staff that a mail told of which did not
// reach their owner: each in its own case.
func (d *decider) ownerMissed(m models.Message) {
	owner := d.ownerDigest(models.OwnerAddress(m.Letter))
	for _, t := range models.OwnedTasks(m.Letter) {
		subject := t.ID + "/" + owner
		d.Plan(d.stamp, models.Job{Kind: models.JobOwnerUnreached, Subject: subject, UniqueKey: "unreachable/" + m.ID + "/" + t.ID, RunAt: d.now})
	}
}

// ReplyFlags say why an answer to a mail about a task may not be its owner's own.
func ReplyFlags(t models.Task, m models.MailReading) []models.MessageFlag {
	var flags []models.MessageFlag
	if len(m.From) != 1 || t.Owner == "" || !mailaddr.Same(m.From[0], t.Owner) {
		flags = append(flags, models.FlagOtherSender)
	}
	if m.Verdict == "fail" {
		flags = append(flags, models.FlagAuthFailed)
	}
	return flags
}
