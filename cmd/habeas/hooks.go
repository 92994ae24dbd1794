package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"habeas/api"
	"habeas/intake"
	"habeas/internal/blob"
	"habeas/internal/outbound"
)

// mostMail is how many bytes a message may have, by whatever way it comes.
const mostMail = 25 << 20

// mostFile is how many bytes a certificate, or an answer of SNS, may have.
const mostFile = 16 << 10

// hooks are those that were given a key. The configuration was checked.
func (c config) hooks() api.Mail {
	var m api.Mail
	if keys := keysOf(c.HookRawKey); keys != nil {
		m.Raw = intake.RawHook{Keys: keys, Limit: mostMail}
	}
	if keys := keysOf(c.HookPostmarkKey); keys != nil {
		m.Postmark = intake.PostmarkHook{Keys: keys, Limit: mostMail}
	}
	if keys, signing := keysOf(c.HookMailgunKey), keysOf(c.HookMailgunSigning); keys != nil && signing != nil {
		m.Mailgun = intake.MailgunHook{Keys: keys, Signing: signing, Limit: mostMail}
	}
	if keys := keysOf(c.HookSESKey); keys != nil {
		m.SES = c.sesHook(keys)
	}
	return m
}

func keysOf(s secret) intake.Keys {
	keys, ok := intake.ParseKeys(s.reveal())
	if !ok {
		return nil
	}
	return keys
}

// sesHook is the hook of Amazon. Whom it calls was decided here: Amazon, over
// public addresses alone, and the bucket.
func (c config) sesHook(keys intake.Keys) intake.Hook {
	all, _ := c.HookSESTopics.parse()
	bucket := c.sesBucket(all)
	return intake.NewSESHook(intake.SESConfig{
		Keys: keys, Topics: all, Bucket: c.HookSESBucket, Limit: mostMail, Confirm: c.HookSESConfirm,
		// 443 for Amazon, 80 for the certificates of its authority.
		Fetch: outbound.NewClient(outbound.Transport(443, 80), mostFile).Get,
		Object: func(ctx context.Context, key string) ([]byte, int64, error) {
			raw, size, err := blob.Object(ctx, bucket, key, mostMail)
			if errors.Is(err, blob.ErrTooLarge) {
				err = nil // its size says so
			}
			return raw, size, err
		},
	})
}

// sesBucket is where SES puts mails: at Amazon, reached over public addresses
// alone, or at a server that the operator named, wherever that is.
func (c config) sesBucket(all []intake.Topic) blob.S3Config {
	b := blob.S3Config{
		Bucket: c.HookSESBucket, Region: all[0].Region,
		AccessKey: c.HookSESAccessKey.reveal(), SecretKey: c.HookSESSecretKey.reveal(),
	}
	if u, err := url.Parse(c.HookSESEndpoint); err == nil && u.Host != "" {
		b.Endpoint, b.Plain = u.Host, u.Scheme == "http"
		return b
	}
	b.Endpoint, b.Transport = "s3."+strings.TrimPrefix(all[0].Host(), "sns."), http.RoundTripper(outbound.Transport(443))
	return b
}
