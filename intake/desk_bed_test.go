package intake_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"habeas/intake"
	"habeas/internal/blob"
	"habeas/internal/filetype"
	"habeas/internal/keyring"
	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/models/store"
	"habeas/policies"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// desk is the mail room on a real database, with a clock that tests move.
type desk struct {
	*intake.Ingester
	t       *testing.T
	store   *store.Store
	service *cases.Service
	clock   atomic.Int64
	blobs   *brittle
	dir     string // where everything lies; of PostgreSQL only keys and files
}

// brittle is a blob store that can be broken.
type brittle struct {
	cases.Blobs
	broken atomic.Bool
	full   atomic.Bool // nothing more can be stored
}

func (b *brittle) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if b.broken.Load() {
		return nil, errors.New("the disk is gone")
	}
	return b.Blobs.Get(ctx, key)
}

func (b *brittle) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if b.broken.Load() || b.full.Load() {
		return errors.New("the disk is gone")
	}
	return b.Blobs.Put(ctx, key, r, size)
}

// onBoth runs a test on both databases.
func onBoth(t *testing.T, test func(*testing.T, *desk)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range []string{migrations.SQLite, migrations.Postgres} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			test(t, newDesk(t, dialect))
		})
	}
}

// defaultPolicy is loaded once: nobody changes it.
var defaultPolicy = sync.OnceValues(policies.Default)

func newDesk(t *testing.T, dialect string) *desk {
	t.Helper()
	d := &desk{t: t}
	d.clock.Store(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC).Unix())
	dir := t.TempDir()
	d.dir = dir
	ring, err := keyring.Create(filepath.Join(dir, "keys"))
	d.must(err)
	c := store.Config{Migrate: migrations.Up, Now: d.now, Keyring: func(bool) (store.Keyring, error) { return ring, nil }}
	if dialect == migrations.Postgres {
		c.URL = testbed.MigratedPostgres(t)
	} else {
		c.Path = testbed.MigratedSQLite(t, dir)
	}
	d.store, err = store.Open(t.Context(), c)
	d.must(err)
	t.Cleanup(func() { _ = d.store.Close() })
	files, err := blob.NewDir(filepath.Join(dir, "files"))
	d.must(err)
	t.Cleanup(func() { _ = files.Close() })
	d.blobs = &brittle{Blobs: files}
	policy, err := defaultPolicy()
	d.must(err)
	d.service, err = cases.New(t.Context(), cases.Config{
		Store: d.store, JobStore: d.store, Blobs: d.blobs, Keys: ring, Policy: policy, Zone: time.UTC,
		MailDomain: "example.com", Now: d.now, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Random: rand.Reader,
		Inspect: func(name string, content []byte) (string, string, error) {
			media, err := filetype.Detect(name, content)
			return name, media, err
		},
	})
	d.must(err)
	d.Ingester = d.again()
	return d
}

// again is the desk of another process on the same data.
func (d *desk) again() *intake.Ingester {
	return intake.NewIngester(intake.IngesterConfig{
		Service: d.service, Tokens: tokens(), Log: slog.New(slog.DiscardHandler),
		Config: intake.Config{Own: []string{"privacy@example.com"}, MessageDomain: "example.com", Authserv: []string{"mx.example.com"}},
	})
}

// under puts another policy in force: its mail.yaml has these sets.
func (d *desk) under(sets string) {
	d.t.Helper()
	p, err := policies.Load(fstest.MapFS{"mail.yaml": {Data: []byte("mail:\n  together: " + sets + "\n")}})
	d.must(err)
	d.must(d.store.SavePolicy(d.t.Context(), p.Version(), p.Snapshot()))
	d.service.Policy = p
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) now() time.Time { return time.Unix(d.clock.Load(), 0) }

func (d *desk) pass(by time.Duration) { d.clock.Add(int64(by / time.Second)) }

// take delivers a message as a mail server does.
func (d *desk) take(raw string, rcpt ...string) intake.Receipt {
	d.t.Helper()
	r, err := d.Take(d.t.Context(), []byte(raw), intake.Envelope{RcptTo: rcpt, Source: "test", ReceivedAt: d.now()})
	d.must(err)
	return r
}

// letter is a plain message; fields are further header lines.
func letter(from, subject, body string, fields ...string) string {
	head := append([]string{"From: " + from, "To: privacy@example.com", "Subject: " + subject}, fields...)
	return strings.Join(head, "\r\n") + "\r\n\r\n" + body + "\r\n"
}

func (d *desk) mail(id string) models.ReceivedMail {
	d.t.Helper()
	m, err := d.store.Mail(d.t.Context(), id)
	d.must(err)
	return m
}

func (d *desk) request(reference string) models.Request {
	d.t.Helper()
	r, err := d.store.Find(d.t.Context(), reference)
	d.must(err)
	return r
}

func (d *desk) messages(reference string) []models.Message {
	d.t.Helper()
	all, err := d.store.Messages(d.t.Context(), d.request(reference).ID)
	d.must(err)
	return all
}

// mailed counts the mails that go to the requester.
func (d *desk) mailed(reference string) int {
	n := 0
	for _, m := range d.messages(reference) {
		if m.Direction == models.Outgoing && m.Audience == models.ToRequester && m.Delivery == models.DeliveryQueued {
			n++
		}
	}
	return n
}

// received returns the messages that came in.
func (d *desk) received(reference string) []models.Message {
	var in []models.Message
	for _, m := range d.messages(reference) {
		if m.Direction == models.Incoming {
			in = append(in, m)
		}
	}
	return in
}

// job is the pending job that places a mail.
func (d *desk) job(mailID string) models.Job {
	d.t.Helper()
	pending, _, err := d.store.Jobs(d.t.Context(), models.JobPending, models.Cursor{}, 500)
	d.must(err)
	for _, j := range pending {
		if j.Kind == models.JobPlaceMail && j.Subject == mailID {
			return j
		}
	}
	d.t.Fatal("there is no job to place the mail")
	return models.Job{}
}

// requests counts every request there is.
func (d *desk) requests() int {
	d.t.Helper()
	list, _, err := d.store.List(d.t.Context(), models.Filter{Limit: 500, Now: d.now(), Sort: models.SortReceivedAt})
	d.must(err)
	return len(list)
}

func (d *desk) reply(reference string) string {
	d.t.Helper()
	address, err := tokens().Mint(intake.PurposeReply, intake.TokenID(reference))
	d.must(err)
	return address
}

func (d *desk) do(reference string, by models.Actor, c workflows.Command) models.Request {
	d.t.Helper()
	done, err := d.service.Cases.Do(d.t.Context(), by, reference, c, cases.Option{})
	d.must(err)
	return done.Request
}

var alice = models.Actor{Kind: models.ActorStaff, ID: "alice", Role: models.RoleManager}
