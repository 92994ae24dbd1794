package main_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"habeas/internal/testbed"
)

// The doctor sees whether mail can be delivered to us.
func TestDoctorLooksAtLMTP(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	go func() {
		for {
			c, err := other.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("220 example.org ESMTP\r\n"))
			_ = c.Close()
		}
	}()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	socket := "unix:" + filepath.Join(dir, "lmtp.sock")
	doctored := func(name, at, want string, code int) {
		t.Helper()
		stdout, stderr, got := run(t, []string{"HABEAS_DATA_DIR=" + dataDir(t), "HABEAS_MAIL_FROM=privacy@example.org", "HABEAS_MAIL_IN=privacy@example.org", "HABEAS_LMTP_LISTEN=" + at}, "doctor")
		if got != code || !strings.Contains(stdout, want) {
			t.Errorf("%s: %d %s%s", name, got, stdout, stderr)
		}
	}
	doctored("a free port", port, "ok     mail by LMTP: "+port+" is free", 0)
	doctored("no mail server that is believed", port, "warn   senders of mail: HABEAS_MAIL_AUTHSERV is not set", 0)
	doctored("a free socket", socket, "ok     mail by LMTP: "+socket+" is free", 0)
	doctored("another program", other.Addr().String(), "fault  mail by LMTP: something listens there that does not speak LMTP", 1)
	doctored("no socket", "unix:"+file, "fault  mail by LMTP: "+file, 1)
	doctored("no folder", "unix:"+filepath.Join(dir, "absent", "s"), "fault  mail by LMTP: the folder of", 1)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("the doctor left %v, %v", left, err)
	}
	serve(t, dataDir(t), "HABEAS_MAIL_FROM=privacy@example.org", "HABEAS_MAIL_IN=privacy@example.org", "HABEAS_LMTP_LISTEN="+socket)
	doctored("a running service", socket, "ok     mail by LMTP: a service answers at "+socket, 0)
}

// The doctor signs in to the mailbox that is read, and moves nothing.
func TestDoctorLooksAtTheMailbox(t *testing.T) {
	t.Parallel()
	box := testbed.OwnDovecot(t)
	u, err := url.Parse(box.PlainURL())
	if err != nil {
		t.Fatal(err)
	}
	change := func(f func(*url.URL)) string {
		other := *u
		f(&other)
		return other.String()
	}
	for name, tc := range map[string]struct {
		url, want string
		code      int
	}{
		"in order":       {u.String(), "ok     mail by IMAP: the mailbox privacy@example.org@localhost/INBOX can be read", 0},
		"wrong password": {change(func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "hunter2") }), "fault  mail by IMAP: the mailbox (HABEAS_IMAP_URL) cannot be read: ", 1},
		"no such folder": {change(func(u *url.URL) { u.Path = "/nowhere" }), "fault  mail by IMAP: the mailbox (HABEAS_IMAP_URL) cannot be read: ", 1},
		"nobody there":   {change(func(u *url.URL) { u.Host = "localhost:1" }), "fault  mail by IMAP: the mailbox (HABEAS_IMAP_URL) cannot be read: ", 1},
	} {
		stdout, stderr, code := run(t, []string{"HABEAS_DATA_DIR=" + dataDir(t), "HABEAS_MAIL_FROM=privacy@example.org", "HABEAS_MAIL_IN=privacy@example.org", "HABEAS_IMAP_URL=" + tc.url}, "doctor")
		if code != tc.code || !strings.Contains(stdout, tc.want) || strings.Contains(stdout+stderr, "hunter2") || strings.Contains(stdout+stderr, "secret") {
			t.Errorf("%s: %d %s%s", name, code, stdout, stderr)
		}
	}
}

