package intake

import (
	"fmt"
	"runtime/debug"
	"strings"

	"habeas/internal/mailaddr"
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
			m.panicked, m.stack = fmt.Sprintf("%T", p), debug.Stack()
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
	t := opened(walk(h, body))
	if len(t.leaves) > c.Limits.Parts {
		t.leaves, t.cut = t.leaves[:c.Limits.Parts], true
	}
	read := m.readBody(t, c.Limits)
	if t.broken {
		// The words are not lost: staff see the body as it came.
		m.setText(tidy(validText(body[:min(len(body), c.Limits.Text)]), c.Limits.Text))
	}
	m.readMachine(h, t)
	m.ContentHash = contentHash(h, m, body)
	m.Fault = firstFault(fault, headerFault(h, raw, body, c.Limits), treeFault(t, c.Limits), read, m.bodyFault(body, c.Limits))
	return m
}

func firstFault(faults ...Defect) Defect {
	for _, f := range faults {
		if f != "" {
			return f
		}
	}
	return ""
}

func headerFault(h header, raw, body []byte, l Limits) Defect {
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

func treeFault(t tree, l Limits) Defect {
	switch {
	case t.depth > l.Depth:
		return FaultTooDeep
	case t.cut:
		return FaultTooManyParts
	case t.broken:
		return FaultBroken
	}
	return ""
}

// bodyFault holds a message with more files than anybody sends, and one whose
// words are somewhere in the bytes but in no part of it.
func (m *Mail) bodyFault(body []byte, l Limits) Defect {
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
		Hops: len(h.all("received")), Name: displayName(h.first("from")),
	}
	m.readReturn(h, e)
	for _, f := range h {
		switch {
		case strings.HasPrefix(f.name, "list-"):
			m.ListHeaders = append(m.ListHeaders, f.name)
		case f.name == "x-loop":
			if len(m.Loops) < hardLoops {
				m.Loops = append(m.Loops, brief(unfold(f.value)))
			}
		case f.name == "delivered-to" || f.name == "x-original-to":
			m.Delivered = append(m.Delivered, addresses(unfold(f.value))...)
		}
	}
	m.Verdict = authentication(h, c, m.From)
	m.passedOn(h, c)
	for _, a := range m.From {
		m.Mixed = m.Mixed || mailaddr.MixedScript(a)
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
	if found := addresses(path); len(found) > 0 {
		m.Return = found[0]
		return
	}
	path = strings.TrimSpace(path)
	m.NullSender = known && (path == "" && e.FromKnown || path == "<>")
}

// readBody finds the text and the files. Of an alternative it takes the first
// form that shows anything: plain text, by convention. Its fault is that parts
// are left that were not read, because those before them were too large, or
// that every word is hidden: then the hidden ones are the text, for staff.
func (m *Mail) readBody(t tree, l Limits) Defect {
	var text, hidden strings.Builder
	budget, fault := hardDecoded, Defect("")
	chosen := map[int]string{} // alternative → media type of what was taken from it
	for _, lf := range t.leaves {
		m.Encrypted = m.Encrypted || encrypted(lf)
		m.Unreadable = m.Unreadable || lf.sealed || lf.media == "application/ms-tnef" || lf.media == "application/vnd.ms-tnef"
		if !lf.isBody() {
			m.Attachments = append(m.Attachments, attachment(lf, len(m.Attachments)+1))
			continue
		}
		if text.Len() > l.Text || lf.alternative > 0 && chosen[lf.alternative] != "" && chosen[lf.alternative] != lf.media {
			continue
		}
		if budget <= 0 {
			fault = FaultTooManyParts
			continue
		}
		budget -= min(len(lf.body), lf.mostRead(l))
		s, concealed, seen := lf.text(l)
		if hidden.Len() < mostConcealed {
			hidden.WriteString(concealed)
		}
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
	if hidden.Len() > 0 && !visible(m.Text) {
		m.setText(tidy(hidden.String(), l.Text))
		return firstFault(fault, FaultBroken)
	}
	return fault
}

func (m *Mail) setText(s string) {
	m.Text = strings.TrimSpace(s)
	m.Own, m.Quoted = Trim(m.Text)
	m.Encrypted = m.Encrypted || strings.HasPrefix(m.Text, "-----BEGIN PGP MESSAGE-----")
}

func encrypted(l leaf) bool {
	switch l.media {
	case "application/pgp-encrypted":
		return true
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		return !signed(l)
	}
	return false
}
