package web_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "modernc.org/sqlite"

	"habeas/accounts"
	"habeas/fulfilment/accesspackage"
	"habeas/intake"
	"habeas/internal/blob"
	"habeas/internal/credential"
	"habeas/internal/filetype"
	"habeas/internal/keyring"
	"habeas/internal/server"
	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/models/store"
	"habeas/notifications"
	"habeas/policies"
	"habeas/web"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// noon is when every test begins.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// bed is the pages over the real service and a database of its own.
type bed struct {
	observe  []func(route, method string, status int, took time.Duration) // of each answered request
	t        testing.TB
	url      string
	service  *cases.Service
	accounts *accounts.Accounts
	store    *store.Store
	raw      *sql.DB
	log      *syncBuffer
	setup    string
	sent     *notifications.Directory
	system   *system
	stalled  atomic.Bool // the database, as every page sees it

	mu  sync.Mutex
	now time.Time
}

// defaultPolicy is loaded once: nobody changes it.
var defaultPolicy = sync.OnceValues(policies.Default)

func newBed(t testing.TB, change ...func(*web.Config)) *bed {
	t.Helper()
	dir := t.TempDir()
	b := &bed{t: t, now: noon, log: &syncBuffer{}}
	ctx := context.Background()
	var keys *keyring.Ring
	var err error
	path := testbed.MigratedSQLite(t, dir)
	b.store, err = store.Open(ctx, store.Config{
		Path: path, Migrate: migrations.Up, Now: b.clock,
		Keyring: func(fresh bool) (store.Keyring, error) {
			keys, err = keyring.OpenOrCreate(filepath.Join(dir, "keys"), fresh)
			return keys, err
		},
	})
	must(t, err)
	t.Cleanup(func() { must(t, b.store.Close()) })
	b.raw, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	must(t, err)
	t.Cleanup(func() { _ = b.raw.Close() })
	blobs, err := blob.NewDir(filepath.Join(dir, "files"))
	must(t, err)
	policy, err := defaultPolicy()
	must(t, err)
	b.service, err = cases.New(ctx, cases.Config{
		Store: b.store, JobStore: b.store, Blobs: blobs, Keys: keys, Policy: policy, Zone: time.UTC,
		MailDomain: "habeas.example", Now: b.clock, NewID: newID, Random: rand.Reader, Inspect: inspect, Canonical: intake.Canonical,
	})
	must(t, err)
	b.accounts = accounts.New(accounts.Config{
		Random: rand.Reader,
		Store:  b.store, Keys: keys, MailDomain: "habeas.example", Now: b.clock, NewID: newID, Organisation: "Acme & Sons",
		Credentials: credential.Kit{Hasher: credential.NewHasher(credential.Params{Passes: 1, Memory: 64, Threads: 1}, 4, 100)},
	})
	b.setup, err = b.accounts.Setup.Arm(ctx)
	must(t, err)
	b.serve(change...)
	return b
}

// config is how a test's pages are set up.
func config() web.Config {
	return web.Config{
		Zone: time.UTC, Organisation: "Acme & Sons", Contact: "privacy@acme.example", BaseURL: "http://127.0.0.1",
		Now:     time.Now,
		Network: func(r *http.Request) string { return r.RemoteAddr[:strings.LastIndex(r.RemoteAddr, ":")] },
	}
}

// handler serves the pages.
func handler(c web.Config, observe ...func(route, method string, status int, took time.Duration)) (http.Handler, error) {
	on := server.New(server.Config{
		BaseURL: c.BaseURL, Log: c.Log, Now: c.Now, NewID: newID, Traced: models.Traced,
		Observe: func(route, method string, status int, took time.Duration) {
			for _, f := range observe {
				f(route, method, status, took)
			}
		},
	})
	return on, web.Mount(on, c)
}

func (b *bed) serve(change ...func(*web.Config)) {
	c := config()
	c.Packages = &accesspackage.Maker{Tasks: b.service.Tasks, Cases: b.service.Cases, Queries: b.service.Queries, Organisation: "Example", Zone: time.UTC, Now: b.clock}
	c.Setup, c.Requests, c.Staff, c.Policy, c.Now = b.accounts.Setup, web.ForPortal(b.service), web.ForConsole(b.service), b.service.Policy, b.clock
	c.Accounts, c.Owners = b.accounts, b.service.Owners
	c.Console = b.ports()
	c.Log = slog.New(slog.NewJSONHandler(b.log, nil))
	for _, f := range change {
		f(&c)
	}
	pages, err := handler(c, b.observe...)
	must(b.t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.stalled.Load() {
			r = r.WithContext(late{r.Context()})
		}
		pages.ServeHTTP(w, r)
	}))
	b.t.Cleanup(server.Close)
	b.url = server.URL
}

