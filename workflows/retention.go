package workflows

import (
	"time"

	"habeas/internal/mailaddr"
	"habeas/models"
)

// CommandErase is the command of Erase. Only a job gives it.
const CommandErase CommandName = "erase"

// Erase erases the personal data of a closed request whose time is over.
type Erase struct{}

// Name implements Command.
func (Erase) Name() CommandName { return CommandErase }

// RetainedUntil is the end of the last day on which the personal data of a
// closed request is kept, and which rule says so.
func (r Rules) RetainedUntil(f models.Facts) (time.Time, models.OwnData) {
	closed := models.DateOf(f.ClosedAt, r.Zone)
	switch f.Outcome { //nolint:exhaustive // the rest is kept as long as its type says
	case models.OutcomeExpired:
		return closed.AddDays(r.DaysKept(models.OwnUnverified)).End(r.Zone), models.OwnUnverified
	case models.OutcomeSpam:
		return closed.AddDays(r.DaysKept(models.OwnSpam)).End(r.Zone), models.OwnSpam
	}
	months := 0
	if t, ok := r.TypeOf(f); ok {
		months = t.Retention.Months
	}
	return closed.AddMonths(max(months, 1)).End(r.Zone), models.OwnRequests
}

func (r Rules) retainedUntil(f models.Facts) time.Time {
	until, _ := r.RetainedUntil(f)
	return until
}

// notErased refuses everything about a request whose personal data is erased,
// but for what becomes of mails that had left before.
func notErased(_ Rules, r models.Request, _ models.Actor, a Act) error {
	if !r.Shredded || a.Command == CommandRecordDelivery || a.Command == CommandRecordNotification {
		return nil
	}
	return models.Errorf(models.CodeConflict, "the personal data of the request is erased: nothing can be done with it any more")
}

func (d *decider) erase() error {
	until, rule := d.rules.RetainedUntil(d.Request.Facts)
	d.observe(models.EventErased, map[string]string{"rule": string(rule), "kept_until": until.UTC().Format(time.RFC3339)})
	d.With(models.RequestErased{RequestID: d.Request.ID, KeepMails: d.k.QuarantinedMail})
	d.erasureSeen()
	d.tasksSeen()
	slot := d.now.Truncate(leftoverSlot)
	d.Plan(d.stamp, models.Job{Kind: models.JobLeftovers, UniqueKey: "leftovers/" + slot.UTC().Format(time.RFC3339), RunAt: slot.Add(2 * leftoverSlot)})
	return nil
}

// leftoverSlot is how long erasures share one job that deletes what they leave
// over. It runs a slot later, when they are stored.
const leftoverSlot = time.Minute

// MailKey is an address as legal holds find it.
func (r Rules) MailKey(address string) string { return mailaddr.Normal(r.CanonicalMailbox(address)) }
