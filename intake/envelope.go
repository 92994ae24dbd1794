package intake

import (
	"context"
	"time"

	"habeas/models"
)

// Envelope is how a message reached us: what the adapter knows of it that the
// bytes themselves cannot say.
type Envelope struct {
	MailFrom string   // the return path; "" where FromKnown is false, or for the null sender
	RcptTo   []string // the envelope recipients, as given
	// FromKnown says that MailFrom is what the transport said, so that "" is
	// the null sender of a bounce. Without it Return-Path is read instead.
	FromKnown  bool
	ReceivedAt time.Time // when it reached the organisation
	RemoteIP   string    // of the client that handed it in; "" if unknown
	Source     string    // the adapter: ingest, hook, lmtp, imap, postmark …
	// SourceEventID is the adapter's own name for this delivery (an IMAP
	// mailbox with UIDVALIDITY and UID, an S3 key); "" if it has none.
	SourceEventID string
	// TrustedHeaders says that the topmost Delivered-To and X-Original-To were
	// written by a host of ours.
	TrustedHeaders bool
}

// Taker takes a message in: it keeps it, sealed, and then says what was made of
// it. Adapters bring bytes and an envelope, and decide nothing.
//
// Without an error the message is committed, whatever became of it, and may be
// acknowledged to the sender's system. CodeTooLarge says that it never will be
// taken; any other error that it was not kept and is to be sent again.
type Taker interface {
	Take(ctx context.Context, raw []byte, e Envelope) (Receipt, error)
}

// Receipt says what was made of a message; habeas ingest --json and the hooks
// print it. It holds personal data: it is for who handed the message in.
type Receipt struct {
	ID      string  `json:"id"`      // of the received mail
	Outcome Outcome `json:"outcome"` // request, thread, notice or held
	// Reason is why it is held, or what the notice is.
	Reason string `json:"reason,omitempty"`
	// Reference is the request that it became or belongs to; References all of
	// them, where it asked for several rights.
	Reference  string   `json:"reference,omitempty"`
	References []string `json:"references,omitempty"`
	// Repeated says that the same message came before; the rest is what was
	// made of it then.
	Repeated bool `json:"repeated,omitempty"`

	From          []string           `json:"from"`
	Subject       string             `json:"subject"`
	AutoSubmitted string             `json:"auto_submitted"`
	IsBounce      bool               `json:"is_bounce"`
	HasText       bool               `json:"has_text"`
	Attachments   int                `json:"attachments"`
	SuggestedType models.RequestType `json:"suggested_type,omitempty"`
	Confidence    float64            `json:"confidence,omitempty"` // 0 to 1
	// Suppressed is why no automatic answer goes out; "" where one may.
	Suppressed string `json:"suppressed,omitempty"`
}

// Config is what Read and Answerable must know of the organisation. The zero
// value works: nothing is ours and no verdict of others is trusted.
type Config struct {
	Limits Limits
	// Own lists our mailboxes ("privacy@example.org"), lower case. A message
	// from one of them is a loop.
	Own []string
	// MessageDomain is the domain of our own Message-IDs, lower case.
	MessageDomain string
	// Instance is what our outgoing mail says in X-Loop.
	Instance string
	// Authserv lists the authserv-ids of our own border servers, lower case.
	// Where it is empty, Authentication-Results fields are not read at all.
	Authserv []string
	// Hosts lists the names that our own servers write after "by" in a
	// Received field; results below the first foreign one are not believed.
	Hosts []string
	// Forms lists the addresses that contact forms of ours write from, lower
	// case: who is at Reply-To filled one in.
	Forms []string
}
