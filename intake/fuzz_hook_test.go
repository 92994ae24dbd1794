package intake_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"habeas/intake"
)

const hookKey = "a key of twenty-four bytes"

func hookKeys() intake.Keys {
	keys, _ := intake.ParseKeys(hookKey)
	return keys
}

func authorised() http.Header {
	h := http.Header{}
	h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("x:"+hookKey)))
	return h
}

// hmacOf is an HMAC made by hand, to compare with.
func hmacOf(text string) string {
	mac := hmac.New(sha256.New, []byte(hookKey))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// FuzzRawHook looks for a post that is taken without the signature of just
// what it says.
func FuzzRawHook(f *testing.F) {
	body, now := []byte("From: a@x.example\r\n\r\nhello"), time.Unix(1_800_000_000, 0)
	right := intake.Sign([]byte(hookKey), now, "a@x.example", "p@org.example", body)
	f.Add("1800000000", "a@x.example", "p@org.example", right, body)
	f.Add("1800000299", "", `<"a,b"@x.example>, c`, "v1=", body)
	f.Add("+1800000000", "<>", ",,,", "v2="+right, []byte{})
	f.Add("99999999999999999999", "a\nb", "\x00", strings.ToUpper(right), []byte{0xff})
	f.Fuzz(func(t *testing.T, at, from, to, signature string, body []byte) {
		h := http.Header{}
		h.Set(intake.HeaderTimestamp, at)
		h.Set(intake.HeaderFrom, from)
		h.Set(intake.HeaderTo, to)
		hook := intake.RawHook{Keys: hookKeys(), Limit: 1 << 20}
		sum := sha256.Sum256(body)
		want := "v1=" + hmacOf(at+"\n"+from+"\n"+to+"\n"+hex.EncodeToString(sum[:]))
		for _, given := range []string{signature, want} {
			h.Set(intake.HeaderSignature, given)
			_, knocked := hook.Knock(h, now)
			d, err := hook.Open(context.Background(), h, body, now)
			if err != nil {
				if !errors.Is(err, intake.ErrForged) {
					t.Errorf("refused by %v", err)
				}
				continue
			}
			if !strings.EqualFold(given, want) || knocked != nil {
				t.Errorf("taken with the signature %q", given)
			}
			if !bytes.Equal(d.Raw, body) || len(d.Envelope.RcptTo) > 100 || d.Envelope.SourceEventID == "" {
				t.Errorf("delivered %+v", d)
			}
		}
	})
}

// FuzzPostmark looks for a post that makes the reader fail.
func FuzzPostmark(f *testing.F) {
	f.Add([]byte(`{"MessageID":"1","OriginalRecipient":"p@org.example","RawEmail":"From: a@x.example\r\n\r\nhello","Headers":[{"Name":"Return-Path","Value":"<a@x.example>"}]}`))
	f.Add([]byte(`{"RawEmail":"\ud800\u0000","Headers":[{}],"messageid":1}`))
	f.Add([]byte(`[{"RawEmail":null}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		hook := intake.PostmarkHook{Keys: hookKeys(), Limit: 1 << 20}
		if _, err := hook.Open(context.Background(), http.Header{}, body, noon); !errors.Is(err, intake.ErrUnsigned) {
			t.Errorf("without a password: %v", err)
		}
		d, err := hook.Open(context.Background(), authorised(), body, noon)
		if err == nil && (len(d.Raw) == 0 || len(d.Raw) > 1<<20 || !json.Valid(body)) {
			t.Errorf("delivered %+v", d)
		}
	})
}

// FuzzMailgun looks for a form that is taken without Mailgun's signature.
func FuzzMailgun(f *testing.F) {
	now := time.Unix(1_800_000_000, 0)
	f.Add("application/x-www-form-urlencoded", []byte("timestamp=1800000000&token=t&signature="+hmacOf("1800000000t")+"&sender=a%40x.example&recipient=p&body-mime=From%3A+a"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"timestamp\"\r\n\r\n1800000000\r\n--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nt\r\n--b--"))
	f.Add("multipart/form-data", []byte("----"))
	stranger, _ := intake.ParseKeys("a key that no input was signed by")
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		h := authorised()
		h.Set("Content-Type", contentType)
		hook := intake.MailgunHook{Keys: hookKeys(), Signing: hookKeys(), Limit: 1 << 20}
		if d, err := hook.Open(context.Background(), h, body, now); err == nil && (d.Envelope.SourceEventID == "" || d.Envelope.ReceivedAt.After(now)) {
			t.Errorf("delivered %+v", d)
		}
		hook.Signing = stranger
		if d, err := hook.Open(context.Background(), h, body, now); err == nil {
			t.Errorf("delivered without a signature: %+v", d)
		}
	})
}

// FuzzSNS looks for a note that is taken without Amazon's signature, or that
// makes us fetch from anywhere else.
func FuzzSNS(f *testing.F) {
	signed := received().sign(authority().key)
	f.Add(string(signed.body()))
	for name := range received() {
		n := received().sign(authority().key)
		n[name] += "0"
		f.Add(string(n.body()))
	}
	f.Add(`{"Type":"SubscriptionConfirmation","TopicArn":"` + topicName + `","Token":"t"}`)
	f.Fuzz(func(t *testing.T, body string) {
		var n struct{ Type, MessageId, Message, Signature string }
		_ = json.Unmarshal([]byte(body), &n)
		h := note{"Type": n.Type, "MessageId": n.MessageId}.header()
		w := newWorld()
		d, err := open(context.Background(), w.hook(unchanged), h, []byte(body))
		if err == nil && (n.Message != signed["Message"] || n.Signature != signed["Signature"] || len(d.Raw) == 0) {
			t.Errorf("delivered %+v", d)
		}
		for _, url := range w.fetched {
			if !strings.HasPrefix(url, "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-") {
				t.Errorf("%s was fetched", url)
			}
		}
	})
}

// FuzzCertificate looks for a file that passes for a certificate of SNS.
func FuzzCertificate(f *testing.F) {
	a := authority()
	good := inPEM(a.leaf, a.between)
	f.Add(inPEM(a.orphan))
	f.Add(inPEM(a.other, a.between))
	f.Add(a.between)
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n"))
	n := received().sign(a.key)
	f.Fuzz(func(t *testing.T, file []byte) {
		w := newWorld()
		w.files[certURL] = file
		if d, err := w.hook(unchanged).Open(context.Background(), n.header(), n.body(), noon); err == nil && !bytes.Equal(file, good) &&
			!strings.Contains(string(file), strings.TrimSpace(string(inPEM(a.leaf)))) {
			t.Errorf("%d bytes pass for a certificate: %+v", len(file), d)
		}
	})
}

// FuzzRecipients looks for a line that makes more of an envelope than it holds.
func FuzzRecipients(f *testing.F) {
	for _, s := range []string{"a@b, <c@d>", `"a,b"@c, d`, `"`, `",`, ",,,", "<>", strings.Repeat("a,", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		found := intake.SplitRecipients(line)
		if len(found) > 100 || len(found) > strings.Count(line, ",")+1 {
			t.Errorf("%q holds %d", line, len(found))
		}
		for _, a := range found {
			if a == "" || !strings.Contains(line, a) {
				t.Errorf("%q holds %q", line, a)
			}
		}
	})
}
