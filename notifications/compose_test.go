package notifications_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"habeas/internal/mailaddr"
	"habeas/internal/testbed"
	"habeas/notifications"
)

// headersOf is what a mail of ours has, and all it has.
const headersOf = "Auto-Submitted Content-Type Date From Message-Id Mime-Version Subject To X-Auto-Response-Suppress X-Loop"

func TestMailAsItArrives(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	if err := client(t, "smtp://"+s.Addr()+"?tls=none").Send(t.Context(), outgoing(t)); err != nil {
		t.Fatal(err)
	}
	got := s.Wait(1)[0]
	if got.From != "no-reply@example.com" || strings.Join(got.To, " ") != "maria.example+gdpr@example.net" {
		t.Errorf("envelope %q to %q", got.From, got.To)
	}
	m, parts := parse(t, got.Data)
	for name, want := range map[string]string{
		"From": "Example & Söhne <no-reply@example.com>", "To": "<maria.example+gdpr@example.net>",
		"Subject": "Your code for privacy request HB-7K3M-Q9TX-2D", "Message-Id": "<0192f3c4-5d6e@example.com>",
		"Date": "Wed, 21 Oct 2026 09:30:00 +0000", "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
		"X-Loop": "habeas/no-reply@example.com",
	} {
		decoded, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
		if decoded = strings.ReplaceAll(decoded, `"`, ""); err != nil || decoded != want {
			t.Errorf("%s: %s, want %s", name, decoded, want)
		}
	}
	checkHeaders(t, m)
	if len(parts) != 2 || !strings.Contains(parts["text/plain"], "\n7QK2M9XA\r\n") || !strings.Contains(parts["text/html"], "7QK2M9XA") {
		t.Errorf("parts: %q", parts)
	}
	for line := range bytes.Lines(got.Data) {
		if len(line) > 80 || !bytes.HasSuffix(line, []byte("\r\n")) || bytes.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
			t.Errorf("line %q", line)
		}
	}
}

func parse(t testing.TB, raw []byte) (m *mail.Message, parts map[string]string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %s: %v", kind, err)
	}
	parts = map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m, parts
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		parts[kind] = string(body)
	}
}

// checkHeaders fails if there is a header too many, whatever it says.
func checkHeaders(t testing.TB, m *mail.Message) {
	t.Helper()
	for name := range strings.FieldsSeq(headersOf) {
		if n := len(m.Header[name]); n != 1 {
			t.Errorf("%d headers %s, want 1", n, name)
		}
	}
	if len(m.Header) != len(strings.Fields(headersOf)) {
		t.Errorf("headers %v", m.Header)
	}
}

func TestBadAddressesAreRefused(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, address := range []string{
		"", "maria", "@example.net", "maria@", "Maria <maria@example.net>", "<maria@example.net>", "a@example.net, b@example.net",
		"group: a@example.net;", "maria@example.net\r\nRCPT TO:<x@evil.example>", "maria@example.net\nBcc: x@evil.example",
		"maria@example.net> SIZE=1", "maria@[127.0.0.1]", "maria\u200b@example.net", "maria@exa\u202emple.net", "maria@example.net\x00",
		"maria @example.net", "(c)maria@example.net", "maria@example.net (c)", strings.Repeat("a", 250) + "@example.net",
	} {
		_, err := r.Compose(notifications.Envelope{MailID: "id@example.com", At: sentAt(), To: []string{"ok@example.net", address}}, notifications.Mail{})
		if e, ok := errors.AsType[*notifications.SendError](err); !ok || e.Temporary {
			t.Errorf("%q: %v, want a permanent error", address, err)
		} else if address != "" && len(address) > 5 && strings.Contains(err.Error(), address) {
			t.Errorf("%q is repeated in %v", address, err)
		}
	}
	if _, err := r.Compose(notifications.Envelope{MailID: "id@example.com", At: sentAt()}, notifications.Mail{}); err == nil {
		t.Error("a mail to nobody was composed")
	}
	for _, id := range []string{"", "id", "id@", "@example.com", "i d@example.com", "id@example.com>\r\nBcc: x", "a/../b@example.com"} {
		if _, err := r.Compose(notifications.Envelope{MailID: id, At: sentAt(), To: []string{"ok@example.net"}}, notifications.Mail{}); err == nil {
			t.Errorf("id %q was accepted", id)
		}
	}
}

func TestSenderTrustsNobodysEnvelope(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	m := client(t, "smtp://"+s.Addr()+"?tls=none")
	for _, bad := range []string{"a@example.net>\r\nRCPT TO:<x@evil.example", "a@example.net> NOTIFY=NEVER", "a b@example.net"} {
		o := outgoing(t)
		o.To = []string{bad}
		if e := sendError(t, m.Send(t.Context(), o)); e.Temporary {
			t.Errorf("%q: %+v", bad, e)
		}
		o = outgoing(t)
		o.From = bad
		if e := sendError(t, m.Send(t.Context(), o)); e.Temporary {
			t.Errorf("%q: %+v", bad, e)
		}
	}
	if n := len(s.Mails()); n != 0 {
		t.Errorf("%d mails went out", n)
	}
}

