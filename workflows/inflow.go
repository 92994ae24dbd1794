package workflows

import (
	"context"
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
	// Seen is the last event of staff in the case: they know what came before it.
	Seen string
	// Told are those of ToldKeys that staff had a letter under.
	Told    []string
	Written models.Written
}

// inflow reads it.
func (s *core) inflow(ctx context.Context, rules Rules, requestID string) (in Inflow, err error) {
	if in.Seen, err = s.Store.LastByStaff(ctx, requestID); err != nil {
		return in, err
	}
	if in.Told, err = s.Store.SentKeys(ctx, ToldKeys(rules, requestID, in.Seen, s.now())); err != nil {
		return in, err
	}
	in.Written, err = s.Store.Written(ctx, requestID, s.now().Add(-time.Hour))
	return in, err
}

// receivedKey makes one letter of all that staff get of what the requester
// writes or sends until they look at the case, or the day is over; of what comes
// by mail from others, one of all of a day.
func receivedKey(rules Rules, requestID, seen string, now time.Time, own bool) string {
	day := models.DateOf(now, rules.Zone).String()
	if own {
		return "received/" + requestID + "/" + day + "/" + seen
	}
	return "received_doubtful/" + requestID + "/" + day
}

// ToldKeys are the keys of the letters to staff that something which comes into
// a case may be told by now.
func ToldKeys(rules Rules, requestID, seen string, now time.Time) []string {
	return []string{receivedKey(rules, requestID, seen, now, true), receivedKey(rules, requestID, seen, now, false)}
}

// tellReceived tells staff of what came into the case, unless they have a letter
// about something before it that they did not look at. What ends a hold is
// always told: it takes a question of staff.
func (d *decider) tellReceived(in Inflow, l models.StaffRepliedLetter) {
	key := receivedKey(d.rules, d.Request.ID, in.Seen, d.now, !l.Doubtful)
	if l.Resumed {
		key = ""
	}
	if key != "" && slices.Contains(in.Told, key) {
		return
	}
	l.About, l.RespondOn = d.about(), d.respondOn()
	d.tellStaffOnce(key, d.owner(), l)
}

// roomToWrite refuses a message in a session that is one too many.
func roomToWrite(w models.Written, text string) error {
	if w.Lately >= messagesPerHour {
		return models.Errorf(models.CodeTooMany, "there are %d messages within the hour; wait a while, and put the rest into one", messagesPerHour)
	}
	if w.Bytes+int64(len(text)) > mostWritten {
		return models.Errorf(models.CodeTooLarge, "a request holds %d KiB of what is written to it at most; send a file instead", mostWritten>>10)
	}
	return nil
}

// cutToRoom cuts the text of a mail to what there is room for. The mail itself
// is kept whole.
func cutToRoom(w models.Written, c *Receive) {
	room := max(0, mostWritten-w.MailBytes)
	if int64(len(c.Text)) <= room {
		return
	}
	c.Text = models.CutText(c.Text, int(room))
	if !slices.Contains(c.Flags, models.FlagCut) {
		c.Flags = append(slices.Clone(c.Flags), models.FlagCut)
	}
}
