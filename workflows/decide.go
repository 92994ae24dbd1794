package workflows

import (
	"time"

	"habeas/models"
	"habeas/policies"
)

// Rules is the policy a request is under and the organisation's time zone.
type Rules struct {
	*policies.Policy
	Zone *time.Location
}

// Decide says what follows from one command on a request: the request as it
// then is, the events, messages and jobs to store with it, or why not. It is
// pure: it reads no clock and no store and leaves r as it was. New rows have no
// ids yet; Service gives them.
//
// Errors: CodeForbidden for a command that is not the actor's to give,
// CodeConflict (with what is allowed now) for one the lifecycle does not have
// in this state, and those of the single commands.
func Decide(rules Rules, r models.Request, by models.Actor, c Command, now time.Time) (Decision, error) {
	if err := admit(r.State, by, c.Name()); err != nil {
		return Decision{}, err
	}
	d := &decider{rules: rules, by: by, now: now, from: r, Decision: Decision{Request: r}}
	if err := d.apply(c); err != nil {
		return Decision{}, err
	}
	d.settle()
	return d.Decision, nil
}

// decider gathers the consequence of one command.
type decider struct {
	Decision
	rules Rules
	by    models.Actor
	now   time.Time
	from  models.Request
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
		return d.expire(c)
	case Verify:
		return d.verify(c)
	case Assign:
		return d.assign(c)
	case Start:
		return d.start()
	case Ask:
		return d.ask(c)
	case Resume:
		return d.resume(models.EventResumed)
	case Write:
		return d.write(c)
	case Note:
		return d.note(c)
	case Reply:
		return d.reply(c)
	case Attach:
		return d.attach(c)
	case Extend:
		return d.extend(c)
	case Conclude:
		return d.conclude(c)
	case Approve:
		return d.approve()
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
	}
	return models.Errorf(models.CodeInternal, "no decision for %s", c.Name())
}

// record applies a change to the facts and writes its event. It is the only
// way in which a decision changes a fact, so every change has its event.
func (d *decider) record(kind models.EventKind, change models.Change, detail map[string]string) {
	from := d.Request.State
	d.Request.Facts = d.Request.With(change)
	d.Events = append(d.Events, models.Event{
		RequestID: d.Request.ID, Reference: d.Request.Reference, At: d.now, Kind: kind, Actor: d.by,
		From: from, To: d.Request.State, Policy: d.Request.Policy, Change: change, Detail: detail,
	})
}

// observe writes an event that changes nothing.
func (d *decider) observe(kind models.EventKind, detail map[string]string) {
	d.record(kind, models.Change{}, detail)
}

// settle raises the version if a fact changed, and stamps it on the events
// that changed one.
func (d *decider) settle() {
	changed := false
	for i := range d.Events {
		if !d.Events[i].Change.Empty() {
			changed = true
			d.Events[i].Version = d.from.Version + 1
		}
	}
	if changed {
		d.Request.Version = d.from.Version + 1
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

func (r Rules) caseOf(f models.Facts) policies.Case {
	return policies.Case{
		Type: f.Type, Rights: f.Rights, Country: f.Country, Region: f.Region, ReceivedOn: f.ReceivedOn,
		Undesignated: f.Undesignated, Extended: f.Extended, Pauses: f.Pauses,
	}
}

func required(field, value string) error {
	if value == "" {
		return models.Invalid(models.FieldError{Field: field, Code: "required", Message: "is required"})
	}
	return nil
}
