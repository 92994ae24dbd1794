package cases

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"habeas/internal/secrets"
	"habeas/models"
	"habeas/policies"
	"habeas/workflows"
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
	MailLimits workflows.MailLimits
	// Systems are the places that hold personal data and that files describe.
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
	Register   *SystemRegister
	Suppressed *Suppressions
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
	// Suppressions says who was erased, and is not to be mailed by an import.
	Suppressions struct{ *core }
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
		Jobs: &JobsAdmin{core: shared}, Retention: &Retention{core: shared, cases: cases}, LegalHolds: &LegalHolds{core: shared, cases: cases}, Register: &SystemRegister{shared}, Suppressed: &Suppressions{shared},
	}, nil
}

// Option tells Do under which condition a command is run.
type Option struct {
	IfVersion int // refuse with CodeStale unless the request is at this version; 0: any
	// IfLastSeen refuses with CodeStale unless the requester has written that
	// many messages; nil: any.
	IfLastSeen *int
	JobDone    string          // the job whose effect the command is
	Once       *workflows.Once // the idempotency key it came under
	// Answer gives the answer to store under Once.
	Answer func(workflows.Decision) (status int, body []byte, err error)
}

// attempts bounds how often a command is decided anew because somebody else
// changed the case between reading and storing it.
const attempts = 8

// Do runs one command on the request with the reference and returns what
// followed. Errors are those of Decide, CodeNotFound, CodeStale, and ErrJobDone.
func (s *Cases) Do(ctx context.Context, by models.Actor, reference string, c workflows.Command, o Option) (workflows.Decision, error) {
	return s.run(ctx, by, c, o, func() (models.Request, error) { return s.Store.Find(ctx, reference) })
}

// DoByID is Do for jobs, which know the id.
func (s *Cases) DoByID(ctx context.Context, by models.Actor, id string, c workflows.Command, o Option) (workflows.Decision, error) {
	return s.run(ctx, by, c, o, func() (models.Request, error) { return s.Store.FindByID(ctx, id) })
}

// run reads the case, decides, and stores the consequence. If the case changed
// meanwhile, or others used up what it had room for, it does so again.
func (s *core) run(ctx context.Context, by models.Actor, c workflows.Command, o Option, find func() (models.Request, error)) (workflows.Decision, error) {
	for try := 1; ; try++ {
		r, err := find()
		if err != nil {
			return workflows.Decision{}, err
		}
		if o.IfVersion != 0 && o.IfVersion != r.Version {
			return workflows.Decision{}, models.Errorf(models.CodeStale, "the request has changed since it was read: it is at version %d", r.Version)
		}
		d, err := s.decide(ctx, by, r, c, o)
		if err != nil || d.Empty() {
			return d, err
		}
		err = s.store(ctx, d, o)
		again := isLimit(err) || models.CodeOf(err) == models.CodeStale && o.IfVersion == 0
		switch {
		case err == nil:
			return d, nil
		case !again || try == attempts:
			return workflows.Decision{}, err
		}
	}
}

// decide reads what Decide has to know of a request beside the request, and
// decides.
func (s *core) decide(ctx context.Context, by models.Actor, r models.Request, c workflows.Command, o Option) (workflows.Decision, error) {
	at := s.stamp(ctx)
	at.Origin = o.origin()
	rules, err := s.rulesOf(ctx, r.Policy)
	if err != nil {
		return workflows.Decision{}, err
	}
	if c, err = s.informed(ctx, rules, r, c); err != nil {
		return workflows.Decision{}, err
	}
	rules, k, err := s.withTasks(ctx, rules, workflows.Case{Request: r}, c)
	if err != nil {
		return workflows.Decision{}, err
	}
	if by, err = s.tied(ctx, by, k); err != nil {
		return workflows.Decision{}, err
	}
	if k.MailUsage, err = s.mailUsage(ctx, rules, r, c, at.Now); err != nil {
		return workflows.Decision{}, err
	}
	if _, concludes := c.(workflows.Conclude); concludes {
		if k.Answered, err = s.answeredCopies(ctx, rules, r); err != nil {
			return workflows.Decision{}, err
		}
	}
	return workflows.Decide(rules, k, by, c, at)
}

// store commits a decision. It is the one place where one is stored. Whoever gave
// an idempotency key finds there the answer that is kept under it.
func (s *core) store(ctx context.Context, d workflows.Decision, o Option) error {
	if err := s.Store.Commit(ctx, d); err != nil {
		return err
	}
	if once, ok := models.EffectOf[workflows.Once](d); ok && o.Once != nil {
		*o.Once = once
	}
	s.Kick()
	return nil
}

// finish stores a decision about something other than a single request.
func (s *core) finish(ctx context.Context, d workflows.Decision, o Option) error {
	decision, err := workflows.Under(d, o.origin())
	if err != nil {
		return err
	}
	return s.store(ctx, decision, o)
}

func (o Option) origin() models.Origin {
	return models.Origin{Job: o.JobDone, Once: o.Once, LastSeen: o.IfLastSeen, Answer: o.Answer}
}

// secrets draws what nobody can guess.
func (s *core) secrets() secrets.Source { return secrets.Source{Random: s.Random} }

// stamp is what a decision takes from outside now.
func (s *core) stamp(ctx context.Context) workflows.Stamp {
	return workflows.Stamp{Now: s.now(), NewID: s.NewID, MailDomain: s.MailDomain, Trace: models.Trace(ctx)}
}

// now is whole seconds in UTC: what every stored time is.
func (s *core) now() time.Time { return s.Now().UTC().Truncate(time.Second) }

// rules are those of a policy in this organisation.
func (s *core) rules(p *policies.Policy) workflows.Rules {
	return workflows.Rules{
		Policy: p, Zone: s.Zone, MailLimits: s.MailLimits, Canonical: s.Canonical, StopToken: s.stopToken, Digest: s.digestOf,
		OwnerDigest: s.ownerDigest,
	}
}

// rulesOf returns the rules that a request is under.
func (s *core) rulesOf(ctx context.Context, version string) (workflows.Rules, error) {
	if version == "" {
		return s.rules(s.Policy), nil
	}
	if p, ok := s.pinned.Load(version); ok {
		return s.rules(p.(*policies.Policy)), nil //nolint:forcetypeassert,errcheck // only New and this method store
	}
	snapshot, err := s.Store.Policy(ctx, version)
	if err != nil {
		return workflows.Rules{}, fmt.Errorf("loading policy %s: %w", version, err)
	}
	p, err := policies.Restore(snapshot)
	if err != nil {
		return workflows.Rules{}, fmt.Errorf("restoring policy %s: %w", version, err)
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

func (s *core) caseOf(ctx context.Context, reference string) (workflows.Rules, policies.Case, error) {
	r, err := s.Store.Find(ctx, reference)
	if err != nil {
		return workflows.Rules{}, policies.Case{}, err
	}
	rules, err := s.rulesOf(ctx, r.Policy)
	if err != nil {
		return workflows.Rules{}, policies.Case{}, err
	}
	return rules, rules.CaseOf(r.Facts), nil
}