// Whatever stands in a subject, a body or a name, one mail with one recipient
// and our own headers arrives.
func TestNothingInjectsHeadersOrRecipients(t *testing.T) {
	t.Parallel()
	s := testbed.SMTP(t)
	m := client(t, "smtp://"+s.Addr()+"?tls=none")
	r := renderer(t)
	for i, payload := range hostile() {
		o, err := r.Compose(notifications.Envelope{MailID: "id@example.com", At: sentAt(), To: []string{"a@example.net"}},
			notifications.Mail{Subject: payload, Text: payload, HTML: payload})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Send(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		mails := s.Wait(i + 1)
		if len(mails) != i+1 || strings.Join(mails[i].To, " ") != "a@example.net" {
			t.Fatalf("%q: %d mails, the last to %q", payload, len(mails), mails[i].To)
		}
		got, parts := parse(t, mails[i].Data)
		checkHeaders(t, got)
		if len(parts) != 2 {
			t.Errorf("%q makes %d parts", payload, len(parts))
		}
	}
}

// FuzzCompose: any address is refused or becomes exactly one recipient, and any
// subject stays one header.
func FuzzCompose(f *testing.F) {
	f.Add("maria@example.net", "Your request")
	f.Add("\"a b\"@example.net", "x\r\nBcc: y@evil.example")
	f.Add("a@b\r\nRCPT TO:<c@d>", "\x00\xff=?utf-8?q?=0D=0A?=")
	f.Add("jürgen@exämple.net", strings.Repeat("ü ", 500))
	r := renderer(f)
	f.Fuzz(func(t *testing.T, address, subject string) {
		o, err := r.Compose(notifications.Envelope{MailID: "id@example.com", At: time.Unix(0, 0), To: []string{address}}, notifications.Mail{Subject: subject, Text: subject, HTML: subject})
		if err != nil {
			return
		}
		m, parts := parse(t, o.Raw)
		checkHeaders(t, m)
		to, err := m.Header.AddressList("To")
		sent, wrong := mail.ParseAddress(o.To[0]) // quotation marks that are not needed are no part of an address
		if err != nil || wrong != nil || len(to) != 1 || o.To[0] != mailaddr.ASCII(address) || sent.Address != to[0].Address || len(parts) != 2 {
			t.Fatalf("%q became %v (%v) in %d parts", address, to, err, len(parts))
		}
		if strings.ContainsAny(o.To[0], "\r\n <>") && !strings.HasPrefix(address, `"`) {
			t.Fatalf("the envelope goes to %q", o.To)
		}
	})
}

func TestDirectoryKeepsOneFileForEachMail(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "mail")
	d, err := notifications.NewDirectory(path)
	if err != nil {
		t.Fatal(err)
	}
	o := outgoing(t)
	for range 3 { // two retries
		if err := d.Send(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	o.MailID = "../../escape@example.com"
	if err := d.Send(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v, %v; want 2 files", entries, err)
	}
	raw, err := os.ReadFile(filepath.Join(path, "0192f3c4-5d6e@example.com.eml"))
	if err != nil || !bytes.Equal(raw, o.Raw) {
		t.Errorf("read %d bytes, %v", len(raw), err)
	}
	info, err := os.Stat(filepath.Join(path, "0192f3c4-5d6e@example.com.eml"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestDirectoryThatIsGone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mail")
	d, err := notifications.NewDirectory(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if e := sendError(t, d.Send(t.Context(), outgoing(t))); !e.Temporary || strings.Contains(e.Words, "/") {
		t.Errorf("%+v", e)
	}
}

func TestAMailSaysWhatItBelongsTo(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	root := "<habeas.hb-7k3m-q9tx-2d@example.com>"
	tests := map[string]struct {
		answers                          string
		wantReply, wantRefs, wantCreated string
	}{
		"of a request":                     {"", "", root, "auto-generated"},
		"answers a mail":                   {"a.b=c@mail.example", "<a.b=c@mail.example>", "<a.b=c@mail.example> " + root, "auto-replied"},
		"answers one without a usable id":  {"a b@mail.example", "", root, "auto-generated"},
		"answers one that would be a line": {"a@x>\r\nBcc: <b@x", "", root, "auto-generated"},
		"answers one in other letters":     {"ü@mail.example", "", root, "auto-generated"},
		"answers one without end":          {strings.Repeat("a", 900) + "@x", "", root, "auto-generated"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, err := r.Compose(notifications.Envelope{
				MailID: "id@example.com", At: sentAt(), To: []string{"a@example.net"}, Reference: "HB-7K3M-Q9TX-2D", InReplyTo: tc.answers,
				ReplyTo: "privacy+v1.7k3mq9tx2d.mac@example.com", Bounce: "bounces+v1.7k3mq9tx2d.00000000.mac@example.com",
			}, notifications.Mail{Subject: "s", Text: "t", HTML: "h"})
			if err != nil {
				t.Fatal(err)
			}
			m, _ := parse(t, o.Raw)
			for header, want := range map[string]string{
				"In-Reply-To": tc.wantReply, "References": tc.wantRefs, "Auto-Submitted": tc.wantCreated, "Bcc": "",
				"Reply-To": "<privacy+v1.7k3mq9tx2d.mac@example.com>",
			} {
				if got := m.Header.Get(header); got != want {
					t.Errorf("%s: %s, want %s", header, got, want)
				}
			}
			if o.From != "bounces+v1.7k3mq9tx2d.00000000.mac@example.com" {
				t.Errorf("the envelope sender is %s", o.From)
			}
		})
	}
}