// late is a context in which a database has no time left to answer.
type late struct{ context.Context }

// Done implements context.Context.
func (late) Done() <-chan struct{} {
	over := make(chan struct{})
	close(over)
	return over
}

// Err implements context.Context.
func (late) Err() error { return context.DeadlineExceeded }

// signIn signs somebody new of a role in, and returns the secret of the session.
func (b *bed) signIn(role models.Role) string {
	b.t.Helper()
	n := b.count("staff")
	_, secret := b.signedIn(fmt.Sprintf("Ann %s %d", role, n), fmt.Sprintf("ann.%d@acme.example", n), role)
	return secret
}

// signedIn adds a member of staff who is signed in.
func (b *bed) signedIn(name, email string, role models.Role) (models.Staff, string) {
	b.t.Helper()
	ctx := context.Background()
	m, err := b.accounts.People.Add(ctx, models.Actor{Kind: models.ActorSystem}, name, email, role, accounts.Remembered[models.Staff]{})
	must(b.t, err)
	secret, err := b.accounts.Sessions.Open(ctx, m.ID)
	must(b.t, err)
	return m, secret
}

func (b *bed) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bed) sleep(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func staff(id string) models.Actor {
	return models.Actor{Kind: models.ActorStaff, ID: id, Role: models.RoleManager}
}

// do gives a command of staff. Whoever approves has read what there is.
func (b *bed) do(reference, who string, c workflows.Command) {
	b.t.Helper()
	if c.Name() == workflows.CommandApprove {
		c = workflows.Approve{Version: b.request(reference).Version}
	}
	_, err := b.service.Cases.Do(context.Background(), staff(who), reference, c, cases.Option{})
	must(b.t, err)
}

func (b *bed) request(reference string) models.Request {
	b.t.Helper()
	r, err := b.store.Find(context.Background(), reference)
	must(b.t, err)
	return r
}

// code returns the code that was mailed last, after mailing those that were
// asked for.
func (b *bed) code(reference string) string {
	b.t.Helper()
	ctx := context.Background()
	jobs, err := b.store.Claim(ctx, b.clock().Add(time.Second), time.Minute, 1000)
	must(b.t, err)
	for _, j := range jobs {
		if j.Kind == models.JobIssueCode && j.Subject == reference {
			must(b.t, b.service.Cases.IssueCode(ctx, reference, j.ID))
		}
	}
	all, err := b.store.Messages(ctx, b.request(reference).ID)
	must(b.t, err)
	code := ""
	for _, m := range all {
		switch l := m.Letter.(type) {
		case *models.CodeLetter:
			code = l.Code
		case models.CodeLetter:
			code = l.Code
		}
	}
	if code == "" {
		b.t.Fatalf("no code was mailed for %s", reference)
	}
	return code
}

// colleague is a visitor who is signed in to the console.
func (b *bed) colleague(role models.Role) *visitor {
	b.t.Helper()
	v := b.visitor()
	at, err := url.Parse(b.url)
	must(b.t, err)
	v.http.Jar.SetCookies(at, []*http.Cookie{{Name: "habeas-staff", Value: b.signIn(role)}})
	return v
}

// count returns the number of rows of a table.
func (b *bed) count(table string) (n int) {
	b.t.Helper()
	must(b.t, b.raw.QueryRow("SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func inspect(name string, content []byte) (clean, media string, err error) {
	clean = filetype.CleanName(name)
	if media, err = filetype.Detect(clean, content); err != nil {
		return "", "", models.Errorf(models.CodeUnsupported, "files of this kind are not taken")
	}
	return clean, media, nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// syncBuffer is a buffer that several goroutines write to.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
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

// limits let an act through a number of times; of requests that are mailed a
// code there are free.
type limits struct {
	mu   sync.Mutex
	left map[string]int
	free int
}

func (l *limits) Crowd(r *http.Request) bool {
	crowded := l.Crowded(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = max(0, l.free-1)
	return crowded
}

func (l *limits) Crowded(*http.Request) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.free == 0
}

func (*limits) Network(*http.Request) string { return "" }

func (l *limits) Take(act string, _ *http.Request) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left[act] == 0 {
		return models.Errorf(models.CodeTooMany, "too many")
	}
	l.left[act]--
	return nil
}
