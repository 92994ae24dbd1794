package main_test

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
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
