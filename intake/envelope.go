package intake

import "time"

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
}
