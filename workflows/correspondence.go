package workflows

import (
	"slices"
	"time"

	"habeas/models"
)

// Trusted reports whether a message that came by mail counts as the
// requester's own. It is none the worse for what was left in the raw mail.
func Trusted(flags []models.MessageFlag) bool {
	return !slices.ContainsFunc(flags, func(f models.MessageFlag) bool {
		return f != models.FlagFilesLeft && f != models.FlagCut
	})
}

// receive takes a message that came by mail into the case. That it found the
// case gives it no right there: it never closes, reopens or moves anything but
// a question that was put to the requester, and that only if it is theirs.
func (d *decider) receive(c Receive) error {
	if err := required("mail", c.Mail); err != nil {
		return err
	}
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
	d.tellReceived(c.Flags, own, resumed)
	d.route(c.Routed)
	return nil
}

// tellReceived tells staff of a message that came by mail: once an hour of what
// the requester writes, once a day of what anybody does who knows the address
// of the case. Of a machine's it says nothing: that may answer the last letter.
// What ends a hold is always told: it takes a question of staff.
func (d *decider) tellReceived(flags []models.MessageFlag, own, resumed bool) {
	if slices.Contains(flags, models.FlagAutomatic) {
		return
	}
	key := "received_doubtful/" + d.Request.ID + "/" + d.today().String()
	switch {
	case resumed:
		key = ""
	case own:
		key = "received/" + d.Request.ID + "/" + d.now.Truncate(time.Hour).Format(time.RFC3339)
	}
	d.tellStaffOnce(key, d.owner(), models.StaffRepliedLetter{About: d.about(), RespondOn: d.respondOn(), Resumed: resumed, Doubtful: !own})
}
