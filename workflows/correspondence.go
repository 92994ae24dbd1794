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
	if !slices.Contains(c.Flags, models.FlagAutomatic) {
		d.tellReceived(c.Told, own, resumed)
	}
	d.route(c.Routed)
	return nil
}

// tellReceived tells staff of a message that came by mail: once an hour of what
// the requester writes, once a day of what anybody does who knows the address
// of the case. Of a machine's it says nothing: that may answer the last letter.
// What ends a hold is always told: it takes a question of staff.
func (d *decider) tellReceived(told []string, own, resumed bool) {
	key := receivedKey(d.rules, d.Request.ID, d.now, own)
	if resumed {
		key = ""
	}
	if key != "" && slices.Contains(told, key) {
		return
	}
	d.tellStaffOnce(key, d.owner(), models.StaffRepliedLetter{About: d.about(), RespondOn: d.respondOn(), Resumed: resumed, Doubtful: !own})
}

// receivedKey makes one letter of all that staff get within an hour, or a day,
// of the mails of one case.
func receivedKey(rules Rules, requestID string, now time.Time, own bool) string {
	if own {
		return "received/" + requestID + "/" + now.Truncate(time.Hour).Format(time.RFC3339)
	}
	return "received_doubtful/" + requestID + "/" + models.DateOf(now, rules.Zone).String()
}

// ToldKeys are the keys of the letters to staff that a mail into a case may be
// told by now.
func ToldKeys(rules Rules, requestID string, now time.Time) []string {
	return []string{receivedKey(rules, requestID, now, true), receivedKey(rules, requestID, now, false)}
}
