package intake_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"habeas/intake"
	"habeas/models"
)

const (
	topicName  = "arn:aws:sns:eu-west-1:123456789012:mail"
	certURL    = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
	issuerFile = "http://crt.r2m01.amazontrust.com/r2m01.cer"
	password   = "the password of the address"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// amazon is a certificate authority with one signer, made once for all tests.
type amazon struct {
	key                    *rsa.PrivateKey
	roots                  *x509.CertPool
	leaf, between          []byte // DER
	other, expired, orphan []byte // leaves of another name, of last year, of another authority
}

var authority = sync.OnceValue(func() *amazon {
	key := func() *rsa.PrivateKey {
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return k
	}
	rootKey, middleKey := key(), key()
	a := &amazon{key: key(), roots: x509.NewCertPool()}
	made := func(name string, from, until time.Time, ca bool, issuer *x509.Certificate, k *rsa.PrivateKey, by *rsa.PrivateKey) (*x509.Certificate, []byte) {
		c := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until,
			IsCA: ca, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		}
		if !ca {
			c.DNSNames, c.IssuingCertificateURL = []string{name}, []string{"http://evil.example/x.cer", issuerFile}
		}
		if issuer == nil {
			issuer = c
		}
		der, err := x509.CreateCertificate(rand.Reader, c, issuer, &k.PublicKey, by)
		if err != nil {
			panic(err)
		}
		c, err = x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		return c, der
	}
	year := 365 * 24 * time.Hour
	root, _ := made("root", noon.Add(-year), noon.Add(year), true, nil, rootKey, rootKey)
	middle, der := made("middle", noon.Add(-year), noon.Add(year), true, root, middleKey, rootKey)
	a.roots.AddCert(root)
	a.between = der
	_, a.leaf = made("sns.amazonaws.com", noon.Add(-year), noon.Add(year), false, middle, a.key, middleKey)
	_, a.other = made("evil.example", noon.Add(-year), noon.Add(year), false, middle, a.key, middleKey)
	_, a.expired = made("sns.amazonaws.com", noon.Add(-2*year), noon.Add(-year/2), false, middle, a.key, middleKey)
	_, a.orphan = made("sns.amazonaws.com", noon.Add(-year), noon.Add(year), false, nil, a.key, a.key)
	return a
})

func inPEM(ders ...[]byte) []byte {
	var file []byte
	for _, der := range ders {
		file = append(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return file
}

// note is a post of SNS before it is signed.
type note map[string]string

func (n note) sign(key *rsa.PrivateKey) note {
	names := []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	if n["Type"] != "Notification" {
		names = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	var text strings.Builder
	for _, name := range names {
		if value, given := n[name]; given {
			text.WriteString(name + "\n" + value + "\n")
		}
	}
	sum, hash := sha256.Sum256([]byte(text.String())), crypto.SHA256
	digest := sum[:]
	if n["SignatureVersion"] == "1" {
		old := sha1.Sum([]byte(text.String()))
		digest, hash = old[:], crypto.SHA1
	}
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, hash, digest)
	if err != nil {
		panic(err)
	}
	n["Signature"] = base64.StdEncoding.EncodeToString(signature)
	return n
}

func (n note) body() []byte {
	raw, err := json.Marshal(n)
	if err != nil {
		panic(err)
	}
	return raw
}

func (n note) header() http.Header {
	h := http.Header{}
	h.Set("X-Amz-Sns-Message-Type", n["Type"])
	h.Set("X-Amz-Sns-Message-Id", n["MessageId"])
	h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("sns:"+password)))
	return h
}

// received is a note of SES about a mail in the bucket.
func received() note {
	message := `{"notificationType":"Received","mail":{"source":"robin@example.com","timestamp":"2026-11-20T11:59:00.000Z"},
		"receipt":{"recipients":["privacy@org.example"],"action":{"type":"S3","bucketName":"mails","objectKey":"in/abc123"}}}`
	return note{
		"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": topicName, "Subject": "Amazon SES Email Receipt Notification",
		"Message": message, "Timestamp": "2026-11-20T11:59:30.000Z", "SignatureVersion": "2", "SigningCertURL": certURL,
	}
}

// world is what an SESHook reaches.
type world struct {
	fetched []string
	files   map[string][]byte
	objects map[string]string
}

