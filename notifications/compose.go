package notifications

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"habeas/models"
)

// Outgoing is a composed mail with its envelope: one envelope a mail, and
// nobody in it who is not in the headers.
type Outgoing struct {
	MailID string   // the Message-ID without brackets
	From   string   // the envelope sender
	To     []string // bare addresses
	Raw    []byte   // the whole message, RFC 5322, lines ended by CRLF
}

// MailID returns the Message-ID of a message, without brackets: the one it was
// given, or else one that follows from its id, so that every try has the same.
func (r *Renderer) MailID(m models.Message) string {
	if m.MailID != "" {
		return m.MailID
	}
	return m.ID + "@" + r.config.MailDomain
}

// Compose returns a mail ready to send. The same arguments give the same bytes,
// so a retry cannot look like a second mail; at is when the message was made,
// not when it is tried. A bad address or id is a permanent *SendError.
func (r *Renderer) Compose(mailID string, at time.Time, to []string, m Mail) (Outgoing, error) {
	if err := checkEnvelope(mailID, to); err != nil {
		return Outgoing{}, err
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingQP), mail.WithBoundary(boundary(mailID)))
	if err := msg.FromFormat(r.config.Organisation, r.config.From); err != nil {
		return Outgoing{}, fmt.Errorf("composing: %w", errAddress)
	}
	if err := msg.To(to...); err != nil {
		return Outgoing{}, fmt.Errorf("composing: %w", errAddress)
	}
	msg.SetMessageIDWithValue(mailID)
	msg.SetDateWithValue(at.UTC())
	msg.Subject(shorten(oneLine(m.Subject)))
	// RFC 3834: no autoresponder should answer, and ours never does.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)

	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return Outgoing{}, fmt.Errorf("composing: %w", err)
	}
	return Outgoing{MailID: mailID, From: r.config.Bounce, To: to, Raw: raw.Bytes()}, nil
}

// checkEnvelope refuses what no retry will ever make sendable.
func checkEnvelope(mailID string, to []string) error {
	left, right, _ := strings.Cut(mailID, "@")
	if !plainToken(left) || !plainToken(right) {
		return errors.New("composing: not a message id")
	}
	if len(to) == 0 {
		return &SendError{Words: "there is nobody to send it to"}
	}
	for _, address := range to {
		if err := checkAddress(address); err != nil {
			return &SendError{Words: "the address is not a mail address"}
		}
	}
	return nil
}

// boundary is derived from the id, where go-mail would take a random one.
func boundary(mailID string) string {
	sum := sha256.Sum256([]byte("boundary/" + mailID))
	return hex.EncodeToString(sum[:20])
}
