package jobs_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"habeas/accounts"
	"habeas/fulfilment/kinds"
	"habeas/intake"
	"habeas/internal/blob"
	"habeas/internal/keyring"
	"habeas/internal/queue"
	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/models/store"
	"habeas/notifications"
	"habeas/policies"
	"habeas/workflows"
	"habeas/workflows/cases"
	"habeas/workflows/jobs"
)

// morning is when every test begins: a Friday, before the hour of the digest.
var morning = time.Date(2026, 11, 20, 5, 30, 0, 0, time.UTC)

// bed is the service on a real database, with a clock that tests move and mail
// that goes to a post office of theirs.
type bed struct {
	t        *testing.T
	dialect  string
	config   store.Config
	store    *store.Store
	service  *cases.Service
	accounts *accounts.Accounts
	letters  *notifications.Renderer
	post     *post
	log      *syncBuffer
	kicked   atomic.Pointer[func()]
	clock    atomic.Int64 // Unix seconds
	systems  *kinds.Set
}

// What costs time to make and never changes.
var (
	defaultPolicy = sync.OnceValues(policies.Default)
	letters       = sync.OnceValues(func() (*notifications.Renderer, error) {
		return notifications.New(notifications.Config{
			Organisation: "Example", BaseURL: "https://privacy.example.org", Contact: "privacy@example.org", From: "privacy@example.org",
		})
	})
)

// onBoth runs a test on both databases.
func onBoth(t *testing.T, test func(*testing.T, *bed)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range []string{migrations.SQLite, migrations.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			test(t, newBed(t, dialect))
		})
	}
}

func newBed(t *testing.T, dialect string) *bed {
	t.Helper()
	b := &bed{t: t, dialect: dialect, post: &post{tries: map[string]int{}}, log: &syncBuffer{}}
	b.clock.Store(morning.Unix())
	dir := t.TempDir()
	ring, err := keyring.Create(filepath.Join(dir, "keys"))
	b.must(err)
	c := store.Config{
		Migrate: migrations.Up, Now: b.now,
		Keyring: func(bool) (store.Keyring, error) { return ring, nil },
	}
	if dialect == migrations.Postgres {
		c.URL = testbed.MigratedPostgres(t)
	} else {
		c.Path = testbed.MigratedSQLite(t, dir)
	}
	b.config = c
	b.store, err = store.Open(t.Context(), c)
	b.must(err)
	t.Cleanup(func() { _ = b.store.Close() })
	policy, err := defaultPolicy()
	b.must(err)
	dirs, err := blob.NewDir(filepath.Join(dir, "files"))
	b.must(err)
	t.Cleanup(func() { _ = dirs.Close() })
	b.letters, err = letters()
	b.must(err)
	b.service, err = cases.New(t.Context(), cases.Config{
		Store: b.store, JobStore: b.store, Blobs: dirs, Keys: ring, Policy: policy, Zone: time.UTC,
		MailDomain: "example.org", Now: b.now,
		NewID:      func() string { return uuid.Must(uuid.NewV7()).String() },
		Random:     rand.Reader,
		Canonical:  intake.Canonical,
		MailLimits: workflows.MailLimits{MailPerHour: 200, MailPerDomain: 20},
		Kick: func() {
			if kick := b.kicked.Load(); kick != nil {
				(*kick)()
			}
		},
	})
	b.must(err)
	b.accounts = accounts.New(accounts.Config{
		Random: rand.Reader,
		Store:  b.store, Keys: ring, MailDomain: "example.org", Now: b.now, NewID: b.service.NewID, Kick: b.service.Kick,
	})
	return b
}

func (b *bed) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) now() time.Time { return time.Unix(b.clock.Load(), 0) }

func (b *bed) set(t time.Time) { b.clock.Store(t.Unix()) }

func (b *bed) pass(d time.Duration) { b.clock.Add(int64(d / time.Second)) }

func (b *bed) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(b.log, nil)) }

// runner is one more process that runs jobs.
func (b *bed) runner() *jobs.Runner {
	if b.systems == nil {
		b.systems = kinds.NewSet(nil, kinds.Options{})
	}
	return jobs.New(jobs.Config{
		Systems: b.systems,
		Service: b.service, Staff: b.store, Digests: b.store, Letters: b.letters, Sender: b.post,
		Mail: b.desk(), TeamAddress: "team@example.org", Locale: "en", Log: b.logger(),
	})
}

