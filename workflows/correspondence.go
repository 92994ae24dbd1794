package workflows

import (
	"slices"

	"habeas/models"
)

// Trusted reports whether a message that came by mail counts as the
// requester's own. It is none the worse for what was left in the raw mail, nor
// for a mail server that proves no sender; staff see that.
func Trusted(flags []models.MessageFlag) bool {
	return !slices.ContainsFunc(flags, func(f models.MessageFlag) bool {
		return f != models.FlagFilesLeft && f != models.FlagCut && f != models.FlagUnproven
	})
}

// Certain reports whether a message that came by mail is proven to be the
// requester's own. Limits count what is not as a stranger's: anybody can write an
// address into From.
func Certain(flags []models.MessageFlag) bool {
	return Trusted(flags) && !slices.Contains(flags, models.FlagUnproven)
}

// receive takes a message that came by mail into the case. That it found the
// case gives it no right there: it never closes, reopens or moves anything but
// a question that was put to the requester, and that only if it is theirs.
func (d *decider) receive(c Receive) error {
	if err := required("mail", c.Mail); err != nil {
		return err
	}
	cutToQuota(c.In.Written, &c)
	d.keepMail(models.Incoming, c.Text, c.Mail, c.Flags)
	detail := map[string]string{"mail": c.Mail}
	for _, f := range c.Flags {
		detail[string(f)] = "true"
	}
	own := Trusted(c.Flags)
	var change models.Change
	if own {
		d.reached(&change)
	}
	resumed := own && d.Request.State == models.StateOnHold
	if resumed {
		if err := d.resume(models.EventAnswered, change, detail); err != nil {
			return err
		}
	} else {
		d.record(models.EventReceived, change, detail)
	}
	if !slices.Contains(c.Flags, models.FlagAutomatic) { // a machine may answer the last letter
		d.tellReceived(c.In, models.StaffRepliedLetter{
			Resumed: resumed, Doubtful: !own, Unproven: slices.Contains(c.Flags, models.FlagUnproven),
		})
	}
	d.route(c.Routed)
	return nil
}
