package main_test

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"habeas/intake"
	"habeas/internal/testbed"
)

// specimen is a message with what is settled about it, by the names of the
// shared manifest; a field that is missing is not.
type specimen struct {
	name string
	raw  string
	want map[string]string
}

// specimens are our own, and those of the shared corpus where it is.
func specimens(t *testing.T) []specimen {
	t.Helper()
	all := []specimen{
		{"a person", wantsDeletion, map[string]string{
			"from": "robin@example.com", "subject": "Delete my account", "auto_submitted": "", "is_bounce": "false", "has_text": "true", "attachments": "0", "suppress_autoresponse": "",
		}},
		{"two senders", "From: a@example.com\nFrom: b@example.com\nSubject: =?utf-8?Q?L=C3=B6schen?=\nMessage-ID: <2@example.com>\n\nBitte löschen.\n", map[string]string{
			"from": "a@example.com|b@example.com", "subject": "Löschen", "is_bounce": "false", "has_text": "true", "attachments": "0",
		}},
		{"a machine", "From: bot@example.com\nAuto-Submitted: Auto-Generated (cron)\nSubject: report\n\n\n", map[string]string{
			"from": "bot@example.com", "auto_submitted": "auto-generated", "has_text": "false", "suppress_autoresponse": "auto-submitted",
		}},
		{"a bounce", "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n" +
			"--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; x@example.com\nAction: failed\n\n--b--\n", map[string]string{
			"from": "mailer-daemon@mx.example", "is_bounce": "true", "has_text": "true", "attachments": "1", "suppress_autoresponse": "null-sender;system-sender;bounce;report",
		}},
		{"nothing at all", "", map[string]string{"from": "", "subject": "", "has_text": "false"}},
	}
	dir := os.Getenv("HABEAS_MAIL_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "email")
	}
	f, err := os.Open(filepath.Join(dir, "MANIFEST.csv"))
	if err != nil {
		t.Log("the mail corpus is not here (HABEAS_MAIL_CORPUS): only our own messages are tried")
		return all
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			if line[i] != "undetermined" {
				row[name] = line[i]
			}
		}
		raw, err := os.ReadFile(filepath.Join(dir, row["file"]))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, specimen{row["file"], string(raw), row})
	}
	return all
}

// scorecard counts what is right.
type scorecard struct {
	t              *testing.T
	mu             sync.Mutex
	right, settled map[string]int
	whole, all     int
	slowest        time.Duration
	snail          string // the slowest
}

func newScorecard(t *testing.T) *scorecard {
	return &scorecard{t: t, right: map[string]int{}, settled: map[string]int{}}
}

// judge compares one receipt with what is settled.
func (y *scorecard) judge(s specimen, r receipt, took time.Duration) {
	y.mu.Lock()
	defer y.mu.Unlock()
	subject := r.Subject
	if utf8.RuneCountInString(subject) > 500 {
		sum := sha256.Sum256([]byte(subject))
		subject = "sha256:" + hex.EncodeToString(sum[:])
	}
	good := true
	for name, got := range map[string]string{
		"from": strings.Join(r.From, "|"), "subject": subject, "auto_submitted": r.AutoSubmitted, "is_bounce": strconv.FormatBool(r.IsBounce),
		"has_text": strconv.FormatBool(r.HasText), "attachments": strconv.Itoa(r.Attachments),
	} {
		want, settled := s.want[name]
		if !settled {
			continue
		}
		y.settled[name]++
		if got == want {
			y.right[name]++
			continue
		}
		good = false
		y.t.Logf("%s: %s is %q, want %q", s.name, name, got, want)
	}
	y.all++
	if good {
		y.whole++
	}
	if took > y.slowest {
		y.slowest, y.snail = took, s.name
	}
	switch r.Outcome {
	case "request", "thread", "notice", "held":
	default:
		y.t.Errorf("%s: the outcome is %q", s.name, r.Outcome)
	}
	if s.want["suppress_autoresponse"] != "" && r.Suppressed == "" {
		y.t.Errorf("%s: may be answered in spite of %s", s.name, s.want["suppress_autoresponse"])
	}
	if s.want["is_bounce"] == "true" && r.Outcome == "request" {
		y.t.Errorf("%s: a bounce became a request", s.name)
	}
}

