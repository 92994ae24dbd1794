package main_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"habeas/internal/testbed"
)

// receipt is what is made of a message, as programs are told.
type receipt struct {
	ID, Outcome, Reference, Subject, Suppressed string

	Reason        string
	From          []string
	AutoSubmitted string `json:"auto_submitted"`
	IsBounce      bool   `json:"is_bounce"`
	HasText       bool   `json:"has_text"`
	Attachments   int
	Repeated      bool
	SuggestedType string `json:"suggested_type"`
}

// piped is one run of habeas ingest.
type piped struct {
	stdout, stderr string
	code           int
	cpu            time.Duration
	memory         int64 // the most that it was seen to have, in bytes; 0 where there is no /proc
}

// ingest pipes a message into habeas ingest.
func ingest(t *testing.T, env []string, message string, args ...string) piped {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "habeas", append([]string{"ingest"}, args...)...)
	c.Env, c.Stdin = environ(env...), strings.NewReader(message)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	peak := watchMemory(c.Process.Pid)
	err := c.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return piped{
		stdout: out.String(), stderr: errs.String(), code: c.ProcessState.ExitCode(),
		cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime(), memory: peak(),
	}
}

// watchMemory looks at the peak of a process until it has ended. What the kernel
// says afterwards would be the peak of the tests, whose memory the process
// shares until it becomes a program.
func watchMemory(pid int) func() int64 {
	var peak int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
			_, after, ok := strings.Cut(string(status), "VmHWM:")
			if err != nil || !ok {
				return
			}
			var kib int64
			if _, err := fmt.Sscan(after, &kib); err == nil {
				peak = kib << 10
			}
		}
	}()
	return func() int64 { <-ended; return peak }
}

// receipt wants a run to have gone well, and reads what it printed.
func (p piped) receipt(t *testing.T) receipt {
	t.Helper()
	var r receipt
	if p.code != 0 || strings.Count(p.stdout, "\n") != 1 || json.Unmarshal([]byte(p.stdout), &r) != nil {
		t.Fatalf("ingest ended with %d: %s%s", p.code, p.stdout, p.stderr)
	}
	return r
}

const wantsDeletion = "Return-Path: <robin@example.com>\r\nFrom: Robin Vale <robin@example.com>\r\nTo: privacy@habeas.example\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\n" +
	"Subject: Delete my account\r\nMessage-ID: <1@example.com>\r\n\r\nPlease delete my account and all personal data you hold about me under the GDPR.\r\n"

// TestMailIsPipedBesideTheService files a request by mail while the service
// runs, which answers it.
func TestMailIsPipedBesideTheService(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t), "HABEAS_MAIL_FROM=privacy@habeas.example")
	r := ingest(t, p.env, wantsDeletion, "--from=robin@example.com", "--rcpt=privacy@habeas.example", "--rcpt", "second@habeas.example", "--json").receipt(t)
	if r.Outcome != "request" || r.Reference == "" || r.SuggestedType != "deletion" || r.Suppressed != "" || len(r.From) != 1 || r.From[0] != "robin@example.com" {
		t.Errorf("made of it: %+v", r)
	}
	staff := p.as(t, p.token("agent", "Ada"))
	got := staff.call(200, "GET", "/v1/admin/requests/"+r.Reference, nil)
	if got.body["type"] != "deletion" || got.body["channel"] != "email" || got.body["state"] != "unverified" {
		t.Errorf("the request is %s", got.raw)
	}
	testbed.Eventually(t, "an answer", func() bool {
		for _, l := range p.mails() {
			if strings.Contains(l.to, "robin@example.com") && strings.Contains(l.subject, r.Reference) {
				return true
			}
		}
		return false
	})
	again := ingest(t, p.env, wantsDeletion, "--from=robin@example.com", "--json").receipt(t)
	if !again.Repeated || again.Reference != r.Reference {
		t.Errorf("the same again is %+v", again)
	}
	if out := ingest(t, p.env, wantsDeletion); out.code != 0 || out.stdout != "" {
		t.Errorf("without --json: %+v", out)
	}
	for _, from := range []string{"--from=", "--from=<>"} { // the null sender is never answered
		message := strings.ReplaceAll(wantsDeletion, "<1@", "<null"+from+"@")
		if r := ingest(t, p.env, message, from, "--json").receipt(t); r.Suppressed == "" {
			t.Errorf("%s: %+v", from, r)
		}
	}
	dash := strings.ReplaceAll(wantsDeletion, "robin@", "-robin@")
	if r := ingest(t, p.env, dash, "--from=-robin@example.com", "--json").receipt(t); r.From[0] != "-robin@example.com" {
		t.Errorf("a sender that begins with a dash: %+v", r)
	}
}

