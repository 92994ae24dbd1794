package web_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"habeas/accounts"
	"habeas/models"
	"habeas/policies"
	"habeas/web/portal"
)

// service is a setup link that works once.
type service struct {
	secret string
	err    error
}

func (s *service) Open(_ context.Context, secret string) (bool, error) {
	return s.err == nil && secret == s.secret, s.err
}

func (s *service) UseForToken(_ context.Context, secret, _, _ string) (string, error) {
	if secret != s.secret {
		return "", models.Errorf(models.CodeNotFound, "the link is wrong or used")
	}
	s.secret = ""
	return "hbt_token", nil
}

func (s *service) Use(_ context.Context, secret, _, _, password, _ string) (accounts.Entry, error) {
	if secret != s.secret {
		return accounts.Entry{}, models.Errorf(models.CodeNotFound, "the link is wrong or used")
	}
	if len(password) < 15 {
		return accounts.Entry{}, models.Invalid(models.FieldError{Field: "password", Code: "short"})
	}
	return accounts.Entry{Secret: "session"}, nil
}

// onlyTypes is a service of which no page asks more than the types.
type onlyTypes struct {
	portal.Requests
	policy *policies.Policy
}

func (o onlyTypes) Types(country, region string) []*policies.Type {
	return o.policy.Types(country, region)
}

func (onlyTypes) MailShort(context.Context) (bool, error) { return false, nil }

func site(t *testing.T, s *service, log *strings.Builder) http.Handler {
	t.Helper()
	c := config()
	policy, err := defaultPolicy()
	must(t, err)
	c.Setup, c.Policy, c.Requests, c.Organisation = s, policy, onlyTypes{policy: policy}, "Acme <Ltd>"
	c.Log = slog.New(slog.NewTextHandler(log, nil))
	h, err := handler(c)
	must(t, err)
	return h
}

func ask(h http.Handler, method, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestSetup(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	h := site(t, &service{secret: "s3cret"}, &log)
	grace := url.Values{"name": {"Grace"}, "email": {"grace@example.org"}}
	steps := []struct {
		name, method, path string
		form               url.Values
		header             []string
		status             int
		want, wantNot      string
	}{
		{"a wrong link is no page", "GET", "/setup/wrong", nil, nil, 404, "Not found", "<form"},
		{"nor a way in", "POST", "/setup/wrong", grace, nil, 404, "Not found", "hbt_token"},
		{"the form", "GET", "/setup/s3cret", nil, nil, 200, `name="email"`, "wrong"},
		{"nothing filled in", "POST", "/setup/s3cret", url.Values{"name": {"  "}}, nil, 422, "Enter a name", "hbt_token"},
		{"a wrong address, what was typed stays", "POST", "/setup/s3cret", url.Values{"name": {`"><i>Eve`}, "email": {"x"}}, nil, 422, "&#34;&gt;&lt;i&gt;Eve", "<i>"},
		{"an address that takes no mail", "POST", "/setup/s3cret", url.Values{"name": {"Eve"}, "email": {"eve@acme..example"}}, nil, 422, "Enter an email address", "hbt_token"},
		{"another site's form", "POST", "/setup/s3cret", grace, []string{"Sec-Fetch-Site", "cross-site"}, 403, "", "hbt_token"},
		{"a form as long as a book", "POST", "/setup/s3cret", url.Values{"name": {strings.Repeat("x", 1<<20)}}, nil, 413, "", "hbt_token"},
		{"filled in", "POST", "/setup/s3cret", grace, []string{"Sec-Fetch-Site", "same-origin"}, 200, "hbt_token", "<form"},
		{"once", "POST", "/setup/s3cret", grace, nil, 404, "Not found", "hbt_token"},
		{"and for all", "GET", "/setup/s3cret", nil, nil, 404, "Not found", "<form"},
	}
	for _, s := range steps {
		w := ask(h, s.method, s.path, s.form, s.header...)
		if w.Code != s.status || !strings.Contains(w.Body.String(), s.want) || strings.Contains(w.Body.String(), s.wantNot) {
			t.Errorf("%s: %d %s", s.name, w.Code, w.Body)
		}
		if len(w.Result().Cookies()) > 0 {
			t.Errorf("%s: sets a cookie", s.name)
		}
	}
	for _, canary := range []string{"s3cret", "Grace", "Eve", "hbt_token"} {
		if strings.Contains(log.String(), canary) {
			t.Errorf("%s was logged: %s", canary, log.String())
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	h := site(t, &service{secret: "s"}, &strings.Builder{})
	for _, path := range []string{"/", "/setup/s", "/nowhere", "/assets/style.css", "/assets/..%2froutes.go"} {
		got := ask(h, "GET", path, nil).Header()
		if csp := got.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self'; script-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if got.Get("Referrer-Policy") != "no-referrer" || got.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, got)
		}
		if cache := got.Get("Cache-Control"); !strings.HasPrefix(path, "/assets/style") && cache != "no-store" {
			t.Errorf("%s may be cached: %s", path, cache)
		}
	}
}

func TestPagesNeedNoScriptAndTheirStyleIsThere(t *testing.T) {
	t.Parallel()
	h := site(t, &service{secret: "s"}, &strings.Builder{})
	for path, status := range map[string]int{"/": 200, "/setup/s": 200, "/nowhere": 404} {
		w := ask(h, "GET", path, nil)
		page := w.Body.String()
		if w.Code != status || strings.Contains(page, "<script>") || strings.Contains(page, " style=") || !strings.Contains(page, "Acme &lt;Ltd&gt;") {
			t.Errorf("%s: %d %s", path, w.Code, page)
		}
		_, rest, _ := strings.Cut(page, `rel="stylesheet" href="`)
		address, _, _ := strings.Cut(rest, `"`)
		css := ask(h, "GET", address, nil)
		if css.Code != 200 || !strings.Contains(css.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(css.Header().Get("Content-Type"), "text/css") {
			t.Errorf("%s: stylesheet %q: %d %v", path, address, css.Code, css.Header())
		}
	}
	if page := ask(h, "GET", "/", nil).Body.String(); !strings.Contains(page, `href="/docs"`) {
		t.Error("the start does not lead to the documentation")
	}
}

func TestFaultsAreLoggedByRouteAndNotShown(t *testing.T) {
	t.Parallel()
	for code, status := range map[models.Code]int{models.CodeInternal: 500, models.CodeUnavailable: 503} {
		var log strings.Builder
		err := errors.Join(errors.New("dial 10.0.0.5: refused"))
		if code != models.CodeInternal {
			err = models.Errorf(code, "the database is away")
		}
		w := ask(site(t, &service{err: err}, &log), "GET", "/setup/s3cret", nil)
		if w.Code != status || strings.Contains(w.Body.String(), "10.0.0.5") || strings.Contains(log.String(), "s3cret") {
			t.Errorf("%s: %d %s, logged %s", code, w.Code, w.Body, log.String())
		}
		if logged := strings.Contains(log.String(), "request failed"); logged != (status == 500) || !strings.Contains(log.String(), "/setup/:secret") {
			t.Errorf("%s: logged %q", code, log.String())
		}
	}
}
