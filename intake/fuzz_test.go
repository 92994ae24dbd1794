package intake_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"habeas/intake"
	"habeas/intake/suggest"
)

// FuzzRead looks for a message that breaks what is promised of every one.
func FuzzRead(f *testing.F) {
	f.Add([]byte("From: a@x.example\r\nSubject: =?utf-8?Q?L=C3=B6schen?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n"))
	f.Add([]byte("From: us: \"a\" <a@x.example>, (c) b@y.example;\nReferences: <1@x> <2@x>\nContent-Type: text/html\n\n<p hidden>a</p>b\n"))
	f.Add([]byte("Return-Path: <>\nFrom: mailer-daemon@x\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b\n--b--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := worked()
		m := intake.Read(raw, intake.Envelope{}, intake.Config{Authserv: []string{"x"}})
		if took := worked() - before; took > 2*time.Second {
			t.Errorf("took %s", took)
		}
		if m.Fault == intake.FaultPanic {
			t.Error("the reader failed")
		}
		if len(m.ContentHash) != 64 {
			t.Errorf("the hash is %q", m.ContentHash)
		}
		for _, v := range append(append([]string{m.Subject, m.MessageID, m.Return}, m.From...), m.References...) {
			if strings.ContainsAny(v, "\r\n\x00") || !utf8.ValidString(v) {
				t.Errorf("a header value is %q", v)
			}
		}
		for _, a := range m.Attachments {
			if a.Name == "" || strings.ContainsAny(a.Name, "/\\\r\n\x00") || strings.HasPrefix(a.Name, ".") {
				t.Errorf("an attachment is named %q", a.Name)
			}
			a.Content()
		}
		if !utf8.ValidString(m.Text) || strings.ContainsRune(m.Text, 0) {
			t.Errorf("the text is %q", m.Text)
		}
		suggest.Read(m.Subject, m.Words())
	})
}

// FuzzAuthResults looks for a value whose comments or quotes become results.
func FuzzAuthResults(f *testing.F) {
	for _, s := range []string{"x; none", `x 1; dkim=pass header.i="@a; dmarc=pass" (c(d)); dmarc=fail`, `x; dmarc=pass (p=r; \) ) header.from=a`, `"x"; spf=pass reason="a\"b"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := intake.ParseAuthResults(s)
		if !ok {
			return
		}
		// What stands in brackets or quotes cannot make a result.
		bare := strings.ToLower(outside(s))
		for _, one := range r.Results {
			if !strings.Contains(bare, one.Method) || one.Method == "" {
				t.Errorf("%q has a result of %q", s, one.Method)
			}
		}
	})
}

// outside returns what is neither quoted nor in a comment, read in the
// simplest way: by one look at every byte.
func outside(s string) string {
	var out strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && (quoted || depth > 0):
			i++
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
		case c == ')' && !quoted:
			depth--
		case depth == 0 && !quoted:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// FuzzTokenOpen looks for an address that opens and was never made.
func FuzzTokenOpen(f *testing.F) {
	own := tokens()
	made, err := own.Mint(intake.PurposeReply, "hb1")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(made)
	f.Add(strings.ToUpper(made))
	f.Add("privacy+v1.hb1.aaaaaaaaaaaaaaaaaaaaaaaaaa@org.example")
	f.Fuzz(func(t *testing.T, address string) {
		got, ok := own.Open(address)
		if !ok {
			return
		}
		again, err := own.Mint(got.Purpose, got.ID, got.Parts...)
		before := strings.ToLower(address[:strings.IndexByte(address, '@')])
		want, _, _ := strings.Cut(again, "@")
		if err != nil || before[strings.LastIndexByte(before, '+'):] != want[strings.LastIndexByte(want, '+'):] {
			t.Errorf("%q opens as %+v", address, got)
		}
	})
}

// FuzzTrim holds that no word gets lost.
func FuzzTrim(f *testing.F) {
	f.Add("thanks\n\nOn Mon, 1 May 2023 at 10:00 a <a@x.example> wrote:\n> hello\n")
	f.Add("-----Original Message-----\nFrom: a\nSent: b\nTo: c\n\nhello\n-- \nme")
	f.Fuzz(func(t *testing.T, s string) {
		own, quoted := intake.Trim(s)
		if got, want := letters(own)+letters(quoted), letters(s); got != want && letters(quoted)+letters(own) != want && len(got) != len(want) {
			t.Errorf("%q became %q and %q", s, own, quoted)
		}
	})
}

func letters(s string) string { return strings.Join(strings.Fields(s), "") }
