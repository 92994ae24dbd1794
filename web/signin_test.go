package web_test

import (
	"context"
	"encoding/base32"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"habeas/accounts"
	"habeas/internal/credential"
	"habeas/models"
	"habeas/web"
	"habeas/web/console"
)

const (
	password = "velvet otter sings quietly"
	another  = "copper kettle drifts north"
)

// app is an authenticator: the secret that somebody typed into it.
type app []byte

// typed reads the secret from the page that sets it up.
func typed(p *page) app {
	p.v.t.Helper()
	for _, n := range find(p, func(n *html.Node) bool { return attr(n, "class") == "token" }) {
		secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(textOf(n), " ", ""))
		must(p.v.t, err)
		return secret
	}
	p.v.t.Fatalf("no secret in %s", p.text())
	return nil
}

// code is what the app shows. Afterwards it shows another.
func (a app) code(b *bed) string {
	b.t.Helper()
	b.sleep(30 * time.Second)
	code, err := credential.Code(a, b.clock())
	must(b.t, err)
	return code
}

// invited is somebody who came in by an invitation and has both factors.
func (b *bed) invited(name string, role models.Role) (*visitor, app) {
	b.t.Helper()
	_, secret, err := b.accounts.People.Invite(context.Background(), staff("operator"), accounts.Newcomer{Name: name, Email: strings.ToLower(name) + "@acme.example", Role: role})
	must(b.t, err)
	v := b.visitor()
	p := v.get("/console/invitation/"+secret).want(200, "Choose your password").form("Continue").fill("password", password).press("Continue")
	own := typed(p.want(200, "Set up your second factor"))
	p.form("Continue").fill("code", own.code(b)).press("Continue").want(200, "Your recovery codes")
	return v, own
}

// enter signs somebody in from the form that a page shows.
func (p *page) enter(b *bed, email string, own app) *page {
	p.v.t.Helper()
	return p.form("Sign in").fill("email", email, "password", password).press("Sign in").
		want(200, "Second factor").form("Continue").fill("code", own.code(b)).press("Continue")
}

// without asks for a path and follows nothing.
func without(v *visitor) *visitor {
	plain := *v
	client := *v.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	plain.http = &client
	return &plain
}

func TestASVS_6_3_2_TheSetupLinkMakesTheFirstAdministrator(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, link := b.visitor(), "/setup/"+b.setup
	before := b.fingerprint()
	p := v.get(link).want(200, "This creates the first administrator", "At least 15 characters")
	if b.fingerprint() != before {
		t.Error("looking at the link changed something")
	}
	for bad, says := range map[string]string{
		"kestrel-lamp-7": "at least 15 characters", "passwordpassword": "too easy to guess", "grace hopper acme sons": "build the password from the name",
	} {
		p.form("Set up").fill("name", "Grace Hopper", "email", "grace@acme.example", "password", bad).press("Set up").want(422, says, "!"+bad)
	}
	p = p.form("Set up").fill("name", "Grace Hopper", "email", "grace@acme.example", "password", password).press("Set up")
	own := typed(p.want(200, "Set up your second factor", "Scan this"))
	if at := p.path(); at != "/console/second-factor/new" {
		t.Errorf("the secret is still in the address: %s", at)
	}
	if drawn := find(p, func(n *html.Node) bool { return n.Data == "svg" && attr(n, "class") == "qr" }); len(drawn) != 1 {
		t.Error("no drawn code")
	}
	without(v).get("/console").want(303)
	p.form("Continue").fill("code", "000000").press("Continue").want(401, "not the code that the app shows")
	p = p.form("Continue").fill("code", own.code(b)).press("Continue").want(200, "Your recovery codes", "this once")
	if codes := regexp.MustCompile(`\b[0-9A-Z]{6}(-[0-9A-Z]{6}){3}\b`).FindAllString(p.text(), -1); len(codes) != 10 {
		t.Errorf("the recovery codes are %v", codes)
	}
	p.click("I have kept them").want(200, "Worklist", "Grace Hopper")
	v.get("/console/second-factor/new").want(200, "Your account") // nothing is being set up
	v.get(link).want(404)
	v.post(link, url.Values{"name": {"Eve"}, "email": {"eve@acme.example"}, "password": {another}}).want(404)
	for _, secret := range []string{b.setup, password, credential.Typed(own)} {
		if strings.Contains(b.log.String(), secret) {
			t.Error("a secret is in the log")
		}
	}
}

