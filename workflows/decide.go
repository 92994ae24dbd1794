package workflows

import (
	"maps"
	"slices"
	"strings"
	"time"

	"habeas/models"
	"habeas/policies"
)

// Rules is the policy a request is under, and what the organisation sets for
// all requests. Its functions are pure.
type Rules struct {
	*policies.Policy
	Zone       *time.Location
	MailLimits MailLimits
	// Canonical is the mailbox that an address is counted for: the spellings
	// that lead to one mailbox have one. nil knows of capitals only.
	Canonical func(address string) string
	// StopToken is what a mail to an unverified mailbox carries, so that its owner
	// can say that it was not them. nil: mails carry none.
	StopToken func(messageID string) string
	// Systems are the places that hold personal data.
	Systems []models.System
	// Digest stands for a mailbox where it may not be named; nil leaves it out.
	Digest func(mailbox string) string
	// OwnerDigest is Digest for the mailbox of a system owner.
	OwnerDigest func(mailbox string) string
}

// CanonicalMailbox is the mailbox that an address is counted for.
func (r Rules) CanonicalMailbox(address string) string {
	if r.Canonical == nil {
		return strings.ToLower(address)
	}
	return r.Canonical(address)
}

func (r Rules) digest(mailbox string) string {
	if r.Digest == nil {
		return ""
	}
	return r.Digest(mailbox)
}

// Case is what a command is about: the request as it stands, and what belongs
// to it. The zero Case is that of a new request, and of a mail about none.
type Case struct {
	Request models.Request
	// MailUsage is how far the rate limits are used up, by the canonical form of
	// the unverified mailboxes that the command may write to. The store counts the
	// mails under the same limits, for those who decide at the same moment.
	MailUsage map[string]models.MailUsage
	// Answered is how many answers the person has had where a law owes a number
	// of them. It is read for a decision only.
	Answered []AnsweredCopies
	// Tasks are those of the request.
	Tasks []models.Task
	// LegalHolds are those that stand on the person.
	LegalHolds models.LegalHolds
	// HeldMail are the ids of received mails in the request that legal holds on
	// their senders keep. It is read for an erasure only.
	QuarantinedMail []string
	// Receipts are those of the erasures that connectors have carried out, by task.
	// They are read for what may complete an erasure.
	Receipts      map[string]models.Receipt
	ReceiptsKnown bool
	// MailboxErased is whether the person's address is on the list of those who had
	// their data erased. It is read with the receipts.
	MailboxErased bool
}

// Decide says what follows from one command on a case: the request as it then
// is, and everything to store with it, or why not. It is pure: it reads no
// clock and no store, and leaves the case as it was. Time and ids come in as
// the stamp.
//
// Errors: CodeForbidden for a command that is not the actor's to give,
// CodeConflict (with what is allowed now) for one the lifecycle does not have
// in this state, and those of the single commands.
func Decide(rules Rules, k Case, by models.Actor, c Command, at Stamp) (Decision, error) {
	if ruling := Gate(rules, k, by, Act{Command: c.Name(), At: at.Now, Mail: mailOf(c), Hold: holdOf(c)}); ruling.Verdict == Refused {
		return Decision{}, ruling.Because
	}
	d := newDecider(rules, k, by, at)
	if err := d.apply(c); err != nil {
		return Decision{}, err
	}
	d.settleTasks()
	d.certify()
	return Under(d.Decision, at.Origin)
}

// Under completes a decision with what its command came under. One that changes nothing uses up no
// idempotency key; the job whose effect it is has nothing more to do.
func Under(d Decision, o models.Origin) (Decision, error) {
	if d.Empty() && o.Job == "" {
		return d, nil
	}
	if o.Job != "" {
		d.With(models.JobFinished{ID: o.Job})
	}
	if o.LastSeen != nil {
		d.With(models.LastSeen{Messages: *o.LastSeen})
	}
	if o.Once == nil {
		return d, nil
	}
	once := *o.Once
	if o.Answer != nil {
		var err error
		if once.Status, once.Answer, err = o.Answer(d); err != nil {
			return Decision{}, err
		}
	}
	d.With(once)
	return d, nil
}

// decider gathers the consequence of one command.
type decider struct {
	Decision
	rules Rules
	k     Case          // as it was
	tasks []models.Task // of the request, as they then are
	// receipts are those of its erasures, by task.
	receipts map[string]models.Receipt
	by       models.Actor
	stamp    Stamp
	now      time.Time
	from     models.Request

	inReplyTo string                  // the Message-ID that letters to the requester answer
	solved    *models.SolvedChallenge // for the mail that is counted
}

func newDecider(rules Rules, k Case, by models.Actor, at Stamp) *decider {
	return &decider{
		rules: rules, k: k, by: by, stamp: at, now: at.Now, from: k.Request,
		tasks:    slices.Clone(k.Tasks),
		receipts: maps.Collect(maps.All(k.Receipts)),
		Decision: Decision{Request: k.Request, Before: k.Request.Version},
	}
}