// wantMost wants 99 of 100 to be right, and of a sample all but two.
func (y *scorecard) wantMost() {
	y.t.Helper()
	few := func(right, n int) bool { return n-right > max(2, n/100) }
	for name, n := range y.settled {
		if few(y.right[name], n) {
			y.t.Errorf("%s is right in %d of %d", name, y.right[name], n)
		}
	}
	y.t.Logf("all fields right in %d of %d messages (%.2f %%); the slowest, %s, took %s", y.whole, y.all, 100*float64(y.whole)/float64(y.all), y.snail, y.slowest.Round(time.Millisecond))
	if few(y.whole, y.all) {
		y.t.Error("fewer than 99 of 100 messages are right in every field")
	}
}

const hookKey = "the key of a hook for a test"

// hand posts a message to the raw hook.
func (p *program) hand(t *testing.T, raw string) (receipt, int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/v1/hooks/email/raw", strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	req.Header.Set("Content-Type", "message/rfc822")
	req.Header.Set(intake.HeaderTo, "privacy@habeas.example")
	req.Header.Set(intake.HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(intake.HeaderSignature, intake.Sign([]byte(hookKey), at, "", "privacy@habeas.example", []byte(raw)))
	answer, err := patient.Do(req)
	if err != nil {
		t.Error(err)
		return receipt{}, 0
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	var r receipt
	if err != nil || json.Unmarshal(body, &r) != nil || answer.StatusCode/100 != 2 {
		t.Errorf("the hook answered %d: %s", answer.StatusCode, body)
	}
	return r, answer.StatusCode
}

// step takes about n messages of all, from everywhere; in make soak each one.
func step(all []specimen, n int) int {
	return max(1, testbed.Soak(len(all)/n, 1))
}

// TestCorpusThroughTheHook hands messages to a running service and looks at what
// goes out.
func TestCorpusThroughTheHook(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t), "HABEAS_HOOK_RAW_KEY="+hookKey, "HABEAS_MAIL_FROM=privacy@habeas.example")
	y := newScorecard(t)
	silent := map[string]string{} // references that nothing may be mailed about
	work := make(chan specimen)
	var hands sync.WaitGroup
	for range 2 {
		hands.Go(func() {
			for s := range work {
				start := time.Now()
				r, status := p.hand(t, s.raw)
				if status == 0 {
					continue
				}
				y.judge(s, r, time.Since(start))
				if r.Suppressed != "" && r.Reference != "" && !r.Repeated {
					y.mu.Lock()
					silent[r.Reference] = s.name
					y.mu.Unlock()
				}
			}
		})
	}
	all := specimens(t)
	for i := 0; i < len(all); i += step(all, 120) {
		work <- all[i]
	}
	close(work)
	hands.Wait()
	y.wantMost()
	// How long each takes by itself is the business of the test below; here the
	// machine does other things too, and nothing may hang.
	if most := 10 * time.Second; y.slowest > most {
		t.Errorf("one took %s", y.slowest)
	}
	if r, status := p.hand(t, all[0].raw); status != http.StatusOK || !r.Repeated {
		t.Errorf("the first one again is answered %d %+v", status, r)
	}
	admin := p.as(t, p.token("admin", "Grace"))
	testbed.Eventually(t, "everything to be sent", func() bool {
		for _, job := range admin.get("/v1/admin/jobs?state=pending&limit=500").items() {
			if job["kind"] == "send_mail" || job["kind"] == "place_mail" {
				return false
			}
		}
		return true
	})
	for _, l := range p.mails() {
		for reference, name := range silent {
			if strings.Contains(l.subject, reference) && l.to != "team@staff.example" && !strings.Contains(l.to, "team@staff.example") {
				t.Errorf("%s is answered: %q to %s", name, l.subject, l.to)
			}
		}
	}
}

// TestCorpusThroughThePipe ingests messages, each in a process of its own, within
// 2 seconds and 256 MiB.
func TestCorpusThroughThePipe(t *testing.T) {
	t.Parallel()
	env := []string{"HABEAS_DATA_DIR=" + dataDir(t), "HABEAS_MAIL_FROM=privacy@habeas.example"}
	y := newScorecard(t)
	all := specimens(t)
	for i := 0; i < len(all); i += step(all, 16) {
		out := ingest(t, env, all[i].raw, "--json")
		y.judge(all[i], out.receipt(t), out.cpu)
		if out.memory > 256<<20 {
			t.Errorf("%s: took %d MiB", all[i].name, out.memory>>20)
		}
	}
	y.wantMost()
	if y.slowest > 2*time.Second {
		t.Errorf("one took %s", y.slowest)
	}
}