// Behind a proxy that nobody named, everybody would be one address.
func TestDoctorMissesTheProxy(t *testing.T) {
	t.Parallel()
	for want, env := range map[string][]string{
		"ok     proxy: none":                     nil,
		"warn   proxy: HABEAS_BASE_URL is https": {"HABEAS_BASE_URL=https://privacy.example.org"},
		"ok     proxy: X-Forwarded-For counts":   {"HABEAS_BASE_URL=https://privacy.example.org", "HABEAS_TRUSTED_PROXIES=127.0.0.1/32"},
	} {
		stdout, stderr, code := run(t, append(env, "HABEAS_DATA_DIR="+dataDir(t)), "doctor")
		if code != 0 || !strings.Contains(stdout, want) {
			t.Errorf("want %q: %d %s%s", want, code, stdout, stderr)
		}
	}
}

// What serve would not start with, the doctor finds by itself, with the
// variable to set.
func TestDoctorFindsWhatServeRefuses(t *testing.T) {
	t.Parallel()
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	taken := other.Addr().String()
	for name, tc := range map[string]struct {
		files map[string]string // below the folder
		env   string            // {} is the folder
		want  string
	}{
		"a placeholder that is none":  {map[string]string{"own/fr/code.md.tmpl": "Subject: {{.Env}}\nTitle: x\n"}, "HABEAS_TEMPLATES_DIR={}/own", "mail templates: {}/own (HABEAS_TEMPLATES_DIR): "},
		"templates nowhere":           {nil, "HABEAS_TEMPLATES_DIR={}/own", "mail templates: opening the template directory {}/own (HABEAS_TEMPLATES_DIR)"},
		"a list nowhere":              {nil, "HABEAS_PASSWORD_LIST={}/list", "passwords: opening HABEAS_PASSWORD_LIST"},
		"a colour that is none":       {map[string]string{"data/portal/portal.json": `{"accent": "red"}`}, "", "portal: {}/data/portal (below HABEAS_DATA_DIR): "},
		"words that nothing says":     {map[string]string{"data/portal/portal.json": `{"words": {"en": {"nothing": "x"}}}`}, "", "portal: {}/data/portal (below HABEAS_DATA_DIR): "},
		"a logo nowhere":              {map[string]string{"data/portal/portal.json": `{"logo": "logo.svg"}`}, "", "portal: {}/data/portal (below HABEAS_DATA_DIR): "},
		"a policy with a fault":       {map[string]string{"law/house.yaml": "regimes:\n  - key: house\n    bogus: 1\n"}, "HABEAS_POLICY_DIR={}/law", "policy: loading the policy in {}/law (HABEAS_POLICY_DIR)"},
		"a policy nowhere":            {nil, "HABEAS_POLICY_DIR={}/law", "policy: HABEAS_POLICY_DIR: "},
		"files below a file":          {map[string]string{"file": ""}, "HABEAS_FILES_DIR={}/file/x/y", "files: {}/file"},
		"files in a file":             {map[string]string{"file": ""}, "HABEAS_FILES_DIR={}/file", "files: {}/file (HABEAS_FILES_DIR): "},
		"data below a file":           {map[string]string{"file": ""}, "HABEAS_DATA_DIR={}/file/x", "data directory: {}/file"},
		"mails in a file":             {map[string]string{"data/mail": ""}, "", "mail: {}/data/mail (HABEAS_DATA_DIR): "},
		"keys that are none":          {map[string]string{"keys/kek.json": "x", "keys/index.json": "x"}, "HABEAS_KEYS={}/keys", "database and keys: reading keys in {}/keys"},
		"a port that is taken":        {nil, "HABEAS_LISTEN=" + taken, "portal and API: " + taken + " is taken: another program listens there; set HABEAS_LISTEN"},
		"another port that is taken":  {nil, "HABEAS_OPS_LISTEN=" + taken, "operations: " + taken + " is taken: another program listens there; set HABEAS_OPS_LISTEN"},
		"an address of somebody else": {nil, "HABEAS_LISTEN=192.0.2.1:80", "portal and API: listening on 192.0.2.1:80 (HABEAS_LISTEN)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for path, content := range tc.files {
				path = filepath.Join(dir, path)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			in := func(s string) string { return strings.ReplaceAll(s, "{}", dir) }
			env := []string{"HABEAS_DATA_DIR=" + dir + "/data", "HABEAS_LISTEN=127.0.0.1:0", "HABEAS_OPS_LISTEN=127.0.0.1:0", in(tc.env)}
			stdout, stderr, code := run(t, env, "doctor")
			if code != 1 || !strings.Contains(stdout, "\nfault  "+in(tc.want)) {
				t.Errorf("doctor: %d\n%s%s", code, stdout, stderr)
			}
			if stdout, stderr, code := run(t, env, "serve"); code != 1 {
				t.Errorf("serve: %d\n%s%s", code, stdout, stderr)
			}
		})
	}
}

