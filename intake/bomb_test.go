package intake_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"habeas/intake"
)

const plainHead = "From: Dana <dana@example.com>\r\nSubject: Delete my account\r\n"

// TestBombs feeds what is made to be slow or big. Every message is read within
// two seconds and 256 MiB, and its sender is still found.
func TestBombs(t *testing.T) {
	nested := func(n int, body string) string {
		var b strings.Builder
		b.WriteString(plainHead)
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return b.String() + "\r\n" + body
	}
	html := plainHead + "Content-Type: text/html\r\n\r\n"
	tests := map[string]string{
		"20,000 levels":             nested(20_000, "hello"),
		"10 MB in 300 levels":       nested(300, strings.Repeat("words and words\r\n", 600_000)),
		"one boundary 5,000 times":  plainHead + strings.Repeat("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 5_000),
		"100,000 parts":             plainHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 100_000),
		"a million dashes":          plainHead + "\r\n" + strings.Repeat("--\r\n", 1_000_000),
		"a million header fields":   plainHead + strings.Repeat("a:\r\n", 1_000_000) + "\r\nhello",
		"a header of 25 MB":         plainHead + "X: " + strings.Repeat("y", 25_000_000) + "\r\n\r\nhello",
		"a folded header of 20 MB":  plainHead + "X: y\r\n" + strings.Repeat(" y\r\n", 5_000_000) + "\r\nhello",
		"open brackets in From":     plainHead + "To: " + strings.Repeat("(", 60_000) + "\r\n\r\nhello",
		"open quotes in To":         plainHead + "To: " + strings.Repeat(`"\"`, 20_000) + "\r\n\r\nhello",
		"200,000 addresses":         plainHead + strings.Repeat("Cc: "+strings.Repeat("a@b.c,", 9_000)+"\r\n", 30) + "\r\nhello",
		"open encoded words":        plainHead + "Comments: x\r\nSubject: " + strings.Repeat("=?a?q?", 10_000) + "\r\n\r\nhello",
		"open brackets in a word":   plainHead + "Auto-Submitted: " + strings.Repeat("(", 60_000) + "\r\n\r\nhello",
		"a Content-Type of 60 KB":   plainHead + "Content-Type: text/plain" + strings.Repeat("; a=\"b", 10_000) + "\r\n\r\nhello",
		"a body of 25 MB":           plainHead + "\r\n" + strings.Repeat("0123456789abcde\n", 25<<16),
		"base64 of 25 MB":           plainHead + "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat(strings.Repeat("QUJD", 18)+"\r\n", 340_000),
		"quoted-printable of 25 MB": plainHead + "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat("=41=42=43=44=\r\n", 1_700_000),
		"HTML of open tags":         html + strings.Repeat("<div>", 200_000) + "hello",
		"HTML of hidden tags":       html + strings.Repeat(`<div style="display:none">`, 40_000) + "hello",
		"HTML of open comments":     html + "hello" + strings.Repeat("<!--", 300_000),
		"HTML of less-than signs":   html + "hello" + strings.Repeat("<a <", 300_000),
		"HTML of entities":          html + "hello" + strings.Repeat("&#x41;&", 150_000),
		"quotes of quotes":          plainHead + "\r\n" + strings.Repeat("On Monday 1 May 2023 a@b.example wrote:\r\n> x\r\nfoo\r\n", 10_000),
		"no end of words":           plainHead + "\r\n" + strings.Repeat("delete ", 40_000),
		"combining marks":           plainHead + "\r\na" + strings.Repeat("\u0301", 120_000),
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			b := []byte(raw)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			m := intake.Read(b, intake.Envelope{}, intake.Config{})
			intake.Suggest(m.Subject, m.Words())
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if took > 2*time.Second*slowdown {
				t.Errorf("took %s", took)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 256<<20 && slowdown == 1 {
				t.Errorf("allocated %d MiB", grown>>20)
			}
			t.Logf("%d KB, %s, %d MiB, fault %q", len(raw)>>10, took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, m.Fault)
			if len(m.From) != 1 || m.From[0] != "dana@example.com" {
				t.Errorf("From is %q", m.From)
			}
		})
	}
}
