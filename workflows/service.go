package workflows

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
	"habeas/policies"
)

// Config is what a Service needs. Inspect and all fields after it may be left
// out.
type Config struct {
	Store    Store
	JobStore JobStore
	Blobs    Blobs
	Keys     Keyring
	// Policy is the one that new requests are received under.
	Policy *policies.Policy
	Zone   *time.Location
	// MailDomain ends the Message-ID of every mail.
	MailDomain string
	Now        func() time.Time
	NewID      func() string // a time-ordered UUID
	// Random is what codes, references, sessions and puzzles are drawn from. It
	// has to be safe for concurrent use, and nobody may guess it.
	Random io.Reader
	// Inspect cleans a file's name and tells its media type by its content; its
	// errors are CodeUnsupported and CodeInvalid.
	Inspect func(name string, content []byte) (clean, media string, err error)
	// MailFiles returns the files of a mail that are of a type we take; nil: none.
	MailFiles func(raw []byte) []MailFile
	// Kick tells the relay that jobs were committed; it must not block.
	Kick func()
	// Canonical is the mailbox that an address is counted for: the spellings
	// that lead to one mailbox have one. nil knows of capitals only.
	Canonical  func(address string) string
	MailLimits MailLimits
	// Systems are the places that hold personal data.
	Systems []models.System
	// MailFolder keeps our mails as files; nil where they are sent.
	MailFolder MailFolder
}

// Service is everything that is done with requests, one part for each kind of
// caller. It is safe for concurrent use.
type Service struct {
	*core
	Cases    *Cases
	Sessions *Sessions
	Queries  *Queries
	Inbox    *Inbox
	Tasks    *Tasks
	Owners   *Owners
	Jobs     *JobsAdmin
	// Retention erases what the service itself has kept long enough.
	Retention  *Retention
	LegalHolds *LegalHolds
}

type (
	// Cases runs commands: it reads the case, asks Decide, and stores the
	// consequence in one transaction.
	Cases struct {
		*core
		once inFlight
	}
	// Sessions opens a request to its requester, who typed the code that was mailed.
	Sessions struct {
		*core
		cases *Cases
	}
	// Queries reads what staff and requesters are shown, and records who looked.
	Queries struct{ *core }
	// Inbox keeps received mail and routes it to cases.
	Inbox struct {
		*core
		cases   *Cases
		queries *Queries
	}
	// JobsAdmin shows jobs and what waits for them, and records how they end.
	JobsAdmin struct{ *core }
)

// core is what the parts share.
type core struct {
	Config
	pinned sync.Map // policy version → *policies.Policy
}

// New returns a Service, after storing the policy that new requests pin.
func New(ctx context.Context, c Config) (*Service, error) {
	if c.Kick == nil {
		c.Kick = func() {}
	}
	if err := c.Store.SavePolicy(ctx, c.Policy.Version(), c.Policy.Snapshot()); err != nil {
		return nil, fmt.Errorf("storing the policy: %w", err)
	}
	shared := &core{Config: c}
	shared.pinned.Store(c.Policy.Version(), c.Policy)
	cases, queries := &Cases{core: shared}, &Queries{core: shared}
	tasks := &Tasks{core: shared, cases: cases, queries: queries}
	return &Service{
		core: shared, Cases: cases, Queries: queries, Sessions: &Sessions{core: shared, cases: cases},
		Inbox: &Inbox{core: shared, cases: cases, queries: queries}, Tasks: tasks, Owners: &Owners{core: shared, cases: cases, tasks: tasks},
		Jobs: &JobsAdmin{core: shared}, Retention: &Retention{core: shared, cases: cases}, LegalHolds: &LegalHolds{core: shared, cases: cases},
	}, nil
}

// Option tells Do under which condition a command is run.
type Option struct {
	IfVersion int // refuse with CodeStale unless the request is at this version; 0: any
	// IfLastSeen refuses with CodeStale unless the requester has written that
	// many messages; nil: any.
	IfLastSeen *int
	JobDone    string // the job whose effect the command is
	Once       *Once  // the idempotency key it came under
	// Answer gives the answer to store under Once.
	Answer func(Decision) (status int, body []byte, err error)
}

// attempts bounds how often a command is decided anew because somebody else
// changed the case between reading and storing it.
const attempts = 8

// Do runs one command on the request with the reference and returns what
// followed. Errors are those of Decide, CodeNotFound, CodeStale, and ErrJobDone.
func (s *Cases) Do(ctx context.Context, by models.Actor, reference string, c Command, o Option) (Decision, error) {
	return s.run(ctx, by, c, o, func() (models.Request, error) { return s.Store.Find(ctx, reference) })
}

// DoByID is Do for jobs, which know the id.
func (s *Cases) DoByID(ctx context.Context, by models.Actor, id string, c Command, o Option) (Decision, error) {
	return s.run(ctx, by, c, o, func() (models.Request, error) { return s.Store.FindByID(ctx, id) })
}

