package intake

import (
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// Mail is what a message is, as far as its bytes and its envelope say. Its
// strings are data: decoded, free of control characters, and personal.
type Mail struct {
	From    []string // every valid address of every From field, lower case, in order; one is a claim, none or several is nobody
	Sender  []string // of Sender
	ReplyTo []string // never an identity, never where an answer goes
	To      []string // of To and Cc
	// Return is the return path: the envelope's, else Return-Path's. It is ""
	// where NullSender is set or nothing is known.
	Return      string
	ReturnKnown bool
	NullSender  bool

	Subject     string
	Text        string // all the text there is to read, hidden elements left out
	Own         string // Text without quoted history and signature
	Quoted      string // the rest of Text
	HasText     bool   // there is something to see in a text part
	Attachments []Attachment
	Encrypted   bool // S/MIME or PGP: the words cannot be read

	AutoSubmitted   string // the keyword, lower case; "" if there is none
	IsAutoReply     bool   // RFC 3834: sent by a machine, whatever for
	IsBounce        bool
	Bounce          Bounce
	Report          string   // the report-type of a multipart/report: delivery-status, disposition-notification, feedback-report …
	SuppressReasons []string // why it must not be answered automatically; empty: RFC 3834 has no objection
	ListHeaders     []string // the names of its List- fields
	Loops           []string // X-Loop, decoded
	Hops            int      // Received fields

	MessageID  string // without brackets; "" if there is none
	InReplyTo  []string
	References []string // oldest first, the newest ones kept
	Delivered  []string // Delivered-To and X-Original-To, topmost first
	Date       time.Time

	Verdict Verdict // of our own border server on the From domain
	Mixed   bool    // a From address mixes scripts: it may imitate another
	Fault   Fault   // why it has to wait for staff; "" if nothing is wrong
	// ContentHash is the second key of deduplication: SHA-256 in hex over
	// From, Date, Subject, Message-ID and body without trace fields.
	ContentHash string
}

// Fault says why a message could not be read as it should.
type Fault string

// The faults. All but FaultUnreadable, FaultCR and FaultPanic leave the fields
// of Mail filled in as far as they go.
const (
	FaultTooLarge           Fault = "too_large"
	FaultHeader             Fault = "header_too_large"
	FaultTooManyParts       Fault = "too_many_parts"
	FaultTooDeep            Fault = "too_deep"
	FaultTooManyAttachments Fault = "too_many_attachments"
	FaultNoHeader           Fault = "no_header"
	FaultCR                 Fault = "cr_line_ends" // lines end with CR alone: nobody agrees on what they say
	FaultBroken             Fault = "broken_mime"  // parts were announced and none is there, or text cannot be found
	FaultPanic              Fault = "unreadable"   // our reader failed
)

// Read says what a message is. It never fails: what cannot be read has a
// Fault. It takes time and memory in proportion to the size of raw, whatever
// raw says, and keeps no reference to it besides the attachments.
func Read(raw []byte, e Envelope, c Config) (m Mail) {
	c.Limits = c.Limits.withDefaults()
	// A reader of hostile bytes must not take the service down with it: the
	// message is stored already and waits for staff.
	defer func() {
		if p := recover(); p != nil {
			m = Mail{Fault: FaultPanic, ContentHash: hashOf(string(raw)), SuppressReasons: []string{ReasonNoFrom}}
		}
	}()
	fault := c.Limits.prescan(raw)
	raw = normal(raw)
	if len(raw) > c.Limits.Message {
		raw = raw[:c.Limits.Message]
	}
	if crOnly(raw) {
		m = Mail{Fault: FaultCR, ContentHash: hashOf(string(raw)), SuppressReasons: []string{ReasonNoFrom}}
		return m
	}
	h, body := scanHeader(raw, nil)
	m = readHeader(h, e, c)
	t := walk(h, body)
	m.readBody(t, c.Limits)
	if t.broken {
		// The words are not lost: staff see the body as it came.
		m.setText(tidy(validText(body[:min(len(body), c.Limits.Text)]), c.Limits.Text))
	}
	m.readMachine(h, t)
	m.ContentHash = contentHash(h, m, body)
	m.Fault = firstFault(fault, headerFault(h, raw, body, c.Limits), treeFault(t, c.Limits), m.bodyFault(body, c.Limits))
	return m
}

func firstFault(faults ...Fault) Fault {
	for _, f := range faults {
		if f != "" {
			return f
		}
	}
	return ""
}

func headerFault(h header, raw, body []byte, l Limits) Fault {
	if len(h) == 0 && visible(validText(raw)) {
		return FaultNoHeader
	}
	if len(raw)-len(body) > l.Header || len(h) > l.Fields {
		return FaultHeader
	}
	for _, f := range h {
		if len(f.value) > l.Field {
			return FaultHeader
		}
	}
	return ""
}

func treeFault(t tree, l Limits) Fault {
	switch {
	case t.depth > l.Depth:
		return FaultTooDeep
	case t.cut || len(t.leaves) > l.Parts:
		return FaultTooManyParts
	case t.broken:
		return FaultBroken
	}
	return ""
}

// bodyFault holds a message with more files than anybody sends, and one whose
// words are somewhere in the bytes but in no part of it.
func (m *Mail) bodyFault(body []byte, l Limits) Fault {
	if len(m.Attachments) > l.Attachments {
		return FaultTooManyAttachments
	}
	if !m.HasText && len(m.Attachments) == 0 && visible(validText(body)) {
		return FaultBroken
	}
	return ""
}

// readHeader reads what the fields of the message itself say.
func readHeader(h header, e Envelope, c Config) Mail {
	m := Mail{
		From: addresses(h.all("from")...), Sender: addresses(h.all("sender")...), ReplyTo: addresses(h.all("reply-to")...),
		To:      addresses(append(h.all("to"), h.all("cc")...)...),
		Subject: cleanHeader(h.first("subject")), MessageID: firstID(h.first("message-id")),
		InReplyTo: ids(h.all("in-reply-to"), c.Limits.References), References: ids(h.all("references"), c.Limits.References),
		Hops: len(h.all("received")),
	}
	m.Date, _ = mail.ParseDate(h.first("date"))
	m.readReturn(h, e)
	for _, f := range h {
		switch {
		case strings.HasPrefix(f.name, "list-"):
			m.ListHeaders = append(m.ListHeaders, f.name)
		case f.name == "x-loop":
			m.Loops = append(m.Loops, cleanHeader(unfold(f.value)))
		case f.name == "delivered-to" || f.name == "x-original-to":
			m.Delivered = append(m.Delivered, addresses(unfold(f.value))...)
		}
	}
	m.Verdict = authentication(h, c, m.From)
	for _, a := range m.From {
		m.Mixed = m.Mixed || MixedScript(a)
	}
	return m
}

// readReturn finds the return path: the envelope's where the adapter knows it,
// else the first Return-Path.
func (m *Mail) readReturn(h header, e Envelope) {
	path, known := e.MailFrom, e.FromKnown || e.MailFrom != ""
	if !known && h.has("return-path") {
		path, known = h.first("return-path"), true
	}
	m.ReturnKnown = known
	if found := addresses(path); len(found) > 0 {
		m.Return = found[0]
		return
	}
	path = strings.TrimSpace(path)
	m.NullSender = known && (path == "" && e.FromKnown || path == "<>")
	if !m.NullSender {
		m.ReturnKnown = false
	}
}

// readBody finds the text and the files. Of an alternative it takes the first
// form that shows anything: plain text, by convention.
func (m *Mail) readBody(t tree, l Limits) {
	var text strings.Builder
	chosen := map[int]string{} // alternative → media type of what was taken from it
	for _, lf := range t.leaves {
		m.Encrypted = m.Encrypted || encrypted(lf)
		if !lf.isBody() {
			m.Attachments = append(m.Attachments, attachment(lf, len(m.Attachments)+1))
			continue
		}
		if text.Len() > l.Text || lf.alternative > 0 && chosen[lf.alternative] != "" && chosen[lf.alternative] != lf.media {
			continue
		}
		s, seen := lf.text(l)
		m.HasText = m.HasText || seen
		if !seen {
			continue
		}
		if lf.alternative > 0 {
			chosen[lf.alternative] = lf.media
		}
		text.WriteString(strings.Trim(s, "\n") + "\n\n")
	}
	m.setText(tidy(text.String(), l.Text))
}

func (m *Mail) setText(s string) {
	m.Text = strings.TrimSpace(s)
	m.Own, m.Quoted = Trim(m.Text)
}

func encrypted(l leaf) bool {
	switch l.media {
	case "application/pgp-encrypted":
		return true
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		return l.params["smime-type"] != "signed-data"
	}
	return false
}

// String keeps the personal content of a message out of logs.
func (m Mail) String() string {
	return fmt.Sprintf("mail of %d sender(s), %d attachment(s)", len(m.From), len(m.Attachments))
}
