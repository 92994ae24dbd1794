package workflows

import (
	"bytes"
	"slices"
	"strconv"

	"habeas/models"
)

// certify issues the certificate of an erasure once it is complete: every system
// has done what it could. Where more is erased later, it is issued anew.
func (d *decider) certify() {
	if !d.k.ReceiptsKnown || d.Request.Shredded || d.Request.Erasure.Waits(d.now) != "" {
		return
	}
	var systems []models.CertifiedSystem
	for _, t := range ErasureTasks(d.Request, d.tasks) {
		if !t.State.Ended() {
			return
		}
		systems = append(systems, d.certified(t))
	}
	was := d.Request.Certificate
	switch {
	case len(systems) == 0:
		return
	case was == nil:
	case bytes.Equal(models.CanonicalJSON(was.Systems), models.CanonicalJSON(systems)):
		if !slices.Equal(was.Informed, d.informed()) { // a recipient was told since
			d.issue(models.EventCertificateChanged, systems)
		}
		return
	}
	d.issue(models.EventCertificateIssued, systems)
	for _, days := range d.rules.LookAgain() {
		d.job(models.JobLookAgain, strconv.Itoa(d.Request.Erasure.Issued)+"/"+strconv.Itoa(days), d.now.AddDate(0, 0, days))
	}
}

// certified says what became of the data in one system, with whatever was seen
// there since.
func (d *decider) certified(t models.Task) models.CertifiedSystem {
	var receipt *models.Receipt
	if r, ok := d.receipts[t.ID]; ok {
		receipt = &r
	}
	days := 0
	for _, s := range d.rules.Systems {
		if s.Key == t.System {
			days = s.BackupDays
		}
	}
	c := models.Certify(t, receipt, days, d.rules.Zone)
	if was := d.Request.Certificate; was != nil {
		for _, s := range was.Systems {
			if s.Task == t.ID {
				c.Backups, c.Looked = s.Backups, s.Looked // as they were told
			}
		}
	}
	return c
}

// erasedAnything reports whether something was erased in one of the systems.
func erasedAnything(systems []models.CertifiedSystem) bool {
	return slices.ContainsFunc(systems, func(s models.CertifiedSystem) bool {
		return s.Outcome == models.TaskCompleted || s.Outcome == models.TaskPartly
	})
}

// informed names the recipients that were told of the erasure.
func (d *decider) informed() []string {
	var names []string
	for _, t := range d.tasks {
		if t.Action == models.ActionInform && t.State == models.TaskDone && t.Outcome == models.TaskCompleted && !t.Former(d.Request) && !slices.Contains(names, t.SystemName) {
			names = append(names, t.SystemName)
		}
	}
	slices.Sort(names)
	return names
}

// issue stores a certificate, and its hash in an event.
func (d *decider) issue(kind models.EventKind, systems []models.CertifiedSystem) {
	e := d.Request.Erasure
	c := models.Certificate{
		Reference: d.Request.Reference, No: e.Issued + 1, Type: d.Request.Type, ReceivedOn: d.Request.ReceivedOn,
		ConfirmedAt: e.ConfirmedAt, ConfirmedBy: e.ConfirmedBy, IssuedAt: d.now, Systems: systems, Informed: d.informed(),
	}
	mailbox := d.rules.CanonicalMailbox(d.Request.Person.Email) // not that of who files for them
	switch {
	case mailbox == "" || !erasedAnything(systems):
	case kind == models.EventCertificateIssued:
		c.Suppressed = true
		d.With(models.MailboxErased{Mailbox: mailbox})
	default:
		c.Suppressed = d.k.MailboxErased // they may have come back since
	}
	d.Request.Certificate = &c
	e.Issued, e.Certificate = c.No, c.Hash()
	d.record(kind, models.Change{Erasure: &e}, map[string]string{"certificate": e.Certificate, "no": strconv.Itoa(c.No)})
}

