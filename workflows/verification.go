package workflows

import (
	"cmp"
	"regexp"

	"habeas/models"
	"habeas/policies"
)

// mailCode mails a code; to an unproved mailbox it is also the receipt, with
// nothing in it that the requester wrote.
func (d *decider) mailCode(c Challenge, also []string) {
	d.With(models.CodeIssued{Code: c.Code})
	d.tellMailbox(models.CodeLetter{
		About: d.dear(), Code: c.Plain, ExpiresAt: c.Code.ExpiresAt,
		ReceivedOn: d.Request.ReceivedOn, RespondOn: d.respondOn(), AlreadyProved: d.proved(), Also: also,
	})
}

func (d *decider) sendCode(c SendCode) error {
	crowded := d.Request.Suppressed == models.SuppressedClient && d.now.Before(d.Request.EnteredAt.Add(CodeWindow))
	if !mayMailCode(c.Sent, d.now) || crowded || d.Request.Mailbox() == "" {
		return models.Errorf(models.CodeTooMany, "no further code for this request now")
	}
	if err := d.exceeds(d.Request.Channel); err != nil {
		return err
	}
	d.mailCode(c.Challenge, nil)
	d.record(models.EventCodeSent, d.written(), nil)
	return nil
}

// written is what changes once somebody writes to a requester who was told
// nothing before. Where it was a code the time to type it begins.
func (d *decider) written() models.Change {
	if d.Request.Suppressed == "" {
		return models.Change{}
	}
	if _, code := models.EffectOf[models.CodeIssued](d.Decision); code && d.Request.State == models.StateUnverified {
		d.job(models.JobExpire, "", d.rules.expiry(d.Request.Facts, d.now).At)
	}
	return models.Change{Suppressed: new(models.Suppression(""))}
}

// remindVerify reminds the requester once, with a fresh code.
func (d *decider) remindVerify(c RemindVerify) error {
	if c.Led {
		return models.Errorf(models.CodeConflict, "the code of another request of the same mail is enough")
	}
	since := d.Request.AwaitedSince()
	if !d.Request.RequesterSince.IsZero() && d.now.Before(since.Add(d.rules.VerifyReminderAfter())) {
		return models.Errorf(models.CodeConflict, "the reminder was planned for the former requester; another is")
	}
	if err := d.exceeds(d.Request.Channel); err != nil {
		return err
	}
	d.With(models.CodeIssued{Code: c.Challenge.Code})
	closes := models.DateOf(d.rules.expiry(d.Request.Facts, since).At, d.rules.Zone)
	d.tellMailbox(models.VerifyReminderLetter{About: d.dear(), Code: c.Challenge.Plain, ExpiresAt: c.Challenge.Code.ExpiresAt, ClosesOn: closes})
	d.observe(models.EventVerifyReminded, nil)
	return nil
}

// proveMailbox opens a session for whoever typed the mailed code, and the
// request if it waited for that.
func (d *decider) proveMailbox(c ProveMailbox) error {
	d.With(models.CodeUsed{ID: c.CodeID})
	d.With(models.SessionOpened{Session: c.Session})
	d.With(models.MailboxVerified{Mailbox: d.rules.CanonicalMailbox(d.Request.Mailbox()), Filed: d.Request.EnteredAt})
	var change models.Change
	d.reached(&change)
	if d.Request.Mail != "" && !d.proved() {
		d.job(models.JobProveLinked, "", d.now)
	}
	d.record(models.EventSessionOpened, change, nil)
	if d.Request.State == models.StateClosed || d.Request.Level.Covers(models.LevelMailbox) {
		return nil
	}
	change = models.Change{Level: new(models.LevelMailbox)}
	if d.Request.State == models.StateUnverified {
		change.State = new(models.StateOpen)
	}
	d.record(models.EventMailboxProved, change, nil)
	if change.State != nil {
		d.opened()
	}
	return nil
}

// opened tells both sides that the request is now a case.
func (d *decider) opened() {
	d.acknowledge()
	d.tellNamed()
	d.announce()
}

// announce tells staff that there is a request for them.
func (d *decider) announce() {
	d.tellStaff(models.Everyone, d.newLetter())
}

// newLetter says to staff that there is a request, and whether a law is known
// for it.
func (d *decider) newLetter() models.StaffNewLetter {
	return models.StaffNewLetter{
		About: d.about(), RespondOn: d.respondOn(), Level: d.Request.Level, NoStatute: !d.rules.StatuteKnown(d.rules.CaseOf(d.Request.Facts)),
	}
}

// announceSuppressed is announce where the requester was told nothing. What stops
// everybody's mail is for the managers.
func (d *decider) announceSuppressed(u suppressed) {
	unsent := d.newLetter()
	unsent.Suppressed = u.why
	whom, letter := models.Everyone, models.Letter(unsent)
	if u.why == models.SuppressedTotal {
		whom, letter = models.Managers, models.StaffBreakerLetter{Locale: d.Request.Locale, ByMail: d.Request.Channel == models.ChannelEmail}
	}
	d.tellStaffOnce(u.key, whom, letter)
}