// desk is what places mail in that process.
func (b *bed) desk() *intake.Ingester {
	return intake.NewIngester(intake.IngesterConfig{Service: b.service, Log: b.logger()})
}

// keep takes a mail in as far as a process comes that is killed then.
func (b *bed) keep(raw string) models.ReceivedMail {
	b.t.Helper()
	kept, err := b.service.Inbox.StoreMail(b.t.Context(), models.ReceivedMail{Source: "test"}, []byte(raw))
	b.must(err)
	return kept.Mail
}

// linked are two requests of one mail, of which the first has the code.
func (b *bed) linked() (first, second models.Request) {
	b.t.Helper()
	b.keep("From: ana@example.org\r\nSubject: Access and deletion\r\n\r\n" +
		"Please send me a copy of all my personal data. After that please delete my account and all of my data.\r\n")
	j := b.one(models.JobPlaceMail)
	b.set(j.RunAt)
	b.must(b.runner().Run(b.t.Context(), j.ID))
	made, _, err := b.store.List(b.t.Context(), models.Filter{Limit: 10})
	b.must(err)
	if len(made) != 2 {
		b.t.Fatalf("%d requests were made of the mail", len(made))
	}
	first, second = made[0], made[1]
	if sent, err := b.store.Codes(b.t.Context(), first.ID, time.Time{}); err != nil || len(sent) == 0 {
		first, second = second, first
	}
	return first, second
}

// submit files a request for the address.
func (b *bed) submit(email string) models.Request {
	b.t.Helper()
	d, err := b.service.Cases.Submit(b.t.Context(), models.Actor{Kind: models.ActorSubject}, workflows.Submit{
		Type: models.TypeAccess, Person: models.Person{Name: "Ana Canary", Email: email, Country: "US", Region: "CA"},
	}, cases.Option{})
	b.must(err)
	return d.Request
}

// do gives a command to a request as a member of staff.
func (b *bed) do(r models.Request, by models.Staff, c workflows.Command) {
	b.t.Helper()
	_, err := b.service.Cases.DoByID(b.t.Context(), models.Actor{Kind: models.ActorStaff, ID: by.ID, Role: by.Role}, r.ID, c, cases.Option{})
	b.must(err)
}

func (b *bed) hire(name, email string, role models.Role) models.Staff {
	b.t.Helper()
	s, err := b.accounts.People.Add(b.t.Context(), models.Actor{Kind: models.ActorSystem}, name, email, role, accounts.Remembered[models.Staff]{})
	b.must(err)
	return s
}

// all returns the jobs in a state, soonest first.
func (b *bed) all(state models.JobState) []models.Job {
	b.t.Helper()
	var all []models.Job
	var after models.Cursor
	for {
		page, next, err := b.store.Jobs(b.t.Context(), state, after, 500)
		b.must(err)
		all = append(all, page...)
		if after = next; after.IsZero() {
			return all
		}
	}
}

func (b *bed) ofKind(state models.JobState, kind models.JobKind) []models.Job {
	b.t.Helper()
	return slices.DeleteFunc(b.all(state), func(j models.Job) bool { return j.Kind != kind })
}

// one returns the only pending job of a kind.
func (b *bed) one(kind models.JobKind) models.Job {
	b.t.Helper()
	found := b.ofKind(models.JobPending, kind)
	if len(found) != 1 {
		b.t.Fatalf("there are %d pending jobs of kind %s, want 1", len(found), kind)
	}
	return found[0]
}

func (b *bed) job(id string) models.Job {
	b.t.Helper()
	j, err := b.store.Job(b.t.Context(), id)
	b.must(err)
	return j
}

// mails returns the mails made of a template, sent or not.
func (b *bed) mails(template string) []models.Message {
	b.t.Helper()
	var made []models.Message
	for _, state := range []models.JobState{models.JobPending, models.JobDone, models.JobDead} {
		for _, j := range b.ofKind(state, models.JobSendMail) {
			m, err := b.store.Message(b.t.Context(), j.Subject)
			if models.CodeOf(err) == models.CodeNotFound {
				continue
			}
			b.must(err)
			if m.Letter.Template() == template {
				made = append(made, m)
			}
		}
	}
	return made
}

