package web_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"habeas/accounts"
	"habeas/internal/blob"
	"habeas/internal/keyring"
	"habeas/internal/testbed"
	"habeas/migrations"
	"habeas/models"
	"habeas/models/store"
	"habeas/policies"
	"habeas/web"
	"habeas/workflows/cases"
)

var many = flag.Int("requests", 1_000_000, "how many requests the worklist is measured with")

// BenchmarkWorklist asks for the first page of the worklist over HTTP, among a
// million requests on PostgreSQL, in turn for each view:
//
//	scripts/testbed run -- go test ./web -run '^$' -bench Worklist -benchtime 200x
func BenchmarkWorklist(b *testing.B) {
	ctx := context.Background()
	address := testbed.Postgres(b)
	var keys *keyring.Ring
	dir := b.TempDir()
	s, err := store.Open(ctx, store.Config{
		URL: address, Migrate: migrations.Up, Now: func() time.Time { return noon },
		Keyring: func(fresh bool) (store.Keyring, error) {
			keys, err := keyring.OpenOrCreate(filepath.Join(dir, "keys"), fresh)
			return keys, err
		},
	})
	must(b, err)
	defer s.Close()
	policy, err := policies.Load(nil)
	must(b, err)
	blobs, err := blob.NewDir(filepath.Join(dir, "files"))
	must(b, err)
	service, err := cases.New(ctx, cases.Config{
		Store: s, JobStore: s, Blobs: blobs, Keys: keys, Policy: policy, Zone: time.UTC,
		MailDomain: "habeas.example", Now: func() time.Time { return noon }, NewID: newID, Random: rand.Reader, Inspect: inspect,
	})
	must(b, err)
	raw, err := sql.Open("pgx", address)
	must(b, err)
	defer raw.Close()
	crowd, err := os.ReadFile(filepath.Join("..", "bench", "crowd.sql"))
	must(b, err)
	_, err = raw.Exec(string(crowd), *many, policy.Version(), noon)
	must(b, err)
	_, err = raw.Exec("INSERT INTO request_regimes SELECT id, 'house' FROM requests")
	must(b, err)
	_, err = raw.Exec("VACUUM ANALYZE")
	must(b, err)
	me := models.Staff{ID: "staff-7", Name: "Ann", Role: models.RoleAgent, CreatedAt: noon}
	must(b, s.AddStaff(ctx, me, nil, models.Event{ID: newID(), At: noon, Kind: models.EventStaffAdded}))
	staff := accounts.New(accounts.Config{Random: rand.Reader, Store: s, Keys: keys, MailDomain: "habeas.example", Now: service.Now, NewID: newID})
	secret, err := staff.Sessions.Open(ctx, me.ID)
	must(b, err)
	c := config()
	c.Setup, c.Accounts, c.Requests, c.Staff, c.Policy, c.Now = staff.Setup, staff, web.ForPortal(service), web.ForConsole(service), policy, service.Now
	c.Log = slog.New(slog.DiscardHandler)
	pages, err := handler(c)
	must(b, err)
	server := httptest.NewServer(pages)
	defer server.Close()

	for _, path := range []string{"?view=todo", "?view=mine", "?view=unassigned", "?view=overdue", "?view=approve", "?view=closed", "/overview", "/overview?by=day", "?type=access&state=closed&received_to=2025-01-01"} {
		b.Run(path[1:], func(b *testing.B) {
			var took []time.Duration
			size := int64(0)
			for b.Loop() {
				start := time.Now()
				req, err := http.NewRequest(http.MethodGet, server.URL+"/console"+path, nil)
				must(b, err)
				req.Header.Set("Cookie", "habeas-staff="+secret)
				answer, err := server.Client().Do(req)
				must(b, err)
				size, err = io.Copy(io.Discard, answer.Body)
				must(b, err)
				must(b, answer.Body.Close())
				if answer.StatusCode != http.StatusOK {
					b.Fatal(answer.Status)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms-p95")
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