func (d *decider) acknowledge() {
	need := models.LevelNone
	if t, err := d.kind(); err == nil {
		need = t.Level(d.Request.DataClass)
	}
	d.tellMailbox(models.AcknowledgementLetter{
		About: d.dear(), ReceivedOn: d.Request.ReceivedOn, RespondOn: d.respondOn(),
		Regimes: d.lawNames(), NeedLevel: need, Level: d.Request.Level,
	})
}

// lawNames are the laws and promises that apply, in the requester's language.
func (d *decider) lawNames() []string {
	var names []string
	for _, key := range d.Request.Deadline.Regimes {
		names = append(names, d.rules.RegimeName(key, d.Request.Locale))
	}
	return names
}

var methodPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// verify records that staff made sure of the person, and how. The evidence
// itself is not kept: kind and result are enough, and less is safer (11 CCR
// § 7060(d)).
func (d *decider) verify(c Verify) error {
	if !methodPattern.MatchString(c.Method) {
		return models.Invalid(models.FieldError{Field: "method", Code: "pattern", Message: "must be a short code such as staff_check or data_points"})
	}
	if c.Of == ProvenAuthority {
		return d.verifyAuthority(c)
	}
	if c.Of != "" && c.Of != ProvenIdentity {
		return models.Invalid(models.FieldError{Field: "of", Code: "oneof", Message: "must be identity or authority"})
	}
	if !c.Level.Covers(models.LevelMailbox) || d.Request.Level.Covers(c.Level) {
		return models.Invalid(models.FieldError{Field: "level", Code: "range", Message: "must be above the level the request has: " + string(d.Request.Level)})
	}
	first := d.Request.State == models.StateUnverified
	change := models.Change{Level: &c.Level}
	if first {
		change = d.written()
		change.Level = &c.Level
		change.State = new(models.StateOpen)
	}
	d.record(models.EventVerified, change, map[string]string{"method": c.Method})
	if c.Note != "" {
		d.keep(models.Internal, c.Note)
	}
	if first {
		d.opened()
	}
	if c.Level.Covers(models.LevelReasonable) {
		d.tell(models.VerifiedLetter{About: d.dear(), RespondOn: d.respondOn()})
	}
	return nil
}

// verifyAuthority records that staff made sure that whoever files for somebody
// else may do so. It opens nothing by itself: who they are is another question.
func (d *decider) verifyAuthority(c Verify) error {
	switch {
	case d.Request.Capacity == models.CapacitySelf:
		return models.Invalid(models.FieldError{Field: "of", Code: "self", Message: "must be identity: the person files for themselves"})
	case !c.Level.Covers(models.LevelMailbox) || d.Request.Authority.Covers(c.Level):
		return models.Invalid(models.FieldError{Field: "level", Code: "range", Message: "must be above the level that the authority has: " + string(cmp.Or(d.Request.Authority, models.LevelNone))})
	}
	d.record(models.EventVerified, models.Change{Authority: &c.Level}, map[string]string{"method": c.Method, "of": string(ProvenAuthority)})
	if c.Note != "" {
		d.keep(models.Internal, c.Note)
	}
	return nil
}

// expire ends a request that nobody verified in time. Where a law says what
// becomes of it, the letter is a denial with its reason and what the person can
// do about it (11 CCR § 7021(b); GDPR Art. 12(4)).
func (d *decider) expire() error {
	end := d.rules.expiry(d.Request.Facts, d.Request.AwaitedSince())
	d.close(models.EventExpired, models.OutcomeExpired, models.Change{})
	if d.exceeds(d.Request.Channel) != nil {
		return nil //nolint:nilerr // over its limit, it ends without a word
	}
	letter := models.ExpiredLetter{About: d.dear(), Categories: end.Categories}
	if end.Denial {
		letter.Remedy = d.rules.Remedy(d.rules.CaseOf(d.Request.Facts), policies.OnExpiry, d.today(), d.Request.Locale)
		if reason, ok := d.reason(d.rules.TypeOf, policies.UnverifiableReason); ok {
			letter.Reasons = []models.Reason{reason}
		}
	}
	d.tellMailbox(letter)
	return nil
}

// proveLinked is the proof of the mailbox by the code of another request that
// came in the same mail. It is the acknowledgement of this one.
func (d *decider) proveLinked() error {
	if d.proved() {
		return nil
	}
	change := d.written()
	change.Level = new(models.LevelMailbox)
	if d.Request.State != models.StateUnverified {
		d.record(models.EventMailboxProved, change, nil)
		d.acknowledge()
		return nil
	}
	change.State = new(models.StateOpen)
	d.record(models.EventMailboxProved, change, nil)
	d.opened()
	return nil
}
