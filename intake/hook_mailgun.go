package intake

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"habeas/models"
)

// MailgunHook takes what a Mailgun route forwards to an address that ends in
// "mime". Mailgun signs a time and a token and not the message, so the password
// in the address is asked for as well, and a token counts once.
type MailgunHook struct {
	Keys    Keys  // the password
	Signing Keys  // Mailgun's "HTTP webhook signing key"
	Limit   int64 // bytes of a message
}

// mailgunRetries is how long Mailgun tries: 8 hours, and a little.
const mailgunRetries = 9 * time.Hour

// Most implements [Hook]. In a form without parts every byte may take three.
func (m MailgunHook) Most() int64 { return 3*m.Limit + 1<<20 }

// Knock implements [Hook].
func (m MailgunHook) Knock(h http.Header, _ time.Time) (known bool, err error) {
	err = m.Keys.knock(h)
	return err == nil, err
}

// Open implements [Hook].
func (m MailgunHook) Open(_ context.Context, h http.Header, body []byte, now time.Time) (Delivery, error) {
	if err := m.Keys.knock(h); err != nil {
		return Delivery{}, err
	}
	form, err := readForm(h.Get("Content-Type"), body)
	if err != nil {
		return Delivery{}, err
	}
	at, token := form["timestamp"], form["token"]
	sum, err := hex.DecodeString(form["signature"])
	if err != nil || token == "" || !m.Signing.signed(at+token, sum) || !fresh(at, now, mailgunRetries, hookSkew) {
		return Delivery{}, ErrForged
	}
	raw, given := form["body-mime"]
	switch {
	case !given:
		return Delivery{}, lacking("body-mime", `is needed: the address that the route forwards to has to end in "mime"`)
	case int64(len(raw)) > m.Limit:
		return Delivery{}, tooBig(token, int64(len(raw)), m.Limit)
	}
	from, known := form["sender"]
	return Delivery{Raw: []byte(raw), Envelope: Envelope{
		MailFrom: BareAddress(from), FromKnown: known, RcptTo: SplitRecipients(form["recipient"]),
		ReceivedAt: reached(at, now), Source: "mailgun", SourceEventID: token,
	}}, nil
}

// reached is when a provider had the message, which is when it reached the
// organisation: never later than now.
func reached(unix string, now time.Time) time.Time {
	seconds, err := strconv.ParseInt(unix, 10, 64)
	if err != nil {
		return now
	}
	if at := time.Unix(seconds, 0).In(now.Location()); at.Before(now) {
		return at
	}
	return now
}

// mostFields is how many fields a form may have.
const mostFields = 1000

var errForm = models.Errorf(models.CodeMalformed, "the body is not a form whose fields come once each")

// readForm reads a form of either kind. A field that comes twice is refused:
// readers disagree on which of the two counts.
func readForm(contentType string, body []byte) (map[string]string, error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, errForm
	}
	if media == "multipart/form-data" {
		return readParts(multipart.NewReader(bytes.NewReader(body), params["boundary"]))
	}
	if media != "application/x-www-form-urlencoded" || bytes.Count(body, []byte("&")) >= mostFields {
		return nil, errForm
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errForm
	}
	form := map[string]string{}
	for name, v := range values {
		if len(v) > 1 {
			return nil, errForm
		}
		form[name] = v[0]
	}
	return form, nil
}

func readParts(parts *multipart.Reader) (map[string]string, error) {
	form := map[string]string{}
	for range mostFields {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return form, nil
		}
		if err != nil {
			return nil, errForm
		}
		content, err := io.ReadAll(p)
		if _, twice := form[p.FormName()]; err != nil || twice {
			return nil, errForm
		}
		form[p.FormName()] = string(content)
	}
	return nil, errForm
}
