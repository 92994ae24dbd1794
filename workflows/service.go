package workflows

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"habeas/models"
	"habeas/policies"
)

// Config is what a Service needs. Inspect and all fields after it may be left
// out.
type Config struct {
	Store Store
	Jobs  JobStore
	Blobs Blobs
	Keys  Keyring
	// Policy is the one that new requests are received under.
	Policy *policies.Policy
	Zone   *time.Location
	// MailDomain ends the Message-ID of every mail.
	MailDomain string
	Now        func() time.Time
	NewID      func() string // a time-ordered UUID
	// Inspect cleans a file's name and tells its media type by its content; its
	// errors are CodeUnsupported and CodeInvalid.
	Inspect func(name string, content []byte) (clean, media string, err error)
	// MailFiles returns the files of a mail that are of a type we take; nil: none.
	MailFiles func(raw []byte) []MailFile
	// Kick tells the relay that jobs were committed; it must not block.
	Kick func()
	// Canonical is the mailbox that an address is counted for: the spellings
	// that lead to one mailbox have one. nil knows of capitals only.
	Canonical func(address string) string
	Brakes    Brakes
}

// Service runs commands: it reads the request, asks Decide, and stores the
// consequence in one transaction. It is safe for concurrent use.
type Service struct {
	Config
	pinned sync.Map // policy version → *policies.Policy
	once   inFlight
}

// New returns a Service, after storing the policy that new requests pin.
func New(ctx context.Context, c Config) (*Service, error) {
	if c.Kick == nil {
		c.Kick = func() {}
	}
	if c.Canonical == nil {
		c.Canonical = strings.ToLower
	}
	s := &Service{Config: c}
	if err := c.Store.SavePolicy(ctx, c.Policy.Version(), c.Policy.Snapshot()); err != nil {
		return nil, fmt.Errorf("storing the policy: %w", err)
	}
	s.pinned.Store(c.Policy.Version(), c.Policy)
	return s, nil
}

// Option tells Do under which condition a command is run.
type Option struct {
	IfVersion int    // refuse with CodeStale unless the request is at this version; 0: any
	IfHeard   *int   // refuse with CodeStale unless the requester has written that many messages; nil: any
	JobDone   string // the job whose effect the command is
	Once      *Once  // the idempotency key it came under
	// Answer gives the answer to store under Once.
	Answer func(Decision) (status int, body []byte, err error)
	// Mail is the received mail that the command places, as it then is.
	Mail *models.ReceivedMail
}

// attempts bounds how often a command is decided anew because somebody else
// changed the request between reading and storing it.
const attempts = 8

// Do runs one command on the request with the reference and returns what
// followed. Errors are those of Decide, CodeNotFound, CodeStale, and ErrJobDone.
func (s *Service) Do(ctx context.Context, by models.Actor, reference string, c Command, o Option) (Decision, error) {
	return s.retry(ctx, by, c, o, func() (models.Request, error) { return s.Store.Find(ctx, reference) })
}

// DoByID is Do for jobs, which know the id.
func (s *Service) DoByID(ctx context.Context, by models.Actor, id string, c Command, o Option) (Decision, error) {
	return s.retry(ctx, by, c, o, func() (models.Request, error) { return s.Store.FindByID(ctx, id) })
}

func (s *Service) retry(ctx context.Context, by models.Actor, c Command, o Option, find func() (models.Request, error)) (Decision, error) {
	for try := 1; ; try++ {
		r, err := find()
		if err != nil {
			return Decision{}, err
		}
		if o.IfVersion != 0 && o.IfVersion != r.Version {
			return Decision{}, models.Errorf(models.CodeStale, "the request has changed since it was read: it is at version %d", r.Version)
		}
		d, err := s.do(ctx, by, r, c, o)
		if models.CodeOf(err) == models.CodeStale && o.IfVersion == 0 && try < attempts {
			continue
		}
		return d, err
	}
}

// do runs a command, and where its mail would be one too many, what is done
// without.
func (s *Service) do(ctx context.Context, by models.Actor, r models.Request, c Command, o Option) (Decision, error) {
	for {
		d, err := s.commit(ctx, by, r, c, o)
		if !isBraked(err) {
			return d, err
		}
		// It ends: a proof of work that was used is left out first, and what is
		// quiet has no brake.
		silent, ok, fault := s.quietly(ctx, c, err)
		if !ok || fault != nil {
			return Decision{}, cmp.Or(fault, err)
		}
		c = silent
	}
}

