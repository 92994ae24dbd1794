package notifications

import (
	"context"
	"fmt"
	"time"
)

// Sender delivers one mail. It returns nil once the mail is somebody else's to
// keep: the server's, or the disk's. Any other end is a *SendError; where ctx
// ended it, that wraps the error of ctx.
type Sender interface {
	Send(ctx context.Context, o Outgoing) error
}

// SendError says why a mail was not delivered, or not to everybody.
type SendError struct {
	// Temporary: try the same again later; see Retry.
	Temporary bool
	// Delivered is to how many recipients the mail did go. If it is above 0 the
	// mail counts as sent and Temporary is false: sending it again would double
	// it for them. Who of Refused is to have it needs another mail.
	Delivered int
	// Refused are the recipients of whom the server, or we, said that they do not
	// get the mail. There are none where all of it failed.
	Refused []Refusal
	Code    int    // the server's three digits, 0 if it said nothing
	Words   string // the server's or ours, without any address

	cause error // of ctx, if it ended the try
}

// Refusal is why one recipient did not get a mail.
type Refusal struct {
	To        string // as in the envelope
	Temporary bool   // it may be taken later
}

func (e *SendError) Error() string {
	if e.Code == 0 {
		return e.Words
	}
	return fmt.Sprintf("%d %s", e.Code, e.Words)
}

// Unwrap returns the error of the context that ended the try, if one did.
func (e *SendError) Unwrap() error { return e.cause }

// Retry returns when to try again after a temporary failure: 1, 5 and 30
// minutes after, then every 2 hours. failures is how many tries failed, 1 after
// the first; first is when that was. ok is false once the next try would be
// more than 5 days after first (RFC 5321 § 4.5.4.1: give up after 4 to 5 days).
func Retry(failures int, first, now time.Time) (at time.Time, ok bool) {
	pauses := []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	at = now.Add(pauses[min(max(failures, 1), len(pauses))-1])
	return at, !at.After(first.Add(5 * 24 * time.Hour))
}
