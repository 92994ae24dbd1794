package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"habeas/api"
	"habeas/api/apitest"
	"habeas/models"
)

// strict is what an installation has that sets nothing.
func strict(c *config) { c.Limits = api.Limits{} }

// TestTheFormIsLimitedPerAddress files more than one address may, and lets
// time pass.
func TestTheFormIsLimitedPerAddress(t *testing.T) {
	t.Parallel()
	b := newBed(t, strict)
	for range 5 {
		b.filed(false)
	}
	b.filed(true)
	b.sleep(12 * time.Minute)
	b.filed(false)
	b.filed(true)
	for range 40 {
		b.want(201, b.as(models.RoleIntake, "POST", "/v1/requests", wish()))
	}
	b.filed(true)
	for range 30 {
		b.want(202, b.Send("POST", "/v1/requests/HB-0000-0000-00/codes", nil))
	}
	b.want(429, b.Send("POST", "/v1/requests/HB-0000-0000-00/codes", nil))
	for range 60 {
		b.want(422, b.Send("POST", "/v1/requests/HB-0000-0000-00/verify", object{"code": "x"}))
	}
	b.want(429, b.Send("POST", "/v1/requests/HB-0000-0000-00/verify", object{"code": "x"}))
}

// The portal and the API are two doors of one house.
func TestThePortalCountsAgainstTheSameLimit(t *testing.T) {
	t.Parallel()
	b := newBed(t, strict)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/requests/new/access", http.NoBody)
	r.RemoteAddr = "127.0.0.1:4711"
	for range 4 {
		if b.api.Crowded(r) || b.api.Crowd(r) {
			t.Error("the portal has too many already")
		}
	}
	b.filed(false)
	if !b.api.Crowded(r) || !b.api.Crowd(r) {
		t.Error("the portal files one more as if it were the first")
	}
}

// filed files a request like any other, and says whether it has to be filed
// without a mail.
func (b *bed) filed(later bool, change ...func(object)) string {
	b.t.Helper()
	var receipt struct {
		Reference, State string
		CodeLater        bool `json:"code_later"`
	}
	b.want(201, b.Send("POST", "/v1/requests", wish(change...))).JSON(b.t, &receipt)
	mails := 0
	for _, m := range b.mails(receipt.Reference) {
		if m.Audience == models.ToRequester {
			mails++
		}
	}
	if receipt.State != "unverified" || receipt.CodeLater != later || (mails == 0) != later {
		b.t.Errorf("it is %s with %d mails, code_later is %t, want %t", receipt.State, mails, receipt.CodeLater, later)
	}
	return receipt.Reference
}

// TestFarTooManyAreRefused: a disk has an end.
func TestFarTooManyAreRefused(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *config) {
		c.Limits = api.Limits{Submit: api.Rate{Calls: 2, Per: time.Hour}, Bound: api.Rate{Calls: 30, Per: time.Hour}}
	})
	for i := range 30 {
		b.filed(i >= 2)
	}
	r := b.want(429, b.Send("POST", "/v1/requests", wish()))
	if r.Header.Get("Retry-After") != "120" || !strings.HasSuffix(r.Problem(t).Type, "too_many") {
		t.Errorf("Retry-After is %q: %s", r.Header.Get("Retry-After"), r.Content)
	}
}

// TestATokenHasItsOwnLimit sets it low.
func TestATokenHasItsOwnLimit(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *config) { c.Limits.Token = api.Rate{Calls: 2, Per: time.Minute} })
	for _, want := range []int{201, 201, 429} {
		b.want(want, b.as(models.RoleIntake, "POST", "/v1/requests", wish()))
	}
	b.want(201, b.as(models.RoleAgent, "POST", "/v1/requests", wish()))
	b.submit()
}

