package intake

import "fmt"

// Mail is what a message is, as far as its bytes and its envelope say. Its
// strings are data: decoded, free of control characters, and personal.
type Mail struct {
	From    []string // every valid address of every From field, lower case, in order; one is a claim, none or several is nobody
	Name    string   // the display name beside the first From address: a claim
	Sender  []string // of Sender
	ReplyTo []string // never an identity, never where an answer goes
	To      []string // of To and Cc
	// Return is the return path: the envelope's, else Return-Path's. It is ""
	// where NullSender is set or nothing is known.
	Return     string
	NullSender bool
	// Via is the address of ours that passed the message on: a contact form, or
	// a list in front of the mailbox. From is then whom that says it is from.
	Via string

	Subject     string
	Text        string // all the text there is to read, hidden elements left out
	Own         string // Text without quoted history and signature
	Quoted      string // the rest of Text
	HasText     bool   // there is something to see in a text part
	Attachments []Attachment
	Encrypted   bool // S/MIME or PGP: the words cannot be read
	Unreadable  bool // there is more in it, in a form that is not read here: winmail.dat, a signature that is broken

	AutoSubmitted   string // the keyword, lower case; "" if there is none
	IsAutoReply     bool   // RFC 3834: sent by a machine, whatever for
	Away            bool   // a machine that does not say so seems to have answered for somebody who is not there
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

	Verdict Verdict // of our own border server on the From domain
	Mixed   bool    // a From address mixes scripts: it may imitate another
	Fault   Defect  // why it has to wait for staff; "" if nothing is wrong
	// ContentHash is the second key of deduplication: SHA-256 in hex over
	// From, Date, Subject, Message-ID and body without trace fields.
	ContentHash string

	list     bool   // a list of ours passed it on, whoever it says it is from
	panicked string // the type of what our reader panicked with, and where
	stack    []byte
}

// Defect says why a message could not be read as it should.
type Defect string

// The faults. All but FaultCR and FaultPanic leave the fields of Mail filled in
// as far as they go.
const (
	FaultTooLarge           Defect = "too_large"
	FaultHeader             Defect = "header_too_large"
	FaultTooManyParts       Defect = "too_many_parts"
	FaultTooDeep            Defect = "too_deep"
	FaultTooManyAttachments Defect = "too_many_attachments"
	FaultNoHeader           Defect = "no_header"
	FaultCR                 Defect = "cr_line_ends" // lines end with CR alone: nobody agrees on what they say
	FaultBroken             Defect = "broken_mime"  // parts were announced and none is there, or text cannot be found or is all hidden
	FaultPanic              Defect = "unreadable"   // our reader failed
)

// Words returns what the person says: their own words, or all there is to read
// where nothing is their own.
func (m Mail) Words() string {
	if visible(m.Own) {
		return m.Own
	}
	return m.Text
}

// String keeps the personal content of a message out of logs.
func (m Mail) String() string {
	return fmt.Sprintf("mail of %d sender(s), %d attachment(s)", len(m.From), len(m.Attachments))
}
