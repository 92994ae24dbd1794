package intake

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"habeas/models"
)

// SESHook takes the notes of Amazon SES that a mail has come, posted by SNS.
// The mail lies in a bucket, whole; or it stands in the note itself, where the
// receipt rule does so.
type SESHook struct {
	SESConfig
	mu           sync.Mutex
	certificates map[string]*x509.Certificate // by address; few, as SNS has one at a time in a region
}

// SESConfig is what an SESHook needs. It opens no connection: functions do.
type SESConfig struct {
	Keys   Keys // the password in the address that SNS posts to
	Topics []Topic
	Bucket string // the only one that mails are fetched from
	Limit  int64  // bytes of a message
	// Roots are the authorities that vouch for the certificates of SNS; nil:
	// those of the machine.
	Roots *x509.CertPool
	// Fetch gets a small file of a public server.
	Fetch func(ctx context.Context, url string) ([]byte, error)
	// Object gets a mail from the bucket; over the limit only its size.
	Object func(ctx context.Context, key string) (raw []byte, size int64, err error)
	// Confirm says that an administrator has armed the confirmation of
	// subscriptions. Otherwise none is ever confirmed.
	Confirm bool
}

// NewSESHook returns the hook.
func NewSESHook(c SESConfig) *SESHook {
	return &SESHook{SESConfig: c, certificates: map[string]*x509.Certificate{}}
}

// What a post of SNS without a mail was about.
const (
	NoticeConfirmed    = "subscription_confirmed"
	NoticeUnconfirmed  = "subscription_waits" // nobody armed the confirmation
	NoticeUnsubscribed = "unsubscribed"       // somebody ended the subscription: mail stays away
	NoticeOther        = "no_mail"
)

// Most implements [Hook]. SNS posts 256 KiB at most.
func (s *SESHook) Most() int64 { return 1 << 20 }

// Knock implements [Hook].
func (s *SESHook) Knock(h http.Header, _ time.Time) (known bool, err error) {
	err = s.Keys.knock(h)
	return err == nil, err
}

// Open implements [Hook].
func (s *SESHook) Open(ctx context.Context, h http.Header, body []byte, now time.Time) (Delivery, error) {
	if err := s.Keys.knock(h); err != nil {
		return Delivery{}, err
	}
	post, topic, err := readSNS(h, body, s.Topics, now)
	if err != nil {
		return Delivery{}, err
	}
	signer, err := s.certificate(ctx, topic, post.SigningCertURL, now)
	if err != nil {
		return Delivery{}, err
	}
	if err := post.verify(signer); err != nil {
		return Delivery{}, err
	}
	switch post.Type {
	case snsConfirm:
		return s.confirm(ctx, topic, post)
	case snsUnsubscribe:
		return Delivery{Notice: NoticeUnsubscribed}, nil
	}
	return s.mail(post, now)
}

// confirm says yes to a subscription, if that is armed.
func (s *SESHook) confirm(ctx context.Context, t Topic, p snsPost) (Delivery, error) {
	if !s.Confirm {
		return Delivery{Notice: NoticeUnconfirmed}, nil
	}
	if _, err := s.Fetch(ctx, t.confirmURL(p.Token)); err != nil {
		return Delivery{}, unreachable("confirming the subscription", err)
	}
	return Delivery{Notice: NoticeConfirmed}, nil
}

// certificate returns the verified certificate at an address of the topic's
// region.
func (s *SESHook) certificate(ctx context.Context, t Topic, at string, now time.Time) (*x509.Certificate, error) {
	s.mu.Lock()
	known := s.certificates[at]
	s.mu.Unlock()
	if known != nil && now.Before(known.NotAfter) {
		return known, nil
	}
	file, err := s.Fetch(ctx, at)
	if err != nil {
		return nil, unreachable("fetching the certificate of SNS", err)
	}
	chain, err := readChain(file)
	if err != nil {
		return nil, ErrForged
	}
	err = t.verifyChain(chain, s.Roots, now)
	if _, missing := errors.AsType[x509.UnknownAuthorityError](err); missing {
		err = s.complete(ctx, t, chain, now)
	}
	if err != nil && models.CodeOf(err) != models.CodeUnavailable {
		err = ErrForged
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.certificates) > 16 {
		clear(s.certificates)
	}
	s.certificates[at] = chain[0]
	return chain[0], nil
}