// A script that knows no password gets a token, as before there were any.
func TestAScriptSetsUpWithAToken(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v := b.visitor()
	v.post("/setup/"+b.setup, url.Values{"name": {"Grace"}, "email": {"grace@acme.example"}}).want(200, "hbt_")
	v.post("/setup/"+b.setup, url.Values{"name": {"Eve"}, "email": {"eve@acme.example"}}).want(404)
}

func TestSomebodySignsInAndOut(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	_, own := b.invited("Ada", models.RoleManager)
	v := b.visitor()
	p := v.get("/console/account").want(200, "Sign in", "!session has ended")
	if at := p.path(); at != "/console/sign-in?next=%2Fconsole%2Faccount" {
		t.Errorf("one is sent to %s", at)
	}
	wrong := p.form("Sign in").fill("email", "ada@acme.example", "password", "wrong").press("Sign in").want(401, "The address or the password is wrong")
	if hidden(wrong, "email") != "ada@acme.example" || hidden(wrong, "password") != "" {
		t.Error("the address is lost, or the password is not")
	}
	p.enter(b, "ada@acme.example", own).want(200, "Your account", "ada@acme.example", "10 recovery codes are left")
	v.get("/console/sign-in").want(200, "Worklist") // one is in already
	secret := v.cookie("habeas-staff")
	out := without(v).post("/console/sign-out", nil).want(303)
	if got := out.Header.Get("Clear-Site-Data"); got != `"cache"` { // ASVS 14.3.1; the storage has one setting of the browser's, no data
		t.Errorf("the browser is told to forget %s", got)
	}
	if v.cookie("habeas-staff") != "" || v.cookie("habeas-device") == "" {
		t.Error("the wrong cookie is taken back")
	}
	v.has("habeas-staff", secret)
	without(v).get("/console").want(303) // ASVS 7.4.1
	v.get("/console/sign-in?why=out").want(200, "You are signed out")
	if n := b.events(models.EventSignedOut); n != 1 {
		t.Errorf("%d events of signing out", n)
	}
}

