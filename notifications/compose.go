package notifications

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"habeas/internal/mailaddr"
)

// Outgoing is a composed mail with its envelope: one envelope a mail, and
// nobody in it who is not in the headers.
type Outgoing struct {
	MailID string   // the Message-ID without brackets
	From   string   // the envelope sender
	To     []string // bare addresses, their domains in A-labels: in the order of Envelope.To
	Raw    []byte   // the whole message, RFC 5322, lines ended by CRLF
}

// Envelope is what a mail needs besides its words.
type Envelope struct {
	MailID string    // the Message-ID without brackets
	At     time.Time // when the message was made, not when it is tried
	To     []string
	// Reference is the request that the mail is about: mail programs show all
	// mails of one as one conversation. "" is none.
	Reference string
	// InReplyTo is the Message-ID, without brackets, of the mail that this one
	// answers; it is somebody else's text. "" answers none.
	InReplyTo string
	// Thread are the Message-IDs, likewise, of the mails of the conversation
	// that were written to us before, the oldest first. The last is answered
	// where InReplyTo is empty.
	Thread  []string
	ReplyTo string // where answers go; "" is the From address
	Bounce  string // the envelope sender; "" is the configured one
}

// Compose returns a mail ready to send. The same arguments give the same bytes,
// so a retry cannot look like a second mail. A bad address or id is a permanent
// *SendError.
func (r *Renderer) Compose(e Envelope, m Mail) (Outgoing, error) {
	e = inASCII(e)
	e.Bounce = cmp.Or(e.Bounce, r.config.Bounce)
	if err := checkEnvelope(e); err != nil {
		return Outgoing{}, err
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingQP), mail.WithBoundary(boundary(e.MailID)))
	if err := msg.FromFormat(r.config.Organisation, r.config.From); err != nil {
		return Outgoing{}, fmt.Errorf("composing: %w", errAddress)
	}
	if err := msg.To(e.To...); err != nil {
		return Outgoing{}, fmt.Errorf("composing: %w", errAddress)
	}
	if e.ReplyTo != "" {
		if err := msg.ReplyTo(e.ReplyTo); err != nil {
			return Outgoing{}, fmt.Errorf("composing: %w", errAddress)
		}
	}
	msg.SetMessageIDWithValue(e.MailID)
	msg.SetDateWithValue(e.At.UTC())
	msg.Subject(shorten(oneLine(m.Subject)))
	r.relate(msg, e)
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)

	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return Outgoing{}, fmt.Errorf("composing: %w", err)
	}
	return Outgoing{MailID: e.MailID, From: e.Bounce, To: e.To, Raw: raw.Bytes()}, nil
}

// inASCII writes the domains of all addresses in A-labels, which every mail
// server takes: people write them with umlauts, and few servers have SMTPUTF8.
func inASCII(e Envelope) Envelope {
	e.Bounce, e.ReplyTo = mailaddr.ASCII(e.Bounce), mailaddr.ASCII(e.ReplyTo)
	var to []string
	for _, address := range e.To {
		to = append(to, mailaddr.ASCII(address))
	}
	e.To = to
	return e
}

// relate says what the mail belongs to, and that a machine sent it: RFC 3834
// lets no autoresponder answer, and ours never does.
func (r *Renderer) relate(msg *mail.Msg, e Envelope) {
	thread := slices.DeleteFunc(slices.Clone(e.Thread), func(id string) bool { return !messageID(id) })
	answers := messageID(e.InReplyTo)
	if answers && !slices.Contains(thread, e.InReplyTo) {
		thread = append(thread, e.InReplyTo)
	}
	var references []string
	for _, id := range thread {
		references = append(references, "<"+id+">")
	}
	if n := len(references); n > 0 {
		msg.SetGenHeader(mail.HeaderInReplyTo, references[n-1])
	}
	if e.Reference != "" {
		// No mail has this id. It stands for the request, as the root of the
		// conversation that every program draws from the references: behind the
		// first mail, so that it stays where it is when more mails come.
		root := "<habeas." + strings.ToLower(e.Reference) + "@" + r.config.MailDomain + ">"
		references = slices.Insert(references, min(len(references), 1), root)
	}
	if len(references) > 0 {
		msg.SetGenHeader(mail.HeaderReferences, strings.Join(references, " "))
	}
	automatic := "auto-generated"
	if answers {
		automatic = "auto-replied"
	}
	msg.SetGenHeader("Auto-Submitted", automatic)
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeader("X-Loop", r.config.Instance)
}

// longestID bounds the foreign ids that are repeated: a header line has 998
// characters, and nobody gives half as many.
const longestID = 400

// messageID reports whether a foreign Message-ID may be repeated: printable
// and in one piece, so that it stays what it is.
func messageID(id string) bool {
	return id != "" && len(id) <= longestID && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' })
}

// checkEnvelope refuses what no retry will ever make sendable.
func checkEnvelope(e Envelope) error {
	left, right, _ := strings.Cut(e.MailID, "@")
	if !plainToken(left) || !plainToken(right) {
		return errors.New("composing: not a message id")
	}
	if len(e.To) == 0 {
		return &SendError{Words: "there is nobody to send it to"}
	}
	for _, address := range append([]string{e.Bounce}, e.To...) {
		if err := checkAddress(address); err != nil {
			return &SendError{Words: errNoAddress.Error()}
		}
	}
	return nil
}

// boundary is derived from the id, where go-mail would take a random one.
func boundary(mailID string) string {
	sum := sha256.Sum256([]byte("boundary/" + mailID))
	return hex.EncodeToString(sum[:20])
}
