package models

import "time"

// MailState is where a received mail stands.
type MailState string

// The states of a received mail.
const (
	MailKept      MailState = "kept"      // stored; nobody has read it yet
	MailPlaced    MailState = "placed"    // it became requests, or a message in a case
	MailNoticed   MailState = "noticed"   // about a mail of ours: a bounce, a receipt, an abuse report
	MailHeld      MailState = "held"      // waits for staff to place it
	MailDismissed MailState = "dismissed" // staff looked and want nothing done with it
	MailRepeated  MailState = "repeated"  // the same message came before, as Repeats
)

// MailStates lists every state.
func MailStates() []MailState {
	return []MailState{MailKept, MailPlaced, MailNoticed, MailHeld, MailDismissed, MailRepeated}
}

// ReceivedMail is one message that reached the privacy address, as it came. It
// is stored before it is read, its bytes lie sealed in the blob store, and
// nothing drops it unread. It is sealed under a key of its own, which goes when
// the requests that it led to are shredded or, where it led to none, after its time.
type ReceivedMail struct {
	ID         string
	State      MailState
	Reason     string    // why it is held, or what the notice is; a code
	Source     string    // the adapter: ingest, hook, lmtp, imap, postmark …
	ReceivedAt time.Time // when it reached the organisation: clocks run from it
	KeptAt     time.Time // when it was stored
	DecidedAt  time.Time // when it was decided what becomes of it; zero while that is open
	Blob       string    // key in the blob store: random, says nothing
	Size       int64     // bytes before sealing
	Repeats    string    // the id of the mail that this one is the same as
	Requests   []string  // references of the requests it led to, or belongs to
	DecidedBy  Actor     // of the staff who placed or dismissed it; zero if nobody had to

	MailContent
}

// KeptTooLong is how long a mail may be kept without anybody having placed it:
// then it waits for staff like one that is held.
const KeptTooLong = time.Hour

// Waits reports whether the mail is for staff to place.
func (m ReceivedMail) Waits(now time.Time) bool {
	return m.State == MailHeld || m.State == MailKept && !m.KeptAt.After(now.Add(-KeptTooLong))
}

// MailContent is what is personal in a received mail. It is sealed.
type MailContent struct {
	Envelope MailEnvelope `json:"envelope"`
	Threaded bool         `json:"threaded,omitempty"` // it is a message in a case, not a request of its own
	Reading  MailReading  `json:"reading,omitzero"`   // empty until it is read
	// Moves is how often staff moved it. Its files come into a case anew after each.
	Moves int `json:"moves,omitempty"`
}

// MailEnvelope is how the mail reached us, as its adapter says.
type MailEnvelope struct {
	From      string   `json:"from,omitempty"`       // "" where FromKnown: the null sender
	FromKnown bool     `json:"from_known,omitempty"` // From is what the transport said
	To        []string `json:"to,omitempty"`
	RemoteIP  string   `json:"remote_ip,omitempty"`
	// EventID is the adapter's own name for the delivery (a mailbox with
	// UIDVALIDITY and UID, an S3 key): the same again is the same mail.
	EventID        string `json:"event_id,omitempty"`
	TrustedHeaders bool   `json:"trusted_headers,omitempty"` // a host of ours wrote the topmost Delivered-To
}

// MailReading is what the bytes say, for staff to look at. It is data and
// proves nothing.
type MailReading struct {
	From          []string         `json:"from,omitempty"` // every valid address of every From field
	Name          string           `json:"name,omitempty"` // what stands beside the address: a claim
	ReplyTo       []string         `json:"reply_to,omitempty"`
	Subject       string           `json:"subject,omitempty"`
	Text          string           `json:"text,omitempty"`   // the person's own words
	Quoted        string           `json:"quoted,omitempty"` // history and signature
	MessageID     string           `json:"message_id,omitempty"`
	AutoSubmitted string           `json:"auto_submitted,omitempty"`
	IsBounce      bool             `json:"is_bounce,omitempty"`
	Automatic     bool             `json:"automatic,omitempty"` // a machine wrote it, or sent it to many
	HasText       bool             `json:"has_text,omitempty"`
	Attachments   []MailAttachment `json:"attachments,omitempty"`
	Verdict       string           `json:"verdict,omitempty"` // of our own border server: aligned, none, fail
	DKIM          string           `json:"dkim,omitempty"`    // checked by ourselves at receipt: aligned, none
	MixedScript   bool             `json:"mixed_script,omitempty"`
	Encrypted     bool             `json:"encrypted,omitempty"`
	Unreadable    bool             `json:"unreadable,omitempty"` // there is more in it, in a form that is not read here
	Via           string           `json:"via,omitempty"`        // the address of ours that passed it on: a contact form, a list
	Suppressed    string           `json:"suppressed,omitempty"` // why it gets no automatic answer; "" where it may
	Reference     string           `json:"reference,omitempty"`  // in its subject: a hint, anybody can type it
	Suggestion    Suggestion       `json:"suggestion,omitzero"`
}

// MailAttachment is a file that came with a mail. Its name is data only.
type MailAttachment struct {
	Name  string `json:"name"`
	Media string `json:"media"` // by its first bytes
	Taken bool   `json:"taken"` // of a type that we take, and what its name says
}

// Suggestion is what somebody's words seem to ask for. It is for staff to
// confirm, but for what is sure.
type Suggestion struct {
	Rights       []SuggestedRight `json:"rights,omitempty"` // the likeliest first
	Jurisdiction string           `json:"jurisdiction,omitempty"`
	// PlaceWords are what the jurisdiction was read from.
	PlaceWords []string `json:"place_words,omitempty"`
	Language   string   `json:"language,omitempty"`
}

// SuggestedRight is a right that somebody's words may be about.
type SuggestedRight struct {
	Type       RequestType `json:"type"`
	Confidence int         `json:"confidence"`         // per cent
	Sure       bool        `json:"sure,omitempty"`     // asked for plainly: taken without a look
	Sentence   string      `json:"sentence,omitempty"` // that says so, as it is written
}

// First is the likeliest right; none where nothing is likely.
func (s Suggestion) First() SuggestedRight {
	if len(s.Rights) == 0 {
		return SuggestedRight{}
	}
	return s.Rights[0]
}

// Sure are the rights that are asked for plainly, the likeliest first.
func (s Suggestion) Sure() []RequestType {
	var all []RequestType
	for _, r := range s.Rights {
		if r.Sure {
			all = append(all, r.Type)
		}
	}
	return all
}

// WithoutSentences is the suggestion without anybody's words.
func (s Suggestion) WithoutSentences() Suggestion {
	out := Suggestion{Language: s.Language}
	for _, r := range s.Rights {
		r.Sentence = ""
		out.Rights = append(out.Rights, r)
	}
	return out
}

// MailFilter selects received mails; a zero field does not restrict.
type MailFilter struct {
	// States are those of the mails; MailHeld finds every mail that Waits.
	States []MailState
	After  Cursor // by (ReceivedAt, ID), oldest first
	Limit  int    // 1 to 500
}
