package intake

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Topic is an SNS topic of our own.
type Topic struct{ ARN, Region, host string }

// Host is the SNS server of its region.
func (t Topic) Host() string { return t.host }

var topicARN = regexp.MustCompile(`^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[A-Za-z0-9_-]{1,256}$`)

// ParseTopic reads the ARN of a topic.
func ParseTopic(arn string) (Topic, bool) {
	m := topicARN.FindStringSubmatch(arn)
	if m == nil {
		return Topic{}, false
	}
	t := Topic{ARN: arn, Region: m[2], host: "sns." + m[2] + ".amazonaws.com"}
	if m[1] == "aws-cn" {
		t.host += ".cn"
	}
	return t, true
}

// snsPost is what SNS posts. Which fields there are depends on Type.
type snsPost struct {
	Type, MessageId, TopicArn, Message, Timestamp, Token, SubscribeURL string

	SignatureVersion, Signature, SigningCertURL string

	Subject *string
}

// The types of a post.
const (
	snsNotification = "Notification"
	snsConfirm      = "SubscriptionConfirmation"
	snsUnsubscribe  = "UnsubscribeConfirmation"
)

// snsAge is how old a post may be: as long as SNS repeats one.
const snsAge = time.Hour

// readSNS reads a post and does everything that can be checked without a
// certificate, the topic first: what is not about a topic of ours makes nobody
// fetch anything.
func readSNS(h http.Header, body []byte, topics []Topic, now time.Time) (p snsPost, t Topic, err error) {
	if json.Unmarshal(body, &p) != nil {
		return p, t, ErrForged
	}
	i := slices.IndexFunc(topics, func(t Topic) bool { return t.ARN == p.TopicArn })
	if i < 0 {
		return p, t, ErrForged
	}
	kind, _, err := single(h, "X-Amz-Sns-Message-Type")
	id, _, wrong := single(h, "X-Amz-Sns-Message-Id")
	at, untimely := time.Parse(time.RFC3339, p.Timestamp)
	age := now.Sub(at)
	_, known := p.signed()
	if err != nil || wrong != nil || !known || kind != p.Type || id != p.MessageId || id == "" ||
		untimely != nil || age > snsAge || age < -hookSkew ||
		p.SignatureVersion != "2" || !topics[i].certificateURL(p.SigningCertURL) {
		return p, t, ErrForged
	}
	return p, topics[i], nil
}

// certificateURL reports whether an address is where SNS keeps the
// certificates of the topic's region. It is compared letter by letter: what
// comes is anybody's text.
func (t Topic) certificateURL(s string) bool {
	name, ok := strings.CutPrefix(s, "https://"+t.host+"/SimpleNotificationService-")
	id, pemFile := strings.CutSuffix(name, ".pem")
	return ok && pemFile && id != "" && len(id) <= 128 && strings.Trim(id, "0123456789abcdef") == ""
}

// confirmURL is what confirms a subscription: made of our own topic, and only
// of the token that came.
func (t Topic) confirmURL(token string) string {
	q := url.Values{"Action": {"ConfirmSubscription"}, "TopicArn": {t.ARN}, "Token": {token}}
	return "https://" + t.host + "/?" + q.Encode()
}

// signed is the text that SNS signs.
func (p snsPost) signed() (string, bool) {
	var b strings.Builder
	write := func(pairs ...string) {
		for _, s := range pairs {
			b.WriteString(s + "\n")
		}
	}
	write("Message", p.Message, "MessageId", p.MessageId)
	switch p.Type {
	case snsNotification:
		if p.Subject != nil {
			write("Subject", *p.Subject)
		}
		write("Timestamp", p.Timestamp)
	case snsConfirm, snsUnsubscribe:
		write("SubscribeURL", p.SubscribeURL, "Timestamp", p.Timestamp, "Token", p.Token)
	default:
		return "", false
	}
	write("TopicArn", p.TopicArn, "Type", p.Type)
	return b.String(), true
}

// verify checks the signature, SHA-256 with RSA.
func (p snsPost) verify(cert *x509.Certificate) error {
	text, known := p.signed()
	signature, err := base64.StdEncoding.Strict().DecodeString(p.Signature)
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !known || err != nil || !ok {
		return ErrForged
	}
	sum := sha256.Sum256([]byte(text))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
		return ErrForged
	}
	return nil
}

var errCertificate = errors.New("the certificate of SNS is not one")

// readChain reads the certificates of a PEM file, the signer's first; of a
// plain DER file the one in it.
func readChain(file []byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for len(chain) < 8 {
		block, rest := pem.Decode(file)
		if block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errCertificate
		}
		chain, file = append(chain, c), rest
	}
	if len(chain) > 0 {
		return chain, nil
	}
	c, err := x509.ParseCertificate(file)
	if err != nil {
		return nil, errCertificate
	}
	return []*x509.Certificate{c}, nil
}

// verifyChain checks that the first certificate leads to a root and belongs to
// SNS. An x509.UnknownAuthorityError means that one between is missing.
func (t Topic) verifyChain(chain []*x509.Certificate, roots *x509.CertPool, now time.Time) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return err //nolint:wrapcheck // the caller looks at its type
	}
	if chain[0].VerifyHostname(t.host) != nil && chain[0].VerifyHostname("sns.amazonaws.com") != nil {
		return errCertificate
	}
	return nil
}

var issuerURL = regexp.MustCompile(`^http://[a-z0-9.-]+\.amazontrust\.com/[A-Za-z0-9._-]+\.(cer|crt)$`)

// issuerOf returns where the certificate that signed c lies, if its own names a
// place of Amazon's authority. What comes from there proves itself, so plain
// HTTP, as authorities have it, is enough.
func issuerOf(c *x509.Certificate) (string, bool) {
	for _, u := range c.IssuingCertificateURL {
		if issuerURL.MatchString(u) {
			return u, true
		}
	}
	return "", false
}