func (s *Service) commit(ctx context.Context, by models.Actor, r models.Request, c Command, o Option) (Decision, error) {
	rules, err := s.rules(ctx, r.Policy)
	if err != nil {
		return Decision{}, err
	}
	d, err := Decide(rules, r, by, c, s.now())
	if err != nil {
		return Decision{}, err
	}
	s.placing(by, &d, o.Mail)
	if d.Empty() && o.JobDone == "" {
		return d, nil
	}
	s.identify(ctx, &d)
	if err := o.answer(d); err != nil {
		return Decision{}, err
	}
	if err := s.Store.Commit(ctx, Commit{Decision: d, Before: r.Version, Heard: o.IfHeard, JobDone: o.JobDone, Once: o.Once}); err != nil {
		return Decision{}, err
	}
	s.Kick()
	return d, nil
}

// placing adds the mail that a command places to what follows from it. A mail
// belongs to the request that is made of it, too. Where staff place it, a job
// adds its files.
func (s *Service) placing(by models.Actor, d *Decision, m *models.ReceivedMail) {
	if m == nil {
		return
	}
	placed := *m
	if !slices.Contains(placed.Requests, d.Request.Reference) {
		placed.Requests = append(slices.Clone(placed.Requests), d.Request.Reference)
	}
	d.Mail = &placed
	d.Events = append(d.Events, s.mailEvent(by, placed, models.EventMailPlaced))
	if by.Kind == models.ActorStaff && s.MailFiles != nil && slices.ContainsFunc(m.Reading.Attachments, func(a models.MailAttachment) bool { return a.Taken }) {
		d.Jobs = append(d.Jobs, models.Job{
			Kind: models.JobMailFiles, RequestID: d.Request.ID, Subject: m.ID, UniqueKey: "mail_files/" + m.ID, RunAt: s.now(),
		})
	}
}

func (o Option) answer(d Decision) (err error) {
	if o.Once != nil && o.Answer != nil {
		o.Once.Status, o.Once.Answer, err = o.Answer(d)
	}
	return err
}

// now is whole seconds in UTC: what every stored time is.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Second) }

// rules returns the policy that a request is under.
func (s *Service) rules(ctx context.Context, version string) (Rules, error) {
	if version == "" {
		return Rules{Policy: s.Policy, Zone: s.Zone}, nil
	}
	if p, ok := s.pinned.Load(version); ok {
		return Rules{Policy: p.(*policies.Policy), Zone: s.Zone}, nil //nolint:forcetypeassert,errcheck // only New and this method store
	}
	snapshot, err := s.Store.Policy(ctx, version)
	if err != nil {
		return Rules{}, fmt.Errorf("loading policy %s: %w", version, err)
	}
	p, err := policies.Restore(snapshot)
	if err != nil {
		return Rules{}, fmt.Errorf("restoring policy %s: %w", version, err)
	}
	s.pinned.Store(version, p)
	return Rules{Policy: p, Zone: s.Zone}, nil
}

// identify gives every new row its id, and every mail its job.
func (s *Service) identify(ctx context.Context, d *Decision) {
	s.counted(d)
	d.Identify(models.Stamp{NewID: s.NewID, MailDomain: s.MailDomain, At: s.now(), Trace: models.Trace(ctx)})
	if d.Brake == nil {
		return
	}
	for i, m := range d.Messages {
		if l, ok := m.Letter.(models.Unproven); ok && m.Audience == models.ToRequester && m.Delivery == models.DeliveryQueued {
			d.Messages[i].Letter = l.WithStop(s.stopToken(m.ID))
		}
	}
}

// Explain returns the request's dates with every step, for staff, under the
// policy it was received under.
func (s *Service) Explain(ctx context.Context, reference string) (policies.Explanation, error) {
	rules, c, err := s.caseOf(ctx, reference)
	if err != nil {
		return policies.Explanation{}, err
	}
	return rules.Explain(c)
}

// ExplainIn is Explain for the requester, in the locale's language.
func (s *Service) ExplainIn(ctx context.Context, reference, locale string) (policies.Explanation, error) {
	rules, c, err := s.caseOf(ctx, reference)
	if err != nil {
		return policies.Explanation{}, err
	}
	return rules.ExplainIn(c, locale)
}

func (s *Service) caseOf(ctx context.Context, reference string) (Rules, policies.Case, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return Rules{}, policies.Case{}, err
	}
	rules, err := s.rules(ctx, r.Policy)
	if err != nil {
		return Rules{}, policies.Case{}, err
	}
	return rules, rules.caseOf(r.Facts), nil
}
