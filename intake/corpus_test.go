package intake_test

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"habeas/intake"
	"habeas/internal/mailaddr"
)

// corpus returns where the shared mail corpus lies, or "" with one line in the
// log. It is read in place and never copied into the project.
func corpus(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("HABEAS_MAIL_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "email")
	}
	if _, err := os.Stat(filepath.Join(dir, "MANIFEST.csv")); err != nil {
		t.Log("the mail corpus is not here (HABEAS_MAIL_CORPUS): only our own fixtures are tested")
		return ""
	}
	return dir
}

// manifest returns the rows of the corpus by column name.
func manifest(t *testing.T, dir string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "MANIFEST.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// answers gives what Read found in the terms of the manifest.
func answers(m intake.Mail) map[string]string {
	subject := m.Subject
	if utf8.RuneCountInString(subject) > 500 {
		sum := sha256.Sum256([]byte(subject))
		subject = "sha256:" + hex.EncodeToString(sum[:])
	}
	return map[string]string{
		"from": strings.Join(m.From, "|"), "subject": subject, "auto_submitted": m.AutoSubmitted,
		"is_auto_reply": strconv.FormatBool(m.IsAutoReply), "is_bounce": strconv.FormatBool(m.IsBounce),
		"has_text": strconv.FormatBool(m.HasText), "attachments": strconv.Itoa(len(m.Attachments)),
		"suppress_autoresponse": strings.Join(m.SuppressReasons, ";"),
	}
}

// sample is everything, or one of so many where the race detector slows as much a
// reader who does nothing at once.
func sample[T any](all []T) (some []T) {
	for few := range slices.Chunk(all, slowdown) {
		some = append(some, few[0])
	}
	return some
}

// TestCorpus runs every message of the corpus: what is settled about it must
// be found in at least 99 of 100, and no reason for silence may be missed.
func TestCorpus(t *testing.T) {
	dir := corpus(t)
	if dir == "" {
		return
	}
	debug.SetMemoryLimit(256 << 20)
	rows := sample(manifest(t, dir))
	names := regexp.MustCompile(`^[^/\\\x00-\x1f\x7f\x{202a}-\x{202e}\x{2066}-\x{2069}]{1,150}$`)
	right, settled := map[string]int{}, map[string]int{}
	messages, whole := 0, 0
	for _, row := range rows {
		raw, err := os.ReadFile(filepath.Join(dir, row["file"]))
		if err != nil {
			t.Fatal(err)
		}
		before := sha256.Sum256(raw)
		began := worked()
		m := intake.Read(raw, intake.Envelope{}, intake.Config{})
		if took := worked() - began; took > 2*time.Second {
			t.Errorf("%s took %s", row["file"], took)
		}
		if after := sha256.Sum256(raw); after != before || hex.EncodeToString(after[:]) != row["sha256"] {
			t.Errorf("%s: the raw bytes changed", row["file"])
		}
		for _, a := range m.Attachments {
			if !names.MatchString(a.Name) || strings.HasPrefix(a.Name, ".") {
				t.Errorf("%s: attachment name %q", row["file"], a.Name)
			}
		}
		for _, v := range append([]string{m.Subject, m.MessageID}, m.From...) {
			if strings.ContainsAny(v, "\r\n\x00") {
				t.Errorf("%s: line break or NUL in %q", row["file"], v)
			}
		}
		for _, from := range m.From {
			if !mailaddr.Sendable(mailaddr.ASCII(from)) {
				t.Errorf("%s: %q is taken and cannot be answered", row["file"], from)
			}
		}
		messages++
		good := true
		for name, got := range answers(m) {
			want := row[name]
			if want == "undetermined" {
				continue
			}
			settled[name]++
			if got == want {
				right[name]++
				continue
			}
			good = good && name == "suppress_autoresponse"
			t.Logf("%s: %s is %q, want %q", row["file"], name, got, want)
			if name == "suppress_autoresponse" && got != "" {
				// More reasons than named only make it more silent.
				right[name]++
			}
			if name == "suppress_autoresponse" && want != "" && got == "" {
				t.Errorf("%s: would be answered in spite of %s", row["file"], want)
			}
		}
		if good {
			whole++
		}
	}
	for name, n := range settled {
		t.Logf("%-22s %d of %d (%.2f %%)", name, right[name], n, 100*float64(right[name])/float64(n))
		if slowdown == 1 && right[name]*100 < n*99 {
			t.Errorf("%s is right in fewer than 99 of 100", name)
		}
	}
	t.Logf("all fields right in %d of %d messages (%.2f %%)", whole, messages, 100*float64(whole)/float64(messages))
}