// lookAgain asks every system again that erased something by a connector, also one
// that did not answer the last time. What it shows is compared with what its last
// erasure left.
func (d *decider) lookAgain() error {
	n := 0
	all := ErasureTasks(d.Request, d.tasks)
	for _, t := range all {
		if slices.ContainsFunc(all, func(o models.Task) bool { return erasedAfter(o, t) }) {
			continue
		}
		i := slices.IndexFunc(d.rules.Systems, func(s models.System) bool { return s.Key == t.System })
		if i < 0 || t.Manual() || t.State != models.TaskDone || t.Outcome == models.TaskRefused || !d.rules.Systems[i].Takes(models.ActionFind) {
			continue
		}
		if d.lookIn(d.rules.Systems[i], t.ID) {
			n++
		}
	}
	if n == 0 {
		return models.Errorf(models.CodeConflict, "there is no system that could be asked again now")
	}
	return nil
}

// erasedAfter reports whether a task erased something in the system of another after
// that one had ended.
func erasedAfter(t, other models.Task) bool {
	erased := t.Outcome == models.TaskCompleted || t.Outcome == models.TaskPartly
	return erased && t.System == other.System && t.EndedAt.After(other.EndedAt)
}

// lookIn asks a system what it holds after an erasure, unless it is being asked.
func (d *decider) lookIn(s models.System, after string) bool {
	i := slices.IndexFunc(d.tasks, func(o models.Task) bool { return o.After == after && !o.State.Ended() })
	if i < 0 {
		look := d.newTask(s, models.ActionFind, 0)
		look.After, look.DueOn = after, d.today().AddDays(lookWithin)
		look.DueBy = look.DueOn.End(d.rules.Zone)
		d.made(look, true)
		return true
	}
	t := d.tasks[i]
	if t.State != models.TaskFailed {
		return false
	}
	d.begin(&t, models.StepFind)
	d.taskEvent(models.EventTaskRetried, t, map[string]string{"step": string(t.Step)})
	d.saveTask(t, t.Version)
	t.Version++
	d.tasks[i] = t
	return true
}

// looked records on the certificate what a system showed after an erasure. What is
// there beyond what was left is to be erased, too, and opens a closed request again.
func (d *decider) looked(t *models.Task, f models.Findings) {
	t.Remaining = d.excess(t.After, f)
	d.taskEvent(models.EventLookedAgain, *t, map[string]string{"after": t.After, "records": strconv.Itoa(t.Found), "remaining": strconv.Itoa(t.Remaining)})
	if was := d.Request.Certificate; was != nil {
		systems := slices.Clone(was.Systems)
		for i, s := range systems {
			if s.Task == t.After {
				systems[i].Looked = append(slices.Clone(s.Looked), models.Look{At: d.now, Records: t.Found, Remaining: t.Remaining})
			}
		}
		d.issue(models.EventCertificateChanged, systems)
	}
	if t.Remaining > 0 {
		d.cameBack(*t)
	}
}

// excess counts what is there beyond what an erasure left. Of one that a person did
// in part nobody can say what that was: no receipt does.
func (d *decider) excess(erasure string, f models.Findings) int {
	receipt, known := d.receipts[erasure]
	partly := slices.ContainsFunc(d.tasks, func(t models.Task) bool { return t.ID == erasure && t.Outcome == models.TaskPartly })
	if !known && partly {
		return 0
	}
	return models.Excess(receipt.Left(), f.Values())
}

// cameBack adds a task for what came back in a system, for staff to preview and
// another person to approve.
func (d *decider) cameBack(found models.Task) {
	undone := slices.ContainsFunc(d.tasks, func(t models.Task) bool {
		return t.System == found.System && t.Action == models.ActionErase && !t.State.Ended()
	})
	if d.Request.State == models.StateClosed {
		d.record(models.EventReopened, d.anew(models.StateOpen), map[string]string{"task": found.ID})
		d.scheduleReminder()
	}
	i := slices.IndexFunc(d.rules.Systems, func(s models.System) bool { return s.Key == found.System })
	if !undone && i >= 0 {
		d.made(d.newTask(d.rules.Systems[i], models.ActionErase, 0), false)
	}
	d.taskNews(found, models.TaskNewsCameBack)
}

// Certified reports whether there is a certificate for somebody to read.
func Certified(by models.Actor, r models.Request) bool {
	return r.Certificate != nil && (by.Kind == models.ActorStaff || r.State == models.StateClosed || r.Erasure.Shown)
}