// run reads the case, decides, and stores the consequence. If the case changed
// meanwhile it does so again; of rate limits it reads how far they are used up
// for a new request, and else only once the store says that one is.
func (s *core) run(ctx context.Context, by models.Actor, c Command, o Option, find func() (models.Request, error)) (Decision, error) {
	var usage *models.MailUsage
	refused := false
	for try := 1; ; try++ {
		r, err := find()
		if err != nil {
			return Decision{}, err
		}
		if o.IfVersion != 0 && o.IfVersion != r.Version {
			return Decision{}, models.Errorf(models.CodeStale, "the request has changed since it was read: it is at version %d", r.Version)
		}
		rules, err := s.rulesOf(ctx, r.Policy)
		if err != nil {
			return Decision{}, err
		}
		if by, err = s.tied(ctx, by, r); err != nil {
			return Decision{}, err
		}
		if c, err = s.informed(ctx, rules, r, c); err != nil {
			return Decision{}, err
		}
		k := Case{Request: r, MailUsage: usage, MailRefused: refused}
		if rules, k, err = s.withTasks(ctx, rules, k, c); err != nil {
			return Decision{}, err
		}
		if _, concludes := c.(Conclude); concludes {
			if k.Answered, err = s.answeredCopies(ctx, rules, r); err != nil {
				return Decision{}, err
			}
		}
		at := s.stamp(ctx)
		d, err := s.decide(ctx, rules, k, by, c, at)
		if err != nil || d.Empty() && o.JobDone == "" {
			return d, err
		}
		err = s.store(ctx, d, o)
		switch {
		case err == nil:
			return d, nil
		case try == attempts:
			return Decision{}, err
		case isLimit(err):
			if usage, err = s.usage(ctx, d, at.Now); err != nil {
				return Decision{}, err
			}
			refused = true
		case models.CodeOf(err) != models.CodeStale || o.IfVersion != 0:
			return Decision{}, err
		}
	}
}

// decide is Decide, which for a new request that mails its code knows how far the
// rate limits are used up.
func (s *core) decide(ctx context.Context, rules Rules, k Case, by models.Actor, c Command, at Stamp) (Decision, error) {
	d, err := Decide(rules, k, by, c, at)
	if _, mails := models.EffectOf[models.MailCounted](d); err != nil || !mails || k.MailUsage != nil || c.Name() != CommandSubmit {
		return d, err
	}
	if k.MailUsage, err = s.usage(ctx, d, at.Now); err != nil {
		return Decision{}, err
	}
	return Decide(rules, k, by, c, at)
}

// store commits a decision under the conditions of o. It is the one place where
// anything is stored.
func (s *core) store(ctx context.Context, d Decision, o Option) error {
	if o.JobDone != "" {
		d.With(models.JobFinished{ID: o.JobDone})
	}
	if o.IfLastSeen != nil {
		d.With(models.LastSeen{Messages: *o.IfLastSeen})
	}
	if o.Once != nil {
		if err := o.answer(d); err != nil {
			return err
		}
		d.With(*o.Once)
	}
	if err := s.Store.Commit(ctx, d); err != nil {
		return err
	}
	s.Kick()
	return nil
}

func (o Option) answer(d Decision) (err error) {
	if o.Answer != nil {
		o.Once.Status, o.Once.Answer, err = o.Answer(d)
	}
	return err
}

// decider is for what is about no single request.
func (s *core) decider(ctx context.Context, by models.Actor) *decider {
	return newDecider(s.rules(s.Policy), Case{}, by, s.stamp(ctx))
}

// secrets draws what nobody can guess.
func (s *core) secrets() secrets.Source { return secrets.Source{Random: s.Random} }

// stamp is what a decision takes from outside now.
func (s *core) stamp(ctx context.Context) Stamp {
	return Stamp{Now: s.now(), NewID: s.NewID, MailDomain: s.MailDomain, Trace: models.Trace(ctx)}
}

// now is whole seconds in UTC: what every stored time is.
func (s *core) now() time.Time { return s.Now().UTC().Truncate(time.Second) }

// rules are those of a policy in this organisation.
func (s *core) rules(p *policies.Policy) Rules {
	return Rules{
		Policy: p, Zone: s.Zone, MailLimits: s.MailLimits, Canonical: s.Canonical, StopToken: s.stopToken, Digest: s.digestOf,
		OwnerDigest: s.ownerDigest,
	}
}

// rulesOf returns the rules that a request is under.
func (s *core) rulesOf(ctx context.Context, version string) (Rules, error) {
	if version == "" {
		return s.rules(s.Policy), nil
	}
	if p, ok := s.pinned.Load(version); ok {
		return s.rules(p.(*policies.Policy)), nil //nolint:forcetypeassert,errcheck // only New and this method store
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
	return s.rules(p), nil
}

// Explain returns the request's dates with every step, for staff, under the
// policy it was received under.
func (s *Queries) Explain(ctx context.Context, reference string) (policies.Explanation, error) {
	rules, c, err := s.caseOf(ctx, reference)
	if err != nil {
		return policies.Explanation{}, err
	}
	return rules.Explain(c)
}

// ExplainIn is Explain for the requester, in the locale's language.
func (s *Queries) ExplainIn(ctx context.Context, reference, locale string) (policies.Explanation, error) {
	rules, c, err := s.caseOf(ctx, reference)
	if err != nil {
		return policies.Explanation{}, err
	}
	return rules.ExplainIn(c, locale)
}

func (s *core) caseOf(ctx context.Context, reference string) (Rules, policies.Case, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return Rules{}, policies.Case{}, err
	}
	rules, err := s.rulesOf(ctx, r.Policy)
	if err != nil {
		return Rules{}, policies.Case{}, err
	}
	return rules, rules.caseOf(r.Facts), nil
}
