package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// crowd makes requests straight in the database: how many, under which policy,
// and when it is now. The worklist's benchmark of package web reads it, too.
//
//go:embed crowd.sql
var crowd string

// firstPages measures the first page of the portal and of the console among a
// million requests, and weighs it with all that it loads.
func (b *bench) firstPages(ctx context.Context) error {
	address, err := database(ctx, "habeas_bench_pages")
	if err != nil {
		return err
	}
	s, err := start(ctx, b.binary, filepath.Join(b.work, "pages"), []string{"HABEAS_DATABASE_URL=" + address, "HABEAS_REDIS_URL=" + os.Getenv("HABEAS_TEST_REDIS_URL")}, "--only", "api")
	if err != nil {
		return err
	}
	secret, err := b.populate(ctx, s, address)
	if err != nil {
		return err
	}
	b.say("\n## First pages among %d requests on PostgreSQL\n\nThe whole answer, one after the other, over one connection. Over the wire is the page with\n"+
		"its stylesheet, scripts and icon, with their headers, as a browser asks for them. Three in\n"+
		"twenty requests are open; what they contain is left out, since a list does not read it.\n\n"+
		"| page | median | p95 | over the wire | goal |\n|---|---|---|---|---|\n", b.requests)
	for _, page := range []struct {
		name, path string
		asked      int // in each round
		goal       string
	}{
		{"portal, start", "/?country=US&region=CA", 100, "< 100 ms, < 50 KB"},
		{"console, worklist", "/console", 100, "< 100 ms, < 50 KB"},
		{"console, overdue", "/console?view=overdue", 100, ""},
		{"console, overview", "/console/overview", 2, ""},
	} {
		var took []time.Duration
		var wire int
		for range b.rounds {
			all, bytes, err := visits(ctx, s.address, page.path, secret, page.asked)
			if err != nil {
				return fmt.Errorf("%s: %w", page.path, err)
			}
			took, wire = append(took, all...), bytes
		}
		slices.Sort(took)
		b.say("| %s | %s | %s | %.1f KB | %s |\n", page.name, took[len(took)/2].Round(100*time.Microsecond),
			took[len(took)*95/100].Round(100*time.Microsecond), float64(wire)/1000, page.goal)
	}
	return s.stop()
}

// benchSession is the secret of the session that looks at the console.
const benchSession = "a-session-of-the-benchmark"

// populate fills the database and signs somebody in; it returns the secret of
// their session.
func (b *bench) populate(ctx context.Context, s *service, address string) (string, error) {
	token, err := s.token(ctx)
	if err != nil {
		return "", err
	}
	// One that came as all come makes the policy known.
	if _, err := post(ctx, s.address, token, 1, 100*time.Millisecond); err != nil {
		return "", err
	}
	staff, err := s.run(ctx, "user", "add", "--name", "Ann", "--email", "ann@example.org", "--role", "manager")
	if err != nil {
		return "", err
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		return "", err
	}
	defer db.Close() //nolint:errcheck // its statements say what went wrong
	hash := sha256.Sum256([]byte(benchSession))
	now := time.Now().UTC()
	var policy string
	if err := db.QueryRowContext(ctx, "SELECT version FROM policies").Scan(&policy); err != nil {
		return "", err
	}
	for _, step := range []struct {
		statement string
		args      []any
	}{
		{crowd, []any{b.requests, policy, now}},
		{"INSERT INTO request_regimes SELECT id, 'house' FROM requests ON CONFLICT DO NOTHING", nil},
		{"INSERT INTO staff_sessions (id, staff_id, hash, created_at, seen_at, signed_in_at) VALUES ('bench', $1, $2, $3, $3, $3)", []any{staff, hash[:], now}},
		{"VACUUM ANALYZE", nil},
	} {
		if _, err := db.ExecContext(ctx, step.statement, step.args...); err != nil {
			return "", fmt.Errorf("filling the database: %w", err)
		}
	}
	return benchSession, nil
}

// visits asks for a page again and again, and weighs it once with its assets.
func visits(ctx context.Context, address, path, secret string, asked int) (took []time.Duration, wire int, err error) {
	var dialer net.Dialer
	plain, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, 0, err
	}
	defer plain.Close() //nolint:errcheck // only a measurement
	conn := &weighed{Conn: plain}
	in := bufio.NewReader(conn)
	get := func(path string) (string, error) {
		_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nCookie: habeas-staff=%s\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en\r\n\r\n", path, address, secret)
		if err != nil {
			return "", err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return "", err
		}
		defer res.Body.Close() //nolint:errcheck // only a measurement
		if res.StatusCode != http.StatusOK {
			return "", fmt.Errorf("%s", res.Status)
		}
		body := io.Reader(res.Body)
		if res.Header.Get("Content-Encoding") == "gzip" {
			if body, err = gzip.NewReader(res.Body); err != nil {
				return "", err
			}
		}
		page, err := io.ReadAll(body)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(io.Discard, res.Body)
		return string(page), err
	}
	page, err := get(path)
	if err != nil {
		return nil, 0, err
	}
	for _, asset := range assets(page) {
		if _, err := get(asset); err != nil {
			return nil, 0, err
		}
	}
	wire = conn.read
	for range asked {
		at := time.Now()
		if _, err := get(path); err != nil {
			return nil, 0, err
		}
		took = append(took, time.Since(at))
	}
	return took, wire, nil
}

// assets are the addresses of what a page loads.
func assets(page string) (all []string) {
	for _, part := range strings.Split(page, `="`)[1:] {
		if address, _, _ := strings.Cut(part, `"`); strings.HasPrefix(address, "/assets/") {
			all = append(all, address)
		}
	}
	return all
}

// weighed is a connection that counts the bytes that come in.
type weighed struct {
	net.Conn
	read int
}

// Read implements net.Conn.
func (w *weighed) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.read += n
	return n, err
}
