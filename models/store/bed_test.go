package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"habeas/accounts"
	"habeas/internal/keyring"
	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/models/store"
	"habeas/workflows/cases"
)

// What the services want of a store.
var (
	_ cases.Store    = (*store.Store)(nil)
	_ accounts.Store = (*store.Store)(nil)
	_ cases.JobStore = (*store.Store)(nil)
	_ cases.Digests  = (*store.Store)(nil)
)

// noon is the time in every test that does not tell another.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// bed is a store in a database of its own, and the database beside the store.
type bed struct {
	*store.Store
	config  store.Config
	dialect string
	raw     *sql.DB
	ring    *keyring.Ring
}

// onBoth runs a test once for each dialect: the contract is one.
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

func newBed(t testing.TB, dialect string) *bed {
	t.Helper()
	keys := filepath.Join(t.TempDir(), "keys")
	b := &bed{dialect: dialect, config: store.Config{
		Migrate: migrations.Up,
		Now:     func() time.Time { return noon },
	}}
	b.config.Keyring = func(fresh bool) (_ store.Keyring, err error) {
		b.ring, err = keyring.OpenOrCreate(keys, fresh)
		return b.ring, err
	}
	var driver, dsn string
	if dialect == migrations.Postgres {
		b.config.URL = testbed.MigratedPostgres(t)
		driver, dsn = "pgx", b.config.URL
	} else {
		b.config.Path = testbed.MigratedSQLite(t, t.TempDir())
		driver, dsn = "sqlite", "file:"+b.config.Path+"?_pragma=busy_timeout(5000)&_time_format=sqlite&_timezone=UTC"
	}
	b.Store = b.open(t)
	var err error
	if b.raw, err = sql.Open(driver, dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.raw.Close() })
	return b
}

// open starts another store on the same database.
func (b *bed) open(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), b.config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// exec runs a statement behind the store's back.
func (b *bed) exec(t testing.TB, statement string) {
	t.Helper()
	if _, err := b.raw.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// count returns the number of rows that a condition selects.
func (b *bed) count(t testing.TB, from string) (n int) {
	t.Helper()
	if err := b.raw.QueryRowContext(t.Context(), "SELECT count(*) FROM "+from).Scan(&n); err != nil {
		t.Fatalf("counting %s: %v", from, err)
	}
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, want models.Code) {
	t.Helper()
	if got := models.CodeOf(err); got != want {
		t.Errorf("error is %v (%q), want %q", err, got, want)
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

var serial atomic.Int64

// newRequest returns a request as a form gives it.
func newRequest(change ...func(*models.Request)) models.Request {
	n := serial.Add(1)
	r := models.Request{
		ID: newID(), Reference: fmt.Sprintf("HB-TEST-%04d-%02d", n/100, n%100), Version: 1,
		Facts: models.Facts{
			Type: models.TypeAccess, Channel: models.ChannelWeb, Country: "US", Region: "CA", Locale: "en",
			Capacity: models.CapacitySelf, Policy: "p1",
			ReceivedAt: noon, ReceivedOn: models.DateOf(noon, time.UTC), EnteredAt: noon,
			State: models.StateUnverified, Level: models.LevelNone,
			Deadline: models.Deadline{
				Governing: "house", Regimes: []string{"house", "ccpa"},
				RespondOn: models.NewDate(2026, 12, 20), RespondBy: time.Date(2026, 12, 20, 23, 59, 59, 0, time.UTC),
			},
		},
		Content: models.Content{
			Person:  models.Person{Name: "Ada Lovelace", Email: fmt.Sprintf("ada.%d@example.org", n), Country: "US", Region: "CA"},
			Details: "All of it, please.",
			Fields:  map[string]any{"places": []any{"https://example.org/1"}, "all": true},
		},
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func event(r models.Request, kind models.EventKind) models.Event {
	return models.Event{
		ID: newID(), RequestID: r.ID, Reference: r.Reference, Version: r.Version, At: noon, Kind: kind,
		Actor: models.Actor{Kind: models.ActorSubject}, To: r.State,
	}
}

func job(key string, change ...func(*models.Job)) models.Job {
	j := models.Job{ID: newID(), Kind: models.JobRemind, UniqueKey: key, RunAt: noon, State: models.JobPending, CreatedAt: noon}
	for _, c := range change {
		c(&j)
	}
	return j
}

func message(r models.Request, words string) models.Message {
	return models.Message{
		ID: newID(), RequestID: r.ID, Direction: models.Outgoing, Audience: models.ToRequester,
		Author: models.Actor{Kind: models.ActorStaff, ID: "s-1", Role: models.RoleAgent}, Text: words,
		Letter:    &models.ReplyLetter{About: models.About{Reference: r.Reference, Type: r.Type, Locale: "en", Name: "Ada"}, Text: words},
		CreatedAt: noon, Delivery: models.DeliveryQueued, MailID: newID() + "@example.org",
	}
}

// submit is the commit of a new request, with everything that comes with it.
func submit(r models.Request) models.Decision {
	e := event(r, models.EventSubmitted)
	f := r.Facts
	e.Change.Initial = &f
	r.Similar = similar(r)
	return models.Decision{
		Request: r, Events: []models.Event{e}, Messages: []models.Message{message(r, "")},
		Jobs:    []models.Job{job("mail/" + r.ID), job("expire/" + r.ID)},
		Effects: []models.Effect{models.CodeIssued{Code: models.MailedCode{ID: newID(), RequestID: r.ID, Digest: []byte("digest"), ExpiresAt: noon.Add(time.Hour)}}},
	}
}

// similar is the mailbox of a request as hints spell it: this one knows of tags.
func similar(r models.Request) string {
	if r.Mailbox() == "" {
		return ""
	}
	local, domain, _ := strings.Cut(strings.ToLower(r.Mailbox()), "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

// submitted stores a new request.
func (b *bed) submitted(t testing.TB, change ...func(*models.Request)) models.Request {
	t.Helper()
	r := newRequest(change...)
	must(t, b.Commit(t.Context(), submit(r)))
	return r
}

// step is the commit of a command that changes a request.
func step(r models.Request, change func(*models.Request)) models.Decision {
	c := models.Decision{Before: r.Version}
	r.Version++
	change(&r)
	c.Request = r
	c.Events = []models.Event{event(r, models.EventStarted)}
	return c
}

// Shred erases the personal data of a request; one that is erased stays so.
func (b *bed) Shred(ctx context.Context, id string, at time.Time) error {
	r, err := b.FindByID(ctx, id)
	if err != nil || r.Shredded {
		return err
	}
	return b.Commit(ctx, models.Decision{
		Events:  []models.Event{{ID: newID(), At: at, Kind: models.EventErased}},
		Effects: []models.Effect{models.RequestErased{RequestID: id}},
	})
}
