package main

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The flood of T28: so many requests a second, from so many addresses.
const (
	floodRate      = 50
	floodAddresses = 500
)

// flood files requests from many addresses as a proxy passes them on, while
// somebody who proved their mailbox works, and somebody new comes by each
// quarter of a minute and works for their code. What is acknowledged is counted
// against what is stored.
func (b *bench) flood(ctx context.Context) error {
	address, err := database(ctx, "habeas_bench_flood")
	if err != nil {
		return err
	}
	dir := filepath.Join(b.work, "flood")
	s, err := start(ctx, b.binary, dir, []string{
		"HABEAS_DATABASE_URL=" + address, "HABEAS_REDIS_URL=" + os.Getenv("HABEAS_TEST_REDIS_URL"),
		"HABEAS_TRUSTED_PROXIES=127.0.0.1", "HABEAS_FORM_MAILS_PER_HOUR=200",
	})
	if err != nil {
		return err
	}
	f := &flood{base: "http://" + s.address, mail: filepath.Join(dir, "mail"), http: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 256}, Timeout: time.Minute,
	}}
	if err := f.prove(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, b.floodTime)
	defer cancel()
	var parts sync.WaitGroup
	parts.Go(func() { f.every(ctx, time.Second/floodRate, f.post) })
	parts.Go(func() { f.every(ctx, time.Second, f.known) })
	parts.Go(func() { f.every(ctx, 15*time.Second, f.newcomer) })
	parts.Wait()
	f.open.Wait()
	err = f.report(b, address)
	if err == nil {
		err = f.clear(b, s, address)
	}
	return errors.Join(err, s.stop())
}

var (
	whereItStopped = regexp.MustCompile(`name="(after|done|not)" value="([^"]*)"`)
	howMany        = regexp.MustCompile(`(\d+) done`)
)

// clear closes all of it as spam, as one member of staff does in the console.
func (f *flood) clear(b *bench, s *service, address string) error {
	ctx := context.Background() // the time of the flood is over
	staff, err := s.run(ctx, "user", "add", "--name", "Ann", "--email", "ann@example.org", "--role", "manager")
	if err != nil {
		return err
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // its statement says what went wrong
	hash := sha256.Sum256([]byte(benchSession))
	_, err = db.ExecContext(ctx, "INSERT INTO staff_sessions (id, staff_id, hash, created_at, seen_at, signed_in_at) VALUES ('bench', $1, $2, $3, $3, $3)",
		staff, hash[:], time.Now().UTC())
	if err != nil {
		return err
	}
	form := url.Values{
		"whole": {"1"}, "sure": {"1"}, "do": {"spam"}, "drawn": {time.Now().UTC().Format(time.RFC3339)}, "back": {"/console?view=suppressed"},
	}
	begin, presses, done := time.Now(), 0, ""
	for more := true; more; presses++ {
		page, err := f.press(ctx, form)
		if err != nil {
			return err
		}
		if m := howMany.FindStringSubmatch(page); m != nil {
			done = m[1]
		}
		more = strings.Contains(page, "Go on with the rest")
		for _, m := range whereItStopped.FindAllStringSubmatch(page, -1) {
			form.Set(m[1], m[2])
		}
	}
	b.say("\nOne member of staff closes what nobody was written to as spam: %s requests in %s, with %d presses of a button.\n",
		done, time.Since(begin).Round(time.Second), presses)
	return nil
}

func (f *flood) press(ctx context.Context, form url.Values) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.base+"/console/bulk", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Cookie", "habeas-staff="+benchSession)
	res, err := f.http.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // only read from
	page, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("closing the flood: %s: %s", res.Status, page)
	}
	return string(page), err
}

type flood struct {
	base, mail string
	http       *http.Client
	open       sync.WaitGroup
	reference  string // of somebody who proved their mailbox
	token      string

	mu        sync.Mutex
	posts     []time.Duration // until each was acknowledged, from when it was due
	works     []time.Duration // of who is known
	newcomers []string        // who worked for a code
	acked     int
	faults    []error
}

// every does something at its times, however long the one before takes: a flood
// does not wait for its answers.
func (f *flood) every(ctx context.Context, pause time.Duration, do func(due time.Time, n int) error) {
	begin := time.Now()
	for n := 0; ; n++ {
		due := begin.Add(time.Duration(n) * pause)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(due)):
		}
		f.open.Go(func() {
			if err := do(due, n); err != nil {
				f.mu.Lock()
				f.faults = append(f.faults, err)
				f.mu.Unlock()
			}
		})
	}
}

// call sends one request from an address, as a proxy says, and reads the answer.
func (f *flood) call(method, path, from, token string, body, answer any) error {
	var in io.Reader = http.NoBody
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		in = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, f.base+path, in)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Forwarded-For", from)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := f.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // only read from
	said, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s: %s", method, path, res.Status, said)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(said, answer)
}

type filed struct {
	Reference string `json:"reference"`
	State     string `json:"state"`
}

