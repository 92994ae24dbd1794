package main_test

import (
	"encoding/base32"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"habeas/internal/credential"
)

// browser is somebody with an authenticator app.
type browser struct {
	t    *testing.T
	http *http.Client
	app  []byte
	last string // the code that was used last
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, http: &http.Client{Jar: jar, Timeout: time.Minute}}
}

// send posts a form, or gets a page, and wants words in the answer.
func (b *browser) send(address string, form url.Values, want string) string {
	b.t.Helper()
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer w.Body.Close()
	page, err := io.ReadAll(w.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if !strings.Contains(string(page), want) {
		b.t.Fatalf("%s answered %d without %q: %s", method, w.StatusCode, want, page)
	}
	return string(page)
}

var typedKey = regexp.MustCompile(`<code class="token">([A-Z2-7 ]+)</code>`)

// scan takes the secret from the page into the app.
func (b *browser) scan(page string) {
	b.t.Helper()
	m := typedKey.FindStringSubmatch(page)
	if m == nil {
		b.t.Fatalf("no key in %s", page)
	}
	var err error
	if b.app, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(m[1], " ", "")); err != nil {
		b.t.Fatal(err)
	}
}

// code is a code that was not used yet: of now, or of the next half minute,
// which a clock may be ahead.
func (b *browser) code() string {
	b.t.Helper()
	for _, ahead := range []time.Duration{0, 30 * time.Second} {
		code, err := credential.Code(b.app, time.Now().Add(ahead))
		if err != nil {
			b.t.Fatal(err)
		}
		if code != b.last {
			b.last = code
			return code
		}
	}
	b.t.Fatal("both codes were used")
	return ""
}

// The way of the first administrator, in from the link that serve prints, and
// of a colleague, in from the link that the command line prints.
func TestStaffComeInByBrowser(t *testing.T) {
	t.Parallel()
	const password, other = "velvet otter sings quietly", "copper kettle drifts north"
	p := serve(t, dataDir(t))
	link := p.setupLink()
	grace := newBrowser(t)
	page := grace.send(link, url.Values{"name": {"Grace"}, "email": {"grace@staff.example"}, "password": {password}}, "Set up your second factor")
	grace.scan(page)
	page = grace.send(p.base+"/console/second-factor/new", url.Values{"code": {grace.code()}}, "Your recovery codes")
	recovery := regexp.MustCompile(`[0-9A-Z]{6}(-[0-9A-Z]{6}){3}`).FindString(page)
	grace.send(p.base+"/console", nil, "Worklist")

	printed, hint, code := run(t, []string{"HABEAS_DATA_DIR=" + p.dir, "HABEAS_BASE_URL=" + p.base},
		"user", "invite", "--name", "Max", "--email", "max@staff.example", "--role", "agent")
	if code != 0 {
		t.Fatal(hint)
	}
	mate := newBrowser(t)
	page = mate.send(strings.TrimSpace(printed), url.Values{"password": {other}}, "Set up your second factor")
	mate.scan(page)
	mate.send(p.base+"/console/second-factor/new", url.Values{"code": {mate.code()}}, "Your recovery codes")

	p.stop()
	p.start() // sessions live in the database
	grace.send(p.base+"/console/account", nil, "grace@staff.example")
	mate.send(p.base+"/console/account", nil, "max@staff.example")
	mate.send(p.base+"/console/sign-out", url.Values{}, "You are signed out")
	start := time.Now()
	mate.send(p.base+"/console/sign-in", url.Values{"email": {"max@staff.example"}, "password": {other}}, "Second factor")
	t.Logf("a password took %v", time.Since(start))
	mate.send(p.base+"/console/second-factor", url.Values{"code": {mate.code()}}, "Worklist")
	grace.send(p.base+"/console/sign-out", url.Values{}, "You are signed out")
	grace.send(p.base+"/console/sign-in", url.Values{"email": {"grace@staff.example"}, "password": {password}}, "Second factor")
	grace.send(p.base+"/console/second-factor", url.Values{"code": {recovery}}, "Worklist")
	p.stop()
	log := p.stderr.String() + p.stdout.String()
	for _, secret := range []string{password, other, recovery, credential.Typed(grace.app), "grace@staff.example"} {
		if strings.Contains(log, secret) {
			t.Errorf("%s is in the log", secret)
		}
	}
	p.noCanaries(t)
}