// cookie is the value of a cookie that the browser has, or "".
func (v *visitor) cookie(name string) string {
	v.t.Helper()
	at, err := url.Parse(v.base)
	must(v.t, err)
	for _, c := range v.http.Jar.Cookies(at) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// After signing in one goes to a page of the console, wherever a link said.
func TestSigningInLeadsToNoOtherSite(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	_, own := b.invited("Ada", models.RoleManager)
	for _, evil := range []string{
		"https://evil.example/", "//evil.example/console", "/\\evil.example", "/console/../setup", "/console\r\nX: y", "javascript:alert(1)",
		"/requests", "/consolex", "/console//../../evil", strings.Repeat("/console", 100),
	} {
		v := b.visitor()
		p := v.get("/console/sign-in?"+url.Values{"next": {evil}}.Encode()).want(200, "Sign in")
		if got := hidden(p, "next"); got != "" {
			t.Errorf("%q goes along as %q", evil, got)
		}
		form := url.Values{"next": {evil}, "email": {"ada@acme.example"}, "password": {password}}
		if to := without(v).post("/console/sign-in", form).want(303).Header.Get("Location"); to != "/console/second-factor" {
			t.Errorf("%q leads to %s", evil, to)
		}
		form = url.Values{"next": {evil}, "code": {own.code(b)}}
		if to := without(v).post("/console/second-factor", form).want(303).Header.Get("Location"); to != "/console" {
			t.Errorf("%q leads to %s", evil, to)
		}
	}
}

// Every page action of the console leads who is not signed in to signing in,
// and who lacks the second factor to that and nowhere else (ASVS 6.3.3, 8.2.1).
func TestASVS_6_3_3_EveryRouteWantsBothFactors(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	r := b.wish(models.TypeAccess)
	_, own := b.invited("Ada", models.RoleAdmin)
	waits := b.visitor()
	waits.post("/console/sign-in", url.Values{"email": {"ada@acme.example"}, "password": {password}}).want(200, "Second factor")
	_, invitation, err := b.accounts.People.Invite(t.Context(), staff("operator"), accounts.Newcomer{Name: "New", Email: "new@acme.example", Role: models.RoleAdmin})
	must(t, err)
	newcomer := b.visitor()
	newcomer.post("/console/invitation/"+invitation, url.Values{"password": {password}}).want(200, "Set up your second factor")
	for _, route := range console.Routes() {
		if route.May == "" {
			continue
		}
		method, path, _ := strings.Cut(samples(r.Reference).Replace(route.Pattern), " ")
		for name, test := range map[string]struct {
			v  *visitor
			to string
		}{
			"nobody": {b.visitor(), "/console/sign-in"}, "without the second factor": {waits, "/console/second-factor"}, "who has none": {newcomer, "/console/second-factor/new"},
		} {
			var p *page
			if method == http.MethodGet {
				p = without(test.v).get(path)
			} else {
				p, test.to = without(test.v).post(path, url.Values{"text": {"x"}}), "/console/sign-in"
			}
			if p.StatusCode == http.StatusUnauthorized && name != "nobody" && method == http.MethodPost {
				p.form("Sign in") // what was typed goes along
				continue
			}
			to, _, _ := strings.Cut(p.Header.Get("Location"), "?")
			if p.StatusCode != http.StatusSeeOther || to != test.to {
				t.Errorf("%s: %s is answered %d %s, want %s", name, route.Pattern, p.StatusCode, to, test.to)
			}
		}
	}
	waits.get("/console/second-factor").want(200).form("Continue").fill("code", own.code(b)).press("Continue").want(200)
}

func TestASVS_3_3_1_3_3_2_3_3_4_CookiesAreHard(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	_, own := b.invited("Ada", models.RoleManager)
	b.serve(func(c *web.Config) { c.BaseURL = "https://privacy.acme.example" })
	ask := func(path string, form url.Values, given ...string) *httptest.ResponseRecorder {
		req, err := http.NewRequest(http.MethodPost, b.url+path, strings.NewReader(form.Encode()))
		must(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Cookie", strings.Join(given, "; "))
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		answer, err := client.Do(req)
		must(t, err)
		defer answer.Body.Close()
		w := httptest.NewRecorder()
		for _, c := range answer.Cookies() {
			http.SetCookie(w, c)
			hard := strings.HasPrefix(c.Name, "__Host-") && c.Secure && c.HttpOnly && c.Path == "/" && c.Domain == "" && c.SameSite != http.SameSiteDefaultMode && c.SameSite != http.SameSiteNoneMode
			if !hard {
				t.Errorf("%s sets the soft cookie %s", path, c)
			}
		}
		w.Code = answer.StatusCode
		return w
	}
	first := ask("/console/sign-in", url.Values{"email": {"ada@acme.example"}, "password": {password}}).Result().Cookies()
	if len(first) != 1 || first[0].Name != "__Host-habeas-staff" || len(first[0].Value) != 43 {
		t.Fatalf("the cookies are %v", first)
	}
	second := ask("/console/second-factor", url.Values{"code": {own.code(b)}}, first[0].Name+"="+first[0].Value).Result().Cookies()
	names := []string{}
	for _, c := range second {
		names = append(names, c.Name)
	}
	slices.Sort(names)
	if len(second) != 2 || second[0].Value == first[0].Value || names[1] != "__Host-habeas-staff" {
		t.Errorf("the cookies are %v", second)
	}
	v := b.visitor()
	for _, c := range second {
		v.has(c.Name, c.Value)
	}
	req, err := http.NewRequest(http.MethodGet, b.url+"/console/account", http.NoBody)
	must(t, err)
	for _, c := range second {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	answer, err := v.http.Do(req)
	must(t, err)
	p := v.read(answer)
	for _, c := range second {
		if p.want(200, "Your account"); strings.Contains(p.body, c.Value) {
			t.Errorf("the value of %s is in a page", c.Name)
		}
	}
}

func TestASVS_3_5_1_T19_NoOtherSitePostsToTheConsole(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ann := b.hire("Ann", models.RoleAdmin)
	r := b.wish(models.TypeAccess)
	before := b.fingerprint()
	for _, route := range console.Routes() {
		method, path, _ := strings.Cut(samples(r.Reference).Replace(route.Pattern), " ")
		if method == http.MethodGet {
			continue
		}
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
			ann.post(strings.ReplaceAll(path, "{secret}", "x"), url.Values{"text": {"x"}, "session": {"*"}}, header...).want(403)
		}
	}
	if b.fingerprint() != before {
		t.Error("another site's form changed something")
	}
}

func TestASVS_6_3_1_TooManyTriesHaveToWait(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	known, own := b.invited("Ada", models.RoleAgent)
	eve := b.visitor()
	wrong := url.Values{"email": {"ada@acme.example"}, "password": {"wrong"}}
	for range 5 {
		eve.post("/console/sign-in", wrong).want(401)
	}
	p := eve.post("/console/sign-in", wrong).want(429, "Try again in 2 seconds", "No account is locked")
	if p.Header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After is %q", p.Header.Get("Retry-After"))
	}
	b.visitor().post("/console/sign-in", url.Values{"email": {"ada@acme.example"}, "password": {password}}).want(429)
	known.post("/console/sign-out", nil)
	known.get("/console/sign-in").enter(b, "ada@acme.example", own).want(200, "Worklist")
}

func TestASVS_7_5_1_SensitiveActsAskForBothFactorsAnew(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAdmin)
	b.sleep(6 * time.Minute)
	p := v.get("/console/account").form("Make new recovery codes").press("Make new recovery codes").want(401, "Confirm that it is you")
	p.form("Continue").fill("password", "wrong", "code", "000000").press("Continue").want(401, "The password or the code is wrong")
	p = p.form("Continue").fill("password", password, "code", own.code(b)).press("Continue")
	p.want(200, "You were about to send this", "Make new recovery codes").again().press("Send it again").want(200, "Your recovery codes")
	p = v.get("/console/account").form("Set up another app").press("Set up another app")
	next := typed(p.want(200, "The new one replaces the one you have"))
	p.form("Continue").fill("code", next.code(b)).press("Continue").want(200, "Your recovery codes").click("I have kept them").want(200, "Your account")
	v.post("/console/sign-out", nil)
	v.get("/console/sign-in").enter(b, "ada@acme.example", next).want(200, "Worklist")
}

