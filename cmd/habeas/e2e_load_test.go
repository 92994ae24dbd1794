package main_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// load files requests from several clients at once, and goes on whatever
// happens: what was not acknowledged is sent again under its key, as a good
// client does.
type load struct {
	t    *testing.T
	api  client
	stop chan struct{}
	wg   sync.WaitGroup
	sent atomic.Int64

	mu    sync.Mutex
	acked map[string]string // key → reference
	tries map[string]int    // how often a key had to be sent again, by why
}

func startLoad(t *testing.T, api client, clients int) *load {
	t.Helper()
	l := &load{t: t, api: api, stop: make(chan struct{}), acked: map[string]string{}, tries: map[string]int{}}
	for range clients {
		l.wg.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				default:
					l.file(fmt.Sprintf("load-%d", l.sent.Add(1)))
				}
			}
		})
	}
	return l
}

// file files one request until it is acknowledged.
func (l *load) file(key string) {
	body := object{"type": "deletion", "person": object{
		"name": canary("name"), "email": canary(key) + "@example.net", "country": "US", "region": "CA",
	}, "details": canary("details")}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		a, err := l.api.try(http.MethodPost, "/v1/requests", body, "Idempotency-Key", key)
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
			return
		}
	}
	l.t.Errorf("%s was never acknowledged", key)
}

// wait waits until n requests more are acknowledged.
func (l *load) wait(n int) {
	l.t.Helper()
	goal := l.count() + n
	eventually(l.t, fmt.Sprintf("%d requests more", n), func() bool { return l.count() >= goal })
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// end stops the load and returns the references by key.
func (l *load) end() map[string]string {
	close(l.stop)
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
	within(t, 150*time.Second, "a code mail for each", func() bool { return len(codesByReference(p)) >= len(there) })
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
