package workflows

import (
	"slices"
	"time"

	"habeas/models"
)

// Limits on what people write into one request in sessions of theirs, and on the
// text of their mails that is stored besides the raw mails.
const (
	messagesPerHour = 30
	mostWritten     = 1 << 20 // bytes
)

// Inflow is what came into the case before, and what staff know of it.
type Inflow struct {
	// LastByStaff is the last event of staff in the case: they know what came before
	// it.
	LastByStaff string
	// Notified are those of NotificationKeys that staff had a letter under.
	Notified []string
	Written  models.Written
}

// receivedKey makes one letter of all that staff get of what the requester
// writes or sends until they look at the case, or the day is over; of what comes
// by mail from others, one of all of a day.
func receivedKey(rules Rules, requestID, lastByStaff string, now time.Time, own bool) string {
	day := models.DateOf(now, rules.Zone).String()
	if own {
		return "received/" + requestID + "/" + day + "/" + lastByStaff
	}
	return "received_doubtful/" + requestID + "/" + day
}

// NotificationKeys are the keys of the letters to staff that something which comes into
// a case may be told by now.
func NotificationKeys(rules Rules, requestID, lastByStaff string, now time.Time) []string {
	return []string{receivedKey(rules, requestID, lastByStaff, now, true), receivedKey(rules, requestID, lastByStaff, now, false)}
}

// tellReceived tells staff of what came into the case, unless they have a letter
// about something before it that they did not look at. What ends a hold is
// always told: it takes a question of staff.
func (d *decider) tellReceived(in Inflow, l models.StaffRepliedLetter) {
	key := receivedKey(d.rules, d.Request.ID, in.LastByStaff, d.now, !l.Doubtful)
	if l.Resumed {
		key = ""
	}
	if key != "" && slices.Contains(in.Notified, key) {
		return
	}
	l.About, l.RespondOn = d.about(), d.respondOn()
	d.tellStaffOnce(key, d.owner(), l)
}

// checkTextQuota refuses a message in a session that is one too many.
func checkTextQuota(w models.Written, text string) error {
	if w.Lately >= messagesPerHour {
		return models.Errorf(models.CodeTooMany, "there are %d messages within the hour; wait a while, and put the rest into one", messagesPerHour)
	}
	if w.Bytes+int64(len(text)) > mostWritten {
		return models.Errorf(models.CodeTooLarge, "a request holds %d KiB of what is written to it at most; send a file instead", mostWritten>>10)
	}
	return nil
}

// cutToQuota cuts the text of a mail to what is left of the quota: that of the
// requester's proven mails, or that of all others. The mail itself is kept whole.
func cutToQuota(w models.Written, c *Receive) {
	used := w.OtherBytes
	if Certain(c.Flags) {
		used = w.MailBytes
	}
	left := max(0, mostWritten-used)
	if int64(len(c.Text)) <= left {
		return
	}
	c.Text = models.CutText(c.Text, int(left))
	if !slices.Contains(c.Flags, models.FlagCut) {
		c.Flags = append(slices.Clone(c.Flags), models.FlagCut)
	}
}