// Beside a running service all is well.
func TestDoctorBesideAService(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t))
	env := slices.Concat(p.env, []string{"HABEAS_LISTEN=" + strings.TrimPrefix(p.base, "http://"), "HABEAS_OPS_LISTEN=" + strings.TrimPrefix(p.ops, "http://")})
	stdout, stderr, code := run(t, env, "doctor")
	for _, want := range []string{"ok     portal and API: a service answers at", "ok     operations: a service answers at", "ok     data directory: ", "ok     mail templates: ", "ok     portal: ", "ok     passwords: ", "ok     files: in "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q: %d\n%s%s", want, code, stdout, stderr)
		}
	}
	if code != 0 {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
	// An installation that was begun by mistake is not that of the service.
	elsewhere := slices.Concat(env, []string{"HABEAS_DATA_DIR=" + dataDir(t)})
	if _, stderr, code := run(t, elsewhere, "migrate"); code != 0 || !strings.Contains(stderr, "a new installation was begun") {
		t.Errorf("migrate: %d %s", code, stderr)
	}
	if stdout, stderr, code := run(t, elsewhere, "doctor"); code != 1 || !strings.Contains(stdout, "fault  portal and API: a service answers at ") || !strings.Contains(stdout, "set HABEAS_DATA_DIR") {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
}

// The doctor writes into the bucket, as files will be, and cleans up.
func TestDoctorLooksAtTheBucket(t *testing.T) {
	t.Parallel()
	kept, env := fakeS3(t)
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>`)
	}))
	t.Cleanup(refusing.Close)
	for name, tc := range map[string]struct {
		env, want string
		code      int
	}{
		"in order":     {"", "ok     files: in bucket habeas at ", 0},
		"no bucket":    {"HABEAS_S3_BUCKET=other", "fault  files: there is no bucket other at ", 1},
		"refused":      {"HABEAS_S3_ENDPOINT=" + refusing.Listener.Addr().String(), "look at HABEAS_S3_ACCESS_KEY, HABEAS_S3_SECRET_KEY", 1},
		"nobody there": {"HABEAS_S3_ENDPOINT=127.0.0.1:1", "look at HABEAS_S3_ENDPOINT", 1},
		"not by TLS":   {"HABEAS_S3_PLAIN=false", "HABEAS_S3_PLAIN", 1},
	} {
		stdout, stderr, code := run(t, append(append([]string{"HABEAS_DATA_DIR=" + dataDir(t)}, env...), tc.env), "doctor")
		if code != tc.code || !strings.Contains(stdout, tc.want) || strings.Contains(stdout+stderr, "test-secret") {
			t.Errorf("%s: %d\n%s%s", name, code, stdout, stderr)
		}
	}
	if left := kept(); len(left) > 0 {
		t.Errorf("the doctor left %q", left)
	}
}

// As another user than serve everything may look well, or files come to belong
// to the wrong one.
func TestDoctorOfAnotherUser(t *testing.T) {
	t.Parallel()
	dir := "/tmp" // which is root's, and open to all
	if os.Geteuid() == 0 {
		dir = t.TempDir()
		if err := os.Chown(dir, 12345, 12345); err != nil {
			t.Fatal(err)
		}
	}
	if stdout, stderr, code := run(t, []string{"HABEAS_DATA_DIR=" + dir}, "doctor"); code != 0 || !strings.Contains(stdout, "warn   data directory: "+dir+" belongs to another user") {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
}