func (f *flood) file(from, email, solution string) (r filed, err error) {
	body := map[string]any{"type": "access", "person": map[string]any{"name": "Person", "email": email, "country": "DE"}}
	if solution != "" {
		body["solution"] = solution
	}
	if err = f.call(http.MethodPost, "/v1/requests", from, "", body, &r); err == nil && r.State != "unverified" {
		err = fmt.Errorf("%s is %s", r.Reference, r.State)
	}
	return r, err
}

// post files one request of the flood.
func (f *flood) post(due time.Time, n int) error {
	from := fmt.Sprintf("198.51.%d.%d", n%floodAddresses/250, n%floodAddresses%250+1)
	_, err := f.file(from, fmt.Sprintf("flood.%d@example.net", n), "")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posts = append(f.posts, time.Since(due))
	if err == nil {
		f.acked++
	}
	return err
}

var codeInMail = regexp.MustCompile(`Your code is:\s+([0-9A-Z]{8})`)

// prove files a request and types its code.
func (f *flood) prove(ctx context.Context) error {
	r, err := f.file("192.0.2.1", "known@example.org", "")
	if err != nil {
		return err
	}
	f.reference = r.Reference
	for range 300 {
		mails, err := filepath.Glob(filepath.Join(f.mail, "*.eml"))
		if err != nil {
			return err
		}
		for _, name := range mails {
			raw, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if m := codeInMail.FindSubmatch(raw); m != nil {
				var proof struct {
					Token string `json:"token"`
				}
				err := f.call(http.MethodPost, "/v1/requests/"+f.reference+"/verify", "192.0.2.1", "", map[string]string{"code": string(m[1])}, &proof)
				f.token = proof.Token
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("no code came")
}

// known is what somebody does who proved their mailbox: read, now and then
// write, now and then file another request.
func (f *flood) known(due time.Time, n int) error {
	err := f.call(http.MethodGet, "/v1/requests/"+f.reference, "192.0.2.1", f.token, nil, nil)
	if n%5 == 0 {
		err = errors.Join(err, f.call(http.MethodPost, "/v1/requests/"+f.reference+"/messages", "192.0.2.1", f.token, map[string]string{"text": "Note " + strconv.Itoa(n)}, nil))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.works = append(f.works, time.Since(due))
	return err
}

// newcomer works for a code.
func (f *flood) newcomer(_ time.Time, n int) error {
	from := fmt.Sprintf("203.0.113.%d", n+1)
	var p struct {
		Puzzle       string `json:"challenge"`
		Rounds, Bits int
	}
	if err := f.call(http.MethodPost, "/v1/challenges", from, "", nil, &p); err != nil {
		return err
	}
	solution := ""
	for i := 0; solution == ""; i++ {
		key, err := pbkdf2.Key(sha256.New, p.Puzzle, []byte(strconv.Itoa(i)), p.Rounds, 8)
		if err != nil {
			return err
		}
		if bits.LeadingZeros64(binary.BigEndian.Uint64(key)) >= p.Bits {
			solution = p.Puzzle + "." + strconv.Itoa(i)
		}
	}
	r, err := f.file(from, fmt.Sprintf("new.%d@example.org", n), solution)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.newcomers = append(f.newcomers, r.Reference); err == nil {
		f.acked++
	}
	return err
}

// report counts what is stored.
func (f *flood) report(b *bench, address string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // only read from
	count := func(query string, args ...any) (n int) {
		err = errors.Join(err, db.QueryRow(query, args...).Scan(&n)) //nolint:noctx // a moment
		return n
	}
	rows := count("SELECT count(*) FROM requests") - 1 // of who is known
	unverified := count("SELECT count(*) FROM requests WHERE state = 'unverified'")
	mails := count("SELECT count(*) FROM messages m WHERE m.audience = 'requester' AND m.template = 'code'") - 1
	served := count("SELECT count(*) FROM requests r JOIN messages m ON m.request_id = r.id WHERE m.template = 'code' AND r.reference = ANY($1)", f.newcomers)
	slices.Sort(f.posts)
	slices.Sort(f.works)
	at := func(times []time.Duration, percent int) time.Duration {
		return times[min(len(times)-1, len(times)*percent/100)].Round(100 * time.Microsecond)
	}
	b.say("\n## A flood (T28): %d/s for %s from %d addresses, PostgreSQL\n\n| what | figure | goal |\n|---|---|---|\n"+
		"| posts, from when they were due | p50 %s, p99 %s, longest %s | p99 < 500 ms |\n"+
		"| acknowledged, stored, unverified | %d of %d, %d, %d | 0 lost, none refused |\n"+
		"| codes mailed in all | %d | ≤ 200 in each hour of the clock |\n"+
		"| newcomers who worked for their code | %d of %d served | all, up to 50 an hour |\n"+
		"| somebody known, who reads and writes meanwhile | p50 %s, p99 %s | served |\n"+
		"| faults | %d | 0 |\n",
		floodRate, b.floodTime, floodAddresses, at(f.posts, 50), at(f.posts, 99), f.posts[len(f.posts)-1].Round(time.Millisecond),
		f.acked, len(f.posts)+len(f.newcomers), rows, unverified, mails, served, len(f.newcomers), at(f.works, 50), at(f.works, 99), len(f.faults))
	if len(f.faults) > 0 {
		b.say("\nThe first fault: %v\n", f.faults[0])
	}
	return err
}