func (w *world) hook(change func(*intake.SESConfig)) *intake.SESHook {
	topic, ok := intake.ParseTopic(topicName)
	if !ok {
		panic("the topic is not one")
	}
	keys, _ := intake.ParseKeys(password)
	c := intake.SESConfig{
		Keys: keys, Topics: []intake.Topic{topic}, Bucket: "mails", Limit: 1000, Roots: authority().roots,
		Fetch: func(_ context.Context, url string) ([]byte, error) {
			w.fetched = append(w.fetched, url)
			if file, ok := w.files[url]; ok {
				return file, nil
			}
			return nil, errors.New("no route to host")
		},
		Object: func(_ context.Context, key string) ([]byte, int64, error) {
			if raw, ok := w.objects[key]; ok {
				return []byte(raw), int64(len(raw)), nil
			}
			return nil, 0, errors.New("no such key")
		},
	}
	change(&c)
	return intake.NewSESHook(c)
}

func newWorld() *world {
	a := authority()
	return &world{
		files:   map[string][]byte{certURL: inPEM(a.leaf, a.between)},
		objects: map[string]string{"in/abc123": "From: robin@example.com\r\n\r\nhello\r\n"},
	}
}

func unchanged(*intake.SESConfig) {}

// open opens a note and gets the mail that it is about.
func open(ctx context.Context, hook *intake.SESHook, h http.Header, body []byte) (intake.Delivery, error) {
	d, err := hook.Open(ctx, h, body, noon)
	if err == nil && d.Fetch != nil {
		d.Raw, err = d.Fetch(ctx)
	}
	return d, err
}

// TestSESFetchesTheMail follows one note to its mail.
func TestSESFetchesTheMail(t *testing.T) {
	t.Parallel()
	w := newWorld()
	hook := w.hook(unchanged)
	n := received().sign(authority().key)
	for range 2 {
		d, err := open(t.Context(), hook, n.header(), n.body())
		if err != nil {
			t.Fatal(err)
		}
		e := d.Envelope
		if string(d.Raw) != w.objects["in/abc123"] || e.MailFrom != "robin@example.com" || !e.FromKnown || len(e.RcptTo) != 1 || e.RcptTo[0] != "privacy@org.example" ||
			e.SourceEventID != n["MessageId"] || !e.ReceivedAt.Equal(noon.Add(-time.Minute)) {
			t.Errorf("delivered %+v", d)
		}
	}
	if len(w.fetched) != 1 || w.fetched[0] != certURL {
		t.Errorf("fetched %q", w.fetched)
	}
	without := received()
	delete(without, "Subject")
	without.sign(authority().key)
	if _, err := hook.Open(t.Context(), without.header(), without.body(), noon); err != nil {
		t.Errorf("without a subject: %v", err)
	}
}

// TestForgedNotesAreRefused changes each field, before and after it is signed.
// What is not about our topic makes nobody fetch anything.
func TestForgedNotesAreRefused(t *testing.T) {
	t.Parallel()
	key := authority().key
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	fetches := map[string]bool{} // the certificate is looked at
	tests := map[string]func() (note, http.Header){}
	add := func(name string, fetch bool, n note, change func(http.Header)) {
		h := n.header()
		if change != nil {
			change(h)
		}
		fetches[name] = fetch
		tests[name] = func() (note, http.Header) { return n, h }
	}
	with := func(name, value string) note {
		n := received()
		n[name] = value
		return n
	}
	for name := range received() { // after it was signed
		n := received().sign(key)
		n[name] += "x"
		if name != "Type" && name != "MessageId" {
			fetch := name == "Message" || name == "Subject" || name == "Signature"
			add("changed "+name, fetch, n, nil)
		}
		n = received().sign(key)
		delete(n, name)
		add("no "+name, name == "Message" || name == "Subject", n, nil)
	}
	add("another signer", true, received().sign(stranger), nil)
	add("version 1", false, with("SignatureVersion", "1").sign(key), nil)
	add("another topic", false, with("TopicArn", "arn:aws:sns:eu-west-1:999999999999:mail").sign(key), nil)
	add("a longer topic", false, with("TopicArn", topicName+"2").sign(key), nil)
	add("two hours ago", false, with("Timestamp", "2026-11-20T09:59:30.000Z").sign(key), nil)
	add("in ten minutes", false, with("Timestamp", "2026-11-20T12:10:00.000Z").sign(key), nil)
	add("another type in the header", false, received().sign(key), func(h http.Header) { h.Set("X-Amz-Sns-Message-Type", "SubscriptionConfirmation") })
	add("another id in the header", false, received().sign(key), func(h http.Header) { h.Set("X-Amz-Sns-Message-Id", "x") })
	add("no id in the header", false, received().sign(key), func(h http.Header) { h.Del("X-Amz-Sns-Message-Id") })
	add("no password", false, received().sign(key), func(h http.Header) { h.Del("Authorization") })
	add("another password", false, received().sign(key), func(h http.Header) { h.Set("Authorization", "Basic c25zOng=") })
	for _, url := range []string{
		"http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
		"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
		"https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem",
		"https://evil.example/SimpleNotificationService-0123456789abcdef.pem",
		"https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0123456789abcdef.pem",
		"https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem",
		"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem?x=.pem",
		"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-../../evil.pem",
		"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-.pem",
		"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789ABCDEF.pem",
		"https://SNS.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
		"https://sns.eu-west-1.amazonaws.com/evil/SimpleNotificationService-0123456789abcdef.pem",
		"https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem", "",
	} {
		add("a certificate at "+url, false, with("SigningCertURL", url).sign(key), nil)
	}
	for name, made := range tests {
		n, h := made()
		w := newWorld()
		d, err := w.hook(unchanged).Open(t.Context(), h, n.body(), noon)
		if !errors.Is(err, intake.ErrForged) && !errors.Is(err, intake.ErrUnsigned) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
		if (len(w.fetched) > 0) != fetches[name] {
			t.Errorf("%s: fetched %q", name, w.fetched)
		}
	}
	n := received().sign(key)
	for i := range n["Signature"] { // every position
		changed := received().sign(key)
		flipped := []byte(n["Signature"])
		flipped[i] ^= 1
		changed["Signature"] = string(flipped)
		if _, err := newWorld().hook(unchanged).Open(t.Context(), n.header(), changed.body(), noon); !errors.Is(err, intake.ErrForged) {
			t.Errorf("byte %d of the signature: %v", i, err)
		}
	}
}

