package intake_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"habeas/intake"
	"habeas/intake/suggest"
)

const plainHead = "From: Dana <dana@example.com>\r\nSubject: Delete my account\r\n"

// bomb is a small mail that wants a lot of work.
type bomb struct {
	head, piece string
	times       int // that the piece is there
	tail        string
}

// bytes is the mail, and only a part of it where the race detector slows its
// reader, who does nothing at once, as much.
func (b bomb) bytes() []byte {
	return []byte(b.head + strings.Repeat(b.piece, b.times/slowdown) + b.tail)
}

// TestBombs feeds what is made to be slow or big. Every message is read within
// two seconds of a processor's time and 256 MiB, and its sender is still found.
func TestBombs(t *testing.T) {
	nested := func(n int) string {
		var b strings.Builder
		b.WriteString(plainHead)
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return b.String() + "\r\n"
	}
	html := plainHead + "Content-Type: text/html\r\n\r\n"
	mixed := plainHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	status := plainHead + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
	// An encoded word that begins and never ends, as often as fits.
	open := func(size int) string { return strings.Repeat("=?a?q?x", size/7) }
	hidden := `<div style=3D"display:none">` + strings.Repeat("a b=\r\nc ", 170) + "</div>"
	tests := map[string]bomb{
		"20,000 levels":             {nested(20_000 / slowdown), "hello", slowdown, ""},
		"10 MB in 300 levels":       {nested(300), "words and words\r\n", 600_000, ""},
		"one boundary 5,000 times":  {plainHead, "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", 5_000, ""},
		"100,000 parts":             {plainHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n\r\nx\r\n", 100_000, ""},
		"a million dashes":          {plainHead + "\r\n", "--\r\n", 1_000_000, ""},
		"a million header fields":   {plainHead, "a:\r\n", 1_000_000, "\r\nhello"},
		"a header of 25 MB":         {plainHead + "X: ", "y", 25_000_000, "\r\n\r\nhello"},
		"a folded header of 20 MB":  {plainHead + "X: y\r\n", " y\r\n", 5_000_000, "\r\nhello"},
		"open brackets in From":     {plainHead + "To: ", "(", 60_000, "\r\n\r\nhello"},
		"open quotes in To":         {plainHead + "To: ", `"\"`, 20_000, "\r\n\r\nhello"},
		"200,000 addresses":         {plainHead, "Cc: " + strings.Repeat("a@b.c,", 9_000) + "\r\n", 30, "\r\nhello"},
		"open encoded words":        {plainHead + "Comments: x\r\nSubject: ", "=?a?q?", 10_000, "\r\n\r\nhello"},
		"open brackets in a word":   {plainHead + "Auto-Submitted: ", "(", 60_000, "\r\n\r\nhello"},
		"a Content-Type of 60 KB":   {plainHead + "Content-Type: text/plain", "; a=\"b", 10_000, "\r\n\r\nhello"},
		"a body of 25 MB":           {plainHead + "\r\n", "0123456789abcde\n", 25 << 16, ""},
		"base64 of 25 MB":           {plainHead + "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n", strings.Repeat("QUJD", 18) + "\r\n", 340_000, ""},
		"quoted-printable of 25 MB": {plainHead + "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", "=41=42=43=44=\r\n", 1_700_000, ""},
		"HTML of open tags":         {html, "<div>", 200_000, "hello"},
		"HTML of hidden tags":       {html, `<div style="display:none">`, 40_000, "hello"},
		"HTML of 4 MB of open tags": {html, "<b>", 1_390_000, "hello"},
		"HTML of misnested tags":    {html, "<p><b hidden>x</p></i></div><td></td>", 110_000, "hello"},
		"HTML of lists in tables":   {html, "<table><td><ul><li hidden>x</p></b></h1>", 100_000, "hello"},
		"HTML of open comments":     {html + "hello", "<!--", 300_000, ""},
		"HTML of less-than signs":   {html + "hello", "<a <", 300_000, ""},
		"HTML of entities":          {html + "hello", "&#x41;&", 150_000, ""},
		"quotes of quotes":          {plainHead + "\r\n", "On Monday 1 May 2023 a@b.example wrote:\r\n> x\r\nfoo\r\n", 10_000, ""},
		"no end of words":           {plainHead + "\r\n", "delete ", 40_000, ""},
		"300 loops of open words":   {plainHead, "X-Loop: " + open(63_000) + "\r\n", 300, "\r\nhello"},
		"words that end at last":    {plainHead, "X-Loop: " + open(60_000) + "?=\r\n", 300, "\r\nhello"},
		"45 diagnostics":            {status, "--b\r\nContent-Type: message/delivery-status\r\n\r\n" + strings.Repeat("Action: failed\r\nDiagnostic-Code: "+open(64_000)+"\r\n\r\n", 3), 15, "--b--\r\n"},
		"1,600 file names":          {mixed, "--b\r\nContent-Type: text/x; name=\"" + open(15_500) + "\"\r\n\r\nx\r\n", 1_600, ""},
		"9,000 hidden parts":        {mixed, "--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + hidden + "\r\n", 9_000, ""},
		"400 hidden parts":          {mixed, "--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat(hidden, 38) + "\r\n", 400, ""},
		"9,000 delivery reports":    {status, "--b\r\nContent-Type: message/delivery-status\r\n\r\n" + strings.Repeat("Action: failed\r\n\r\n", 120) + "\r\n", 9_000, ""},
		"9,000 files":               {mixed, "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("QUJD", 600) + "\r\n", 9_000, ""},
		"combining marks":           {plainHead + "\r\na", "\u0301", 120_000, ""},
	}
	for name, mail := range tests {
		t.Run(name, func(t *testing.T) {
			b := mail.bytes()
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			m, took := timed(b)
			runtime.ReadMemStats(&after)
			if took > 2*time.Second*slowdown {
				t.Errorf("took %s", took)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 256<<20 && slowdown == 1 {
				t.Errorf("allocated %d MiB", grown>>20)
			}
			t.Logf("%d KB, %s, %d MiB, fault %q", len(b)>>10, took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20, m.Fault)
			if len(m.From) != 1 || m.From[0] != "dana@example.com" {
				t.Errorf("From is %q", m.From)
			}
		})
	}
}

// timed reads a mail and returns how long a processor worked for it. How long
// it took by the clock would be about what else the machine does.
func timed(raw []byte) (intake.Mail, time.Duration) {
	before := worked()
	m := intake.Read(raw, intake.Envelope{}, intake.Config{})
	suggest.Read(m.Subject, m.Words())
	return m, worked() - before
}

// worked is the time of processors that this process has used. No other test
// runs beside one that is not parallel.
func worked() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
