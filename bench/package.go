package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/google/uuid"

	"habeas/internal/blob"
	"habeas/internal/keyring"
	"habeas/internal/server"
	"habeas/migrations"
	"habeas/models"
	"habeas/models/store"
	"habeas/policies"
	"habeas/workflows"
	"habeas/workflows/cases"
)

// packageSize is how large a package the plan wants fetched.
const packageSize = 2 << 30

// packages fetches an access package of 2 GiB over HTTP, against a plain file of the
// same bytes from the same server.
func (b *bench) packages(ctx context.Context) error {
	service, r, err := b.embeddedService(ctx)
	if err != nil {
		return err
	}
	by := models.Actor{Kind: models.ActorStaff, ID: "clerk", Role: models.RoleManager}
	plain := filepath.Join(b.work, "plain")
	copied, err := os.Create(plain)
	if err != nil {
		return err
	}
	f, err := service.Cases.AddPackage(ctx, by, r.Reference, "data.zip", func(w io.Writer) error {
		noise := mathrand.NewChaCha8([32]byte{1})
		_, err := io.CopyN(io.MultiWriter(w, copied), noise, packageSize)
		return err
	}, cases.Option{})
	if err != nil {
		return err
	}
	if err := copied.Close(); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/package", func(w http.ResponseWriter, req *http.Request) {
		found, err := service.Queries.Package(req.Context(), by, r, f.ID)
		if err != nil {
			http.Error(w, "no package", http.StatusInternalServerError)
			return
		}
		defer found.Close() //nolint:errcheck // it was read
		server.SendStream(w, req, found)
	})
	mux.HandleFunc("/plain", func(w http.ResponseWriter, req *http.Request) { http.ServeFile(w, req, plain) })
	web := httptest.NewServer(mux)
	defer web.Close()
	b.say("\n## An access package of 2 GiB, beside a plain file of the same bytes\n\n| | first byte | whole | memory above idle |\n|---|---|---|---|\n")
	for _, what := range []string{"plain", "package"} {
		var first, whole, memory []float64
		for range min(b.rounds, 3) {
			one, err := fetched(ctx, web.URL+"/"+what)
			if err != nil {
				return err
			}
			first, whole, memory = append(first, one.first), append(whole, one.whole), append(memory, one.memory)
		}
		b.say("| %s | %.0f ms | %.1f s | %.0f MiB |\n", what, 1000*median(first), median(whole), median(memory))
	}
	return nil
}

// embeddedService is a service on files of its own with one request.
func (b *bench) embeddedService(ctx context.Context) (*cases.Service, models.Request, error) {
	ring, err := keyring.Create(filepath.Join(b.work, "package-keys"))
	if err != nil {
		return nil, models.Request{}, err
	}
	s, err := store.Open(ctx, store.Config{
		Path: filepath.Join(b.work, "package.db"), Migrate: migrations.Up, Now: time.Now,
		Keyring: func(bool) (store.Keyring, error) { return ring, nil },
	})
	if err != nil {
		return nil, models.Request{}, err
	}
	policy, err := policies.Default()
	if err != nil {
		return nil, models.Request{}, err
	}
	files, err := blob.NewDir(filepath.Join(b.work, "package-files"))
	if err != nil {
		return nil, models.Request{}, err
	}
	service, err := cases.New(ctx, cases.Config{
		Store: s, JobStore: s, Blobs: files, Keys: ring, Policy: policy, Zone: time.UTC, MailDomain: "example.org", Now: time.Now,
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Random: rand.Reader, Kick: func() {},
		Canonical: func(address string) string { return address }, MailLimits: workflows.MailLimits{MailPerHour: 100, MailPerDomain: 100},
	})
	if err != nil {
		return nil, models.Request{}, err
	}
	d, err := service.Cases.Submit(ctx, models.Actor{Kind: models.ActorStaff, ID: "clerk", Role: models.RoleAgent}, workflows.Submit{
		Type: models.TypeAccess, Channel: models.ChannelLetter, Person: models.Person{Name: "Ana", Country: "DE"},
	}, cases.Option{})
	return service, d.Request, err
}

// fetching is what one download took: seconds, and MiB above idle at most.
type fetching struct{ first, whole, memory float64 }

func fetched(ctx context.Context, url string) (f fetching, err error) {
	debug.FreeOSMemory()
	idle := resident()
	done, most := make(chan struct{}), make(chan float64)
	go func() {
		high := 0.0
		for {
			high = max(high, resident())
			select {
			case <-done:
				most <- high
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	begin := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return f, err
	}
	w, err := (&http.Client{Timeout: 10 * time.Minute}).Do(req)
	if err != nil {
		return f, err
	}
	defer w.Body.Close() //nolint:errcheck // it was read
	if _, err := io.ReadFull(w.Body, make([]byte, 1)); err != nil {
		return f, err
	}
	f.first = time.Since(begin).Seconds()
	n, err := io.Copy(io.Discard, w.Body)
	f.whole = time.Since(begin).Seconds()
	close(done)
	f.memory = <-most - idle
	if n != packageSize-1 {
		return f, fmt.Errorf("%d bytes came of %s", n+1, url)
	}
	return f, err
}

// resident is what this process has in memory, in MiB; 0 where the system does not
// tell.
func resident() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0
	}
	kib, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		return 0
	}
	return kib / 1024
}