func (d *decider) apply(c Command) error {
	switch c := c.(type) {
	case Submit:
		return d.submit(c)
	case SendCode:
		return d.sendCode(c)
	case ProveMailbox:
		return d.proveMailbox(c)
	case ProveLinked:
		return d.proveLinked()
	case RemindVerify:
		return d.remindVerify(c)
	case Expire:
		return d.expire()
	case Verify:
		return d.verify(c)
	case Assign:
		return d.assign(c)
	case Start:
		return d.start()
	case Ask:
		return d.ask(c)
	case Resume:
		return d.resume(models.EventResumed, models.Change{}, nil)
	case Write:
		return d.write(c)
	case Note:
		return d.note(c)
	case Reply:
		return d.reply(c)
	case Attach:
		return d.attach(c)
	case DeleteFile:
		return d.deleteFile(c)
	case Extend:
		return d.extend(c)
	case Conclude:
		return d.conclude(c)
	case Approve:
		return d.approve(c)
	case Return:
		return d.returned(c)
	case Reopen:
		return d.reopen(c)
	case Merge:
		return d.merge(c)
	case MarkSpam:
		return d.markSpam()
	case Withdraw:
		return d.withdraw()
	case FileAppeal:
		return d.appeal(c)
	case Remind:
		return d.remind(c)
	case Receive:
		return d.receive(c)
	case Classify:
		return d.classify(c)
	case MoveMail:
		return d.moveMail(c)
	case SetRequester:
		return d.setRequester(c)
	case KeepMail:
		return d.keepReceived(c)
	case PlaceMail:
		return d.placeMail(c)
	case DismissMail:
		return d.dismissMail(c)
	case RecallMail:
		return d.recallMail(c)
	case Erase:
		return d.erase()
	case FollowLegalHolds:
		return nil // the tasks follow them after every command
	case RecordDelivery:
		return d.recordDelivery(c)
	case RecordNotification:
		return d.recordNotification(c)
	case SetSuppression:
		d.setSuppression(c)
		return nil
	}
	if known, err := d.applyTask(c); known {
		return err
	}
	if known, err := d.applyErasure(c); known {
		return err
	}
	if known, err := d.applyHold(c); known {
		return err
	}
	if known, err := d.applyPackage(c); known {
		return err
	}
	return models.Errorf(models.CodeInternal, "no decision for %s", c.Name())
}

// record applies a change to the facts and writes its event. It is the only
// way in which a decision changes a fact, so every change has its event. An
// event that changes nothing has version 0.
func (d *decider) record(kind models.EventKind, change models.Change, detail map[string]string) {
	e := models.Event{
		RequestID: d.Request.ID, Reference: d.Request.Reference, Kind: kind, Actor: d.by,
		From: d.Request.State, Change: change, Detail: detail,
	}
	if !change.Empty() {
		d.Request.Facts = d.Request.With(change)
		d.Request.Version = d.from.Version + 1
		e.Version = d.Request.Version
	}
	e.To, e.Policy = d.Request.State, d.Request.Policy
	d.Log(d.stamp, e)
}

// gate asks the gate about an act that is known in full.
func (d *decider) gate(a Act) (Verdict, error) {
	a.At = d.now
	k := d.k
	k.Tasks = d.tasks
	ruling := Gate(d.rules, k, d.by, a)
	return ruling.Verdict, ruling.Because
}

// observe writes an event that changes nothing.
func (d *decider) observe(kind models.EventKind, detail map[string]string) {
	d.record(kind, models.Change{}, detail)
}

// leave takes the request out of a decision that changes nothing about it: then
// it holds up nobody who works on the request, and nobody holds it up.
func (d *decider) leave() {
	if d.Request.Version == d.from.Version {
		d.Request, d.Before = models.Request{}, 0
	}
}

func (d *decider) today() models.Date { return models.DateOf(d.now, d.rules.Zone) }

// kind returns what the request asks for as the policy describes it. A type that the
// pinned policy does not know cannot have been submitted.
func (d *decider) kind() (*policies.Type, error) {
	t, ok := d.rules.TypeOf(d.Request.Facts)
	if !ok {
		return nil, models.Errorf(models.CodeInternal, "the policy has no type %s", d.Request.Type)
	}
	return t, nil
}

// CaseOf is a request as the policy sees it.
func (r Rules) CaseOf(f models.Facts) policies.Case {
	return policies.Case{
		Type: f.Type, Rights: f.Rights, Country: f.Country, Region: f.Region, ReceivedOn: f.ReceivedOn,
		ReceivedAt: f.ReceivedAt, Undesignated: f.Undesignated, Extended: f.Extended, Pauses: f.Pauses,
	}
}

// expiry is when a request ends that nobody verifies from an instant on.
func (r Rules) expiry(f models.Facts, from time.Time) policies.Expiry {
	return r.Expiry(r.CaseOf(f), from, r.Zone)
}

func required(field, value string) error {
	if value == "" {
		return models.Invalid(models.FieldError{Field: field, Code: "required", Message: "is required"})
	}
	return nil
}