// TestNobodyChoosesTheirAddress spoofs every header that proxies use.
func TestNobodyChoosesTheirAddress(t *testing.T) {
	t.Parallel()
	spoofs := []string{"X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP", "X-Cluster-Client-IP", "Client-IP"}
	one := func(c *config) { c.Limits = api.Limits{Submit: api.Rate{Calls: 1, Per: time.Hour}} }
	late := func(b *bed, want bool, header, value string) {
		t.Helper()
		var receipt struct {
			CodeLater bool `json:"code_later"`
		}
		b.want(201, b.Send("POST", "/v1/requests", wish(), apitest.Header(header, value))).JSON(t, &receipt)
		if receipt.CodeLater != want {
			t.Errorf("%s: %s is filed late: %t", header, value, receipt.CodeLater)
		}
	}
	t.Run("without a proxy", func(t *testing.T) {
		b := newBed(t, one)
		b.submit()
		for i, header := range spoofs {
			for _, value := range []string{fmt.Sprintf("203.0.113.%d", i), fmt.Sprintf("for=203.0.113.%d", i)} {
				late(b, true, header, value)
			}
		}
	})
	t.Run("behind a trusted one", func(t *testing.T) {
		b := newBed(t, one, func(c *config) { c.server.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
		for _, f := range []struct {
			chain string
			late  bool
		}{
			{"203.0.113.7", false},
			{"198.51.100.1, 203.0.113.7", true},
			{"10.0.0.1, 203.0.113.7", true},
			{"203.0.113.8", false},
			{"2001:db8:1:2::1", false},
			{"2001:db8:1:2:ffff::9", true},
			{"2001:db8:1:3::1", false},
		} {
			late(b, f.late, "X-Forwarded-For", f.chain)
		}
	})
	t.Run("past an untrusted one", func(t *testing.T) {
		b := newBed(t, one, func(c *config) { c.server.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
		b.submit()
		late(b, true, "X-Forwarded-For", "203.0.113.7")
	})
}

// TestFilesHaveLimits sends what is too large, of a wrong kind, or no form.
func TestFilesHaveLimits(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	at := "/v1/requests/" + reference + "/files"
	b.want(201, b.form(at, token, "just.txt", bytes.Repeat([]byte("x"), 10<<20), nil))
	b.want(413, b.form(at, token, "over.txt", bytes.Repeat([]byte("x"), 10<<20+1), nil))
	b.want(413, b.form(at, token, "far.txt", bytes.Repeat([]byte("x"), 11<<20), nil))
	b.want(415, b.form(at, token, "x.html", []byte("<!doctype html><script>1</script>"), nil))
	b.want(422, b.form(at, token, "none", nil, nil))
	b.want(422, b.form(at, token, "a.txt", []byte("text"), map[string]string{"internal": "true"}))
	b.want(422, b.form("/v1/admin/requests/"+reference+"/files", b.tokens[models.RoleAgent], "a.txt", []byte("text"), map[string]string{"internal": "perhaps"}))
	b.want(415, b.Send("POST", at, object{"file": "x"}, apitest.Bearer(token)))

	var hidden struct{ ID string }
	b.want(201, b.form("/v1/admin/requests/"+reference+"/files", b.tokens[models.RoleAgent], "secret.txt", []byte("internal words"), map[string]string{"internal": "true"})).JSON(t, &hidden)
	b.want(404, b.Send("GET", at+"/"+hidden.ID, nil, apitest.Bearer(token)))
	if list := b.want(200, b.Send("GET", at, nil, apitest.Bearer(token))); strings.Contains(string(list.Content), "secret") {
		t.Errorf("an internal file is listed: %s", list.Content)
	}
	b.want(200, b.as(models.RoleAgent, "GET", "/v1/admin/requests/"+reference+"/files/"+hidden.ID, nil))

	var odd struct{ ID, Name string }
	b.want(201, b.form(at, token, `../../ü"; filename="x.html;y.txt`, []byte("plain words"), nil)).JSON(t, &odd)
	got := b.want(200, b.Send("GET", at+"/"+odd.ID, nil, apitest.Bearer(token)))
	h := got.Header
	if string(got.Content) != "plain words" || h.Get("Content-Type") != "application/octet-stream" || h.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a file comes as %v", h)
	}
}

// TestEveryAnswerIsHardened looks at the headers of all sorts of answers.
func TestEveryAnswerIsHardened(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://127.0.0.1", "https://privacy.example"} {
		b := newBed(t, func(c *config) { c.server.BaseURL = base })
		for _, path := range []string{"/healthz", "/v1/request-types", "/v1/nowhere", "/v1/admin/requests", "/docs", "/openapi.yaml", "/docs/style.css"} {
			h := b.Send("GET", path, nil).Header
			for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
				if h.Get(name) != want {
					t.Errorf("%s: %s is %q", path, name, h.Get(name))
				}
			}
			csp := h.Get("Content-Security-Policy")
			if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("%s: Content-Security-Policy is %q", path, csp)
			}
			if hsts := h.Get("Strict-Transport-Security"); (hsts != "") != strings.HasPrefix(base, "https") {
				t.Errorf("%s at %s: Strict-Transport-Security is %q", path, base, hsts)
			}
			if strings.HasPrefix(path, "/v1") && h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: Cache-Control is %q", path, h.Get("Cache-Control"))
			}
			if h.Get("X-Request-Id") == "" || h.Get("Server") != "" {
				t.Errorf("%s: %v", path, h)
			}
		}
	}
}

