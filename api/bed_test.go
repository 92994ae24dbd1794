package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "modernc.org/sqlite"

	"habeas/accounts"
	"habeas/api"
	"habeas/api/apitest"
	"habeas/audit"
	"habeas/fulfilment/accesspackage"
	"habeas/intake"
	"habeas/internal/blob"
	"habeas/internal/filetype"
	"habeas/internal/keyring"
	"habeas/internal/server"
	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/models/store"
	"habeas/policies"
	"habeas/workflows/cases"
)

// noon is when every test begins.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// bed is the API over the real service and a database of its own.
type bed struct {
	*apitest.Client
	t        testing.TB
	url      string
	api      *api.API
	handler  http.Handler
	service  *cases.Service
	accounts *accounts.Accounts
	store    *store.Store
	raw      *sql.DB
	log      *syncBuffer
	tokens   map[models.Role]string
	mail     *taker
	bell     *bell

	mu  sync.Mutex
	now time.Time
}

// config is how the API and the server under it are set up.
type config struct {
	api.Config
	server server.Config
}

// generous is what tests get that are not about limits.
func generous(c *config) {
	many := api.Rate{Calls: -1}
	c.Limits = api.Limits{Submit: many, Bound: many, Code: many, Verify: many, Token: many, Forged: many}
}

// defaultPolicy is loaded once: nobody changes it.
var defaultPolicy = sync.OnceValues(policies.Default)

func newBed(t testing.TB, change ...func(*config)) *bed {
	t.Helper()
	return newBedOn(t, migrations.SQLite, change...)
}

// newBedOn is newBed on a database of the dialect; only SQLite's is raw, too.
func newBedOn(t testing.TB, dialect string, change ...func(*config)) *bed {
	t.Helper()
	dir := t.TempDir()
	b := &bed{t: t, now: noon, log: &syncBuffer{}, mail: &taker{}, bell: &bell{}, tokens: map[models.Role]string{}}
	ctx := context.Background()
	var keys *keyring.Ring
	var err error
	var url, path string
	if dialect == migrations.Postgres {
		url = testbed.MigratedPostgres(t)
	} else {
		path = testbed.MigratedSQLite(t, dir)
		b.raw, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
		must(t, err)
		t.Cleanup(func() { _ = b.raw.Close() })
	}
	b.store, err = store.Open(ctx, store.Config{
		URL: url, Path: path, Migrate: migrations.Up, Now: b.clock,
		Keyring: func(fresh bool) (store.Keyring, error) {
			keys, err = keyring.OpenOrCreate(filepath.Join(dir, "keys"), fresh)
			return keys, err
		},
	})
	must(t, err)
	t.Cleanup(func() { must(t, b.store.Close()) })
	blobs, err := blob.NewDir(filepath.Join(dir, "files"))
	must(t, err)
	policy, err := defaultPolicy()
	must(t, err)
	b.service, err = cases.New(ctx, cases.Config{
		Store: b.store, JobStore: b.store, Blobs: blobs, Keys: keys, Policy: policy, Zone: time.UTC,
		MailDomain: "habeas.example", Now: b.clock, NewID: newID, Random: rand.Reader, Inspect: inspect, Canonical: intake.Canonical,
	})
	must(t, err)
	b.accounts = accounts.New(accounts.Config{Random: rand.Reader, Store: b.store, Keys: keys, MailDomain: "habeas.example", Now: b.clock, NewID: newID})
	b.serve(change...)
	b.hire()
	return b
}

func (b *bed) serve(change ...func(*config)) {
	log := slog.New(slog.NewJSONHandler(b.log, nil))
	c := config{
		Config: api.Config{Service: b.service, Accounts: b.accounts, Mail: b.hooks(), Logger: log, Now: b.clock},
		server: server.Config{BaseURL: "http://127.0.0.1", Log: log, Now: b.clock, NewID: newID, Traced: models.Traced},
	}
	c.Exports = &audit.Exports{Store: b.store, Source: b.store, Zone: time.UTC, Now: b.clock, NewID: newID, Log: log}
	c.Packages = &accesspackage.Maker{Tasks: b.service.Tasks, Cases: b.service.Cases, Queries: b.service.Queries, Organisation: "Example Ltd", Zone: time.UTC, Now: b.clock}
	generous(&c)
	for _, f := range change {
		f(&c)
	}
	on := server.New(c.server)
	b.handler, b.api = on, api.Mount(on, c.Config)
	listener := httptest.NewUnstartedServer(nil)
	listener.Config = on.HTTP()
	listener.Start()
	b.t.Cleanup(listener.Close)
	b.url, b.Client = listener.URL, apitest.NewClient(b.t, listener.URL)
}

// hire makes a token of each role, each of another person.
func (b *bed) hire() {
	b.t.Helper()
	for _, role := range models.Roles() {
		b.tokens[role] = b.hireAs("The "+string(role), role)
	}
}