// complete verifies a chain whose file holds the signer's certificate alone,
// with the one that the authority publishes.
func (s *SESHook) complete(ctx context.Context, t Topic, chain []*x509.Certificate, now time.Time) error {
	at, named := issuerOf(chain[len(chain)-1])
	if !named {
		return errCertificate
	}
	file, err := s.Fetch(ctx, at)
	if err != nil {
		return unreachable("fetching a certificate of Amazon's authority", err)
	}
	more, err := readChain(file)
	if err != nil {
		return err
	}
	return t.verifyChain(append(slices.Clip(chain), more...), s.Roots, now)
}

// sesNote is what is taken of a note of SES.
type sesNote struct {
	NotificationType string `json:"notificationType"`
	Mail             struct {
		Source    string    `json:"source"`
		Timestamp time.Time `json:"timestamp"`
	} `json:"mail"`
	Receipt struct {
		Recipients []string `json:"recipients"`
		Action     struct {
			Type       string `json:"type"`
			BucketName string `json:"bucketName"`
			ObjectKey  string `json:"objectKey"`
			Encoding   string `json:"encoding"`
		} `json:"action"`
	} `json:"receipt"`
	Content string `json:"content"`
}

// mail finds the mail that a note is about.
func (s *SESHook) mail(p snsPost, now time.Time) (Delivery, error) {
	var note sesNote
	if !json.Valid([]byte(p.Message)) { // the first note of a new rule is a sentence
		return Delivery{Notice: NoticeOther}, nil
	}
	if err := json.Unmarshal([]byte(p.Message), &note); err != nil {
		return Delivery{}, unready("Message", "is not a note of SES as we know them")
	}
	if note.NotificationType != "Received" {
		return Delivery{Notice: NoticeOther}, nil
	}
	e := Envelope{
		MailFrom: BareAddress(note.Mail.Source), FromKnown: true, RcptTo: note.Receipt.Recipients,
		ReceivedAt: now, Source: "ses", SourceEventID: p.MessageId,
	}
	if at := note.Mail.Timestamp; !at.IsZero() && at.Before(now) {
		e.ReceivedAt = at
	}
	e.RcptTo = e.RcptTo[:min(len(e.RcptTo), mostRecipients)]
	switch action := note.Receipt.Action; {
	case action.Type == "S3" && action.BucketName == s.Bucket && action.ObjectKey != "":
		return Delivery{Envelope: e, Most: s.Limit, Fetch: func(ctx context.Context) ([]byte, error) { return s.object(ctx, action.ObjectKey) }}, nil
	case action.Type == "S3":
		return Delivery{}, unready("bucketName", "is not the bucket that was configured")
	}
	raw, err := note.content()
	if err != nil {
		return Delivery{}, err
	}
	if int64(len(raw)) > s.Limit {
		return Delivery{}, tooBig(p.MessageId, int64(len(raw)), s.Limit)
	}
	return Delivery{Raw: raw, Envelope: e}, nil
}

func (s *SESHook) object(ctx context.Context, key string) ([]byte, error) {
	raw, size, err := s.Object(ctx, key)
	if err != nil {
		return nil, unreachable("fetching a mail from the bucket", err)
	}
	if size > s.Limit {
		return nil, tooBig(key, size, s.Limit)
	}
	return raw, nil
}

// content is a mail that stands in the note itself.
func (n sesNote) content() ([]byte, error) {
	if n.Content == "" {
		return nil, unready("content", "is needed: let the receipt rule store the mail in S3")
	}
	if n.Receipt.Action.Encoding != "BASE64" {
		return []byte(n.Content), nil
	}
	raw, err := base64.StdEncoding.DecodeString(n.Content)
	if err != nil {
		return nil, unready("content", "is not base64")
	}
	return raw, nil
}

// unready refuses a note of which no mail can be made before somebody changes a
// setting. SNS takes every answer below 500 for the last word; after this one it
// posts again, as long as the subscription says, and leaves the note in the
// dead-letter queue if there is one. The mail lies in the bucket.
func unready(field, what string) error {
	return models.Errorf(models.CodeUnavailable, "%s %s", field, what)
}

// unreachable is a fault that time may mend: the provider posts again.
func unreachable(what string, err error) error {
	return fmt.Errorf("%s: %w: %w", what, models.Errorf(models.CodeUnavailable, "a server that is needed for this does not answer; try again"), err)
}
