// Command bench measures the service against what the machine can do at best,
// in the same run, and writes bench/RESULTS.md. Run it as
//
//	FSYNC=on scripts/testbed run -- go run ./bench
//
// A lone figure means nothing on a busy machine: rounds are interleaved and
// what counts is the ratio of their medians.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

type bench struct {
	only     string
	rounds   int
	duration time.Duration
	work     string // scratch folder
	binary   string
	requests int
	people   int
	// floodTime is how long the flood lasts.
	floodTime time.Duration
	out       strings.Builder
}

func main() {
	b := &bench{}
	flag.IntVar(&b.rounds, "rounds", 5, "interleaved rounds")
	flag.DurationVar(&b.duration, "time", 8*time.Second, "length of a round")
	flag.StringVar(&b.only, "only", "", "run one part (embedded, submit, pages, flood, connector, package) and write no results")
	flag.IntVar(&b.requests, "requests", 1_000_000, "how many requests there are when pages are measured")
	flag.IntVar(&b.people, "people", 10_000_000, "how many customers the shop of the SQL connector has")
	flag.DurationVar(&b.floodTime, "flood", 10*time.Minute, "how long the flood lasts")
	flag.Parse()
	if err := b.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.work, err = os.MkdirTemp("", "habeas-bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.work) //nolint:errcheck // a temporary folder
	b.binary = filepath.Join(b.work, "habeas")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", b.binary, "./cmd/habeas").CombinedOutput(); err != nil { //nolint:gosec // our own
		return fmt.Errorf("building: %w: %s", err, out)
	}
	b.say("# Results\n\nWritten by `FSYNC=on scripts/testbed run -- go run ./bench` on %s: %d rounds of %s each, interleaved; medians.\n",
		time.Now().UTC().Format(time.DateOnly), b.rounds, b.duration)
	parts := []struct {
		name string
		run  func(context.Context) error
	}{{"embedded", b.embedded}, {"submit", b.submit}, {"pages", b.firstPages}, {"flood", b.flood}, {"connector", b.connector}, {"package", b.packages}}
	for _, part := range parts {
		if b.only != "" && b.only != part.name {
			continue
		}
		if err := part.run(ctx); err != nil {
			return err
		}
	}
	if b.only != "" {
		return nil
	}
	return os.WriteFile(filepath.Join("bench", "RESULTS.md"), []byte(b.out.String()), 0o600)
}

func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(io.MultiWriter(&b.out, os.Stdout), format, args...) // neither fails
}

// embedded measures what a newcomer gets: start, memory, submissions.
func (b *bench) embedded(ctx context.Context) error {
	s, err := start(ctx, b.binary, filepath.Join(b.work, "embedded"), nil)
	if err != nil {
		return err
	}
	time.Sleep(5 * time.Second) // idle
	idle, err := s.memory()
	if err != nil {
		return err
	}
	token, err := s.token(ctx)
	if err != nil {
		return err
	}
	var rates []float64
	var last load
	for range b.rounds {
		if last, err = post(ctx, s.address, token, 8, b.duration); err != nil {
			return err
		}
		rates = append(rates, last.perSecond)
	}
	b.say("\n## Embedded (SQLite, full sync, queue and mail in the process)\n\n| what | figure | goal |\n|---|---|---|\n"+
		"| start to first answer | %d ms | < 2000 ms |\n| memory, idle | %.0f MiB | < 100 MiB |\n"+
		"| submit over HTTP, 8 clients, while its mail is sent | %.0f/s (p50 %s, p99 %s) | ≥ 300/s |\n",
		s.ready.Milliseconds(), idle, median(rates), last.p50.Round(100*time.Microsecond), last.p99.Round(100*time.Microsecond))
	return s.stop()
}

// submit holds the service against the same rows written by hand.
func (b *bench) submit(ctx context.Context) error {
	ours, err := database(ctx, "habeas_bench_service")
	if err != nil {
		return err
	}
	limit, err := database(ctx, "habeas_bench_limit")
	if err != nil {
		return err
	}
	env := func(database string) []string {
		return []string{"HABEAS_DATABASE_URL=" + database, "HABEAS_REDIS_URL=" + os.Getenv("HABEAS_TEST_REDIS_URL")}
	}
	if err := b.migrate(ctx, env(limit)); err != nil {
		return err
	}
	s, err := start(ctx, b.binary, filepath.Join(b.work, "production"), env(ours), "--only", "api")
	if err != nil {
		return err
	}
	token, err := s.token(ctx)
	if err != nil {
		return err
	}
	b.say("\n## Submit on PostgreSQL, durable settings\n\nThe limit is pgbench writing the same rows as hand-written, prepared SQL, statement by\n" +
		"statement, in one transaction (`bench/submit.sql`). The service adds HTTP, JSON, validation, dates, sealing\n" +
		"and the client that asks, on the same two cores; it sends its statements in one go.\n\n" +
		"| clients | limit | service | ratio | p50 | p99 | goal |\n|---|---|---|---|---|---|---|\n")
	for _, clients := range []int{8, 32} {
		var at, best []float64
		var last load
		for range b.rounds {
			tps, err := b.pgbench(ctx, limit, clients)
			if err != nil {
				return err
			}
			best = append(best, tps)
			if last, err = post(ctx, s.address, token, clients, b.duration); err != nil {
				return err
			}
			at = append(at, last.perSecond)
		}
		b.say("| %d | %.0f/s | %.0f/s | **%.2f** | %s | %s | ≥ 0.4 |\n", clients, median(best), median(at), median(at)/median(best),
			last.p50.Round(100*time.Microsecond), last.p99.Round(100*time.Microsecond))
	}
	return s.stop()
}

func (b *bench) migrate(ctx context.Context, env []string) error {
	c := exec.CommandContext(ctx, b.binary, "migrate") //nolint:gosec // our own binary
	c.Env = append(append(os.Environ(), "HABEAS_DATA_DIR="+filepath.Join(b.work, "limit")), env...)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("migrating: %w: %s", err, out)
	}
	return nil
}

var tpsLine = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

func (b *bench) pgbench(ctx context.Context, database string, clients int) (float64, error) {
	out, err := exec.CommandContext(ctx, "pgbench", "-n", "-M", "prepared", "-f", filepath.Join("bench", "submit.sql"), //nolint:gosec // fixed arguments
		"-c", strconv.Itoa(clients), "-j", "2", "-T", strconv.Itoa(int(b.duration.Seconds())), database).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, out)
	}
	m := tpsLine.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("pgbench said no tps: %s", out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

// database makes an empty database in the testbed's cluster.
func database(ctx context.Context, name string) (string, error) {
	base := os.Getenv("HABEAS_TEST_POSTGRES_URL")
	if base == "" {
		return "", errors.New("run it as: FSYNC=on scripts/testbed run -- go run ./bench")
	}
	db, err := sql.Open("pgx", base)
	if err != nil {
		return "", err
	}
	defer db.Close() //nolint:errcheck // nothing is written here
	var synced string
	if err := db.QueryRowContext(ctx, "SHOW fsync").Scan(&synced); err != nil {
		return "", err
	}
	if synced != "on" {
		return "", errors.New("PostgreSQL does not sync its commits: run it with FSYNC=on")
	}
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return "", err
		}
	}
	u, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
