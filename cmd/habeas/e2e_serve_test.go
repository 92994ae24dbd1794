package main_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"habeas/internal/testbed"
)

func TestSecondServeRefuses(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t))
	_, stderr, code := run(t, p.env, "serve")
	if code != 1 || !strings.Contains(stderr, "another habeas serve already runs") {
		t.Errorf("%d %s", code, stderr)
	}
	// What is not serve works beside it.
	if out := p.run("doctor"); strings.Contains(out, "fault") {
		t.Error(out)
	}
	p.run("migrate")
	// A killed one leaves no lock.
	p.kill()
	p.start()
	taken := append(slices.Clone(p.env), "HABEAS_DATA_DIR="+dataDir(t), "HABEAS_LISTEN="+strings.TrimPrefix(p.base, "http://"))
	if _, stderr, code = run(t, taken, "serve"); code != 1 || !strings.Contains(stderr, "is taken") || !strings.Contains(stderr, "HABEAS_LISTEN") {
		t.Errorf("a taken port: %d %s", code, stderr)
	}
}

// The doctor speaks to the mail server as a mail would, up to its first word.
func TestDoctorCallsTheMailServer(t *testing.T) {
	t.Parallel()
	server := testbed.SMTP(t, testbed.Login("habeas", "right"))
	env := []string{"HABEAS_DATA_DIR=" + dataDir(t), "HABEAS_MAIL_FROM=privacy@example.org"}
	for name, tc := range map[string]struct {
		url, want string
		code      int
	}{
		"in order":       {"smtp://habeas:right@" + server.Addr() + "?tls=none", "ok     mail: the mail server takes", 0},
		"wrong password": {"smtp://habeas:hunter2@" + server.Addr() + "?tls=none", "fault  mail: the mail server (HABEAS_SMTP_URL) cannot be used: ", 1},
		"no TLS there":   {"smtp://" + server.Addr(), "fault  mail: the mail server (HABEAS_SMTP_URL) cannot be used: ", 1},
		"nobody there":   {"smtp://127.0.0.1:1?tls=none", "fault  mail: the mail server (HABEAS_SMTP_URL) cannot be used: ", 1},
	} {
		stdout, stderr, code := run(t, append(env, "HABEAS_SMTP_URL="+tc.url), "doctor")
		if code != tc.code || !strings.Contains(stdout, tc.want) || strings.Contains(stdout+stderr, "hunter2") {
			t.Errorf("%s: %d %s%s", name, code, stdout, stderr)
		}
	}
	if n := len(server.Mails()); n > 0 {
		t.Errorf("the doctor sent %d mails", n)
	}
}

// The first administrator comes in by the link that serve prints, once.
func TestSetup(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t))
	link := p.setupLink()
	if status, page := fetch(t, link); status != 200 || !strings.Contains(page, `name="email"`) {
		t.Fatalf("%d %s", status, page)
	}
	if status, _ := fetch(t, link+"x"); status != 404 {
		t.Errorf("a wrong link answers %d", status)
	}
	form := url.Values{"name": {canary("admin")}, "email": {canary("admin") + "@staff.example"}}
	w, err := http.PostForm(link, form)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(w.Body)
	_ = w.Body.Close()
	token := regexp.MustCompile(`hbt_[A-Za-z0-9_-]+`).FindString(string(page))
	if w.StatusCode != http.StatusOK || token == "" {
		t.Fatalf("%d %s", w.StatusCode, page)
	}
	p.as(t, token).get("/v1/admin/users")
	if status, _ := fetch(t, link); status != 404 {
		t.Errorf("the used link answers %d", status)
	}
	for path, want := range map[string]string{"/": `href="/docs"`, "/docs": "<html", "/openapi.yaml": "openapi: 3.1"} {
		if status, page := fetch(t, p.base+path); status != 200 || !strings.Contains(page, want) {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, address := range []string{p.base + "/healthz", p.base + "/readyz", p.ops + "/healthz", p.ops + "/readyz"} {
		if status, page := fetch(t, address); status != 200 {
			t.Errorf("%s: %d %s", address, status, page)
		}
	}
	if status, _ := fetch(t, p.base+"/metrics"); status != 404 {
		t.Errorf("the public port answers /metrics with %d", status)
	}
	p.stop()
	first := p.stdout.String()
	p.start()
	if again := strings.TrimPrefix(p.stdout.String(), first); strings.Contains(again, "/setup/") {
		t.Error("a second start offers a link though there is staff")
	}
	p.stop()
	secret, log := link[strings.LastIndex(link, "/")+1:], p.stderr.String()
	if strings.Contains(log, secret) || strings.Contains(log, token) {
		t.Error("the log holds the link or the token")
	}
	p.noCanaries(t)
}

func fetch(t *testing.T, address string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	w, err := patient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.StatusCode, string(b)
}

// SIGTERM lets a request that has begun end, and takes no more.
func TestStopsInOrder(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t))
	slow := begin(t, p)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(p.base, "http://")
	testbed.Eventually(t, "no more connections", func() bool {
		c, err := net.DialTimeout("tcp", host, time.Second)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	if status := slow.end(); status != 201 {
		t.Errorf("the request that had begun was answered %d", status)
	}
	<-p.ended
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("stopped with %d", code)
	}
}

