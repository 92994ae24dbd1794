package intake

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"habeas/models"
)

// PostmarkHook takes what Postmark's inbound stream posts, with "Include raw
// email content" turned on. Postmark signs nothing: the key is the password in
// the address that it posts to.
type PostmarkHook struct {
	Keys  Keys
	Limit int64 // bytes of a message
}

// Most implements [Hook]. Beside the message, whose line ends JSON doubles, the
// post repeats text and files.
func (p PostmarkHook) Most() int64 { return 3*p.Limit + 1<<20 }

// Knock implements [Hook].
func (p PostmarkHook) Knock(h http.Header, _ time.Time) (known bool, err error) {
	err = p.Keys.knock(h)
	return err == nil, err
}

// postmarkPost is what is taken of the post.
type postmarkPost struct {
	MessageID         string
	OriginalRecipient string
	RawEmail          string
	Headers           []struct{ Name, Value string }
}

// Open implements [Hook]. JSON text cannot hold the bytes of an 8-bit message
// that is not UTF-8; those came changed, and a DKIM signature over them fails.
func (p PostmarkHook) Open(_ context.Context, h http.Header, body []byte, now time.Time) (Delivery, error) {
	if err := p.Keys.knock(h); err != nil {
		return Delivery{}, err
	}
	var post postmarkPost
	if err := json.Unmarshal(body, &post); err != nil {
		return Delivery{}, models.Errorf(models.CodeMalformed, "the body is not the JSON of an inbound message")
	}
	switch {
	case post.RawEmail == "":
		return Delivery{}, lacking("RawEmail", `is needed: turn on "Include raw email content in JSON payload" for the inbound stream`)
	case int64(len(post.RawEmail)) > p.Limit:
		return Delivery{}, tooBig(post.MessageID, int64(len(post.RawEmail)), p.Limit)
	}
	e := Envelope{RcptTo: SplitRecipients(post.OriginalRecipient), ReceivedAt: now, Source: "postmark", SourceEventID: post.MessageID}
	// Postmark writes the envelope sender into the first field; any further one
	// is the sender's own.
	if len(post.Headers) > 0 && strings.EqualFold(post.Headers[0].Name, "Return-Path") {
		e.MailFrom, e.FromKnown = BareAddress(post.Headers[0].Value), true
	}
	return Delivery{Raw: []byte(post.RawEmail), Envelope: e}, nil
}
