package models

import (
	"time"
	"unicode/utf8"
)

// Direction says which way a message goes.
type Direction string

// The directions.
const (
	Outgoing Direction = "outgoing" // from us, by mail
	Incoming Direction = "incoming" // from the requester
	Internal Direction = "internal" // a note among staff
)

// Audience says who a message is for.
type Audience string

// The audiences.
const (
	ToRequester Audience = "requester"
	ToStaff     Audience = "staff"
	ToNamed     Audience = "named" // the person that somebody else files for, at an address of their own
	ToOwner     Audience = "owner" // who is responsible for a system, at the address in the letter
)

// Groups that a message to staff may go to. Who is in them is looked up when
// the mail is sent; where nobody in them has an address it goes to the team
// address of the organisation.
const (
	Managers = "managers" // managers and admins
	Everyone = "everyone" // agents too
)

// Delivery is how far an outgoing message got.
type Delivery string

// The delivery states.
const (
	DeliveryNone     Delivery = "none"     // not a mail: incoming, a note, or nobody to mail (send it by post)
	DeliveryQueued   Delivery = "queued"   // committed, not tried yet
	DeliverySent     Delivery = "sent"     // the server took it
	DeliveryDeferred Delivery = "deferred" // refused for now, will be tried again
	DeliveryFailed   Delivery = "failed"   // refused for good, or given up
	DeliveryBounced  Delivery = "bounced"  // the server took it, and a notice came back that it could not be delivered
)

// Message is one piece of correspondence, mailed or not. Text and Letter are
// personal data and sealed at rest.
type Message struct {
	ID        string
	RequestID string // "" for a mail that concerns no single request
	Direction Direction
	Audience  Audience
	Author    Actor
	Staff     string // outgoing to staff: staff ids, Managers or Everyone, separated by blanks; ids alone once some of them got a mail apart
	Text      string // what a person wrote; "" for mails without such words
	Letter    Letter // outgoing: the template and its data; nil otherwise
	CreatedAt time.Time

	// Key is unique for one effect ("remind/…"), so that a message is never
	// made twice; "" where the command itself cannot run twice.
	Key       string
	MailID    string // the Message-ID header without brackets: the same on every try
	Delivery  Delivery
	Attempts  int
	LastError string // the server's code: its words stand in a letter to staff
	SentAt    time.Time

	// Incoming by mail: Mail is the id of the received mail, Flags say why it is
	// not to be trusted.
	Mail  string
	Flags []MessageFlag
	// InReplyTo is the Message-ID of the mail that an outgoing one answers,
	// without brackets. It is somebody else's text, and sealed.
	InReplyTo string
}

// MessageFlag is something that staff must know about a message that came by
// mail.
type MessageFlag string

// The flags.
const (
	FlagOtherSender MessageFlag = "other_sender" // from another address than the one on file
	FlagAuthFailed  MessageFlag = "auth_failed"  // the From domain disowns it
	FlagUnproven    MessageFlag = "unproven"     // nothing but its From says that it is from the address on file
	FlagAutomatic   MessageFlag = "automatic"    // a machine wrote it
	FlagFilesLeft   MessageFlag = "files_left"   // some attachments are in the raw mail only
	FlagCut         MessageFlag = "cut"          // the text is longer than what is shown
	FlagMoved       MessageFlag = "moved"        // it belongs to another case, and its words are there
)

// DoubtfulFlags are those of a mail that is not proven to be the requester's own.
func DoubtfulFlags() []MessageFlag {
	return []MessageFlag{FlagOtherSender, FlagAuthFailed, FlagUnproven, FlagAutomatic}
}

// Former reports whether a message was for, or from, whom its request was taken
// to be from before staff put that right.
func (m Message) Former(r Request) bool { return m.CreatedAt.Before(r.RequesterSince) }

// Recipient is the mailbox that a message about a request goes to; "" for one to
// staff, and for one to a former requester.
func (m Message) Recipient(r Request) string {
	if m.Former(r) && (m.Audience == ToRequester || m.Audience == ToNamed) {
		return ""
	}
	switch m.Audience {
	case ToRequester:
		return r.Mailbox()
	case ToNamed:
		return r.NamedMailbox()
	case ToOwner:
		return OwnerAddress(m.Letter)
	case ToStaff:
	}
	return ""
}

// Written is how much was written into one request from outside.
type Written struct {
	Messages  int   // all, by mail too
	Lately    int   // in sessions, within a time
	Bytes     int64 // of the messages in sessions, sealed
	MailBytes int64 // of the mails that are proven to be the requester's, sealed
	// OtherBytes are those of the mails that may be somebody else's: they take
	// nothing from the requester's share.
	OtherBytes int64
}

// CutText cuts a text to so many bytes, at the end of a character.
func CutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// File is an attachment of a request. Its name and bytes are sealed; the bytes
// lie in the blob store under Blob.
type File struct {
	ID        string
	RequestID string
	Blob      string // key in the blob store: random, says nothing
	Name      string // as data only, cleaned; never a path
	MediaType string // by content, not by name
	Size      int64  // bytes before sealing
	Author    Actor
	Internal  bool // not shown to the requester
	CreatedAt time.Time
}

// PackageMedia is the media type of an access package. Nobody can send such a file:
// archives are refused.
const PackageMedia = "application/zip"

// Package reports whether a file is an access package. Its bytes are sealed as a
// stream, and the requester fetches it as its terms say: see Package.
func (f File) Package() bool { return f.MediaType == PackageMedia }

// Former reports whether a file came, or was made, for whom its request was taken to
// be from before staff put that right.
func (f File) Former(r Request) bool { return f.CreatedAt.Before(r.RequesterSince) }

// Sender says who a file is from. Each kind of sender has room of its own for
// files in a request.
type Sender string

// The senders.
const (
	SenderRequester Sender = "requester" // in a session, or with the request
	SenderMail      Sender = "mail"      // in a mail from the address on file
	SenderOther     Sender = "other"     // in a mail that may be somebody else's: for staff only
	SenderStaff     Sender = "staff"     // owners of systems too
)

// Sender says who the file is from.
func (f File) Sender() Sender {
	switch {
	case f.Author.Kind == ActorStaff, f.Author.Kind == ActorOwner:
		return SenderStaff
	case f.Author.Kind != ActorIntake:
		return SenderRequester
	case f.Internal:
		return SenderOther
	}
	return SenderMail
}

// OutgoingMail is what may be seen of a mail of ours without opening its case.
// It holds no personal data.
type OutgoingMail struct {
	ID        string
	Reference string // of its request; "" where it is about none
	Template  string
	Audience  Audience
	Staff     string // as of the message
	Delivery  Delivery
	Attempts  int
	LastError string // the server's code
	CreatedAt time.Time
	SentAt    time.Time
	Job       string   // what delivers it; "" where it is gone
	JobState  JobState // dead: only staff can have it tried again
}
