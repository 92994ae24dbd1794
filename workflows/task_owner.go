package workflows

import (
	"time"

	"habeas/internal/mailaddr"
	"habeas/models"
)

// gather is how long the first mail of a day to a system owner waits for more
// tasks.
const gather = 5 * time.Minute

// ownerDigest stands for the mailbox of a system owner where it may not be named. A
// plus or a dot more is another owner: unlike limits, which are for whoever may be
// one person, it opens tasks.
func (d *decider) ownerDigest(mailbox string) string {
	if mailbox == "" || d.rules.OwnerDigest == nil {
		return ""
	}
	return d.rules.OwnerDigest(mailaddr.Normal(mailbox))
}

// tellOwner has the owner of a task told of it: today or, if they had their mail
// of the day, tomorrow. Nobody is told to erase anything under a legal hold: they
// are once it is lifted.
func (d *decider) tellOwner(t models.Task) {
	if t.OwnerDigest == "" || d.held(t) {
		return
	}
	today := d.today()
	tomorrow := today.AddDays(1)
	d.Plan(d.stamp, OwnerMailJob(t.OwnerDigest, today, d.now.Add(gather)))
	d.Plan(d.stamp, OwnerMailJob(t.OwnerDigest, tomorrow, tomorrow.At(d.rules.DigestHour(), d.rules.Zone)))
}

// OwnerMailJob is the one mail of a day to a system owner.
func OwnerMailJob(digest string, day models.Date, at time.Time) models.Job {
	subject := digest + "/" + day.String()
	return models.Job{Kind: models.JobOwnerMail, Subject: subject, UniqueKey: "owner/" + subject, RunAt: at}
}

// remindBefore is how many days before its date a task is reminded of.
const remindBefore = 2

// scheduleTask plans the reminders of a task: shortly before its date, and once
// that is over.
func (d *decider) scheduleTask(t models.Task) {
	hour := d.rules.DigestHour()
	soon := t.DueOn.AddDays(-remindBefore)
	if soon.After(d.today()) {
		d.remindLater(t, models.TaskNewsDueSoon, soon.At(hour, d.rules.Zone))
	}
	d.remindLater(t, models.TaskNewsOverdue, t.DueOn.AddDays(1).At(hour, d.rules.Zone))
}

func (d *decider) remindLater(t models.Task, what models.TaskNews, at time.Time) {
	subject := t.ID + "/" + t.DueOn.String() + "/" + string(what)
	d.Plan(d.stamp, models.Job{Kind: models.JobRemindTask, RequestID: d.Request.ID, Subject: subject, UniqueKey: "task/" + subject, RunAt: at})
}

// remindTask reminds the owner of a task, by their mail of the day. Staff hear
// of what is theirs, and of what nobody did in time.
func (d *decider) remindTask(t *models.Task, c RemindTask) error {
	if c.DueOn != t.DueOn {
		return models.Errorf(models.CodeConflict, "the task is due on another day")
	}
	t.Reminded = string(c.What)
	d.taskEvent(models.EventTaskReminded, *t, map[string]string{"threshold": string(c.What), "due_on": t.DueOn.String()})
	owned := t.Manual() && t.OwnerDigest != "" && !t.Unreachable && !d.held(*t) && !t.Cools()
	if owned {
		t.Notified = false
		d.tellOwner(*t)
	}
	if !owned || c.What == models.TaskNewsOverdue {
		d.taskNews(*t, c.What)
	}
	return nil
}

// remindOwners has the owners of undone tasks told of them once more, when staff
// are reminded of the request.
func (d *decider) remindOwners() {
	for i, t := range d.tasks {
		if t.State.Ended() || !t.Manual() || t.OwnerDigest == "" || !t.Notified || t.Unreachable || d.held(t) {
			continue
		}
		t.Notified = false
		d.saveTask(t, d.tasks[i].Version)
		d.tellOwner(t)
	}
}
