package console

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

// emlMail is a mail of ours as it was written to a file.
type emlMail struct {
	subject, text, html string
	headers             []headerLine
}

// shownHeaders are the fields that say what becomes of a mail.
func shownHeaders() []string {
	return []string{"From", "To", "Reply-To", "Date", "Message-ID", "In-Reply-To", "Auto-Submitted"}
}

// readEML reads a mail that this service wrote itself. Mail of others is read
// by package intake.
func readEML(raw []byte) (emlMail, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return emlMail{}, fmt.Errorf("reading a mail file: %w", err)
	}
	words := new(mime.WordDecoder)
	decoded := func(name string) string {
		value, err := words.DecodeHeader(m.Header.Get(name))
		if err != nil {
			return m.Header.Get(name)
		}
		return value
	}
	e := emlMail{subject: decoded("Subject")}
	for _, name := range shownHeaders() {
		if value := decoded(name); value != "" {
			e.headers = append(e.headers, headerLine{name, value})
		}
	}
	err = e.part(textproto.MIMEHeader(m.Header), m.Body)
	return e, err
}

// part reads a body, or the parts of one.
func (e *emlMail) part(header textproto.MIMEHeader, body io.Reader) error {
	media, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		media = "text/plain"
	}
	if strings.HasPrefix(media, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("reading a mail file: %w", err)
			}
			if err := e.part(p.Header, p); err != nil {
				return err
			}
		}
	}
	content, err := io.ReadAll(decoder(header.Get("Content-Transfer-Encoding"), body))
	if err != nil {
		return fmt.Errorf("reading a mail file: %w", err)
	}
	switch media {
	case "text/plain":
		e.text = string(content)
	case "text/html":
		e.html = string(content)
	}
	return nil
}

func decoder(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	}
	return body
}