func TestASVS_6_2_3_7_4_3_OnesAccount(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	v, own := b.invited("Ada", models.RoleAuditor)
	other := b.visitor()
	other.get("/console/sign-in").enter(b, "ada@acme.example", own).want(200)
	p := v.get("/console/account").want(200, "this one", "another browser")
	change := func(current, fresh string) *page {
		return p.form("Change password").fill("current", current, "password", fresh).press("Change password")
	}
	change("wrong", another).want(403, "not your current password", "!"+another)
	change(password, "kestrel-lamp-7").want(422, "at least 15 characters")
	change(password, "habeas habeas habeas").want(422, "must not be built from the name")
	before := v.cookie("habeas-staff")
	change(password, another).want(200, "Your password is changed")
	if v.cookie("habeas-staff") == before {
		t.Error("the session kept its secret")
	}
	without(other).get("/console/account").want(303)
	v.get("/console/account").form("End all, this one too").press("End all, this one too").want(200, "All your sessions are ended")
	without(v).get("/console/account").want(303)
}

func TestAnInvitationSaysNothingAboutWhomItIsFor(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	_, secret, err := b.accounts.People.Invite(t.Context(), staff("operator"), accounts.Newcomer{Name: "Canary", Email: "canary@acme.example", Role: models.RoleAgent})
	must(t, err)
	v, before := b.visitor(), b.fingerprint()
	p := v.get("/console/invitation/"+secret).want(200, "!anary")
	if b.fingerprint() != before || v.cookie("habeas-staff") != "" {
		t.Error("looking at the link changed something")
	}
	p.form("Continue").fill("password", "passwordpassword").press("Continue").want(422, "too easy to guess", "!passwordpassword")
	p.form("Continue").fill("password", password).press("Continue").want(200, "Set up your second factor")
	v.get("/console/invitation/"+secret).want(404, "!<form")
	b.visitor().post("/console/invitation/"+secret, url.Values{"password": {another}}).want(404)
	v.get("/console/invitation/nonsense").want(404)
	if strings.Contains(b.log.String(), secret) {
		t.Error("the secret of the link is in the log")
	}
}
