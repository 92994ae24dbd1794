package main_test

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"habeas/internal/testbed"
)

// letter is a mail as its reader sees it.
type letter struct {
	id, to, subject string
	text, html      string
}

// mails returns what lies in the mail folder of a program. A mail that was read
// before is not read again: the name is the Message-ID.
func (p *program) mails() []letter {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join(p.dir, "mail", "*.eml"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.reading.Lock()
	defer p.reading.Unlock()
	if p.read == nil {
		p.read = map[string]letter{}
	}
	var all []letter
	for _, f := range files {
		l, known := p.read[f]
		if !known {
			raw, err := os.ReadFile(f)
			if err != nil {
				p.t.Fatal(err)
			}
			l = parseMail(p.t, raw)
			p.read[f] = l
		}
		all = append(all, l)
	}
	return all
}

func parseMail(t *testing.T, raw []byte) letter {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	l := letter{id: m.Header.Get("Message-ID"), to: m.Header.Get("To"), subject: subject}
	l.read(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	if l.id == "" || l.to == "" || l.text == "" || l.html == "" {
		t.Errorf("a mail lacks something: id %q, to %q, %d bytes of text, %d of HTML", l.id, l.to, len(l.text), len(l.html))
	}
	return l
}

// read reads one part, and the parts in it.
func (l *letter) read(t *testing.T, contentType, encoding string, body io.Reader) {
	t.Helper()
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(media, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			l.read(t, part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part)
		}
	}
	if strings.EqualFold(encoding, "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	switch media {
	case "text/plain":
		l.text = strings.ReplaceAll(string(content), "\r\n", "\n")
	case "text/html":
		l.html = string(content)
	}
}

// about returns the mails whose subject begins so and names the reference.
func (p *program) about(reference, subject string) []letter {
	p.t.Helper()
	var found []letter
	for _, l := range p.mails() {
		if strings.HasPrefix(l.subject, subject) && strings.Contains(l.subject, reference) {
			found = append(found, l)
		}
	}
	return found
}

// mail waits for a mail and wants exactly one.
func (p *program) mail(reference, subject string) letter {
	p.t.Helper()
	var found []letter
	testbed.Eventually(p.t, subject+" "+reference, func() bool {
		found = p.about(reference, subject)
		return len(found) > 0
	})
	if len(found) > 1 {
		p.t.Errorf("%d mails %q about %s", len(found), subject, reference)
	}
	return found[0]
}

// The subjects that mails begin with.
const (
	codeMail = "Your code for privacy request"
)

var codeInMail = regexp.MustCompile(`(?m)^([0-9A-HJKMNP-TV-Z]{8})$`)

// code returns the code in a mail.
func (l letter) code(t *testing.T) string {
	t.Helper()
	found := codeInMail.FindAllString(l.text, -1)
	if len(found) != 1 {
		t.Fatalf("there are %d codes in %s", len(found), l.text)
	}
	return found[0]
}