// TestOtherSitesAreRefused sends every route that writes as a browser would
// from another site.
func TestOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	for _, route := range api.Routes() {
		if route.Method == http.MethodGet {
			continue
		}
		path := strings.NewReplacer(":reference", reference, ":id", "x").Replace(route.Path)
		sent := token
		if route.Access != api.Session {
			sent = b.tokens[models.RoleAdmin]
		}
		r := b.Send(route.Method, path, nil, apitest.Bearer(sent), apitest.Header("Sec-Fetch-Site", "cross-site"))
		if r.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s from another site: %d", route.Method, route.Path, r.StatusCode)
		}
	}
}

// TestFaultsOfOurOwnSayNothing breaks the database and panics.
func TestFaultsOfOurOwnSayNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *config) {
		c.Ready = func(context.Context) api.Readiness { panic("robin@example.com") }
	})
	r := b.want(500, b.Send("GET", "/readyz", nil))
	p := r.Problem(t)
	if !strings.HasSuffix(p.Type, "internal") || strings.Contains(string(r.Content), "robin") || p.Instance == "" || !strings.HasSuffix(p.Instance, r.Header.Get("X-Request-Id")) {
		t.Errorf("a panic answers %s", r.Content)
	}
	if log := b.log.String(); strings.Contains(log, "robin") || !strings.Contains(log, "panic with string") || !strings.Contains(log, r.Header.Get("X-Request-Id")) {
		t.Errorf("a panic logs %s", log)
	}
}

// Nor does a database that lacks what it should have: its words are for the log.
func TestABrokenDatabaseSaysNothingInTheAnswer(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	reference, token := b.session()
	_, err := b.raw.ExecContext(t.Context(), "ALTER TABLE requests RENAME TO taken_away")
	must(t, err)
	for path, sent := range map[string]string{
		"/v1/requests/" + reference:            token,
		"/v1/admin/requests":                   b.tokens[models.RoleAdmin],
		"/v1/admin/requests/" + reference:      b.tokens[models.RoleAdmin],
		"/v1/admin/stats":                      b.tokens[models.RoleAdmin],
		"/v1/admin/requests?email=r@x.example": b.tokens[models.RoleAdmin],
	} {
		r := b.want(500, b.Send("GET", path, nil, apitest.Bearer(sent)))
		answer := strings.ToLower(string(r.Content))
		for _, ours := range []string{"table", "taken_away", "requests:", "sql", "loading", "listing", "counting"} {
			if strings.Contains(answer, ours) {
				t.Errorf("GET %s says %q: %s", path, ours, answer)
			}
		}
		if p := r.Problem(t); !strings.HasSuffix(p.Type, "internal") || !strings.HasPrefix(p.Detail, "Something went wrong on our side.") {
			t.Errorf("GET %s answers %s", path, r.Content)
		}
		if log := b.log.String(); !strings.Contains(log, "no such table") || !strings.Contains(log, r.Header.Get("X-Request-Id")) {
			t.Errorf("GET %s: the log does not say what happened: %s", path, log)
		}
	}
}