// A second signal waits for nobody.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t))
	begin(t, p)
	start := time.Now()
	for !closed(p.ended) && time.Since(start) < 10*time.Second {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		time.Sleep(200 * time.Millisecond)
	}
	if !closed(p.ended) {
		t.Fatal("it still runs")
	}
	if code := p.cmd.ProcessState.ExitCode(); code == 0 {
		t.Error("it claims to have stopped in order")
	}
	p.killed = true
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// slowRequest is a request whose body has not come yet.
type slowRequest struct {
	t    *testing.T
	conn net.Conn
	body string
}

func begin(t *testing.T, p *program) slowRequest {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	body := `{"type":"question","person":{"name":"N","email":"n@example.org"},"details":"d"}`
	head := fmt.Sprintf("POST /v1/requests HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body))
	if _, err := io.WriteString(c, head+body[:10]); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	return slowRequest{t, c, body[10:]}
}

func (s slowRequest) end() int {
	s.t.Helper()
	if _, err := io.WriteString(s.conn, s.body); err != nil {
		s.t.Fatal(err)
	}
	w, err := http.ReadResponse(bufio.NewReader(s.conn), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = w.Body.Close()
	return w.StatusCode
}

// A letter that lay around for four weeks is reminded of once, however often
// the service starts.
func TestLateLetterIsRemindedOnce(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t))
	s := hire(t, p)
	filed := s.agent.call(201, "POST", "/v1/admin/requests", object{
		"type": "access", "channel": "letter", "received_at": time.Now().UTC().AddDate(0, 0, -28).Format(time.RFC3339),
		"person": object{"name": canary("name"), "country": "DE"},
	})
	ref := filed.text("reference")
	p.mail(ref, "Due in")
	p.kill()
	p.start()
	s = staff{agent: p.as(t, s.agent.token), manager: p.as(t, s.manager.token), auditor: p.as(t, s.auditor.token)}
	s.manager.do(ref, "assign", object{"assignee": agentName})
	p.mail(ref, "Assigned to you") // what was due before is done by now
	if n := len(p.about(ref, "Due in")); n != 1 {
		t.Errorf("%d reminders", n)
	}
	kinds := p.eventKinds(s.auditor, ref)
	for kind, want := range map[string]int{"reminded": 1, "reminder_skipped": 1} {
		if n := len(slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return k != kind })); n != want {
			t.Errorf("%d events %s among %v", n, kind, kinds)
		}
	}
}

// Nobody else on the machine reads what lies there.
func TestDataDirectoryIsPrivate(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t))
	p.as(t, "").call(201, "POST", "/v1/requests", object{"type": "question", "person": object{"name": "N", "email": "n@example.org"}, "details": "d"})
	testbed.Eventually(t, "a mail", func() bool { return len(p.mails()) > 0 })
	err := filepath.Walk(p.dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