// drain runs everything that is due, in this goroutine, until nothing is.
func (b *bed) drain(r *jobs.Runner) {
	b.t.Helper()
	for {
		due, err := b.store.Claim(b.t.Context(), b.now(), 0, 500)
		b.must(err)
		if len(due) == 0 {
			return
		}
		for _, j := range due {
			b.must(r.Run(b.t.Context(), j.ID))
			if again := b.job(j.ID); again.State == models.JobPending && !again.RunAt.After(b.now()) {
				b.t.Fatalf("job %s of kind %s is still due: %s", j.ID, j.Kind, again.LastError)
			}
		}
	}
}

// post is where mail goes.
type post struct {
	mu    sync.Mutex
	tries map[string]int // by Message-ID
	sent  []notifications.Outgoing
	// answer, if any, says what becomes of a mail.
	answer func(notifications.Outgoing) error
}

func (p *post) Send(_ context.Context, o notifications.Outgoing) error {
	p.mu.Lock()
	p.tries[o.MailID]++
	answer := p.answer
	p.mu.Unlock()
	if answer != nil {
		if err := answer(o); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, o)
	return nil
}

func (p *post) answers(f func(notifications.Outgoing) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = f
}

// took returns how many mails were taken, and fails on one taken twice.
func (p *post) took(t *testing.T) int {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := map[string]bool{}
	for _, o := range p.sent {
		if seen[o.MailID] {
			t.Errorf("mail %s was sent twice", o.MailID)
		}
		seen[o.MailID] = true
	}
	return len(p.sent)
}

// to returns the recipients of the mails with these words in them.
func (p *post) to(words string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var to []string
	for _, o := range p.sent {
		if strings.Contains(string(o.Raw), words) {
			to = append(to, strings.Join(o.To, " "))
		}
	}
	return to
}

var (
	errBusy    = &notifications.SendError{Temporary: true, Code: 451, Words: "try again later"}
	errUnknown = &notifications.SendError{Code: 550, Words: "no such mailbox [address]"}
)

// fleet starts one process of the service: a relay and a worker on a Redis.
// stop ends it and waits for it.
func (b *bed) fleet(c redis.UniversalClient, embedded bool) (stop func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	relay := jobs.NewRelay(jobs.RelayConfig{
		Jobs: b.store, Redis: c, Now: b.now, Log: b.logger(), Embedded: embedded, Poll: 20 * time.Millisecond,
	})
	kick := relay.Kick
	b.kicked.Store(&kick)
	worker := jobs.NewWorker(jobs.WorkerConfig{
		Redis: c, Run: b.runner().Run, Log: b.logger(), Poll: 20 * time.Millisecond, Grace: time.Second,
	})
	var wg sync.WaitGroup
	wg.Go(func() { relay.Run(ctx) })
	wg.Go(func() {
		if err := worker.Run(ctx); err != nil {
			b.t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	b.t.Cleanup(stop)
	return stop
}

// onRedis returns clients of one Redis: the embedded one for SQLite, a real
// one for PostgreSQL.
func (b *bed) onRedis() func() redis.UniversalClient {
	b.t.Helper()
	if b.dialect == migrations.SQLite {
		c, err := queue.Embedded(context.WithoutCancel(b.t.Context()))
		b.must(err)
		b.t.Cleanup(func() { _ = c.Close() })
		return func() redis.UniversalClient { return c }
	}
	url := testbed.Redis(b.t)
	return func() redis.UniversalClient {
		c, err := queue.Connect(url)
		b.must(err)
		b.t.Cleanup(func() { _ = c.Close() })
		return c
	}
}

// idle waits until nothing is due; mails may be on their way.
func (b *bed) idle() {
	b.t.Helper()
	testbed.Eventually(b.t, "all due jobs are done", func() bool {
		due, err := b.store.OldestDue(context.WithoutCancel(b.t.Context()), b.now())
		if err != nil {
			b.t.Fatal(err)
		}
		return due.IsZero()
	})
}

// syncBuffer is a log that goroutines share.
type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

var errDown = errors.New("dial 10.0.0.5: refused")

// letter enters a request that came by post, from somebody without a mailbox.
func (b *bed) letter(name string) models.Request {
	b.t.Helper()
	d, err := b.service.Cases.Submit(b.t.Context(), models.Actor{Kind: models.ActorStaff, ID: "clerk", Role: models.RoleAgent}, workflows.Submit{
		Type: models.TypeAccess, Channel: models.ChannelLetter, Person: models.Person{Name: name, Country: "US", Region: "CA"},
	}, cases.Option{})
	b.must(err)
	return d.Request
}