// TestMailServersUnderstandTheExitCode makes every kind of fault.
func TestMailServersUnderstandTheExitCode(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	if out := ingest(t, []string{"HABEAS_DATA_DIR=" + dir}, wantsDeletion); out.code != 0 {
		t.Fatalf("alone, on an empty directory: %+v", out)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	big := wantsDeletion + strings.Repeat("0123456789abcde\n", 26<<16)
	tests := map[string]struct {
		code    int
		says    string
		env     []string
		args    []string
		message string
	}{
		"an unknown flag":               {64, "unknown flag", nil, []string{"--sender=x"}, wantsDeletion},
		"a flag without its value":      {64, "", nil, []string{"--from"}, wantsDeletion},
		"an argument":                   {64, "standard input", nil, []string{"message.eml"}, wantsDeletion},
		"a faulty configuration":        {75, "HABEAS_LISTEN", []string{"HABEAS_LISTEN=nowhere"}, nil, wantsDeletion},
		"no configuration file":         {75, "", []string{"HABEAS_CONFIG=" + file + ".absent"}, nil, wantsDeletion},
		"no data directory":             {75, "", []string{"HABEAS_DATA_DIR=" + file}, nil, wantsDeletion},
		"no place for files":            {75, "", []string{"HABEAS_FILES_DIR=" + file}, nil, wantsDeletion},
		"other keys":                    {75, "keys", []string{"HABEAS_KEYS=" + filepath.Join(t.TempDir(), "keys")}, nil, wantsDeletion},
		"a database server that is off": {75, "", []string{"HABEAS_DATABASE_URL=postgres://127.0.0.1:1/x?connect_timeout=2"}, nil, wantsDeletion},
		"a message of 26 MB":            {65, "web form at https://privacy.example.org", []string{"HABEAS_BASE_URL=https://privacy.example.org"}, nil, big},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			out := ingest(t, append([]string{"HABEAS_DATA_DIR=" + dir}, tc.env...), tc.message, tc.args...)
			if out.code != tc.code || !strings.Contains(out.stderr, tc.says) || out.stderr == "" {
				t.Errorf("ended with %d: %s", out.code, out.stderr)
			}
		})
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "habeas.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	if out := ingest(t, []string{"HABEAS_DATA_DIR=" + dir}, wantsDeletion); out.code != 75 {
		t.Errorf("a locked database: ended with %d: %s", out.code, out.stderr)
	}
	if _, err := db.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if out := ingest(t, []string{"HABEAS_DATA_DIR=" + dir}, wantsDeletion, "--json"); !out.receipt(t).Repeated {
		t.Errorf("once it is free again: %+v", out)
	}
}

// A mail that opens a request has its tasks made, although the mail server runs
// ingest without the secrets of the systems.
func TestAPipedRequestHasItsTasks(t *testing.T) {
	t.Parallel()
	dir, systems := dataDir(t), t.TempDir()
	for name, text := range map[string]string{
		"paper.yaml": "system: paper\nname: Mailing list\nowner: list@example.com\nkind: manual\ncategories: [user.contact]\nactions: [stop]\n",
		"crm.yaml":   "system: crm\nname: CRM\nowner: crm@example.com\nkind: webhook\nwebhook: {url: \"${CRM_URL}\", secret: \"${CRM_SECRET}\"}\ncategories: [user.contact]\nidentifiers: [email]\nactions: [stop]\n",
	} {
		if err := os.WriteFile(filepath.Join(systems, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"HABEAS_DATA_DIR=" + dir, "HABEAS_SYSTEMS_DIR=" + systems, "HABEAS_MAIL_FROM=privacy@habeas.example"}
	const optOut = "Return-Path: <robin@example.com>\r\nFrom: Robin Vale <robin@example.com>\r\nTo: privacy@habeas.example\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\n" +
		"Subject: Stop sending me marketing emails\r\nMessage-ID: <stop@example.com>\r\n\r\nPlease stop sending me marketing emails.\r\n"
	r := ingest(t, env, optOut, "--json").receipt(t)
	p := serve(t, dir, append(env, "CRM_URL=https://crm.example.com/hook", "CRM_SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")...)
	var named []string
	for _, task := range p.as(t, p.token("manager", managerName)).get("/v1/admin/requests/" + r.Reference + "/tasks").items() {
		named = append(named, fmt.Sprint(task["system"], " ", task["action"]))
	}
	if slices.Sort(named); !slices.Equal(named, []string{"crm stop", "paper stop"}) {
		t.Errorf("the tasks of %s are %q", r.Reference, named)
	}
	if out := ingest(t, []string{"HABEAS_DATA_DIR=" + dir, "HABEAS_SYSTEMS_DIR=" + systems + "/absent"}, optOut); out.code != 75 {
		t.Errorf("no directory of systems: ended with %d: %s", out.code, out.stderr)
	}
}
