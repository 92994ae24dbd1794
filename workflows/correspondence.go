package workflows

import (
	"slices"
	"strings"
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
	d.keep(models.Incoming, c.Text)
	m := &d.Messages[len(d.Messages)-1]
	m.Mail, m.Flags = c.Mail, c.Flags
	detail := map[string]string{"mail": c.Mail}
	own := Trusted(c.Flags)
	for _, f := range c.Flags {
		detail[string(f)] = "true"
	}
	resumed := own && d.Request.State == models.StateOnHold
	if resumed {
		if err := d.resume(models.EventAnswered); err != nil {
			return err
		}
		d.Events[len(d.Events)-1].Detail = detail
	} else {
		d.observe(models.EventReceived, detail)
	}
	if own && d.Request.Unreachable {
		last := &d.Events[len(d.Events)-1]
		last.Change.Unreachable = new(false)
		d.Request.Facts = d.Request.With(last.Change)
	}
	d.tellReceived(c.Flags, own, resumed)
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
	d.tellStaff(d.owner(), models.StaffRepliedLetter{About: d.about(), RespondOn: d.respondOn(), Resumed: resumed, Doubtful: !own})
	letter := &d.Messages[len(d.Messages)-1]
	switch {
	case resumed:
	case own:
		letter.Key = "received/" + d.Request.ID + "/" + d.now.Truncate(time.Hour).Format(time.RFC3339)
	default:
		letter.Key = "received_doubtful/" + d.Request.ID + "/" + d.today().String()
	}
}

// classify says what a request asks for that came by mail: of one that nobody
// had sorted yet, or that our rules sorted wrongly. What somebody chose on a
// form is their own word, and stays. Everything that follows from the type is
// reckoned anew from the day of receipt; what was proved stays proved.
func (d *decider) classify(c Classify) error {
	t, err := d.wanted(c.Type, c.Rights, d.Request.Mail)
	switch {
	case d.Request.Mail == "":
		return models.Errorf(models.CodeConflict, "the requester chose the type; only a request that came by mail can be classified")
	case d.Request.Appeal.No > 0:
		return models.Errorf(models.CodeConflict, "an appeal is about the request as it was answered")
	case err != nil:
		return err
	case t.Unsorted:
		return unknownType()
	case c.Type == d.Request.Type && len(c.Fields) == 0 && slices.Equal(c.Rights, d.Request.Rights):
		return nil
	}
	parsed, err := t.Parse(fieldsOf(c.Rights, c.Fields), d.Request.Details, d.today())
	if err != nil {
		return err
	}
	facts := d.Request.Facts
	facts.Type, facts.Rights = c.Type, c.Rights
	deadline, err := d.rules.Deadline(d.rules.caseOf(facts), d.rules.Zone)
	if err != nil {
		return err
	}
	change := models.Change{Type: &c.Type, DataClass: &parsed.Class, Items: &parsed.Items, Deadline: &deadline}
	if len(c.Rights)+len(d.Request.Rights) > 0 {
		change.Rights = &c.Rights
	}
	if deadline.RespondOn != d.respondOn() {
		change.Reminded = new([]string(nil))
	}
	opens := d.Request.State == models.StateUnverified && t.Level(parsed.Class) == models.LevelNone
	if opens {
		change.State = new(models.StateOpen)
	}
	d.Request.Fields, d.Request.ItemTexts = parsed.Fields, parsed.Texts
	d.record(models.EventClassified, change, map[string]string{"type": rightsKey(c.Type, c.Rights)})
	if opens {
		d.opened()
	}
	if change.Reminded != nil {
		d.scheduleReminder()
	}
	return nil
}

// rightsKey names what is asked for as one code: "access+deletion".
func rightsKey(main models.RequestType, rights []models.RequestType) string {
	if len(rights) == 0 {
		return string(main)
	}
	var keys []string
	for _, t := range rights {
		keys = append(keys, string(t))
	}
	return strings.Join(keys, "+")
}
