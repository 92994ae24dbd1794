package workflows

import (
	"slices"
	"time"

	"habeas/models"
	"habeas/policies"
)

// oldest is how long ago a request may have been received when it is typed in.
const oldest = 5 * 365 * 24 * time.Hour

// submit files a request. Its clock runs from ReceivedAt, whatever has to be
// verified (11 CCR § 7021(b): "regardless of time to verify").
func (d *decider) submit(c Submit) error {
	t, err := d.wanted(c.Type, c.Rights, c.Mail)
	if err != nil {
		return err
	}
	if t.Unsorted && c.Mail == "" { // only of a mail nobody can ask what it is
		return UnknownType()
	}
	if err := d.plausible(c); err != nil {
		return err
	}
	// By code or by name; kept by code. What is neither is refused with the dates.
	if country, region, err := policies.Place(c.Person.Country, c.Person.Region); err == nil {
		c.Person.Country, c.Person.Region = country, region
	}
	parsed, err := t.Parse(fieldsOf(c.Rights, c.Fields), c.Details, d.today())
	if err != nil {
		return err
	}
	facts, err := d.firstFacts(c, t, parsed)
	if err != nil {
		return err
	}
	d.Request.ID, d.Request.Reference = c.ID, c.Reference
	d.Request.Content = models.Content{
		Person: c.Person, OnBehalf: c.OnBehalf, Details: c.Details, Fields: parsed.Fields, ItemTexts: parsed.Texts,
		Suggestion: c.Suggestion,
	}
	d.Request.Similar = d.rules.CanonicalMailbox(d.Request.Mailbox())
	d.inReplyTo = c.InReplyTo
	if d.solved = c.Solved; d.k.MailUsage[d.Request.Similar].Spent {
		d.solved = nil
	}
	why := d.suppressed(c)
	facts.Suppressed = why.why
	detail := map[string]string{"channel": string(c.Channel)}
	if why.why != "" {
		detail["suppressed"] = string(why.why)
	}
	d.record(models.EventSubmitted, models.Change{Initial: &facts}, detail)
	d.welcome(c, why)
	d.scheduleReminder()
	d.route(c.Routed)
	return nil
}

// suppressed settles whether the request is filed without a word to the
// requester, and why. Staff hear of many requests from one network address once
// an hour, not of each of ten thousand; of machines, too, which any sender can
// say that it is.
func (d *decider) suppressed(c Submit) suppressed {
	hour := d.now.Truncate(time.Hour).Format(time.RFC3339)
	switch {
	case c.Quiet:
		return suppressed{models.SuppressedAutomatic, "unsent/automatic/" + hour}
	case c.Crowded && d.solved == nil:
		return suppressed{models.SuppressedClient, "unsent/crowd/" + hour}
	case c.Follows: // it is not written to in any case
		return suppressed{}
	}
	return d.suppressedBy(d.exceeds(c.Channel), c.Channel)
}

// wanted returns what is asked for as one type. Several rights at once only a
// mail asks for, and only those that the policy lets share a request.
func (d *decider) wanted(main models.RequestType, rights []models.RequestType, mail string) (*policies.Type, error) {
	if len(rights) == 0 {
		rights = []models.RequestType{main}
	}
	t, ok := d.rules.Joined(rights)
	if !ok || rights[0] != main {
		return nil, UnknownType()
	}
	if groups := d.rules.Together(rights); len(rights) > 1 && (mail == "" || len(groups) > 1 || len(groups[0]) < len(rights)) {
		return nil, models.Invalid(models.FieldError{Field: "rights", Code: "apart", Message: "must be a request each: the policy does not let them share one"})
	}
	return t, nil
}

// UnknownType refuses a type that the policy does not have.
func UnknownType() error {
	return models.Invalid(models.FieldError{Field: "type", Code: "unknown", Message: "is not a request type of this organisation"})
}

