package main_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"habeas/internal/testbed"
)

// A client cannot choose the address that its limit is counted under; a proxy
// that is trusted can.
func TestTrustedProxies(t *testing.T) {
	t.Parallel()
	type filing struct {
		from  string // X-Forwarded-For
		later bool
	}
	for name, tc := range map[string]struct {
		trusted string
		filings []filing
	}{
		"nobody is trusted": {"", []filing{
			{"203.0.113.1", false}, {"203.0.113.2", false}, {"203.0.113.3", true}, {"", true},
		}},
		"the connection is not from the proxy": {"10.0.0.0/8,2001:db8::/32", []filing{
			{"203.0.113.1", false}, {"203.0.113.2", false}, {"10.1.1.1", true}, {"203.0.113.3, 10.1.1.1", true},
		}},
		"each client of the proxy has its own limit": {"127.0.0.1", []filing{
			{"203.0.113.1", false}, {"203.0.113.1", false}, {"203.0.113.1", true}, {"203.0.113.2", false},
		}},
		"what the client wrote before the proxy is nothing": {"127.0.0.1", []filing{
			{"198.51.100.1, 203.0.113.1", false},
			{"198.51.100.2, 203.0.113.1", false},
			{"198.51.100.3, 203.0.113.1", true},
			{"127.0.0.1, 203.0.113.1", true},
			{"rubbish, 203.0.113.1", true},
			{"203.0.113.1, 198.51.100.1", false},
		}},
		"a chain of proxies": {"127.0.0.0/8, 10.0.0.0/8", []filing{
			{"203.0.113.1, 10.1.1.1", false}, {"203.0.113.1, 10.2.2.2", false}, {"203.0.113.1", true}, {"203.0.113.1, 192.0.2.1", false},
		}},
		"a customer's IPv6 network is one client": {"127.0.0.1", []filing{
			{"2001:db8:1:1::1", false}, {"2001:db8:1:1:ffff::2", false}, {"2001:db8:1:1::3", true}, {"2001:db8:1:2::1", false},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := serve(t, dataDir(t), "HABEAS_TRUSTED_PROXIES="+tc.trusted, "HABEAS_SUBMIT_LIMIT_PER_HOUR=2")
			anybody := p.as(t, "")
			for i, f := range tc.filings {
				header := []string{"X-Real-IP", "192.0.2." + strconv.Itoa(i), "Forwarded", "for=192.0.2." + strconv.Itoa(i)}
				if f.from != "" {
					header = append(header, "X-Forwarded-For", f.from)
				}
				a, err := anybody.try(http.MethodPost, "/v1/requests", object{"type": "access", "person": object{
					"name": canary("name"), "email": canary("proxied") + "@example.net", "country": "DE",
				}}, header...)
				if err != nil || a.status != http.StatusCreated {
					t.Fatalf("%d. from %q: %d: %s %v", i+1, f.from, a.status, a.raw, err)
				}
				if later, _ := a.body["code_later"].(bool); later != f.later {
					t.Errorf("%d. from %q is filed without a code: %t", i+1, f.from, later)
				}
			}
			p.stop()
			if log := p.stderr.String(); strings.Contains(log, "203.0.113.") || strings.Contains(log, "2001:db8:1") {
				t.Error("the log holds addresses of clients")
			}
		})
	}
}

// Operators hear of jobs that nobody does; requests are taken all the same.
func TestNotReadyWhileJobsWaitTooLong(t *testing.T) {
	t.Parallel()
	env := []string{
		"HABEAS_DATABASE_URL=" + testbed.Postgres(t), "HABEAS_REDIS_URL=" + testbed.Redis(t), "HABEAS_READY_JOB_LAG=3s",
	}
	dir := dataDir(t)
	p := serveOnly(t, "api", dir, env...)
	public := p.as(t, "")
	ops := func() (int, string) { return fetch(t, p.ops+"/readyz") }
	if status, said := ops(); status != 200 || !strings.Contains(said, `"ready":true`) {
		t.Fatalf("at first: %d %s", status, said)
	}
	start := time.Now()
	public.call(201, "POST", "/v1/requests", object{"type": "access", "person": object{
		"name": canary("name"), "email": canary("waits") + "@example.net", "country": "DE",
	}})
	testbed.Eventually(t, "not ready", func() bool { status, _ := ops(); return status == 503 })
	if waited := time.Since(start); waited < 2*time.Second {
		t.Errorf("not ready after %s already", waited)
	}
	if _, said := ops(); !strings.Contains(said, `"ready":false,"database":true,"queue":true,"jobs":false`) {
		t.Errorf("it says %s", said)
	}
	a := public.get("/readyz").want("status", "ready") // for a balancer: requests are taken
	if waits, _ := a.body["oldest_job_seconds"].(float64); waits < 2 {
		t.Errorf("the job waits for %v seconds there", waits)
	}
	public.call(201, "POST", "/v1/requests", object{"type": "access", "person": object{
		"name": canary("name"), "email": canary("waits") + "@example.net", "country": "DE",
	}})
	worker := serveOnly(t, "worker", dir, env...)
	testbed.Eventually(t, "ready again", func() bool { status, _ := ops(); return status == 200 })
	testbed.Eventually(t, "both codes are mailed", func() bool { return len(codesByReference(worker)) == 2 })
	p.stop()
	worker.stop()
	p.noCanaries(t)
}