// TestCertificatesOfSNS serves right and wrong ones.
func TestCertificatesOfSNS(t *testing.T) {
	t.Parallel()
	a := authority()
	tests := map[string]struct {
		file, issuer []byte
		want         error
		code         models.Code
	}{
		"a whole chain":                {file: inPEM(a.leaf, a.between)},
		"the rest from the authority":  {file: inPEM(a.leaf), issuer: a.between},
		"the authority in PEM":         {file: inPEM(a.leaf), issuer: inPEM(a.between)},
		"the authority is away":        {file: inPEM(a.leaf), code: models.CodeUnavailable},
		"the authority sends the leaf": {file: inPEM(a.leaf), issuer: a.leaf, want: intake.ErrForged},
		"another name":                 {file: inPEM(a.other, a.between), want: intake.ErrForged},
		"an old one":                   {file: inPEM(a.expired, a.between), want: intake.ErrForged},
		"one that signed itself":       {file: inPEM(a.orphan), issuer: a.between, want: intake.ErrForged},
		"no certificate":               {file: []byte("hello"), want: intake.ErrForged},
		"an empty file":                {file: []byte{}, want: intake.ErrForged},
		"the place cannot be reached":  {code: models.CodeUnavailable},
	}
	for name, tc := range tests {
		w := &world{files: map[string][]byte{}, objects: newWorld().objects}
		if tc.file != nil {
			w.files[certURL] = tc.file
		}
		if tc.issuer != nil {
			w.files[issuerFile] = tc.issuer
		}
		n := received().sign(a.key)
		_, err := w.hook(unchanged).Open(t.Context(), n.header(), n.body(), noon)
		switch {
		case tc.code != "":
			if models.CodeOf(err) != tc.code {
				t.Errorf("%s: %v", name, err)
			}
		case !errors.Is(err, tc.want):
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
		for _, url := range w.fetched {
			if url != certURL && url != issuerFile {
				t.Errorf("%s: %s was fetched", name, url)
			}
		}
	}
}

// TestSubscriptions confirms one only while that is armed, and never by the
// address that came.
func TestSubscriptions(t *testing.T) {
	t.Parallel()
	post := func(kind string) note {
		return note{
			"Type": kind, "MessageId": "m", "TopicArn": topicName, "Message": "You have chosen…", "Token": "a&Action=b c",
			"SubscribeURL": "https://evil.example/?Action=ConfirmSubscription", "Timestamp": "2026-11-20T11:59:30Z",
			"SignatureVersion": "2", "SigningCertURL": certURL,
		}.sign(authority().key)
	}
	const confirmation = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=a%26Action%3Db+c&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A123456789012%3Amail"
	for _, tc := range []struct {
		kind, want string
		armed      bool
		fetched    int
	}{
		{"SubscriptionConfirmation", intake.NoticeUnconfirmed, false, 1},
		{"SubscriptionConfirmation", intake.NoticeConfirmed, true, 2},
		{"UnsubscribeConfirmation", intake.NoticeUnsubscribed, true, 1},
	} {
		w := newWorld()
		w.files[confirmation] = []byte("<ConfirmSubscriptionResponse/>")
		n := post(tc.kind)
		d, err := w.hook(func(c *intake.SESConfig) { c.Confirm = tc.armed }).Open(t.Context(), n.header(), n.body(), noon)
		if err != nil || d.Notice != tc.want || d.Raw != nil || len(w.fetched) != tc.fetched || tc.fetched == 2 && w.fetched[1] != confirmation {
			t.Errorf("%s, armed %v: %+v, %v, fetched %q", tc.kind, tc.armed, d, err, w.fetched)
		}
	}
	n := post("SubscriptionConfirmation")
	if _, err := newWorld().hook(func(c *intake.SESConfig) { c.Confirm = true }).Open(t.Context(), n.header(), n.body(), noon); models.CodeOf(err) != models.CodeUnavailable {
		t.Errorf("SNS is away: %v", err)
	}
}

// TestWhatANoteHolds reads notes with the mail in them, of other buckets, and
// of other things.
func TestWhatANoteHolds(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 1001)
	tests := map[string]struct {
		message, raw, notice string
		code                 models.Code
	}{
		"base64":               {message: `{"notificationType":"Received","receipt":{"action":{"type":"SNS","encoding":"BASE64"}},"content":"RnJvbTogYQo="}`, raw: "From: a\n"},
		"text":                 {message: `{"notificationType":"Received","receipt":{"action":{"type":"SNS","encoding":"UTF-8"}},"content":"From: a\n"}`, raw: "From: a\n"},
		"broken base64":        {message: `{"notificationType":"Received","receipt":{"action":{"type":"SNS","encoding":"BASE64"}},"content":"?"}`, code: models.CodeUnavailable},
		"nothing":              {message: `{"notificationType":"Received"}`, code: models.CodeUnavailable},
		"another bucket":       {message: `{"notificationType":"Received","receipt":{"action":{"type":"S3","bucketName":"secrets","objectKey":"in/abc123"}}}`, code: models.CodeUnavailable},
		"an absent object":     {message: `{"notificationType":"Received","receipt":{"action":{"type":"S3","bucketName":"mails","objectKey":"x"}}}`, code: models.CodeUnavailable},
		"too much":             {message: `{"notificationType":"Received","receipt":{"action":{"type":"SNS"}},"content":"` + big + `"}`, code: models.CodeTooLarge},
		"the first of a topic": {message: "Successfully validated SNS topic for Amazon SES event publishing.", notice: intake.NoticeOther},
		"another form":         {message: `{"notificationType":"Received","mail":[]}`, code: models.CodeUnavailable},
		"another notification": {message: `{"notificationType":"Bounce"}`, notice: intake.NoticeOther},
	}
	for name, tc := range tests {
		n := received()
		n["Message"] = tc.message
		n.sign(authority().key)
		d, err := open(t.Context(), newWorld().hook(unchanged), n.header(), n.body())
		if models.CodeOf(err) != tc.code || string(d.Raw) != tc.raw || d.Notice != tc.notice {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// TestTooLargeAMailHasAName says which mail it is that is not taken, wherever it
// lay.
func TestTooLargeAMailHasAName(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.objects["in/abc123"] = strings.Repeat("x", 1001)
	n := received().sign(authority().key)
	_, err := open(t.Context(), w.hook(unchanged), n.header(), n.body())
	if big, ok := errors.AsType[*intake.TooBig](err); !ok || big.Name != "in/abc123" || big.Size != 1001 || models.CodeOf(err) != models.CodeTooLarge {
		t.Errorf("in the bucket: %v", err)
	}
}

// TestTopics reads names of topics.
func TestTopics(t *testing.T) {
	t.Parallel()
	for _, arn := range []string{topicName, "arn:aws-cn:sns:cn-north-1:123456789012:a", "arn:aws-us-gov:sns:us-gov-west-1:123456789012:a_b"} {
		if _, ok := intake.ParseTopic(arn); !ok {
			t.Errorf("%s is none", arn)
		}
	}
	for _, arn := range []string{"", "mail", topicName + ":x", "arn:aws:sqs:eu-west-1:123456789012:mail", "arn:aws:sns:evil.example/:123456789012:mail", "arn:aws:sns:eu-west-1:1:mail", topicName + "\n"} {
		if _, ok := intake.ParseTopic(arn); ok {
			t.Errorf("%q is one", arn)
		}
	}
}