// fieldsOf returns the fields of a request: for several rights these are its
// only field, and each becomes an item.
func fieldsOf(rights []models.RequestType, fields map[string]any) map[string]any {
	if len(rights) == 0 {
		return fields
	}
	keys := make([]any, len(rights))
	for i, t := range rights {
		keys[i] = string(t)
	}
	return map[string]any{models.ItemRights: keys}
}

func (d *decider) plausible(c Submit) error {
	var faults []models.FieldError
	if c.ReceivedAt.After(d.now) || c.ReceivedAt.Before(d.now.Add(-oldest)) {
		faults = append(faults, models.FieldError{Field: "received_at", Code: "range", Message: "must be in the past, five years ago at most"})
	}
	if c.Channel != models.ChannelWeb && d.by.Kind != models.ActorStaff && d.by.Kind != models.ActorIntake {
		faults = append(faults, models.FieldError{Field: "channel", Code: "forbidden", Message: "is for staff to say"})
	}
	content := models.Content{Person: c.Person, OnBehalf: c.OnBehalf}
	byPost := []models.Channel{models.ChannelPhone, models.ChannelLetter, models.ChannelPerson}
	if content.Mailbox() == "" && !slices.Contains(byPost, c.Channel) {
		faults = append(faults, models.FieldError{Field: "person.email", Code: "required", Message: "is required: the answer goes there"})
	}
	if len(faults) > 0 {
		return models.Invalid(faults...)
	}
	return nil
}

func (d *decider) firstFacts(c Submit, t *policies.Type, parsed policies.Parsed) (models.Facts, error) {
	received := c.ReceivedAt.UTC().Truncate(time.Second)
	f := models.Facts{
		Type: c.Type, Rights: c.Rights, DataClass: parsed.Class, Channel: c.Channel, Country: c.Person.Country, Region: c.Person.Region,
		Locale: policies.Locale(c.Locale), Capacity: models.CapacitySelf, Policy: d.rules.Version(), ReceivedAt: received,
		ReceivedOn: models.DateOf(received, d.rules.Zone), EnteredAt: d.now, Undesignated: c.Undesignated, Mail: c.Mail,
		State: models.StateUnverified, Level: models.LevelNone, Items: parsed.Items,
	}
	if c.OnBehalf != nil {
		f.Capacity = c.OnBehalf.Role
	}
	if t.Level(parsed.Class) == models.LevelNone {
		f.State = models.StateOpen
	}
	deadline, err := d.rules.Deadline(d.rules.CaseOf(f), d.rules.Zone)
	f.Deadline = deadline
	return f, err
}

// welcome tells the requester what happens next: how to prove the mailbox, or,
// where nothing may be verified, by when an answer comes. Where it may not, or
// there is no mailbox, it is for staff to act.
func (d *decider) welcome(c Submit, why suppressed) {
	switch {
	case why.why != "":
		d.announceSuppressed(why)
	case d.Request.State == models.StateUnverified && d.Request.Mailbox() == "":
		d.announce()
	case d.Request.State == models.StateOpen && c.Follows:
		d.announce()
	case d.Request.State == models.StateOpen:
		d.opened()
	default:
		if !c.Follows {
			d.mailCode(c.Challenge, d.typeNames(c.Also))
		}
		d.job(models.JobVerifyReminder, "", d.now.Add(d.rules.VerifyReminderAfter()))
		d.job(models.JobExpire, "", d.rules.expiry(d.Request.Facts, d.now).At)
	}
}

// typeNames are the types in the words of the requester's language.
func (d *decider) typeNames(types []models.RequestType) []string {
	var names []string
	for _, key := range types {
		if t, ok := d.rules.Type(key); ok {
			names = append(names, t.Name(d.Request.Locale))
		}
	}
	return names
}

// job adds one job of the request; one of its kind and subject, ever.
func (d *decider) job(kind models.JobKind, subject string, at time.Time) {
	key := string(kind) + "/" + d.Request.ID
	if subject != "" {
		key += "/" + subject
	}
	d.Plan(d.stamp, models.Job{Kind: kind, RequestID: d.Request.ID, Subject: subject, UniqueKey: key, RunAt: at})
}
