package main_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"habeas/internal/testbed"
)

// load files requests from several clients at once, and goes on whatever
// happens: what was not acknowledged is sent again under its key, as a good
// client does.
type load struct {
	t     *testing.T
	api   client
	staff client    // if it has a token, it types in every third request, as a late letter
	late  time.Time // when those letters came
	stop  chan struct{}
	wg    sync.WaitGroup
	sent  atomic.Int64

	halted sync.Once

	mu    sync.Mutex
	acked map[string]string // key → reference
	tries map[string]int    // how often a key had to be sent again, by why
}

func startLoad(t *testing.T, api client, clients int) *load {
	t.Helper()
	return startMixedLoad(t, api, client{}, clients)
}

func startMixedLoad(t *testing.T, api, staff client, clients int) *load {
	t.Helper()
	l := &load{t: t, api: api, staff: staff, late: lateLetter(), stop: make(chan struct{}), acked: map[string]string{}, tries: map[string]int{}}
	for range clients {
		l.wg.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				default:
					l.file(l.nextKey())
				}
			}
		})
	}
	return l
}

func (l *load) nextKey() string {
	n := l.sent.Add(1)
	time.Sleep(30 * time.Millisecond) // it is not how many that matters
	if l.staff.token != "" && n%3 == 0 {
		return fmt.Sprintf("%s%d", letterKey, n)
	}
	return fmt.Sprintf("load-%d", n)
}

// letterKey begins the keys of letters that staff type in so late that each has
// one reminder due at once.
const letterKey = "letter-"

// lateLetter is noon four weeks ago. Of thirty days nine tenths are over then,
// and the next reminder is hours away at any time of the day.
func lateLetter() time.Time {
	y, m, d := time.Now().UTC().AddDate(0, 0, -28).Date()
	return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
}

// post sends the request that belongs to a key, which is the same every time.
func (l *load) post(key string) (answer, error) {
	if strings.HasPrefix(key, letterKey) {
		return l.staff.try(http.MethodPost, "/v1/admin/requests", object{
			"type": "access", "channel": "letter", "received_at": l.late.Format(time.RFC3339),
			"person": object{"name": canary("name"), "country": "US", "region": "NY"},
		}, "Idempotency-Key", key)
	}
	return l.api.try(http.MethodPost, "/v1/requests", object{"type": "deletion", "person": object{
		"name": canary("name"), "email": canary(key) + "@example.net", "country": "US", "region": "CA",
	}, "details": canary("details")}, "Idempotency-Key", key)
}

// file files one request until it is acknowledged.
func (l *load) file(key string) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		a, err := l.post(key)
		why := "network"
		if err == nil {
			why = strconv.Itoa(a.status)
		}
		l.mu.Lock()
		if why == "201" {
			l.acked[key] = a.text("reference")
			l.mu.Unlock()
			return
		}
		l.tries[why]++
		l.mu.Unlock()
		if err == nil && a.status != http.StatusServiceUnavailable && a.status != http.StatusConflict {
			l.t.Errorf("%s: %d %s", key, a.status, a.raw)
			l.halt() // the next would say the same
			return
		}
		if err == nil {
			a.isToBeSentAgain()
		}
	}
	l.t.Errorf("%s was never acknowledged", key)
}

// isToBeSentAgain checks a refusal that is none for good: it says when to come
// back, and that in the form of all problems.
func (a answer) isToBeSentAgain() {
	a.t.Helper()
	code := map[int]string{http.StatusServiceUnavailable: "unavailable", http.StatusConflict: "in_flight"}[a.status]
	if a.body["type"] != "urn:habeas:problem:"+code || a.header.Get("Content-Type") != "application/problem+json" {
		a.t.Errorf("%s: %d is no problem %q, %s: %s", a.call, a.status, code, a.header.Get("Content-Type"), a.raw)
	}
	if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || seconds < 1 {
		a.t.Errorf("%s: %d with Retry-After %q", a.call, a.status, a.header.Get("Retry-After"))
	}
}

// wait waits until n requests more are acknowledged.
func (l *load) wait(n int) {
	l.t.Helper()
	goal := l.count() + n
	testbed.Eventually(l.t, fmt.Sprintf("%d requests more", n), func() bool { return l.count() >= goal })
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

func (l *load) halt() { l.halted.Do(func() { close(l.stop) }) }

// end stops the load and returns the references by key.
func (l *load) end() map[string]string {
	l.halt()
	l.wg.Wait()
	l.t.Logf("%d requests acknowledged; sent again after %v", len(l.acked), l.tries)
	return l.acked
}

// settled checks what has to be true after any disaster: every acknowledged
// request is there, once, none is there twice, and each got one code mail.
func settled(t *testing.T, p *program, c client, acked map[string]string) {
	t.Helper()
	var there []string
	for next := ""; ; {
		page := c.get("/v1/admin/requests?limit=500&sort=received_at&cursor=" + next)
		for _, r := range page.items() {
			ref, _ := r["reference"].(string)
			there = append(there, ref)
		}
		if next, _ = page.body["next_cursor"].(string); next == "" {
			break
		}
	}
	slices.Sort(there)
	if unique := slices.Compact(slices.Clone(there)); len(unique) != len(there) {
		t.Errorf("%d requests are listed twice", len(there)-len(unique))
	}
	for key, ref := range acked {
		if _, found := slices.BinarySearch(there, ref); !found {
			t.Errorf("%s was acknowledged as %s and is gone", key, ref)
		}
	}
	if len(there) != len(acked) {
		t.Errorf("%d requests are there for %d keys", len(there), len(acked))
	}
	testbed.Eventually(t, "a code mail for each", func() bool { return len(codesByReference(p)) >= len(there) },
		func() string { return fmt.Sprintf("%d of %d", len(codesByReference(p)), len(there)) })
	for ref, ids := range codesByReference(p) {
		if len(ids) != 1 {
			t.Errorf("%s got %d code mails: %v", ref, len(ids), ids)
		}
	}
}

// codesByReference returns the Message-IDs of the code mails of each request.
func codesByReference(p *program) map[string][]string {
	found := map[string][]string{}
	for _, m := range p.mails() {
		if ref := m.subject[max(0, len(m.subject)-len("HB-XXXX-XXXX-XX")):]; len(m.subject) > len(codeMail) && m.subject[:len(codeMail)] == codeMail {
			found[ref] = append(found[ref], m.id)
		}
	}
	return found
}