func (b *bed) hireAs(name string, role models.Role) string {
	b.t.Helper()
	made, err := b.accounts.Tokens.Create(context.Background(), models.Actor{Kind: models.ActorStaff, ID: "test"}, name, role, 0, accounts.Remembered[accounts.NewToken]{})
	must(b.t, err)
	return made.Secret
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

// as sends a request of staff.
func (b *bed) as(role models.Role, method, path string, body any, options ...apitest.Option) *apitest.Response {
	b.t.Helper()
	return b.Send(method, path, body, append([]apitest.Option{apitest.Bearer(b.tokens[role])}, options...)...)
}

// want sends a request and fails unless the answer has the status.
func (b *bed) want(status int, r *apitest.Response) *apitest.Response {
	b.t.Helper()
	if r.StatusCode != status {
		b.t.Fatalf("%s %s answered %d, want %d: %s", r.Request.Method, r.Request.URL.Path, r.StatusCode, status, r.Content)
	}
	return r
}

type object = map[string]any

// wish is a request as a form sends it, with a mailbox of its own.
func wish(change ...func(object)) object {
	o := object{
		"type":    "deletion",
		"person":  object{"name": "Robin Vale", "email": fmt.Sprintf("robin-%s@example.com", uuid.NewString()[:8]), "country": "US", "region": "CA"},
		"details": "Please delete my account.", "locale": "en",
	}
	for _, f := range change {
		f(o)
	}
	return o
}

// submit files a request and returns its reference.
func (b *bed) submit(change ...func(object)) string {
	b.t.Helper()
	var receipt struct{ Reference string }
	b.want(http.StatusCreated, b.Send("POST", "/v1/requests", wish(change...))).JSON(b.t, &receipt)
	return receipt.Reference
}

// session files a request, types its code and returns reference and token.
func (b *bed) session(change ...func(object)) (reference, token string) {
	b.t.Helper()
	reference = b.submit(change...)
	return reference, b.prove(reference)
}

func (b *bed) prove(reference string) string {
	b.t.Helper()
	var proof struct{ Token string }
	b.want(http.StatusOK, b.Send("POST", "/v1/requests/"+reference+"/verify", object{"code": b.code(reference)})).JSON(b.t, &proof)
	return proof.Token
}

// code returns the code that was mailed last.
func (b *bed) code(reference string) string {
	b.t.Helper()
	code := ""
	for _, m := range b.mails(reference) {
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

func (b *bed) mails(reference string) []models.Message {
	b.t.Helper()
	r, err := b.store.Find(context.Background(), reference)
	must(b.t, err)
	all, err := b.store.Messages(context.Background(), r.ID)
	must(b.t, err)
	return all
}

// work brings a request to in_progress with a level that releases.
func (b *bed) work(reference string) {
	b.t.Helper()
	b.do(models.RoleAgent, reference, "verify", object{"level": "high", "method": "staff_check"})
	b.do(models.RoleAgent, reference, "start", nil)
}

// do gives a command and wants it to succeed. Whoever approves and does not say
// what has read what there is.
func (b *bed) do(role models.Role, reference, command string, body any, options ...apitest.Option) *apitest.Response {
	b.t.Helper()
	if command == "approve" && body == nil {
		body = object{"version": b.version(reference)}
	}
	return b.want(http.StatusOK, b.as(role, "POST", "/v1/admin/requests/"+reference+"/"+command, body, options...))
}

// version is that of a request now.
func (b *bed) version(reference string) int {
	b.t.Helper()
	r, err := b.store.Find(context.Background(), reference)
	must(b.t, err)
	return r.Version
}

// version is the version of the request that an answer holds.
func version(t *testing.T, r *apitest.Response) int {
	t.Helper()
	var q struct{ Version int }
	r.JSON(t, &q)
	return q.Version
}

// form sends a file.
func (b *bed) form(path, token, name string, content []byte, fields map[string]string, options ...apitest.Option) *apitest.Response {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if content != nil {
		part, err := w.CreateFormFile("file", name)
		must(b.t, err)
		_, err = part.Write(content)
		must(b.t, err)
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		must(b.t, w.WriteField(key, fields[key]))
	}
	must(b.t, w.Close())
	options = append([]apitest.Option{apitest.Bearer(token), apitest.Header("Content-Type", w.FormDataContentType())}, options...)
	return b.Send("POST", path, body.Bytes(), options...)
}

// rows counts the rows of every table.
func (b *bed) rows() map[string]int {
	b.t.Helper()
	counts := map[string]int{}
	for _, table := range b.tables() {
		var n int
		must(b.t, b.raw.QueryRow("SELECT count(*) FROM "+table).Scan(&n))
		counts[table] = n
	}
	return counts
}

func (b *bed) tables() []string {
	b.t.Helper()
	rows, err := b.raw.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	must(b.t, err)
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		must(b.t, rows.Scan(&name))
		names = append(names, name)
	}
	must(b.t, rows.Err())
	return names
}

// columns returns the names of every column of the database.
func (b *bed) columns() []string {
	b.t.Helper()
	rows, err := b.raw.Query("SELECT DISTINCT c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'")
	must(b.t, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var name string
		must(b.t, rows.Scan(&name))
		all = append(all, name)
	}
	must(b.t, rows.Err())
	return all
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

// fieldsOf lists "path code" of a problem's errors.
func fieldsOf(p api.Problem) string {
	var all []string
	for _, f := range p.Errors {
		all = append(all, f.Field+" "+f.Code)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
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

var _ io.Writer = (*syncBuffer)(nil)

// fetch reads an answer that may break off.
func (b *bed) fetch(path, token string) ([]byte, error) {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.url+path, nil)
	must(b.t, err)
	apitest.Bearer(token)(req)
	answer, err := new(http.Client).Do(req)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}