// TestReadiness tells what is up.
func TestReadiness(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		is     api.Readiness
		status int
		want   string
	}{
		"all is well":    {api.Readiness{Database: true, Queue: true}, 200, `{"status":"ready","database":"up","queue":"up","oldest_job_seconds":0}`},
		"a job is late":  {api.Readiness{Database: true, Queue: true, OldestDue: noon.Add(-time.Minute)}, 200, `{"status":"ready","database":"up","queue":"up","oldest_job_seconds":60}`},
		"no queue":       {api.Readiness{Database: true}, 200, `{"status":"degraded","database":"up","queue":"down","oldest_job_seconds":0}`},
		"no database":    {api.Readiness{Queue: true}, 503, `{"status":"not_ready","database":"down","queue":"up","oldest_job_seconds":0}`},
		"nothing at all": {api.Readiness{}, 503, `{"status":"not_ready","database":"down","queue":"down","oldest_job_seconds":0}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBed(t, func(c *config) { c.Ready = func(context.Context) api.Readiness { return test.is } })
			if r := b.want(test.status, b.Send("GET", "/readyz", nil)); strings.TrimSpace(string(r.Content)) != test.want {
				t.Errorf("%s, want %s", r.Content, test.want)
			}
		})
	}
}

// TestTheLogHoldsNobody searches the log for everything that was sent.
func TestTheLogHoldsNobody(t *testing.T) {
	t.Parallel()
	observed := map[string]bool{}
	b := newBed(t, func(c *config) {
		c.server.Observe = func(route, method string, status int, _ time.Duration) {
			observed[fmt.Sprint(method, " ", route, " ", status)] = true
		}
	})
	reference, token := b.session(with("person.email", "canary@example.com"), with("person.name", "Canary Wharf"))
	b.want(200, b.as(models.RoleAdmin, "GET", "/v1/admin/requests?email=canary@example.com", nil))
	b.want(404, b.Send("GET", "/canary@example.com?canary=1", nil, apitest.Header("X-Request-Id", "canary"), apitest.Header("User-Agent", "canary")))
	b.want(404, b.Send("GET", "/v1/requests/"+reference+"x", nil, apitest.Bearer(token)))
	b.want(422, b.Send("POST", "/v1/requests", wish(with("person.email", "canary"))))
	log := strings.ToLower(b.log.String())
	for _, secret := range []string{"canary", strings.ToLower(reference), strings.ToLower(token), strings.ToLower(b.tokens[models.RoleAdmin]), "127.0.0.1"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q", secret)
		}
	}
	if !observed["POST /v1/requests 201"] || !observed["GET unmatched 404"] {
		t.Errorf("observed %v", observed)
	}
}

// broken is a log that cannot be read to its end.
type broken struct{ after int }

var errBroken = errors.New("the disk is gone")

func (s broken) EachRequest(_ context.Context, _, _ time.Time, _ models.RequestType, fn func(models.Request, []byte) error) error {
	for range s.after {
		if err := fn(models.Request{Reference: "HB-0000-0000-00"}, nil); err != nil {
			return err
		}
	}
	return errBroken
}

func (s broken) EachEvent(context.Context, time.Time, time.Time, models.RequestType, func([]byte) error) error {
	return errBroken
}

// TestHalfAnExportIsNoExport breaks the source off, before the first byte and
// after many.
func TestHalfAnExportIsNoExport(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(c *config) { c.Exports.Source = broken{} })
	r := b.want(500, b.as(models.RoleAuditor, "GET", "/v1/admin/exports/requests", nil))
	if r.Header.Get("Content-Type") != "application/problem+json" || r.Header.Get("Content-Disposition") != "" {
		t.Errorf("it comes as %v", r.Header)
	}
	b = newBed(t, func(c *config) { c.Exports.Source = broken{10_000} })
	if content, err := b.fetch("/v1/admin/exports/requests", b.tokens[models.RoleAuditor]); err == nil {
		t.Errorf("half an export of %d bytes ended as if it were whole", len(content))
	}
}
