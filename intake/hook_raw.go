package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The header fields of the raw hook.
const (
	HeaderFrom      = "X-Envelope-From"    // the return path; empty or <> is the null sender, absent is unknown
	HeaderTo        = "X-Envelope-To"      // the recipients, separated by commas
	HeaderTimestamp = "X-Habeas-Timestamp" // when it was signed, in Unix seconds
	HeaderSignature = "X-Habeas-Signature" // v1= and the signature
	signatureV1     = "v1="                // HMAC-SHA256 in hex
	rawSource       = "hook"               // the name of this adapter
)

// RawHook takes the message itself as the body, signed by a secret that both
// sides know: for scripts of one's own mail server, and for workers at a
// provider that hand over the bytes.
type RawHook struct {
	Keys  Keys
	Limit int64 // bytes of a message
}

// Sign returns the signature of a post: HMAC-SHA256 over the time in Unix
// seconds, the two envelope fields as they are sent and the SHA-256 of the body
// in hex, separated by line feeds.
func Sign(key []byte, at time.Time, from, to string, body []byte) string {
	return signatureV1 + hex.EncodeToString(macOf(key, rawSigned(strconv.FormatInt(at.Unix(), 10), from, to, body)))
}

func rawSigned(at, from, to string, body []byte) string {
	sum := sha256.Sum256(body)
	return at + "\n" + from + "\n" + to + "\n" + hex.EncodeToString(sum[:])
}

// Most implements [Hook].
func (r RawHook) Most() int64 { return r.Limit }

// Knock implements [Hook]: it looks whether there is a signature of now. Whose
// it is only the body tells, which is signed by its hash.
func (r RawHook) Knock(h http.Header, now time.Time) (known bool, err error) {
	if len(h.Values(HeaderSignature)) == 0 {
		return false, ErrUnsigned
	}
	_, err = rawProofOf(h, now)
	return false, err
}

// rawProof is what the header says about the signature.
type rawProof struct {
	at, from, to string
	fromKnown    bool
	sum          []byte
}

func rawProofOf(h http.Header, now time.Time) (p rawProof, err error) {
	signature, _, err := single(h, HeaderSignature)
	if err != nil {
		return p, err
	}
	if p.at, _, err = single(h, HeaderTimestamp); err != nil {
		return p, err
	}
	if p.from, p.fromKnown, err = single(h, HeaderFrom); err != nil {
		return p, err
	}
	if p.to, _, err = single(h, HeaderTo); err != nil {
		return p, err
	}
	sum, v1 := strings.CutPrefix(signature, signatureV1)
	p.sum, err = hex.DecodeString(sum)
	if !v1 || err != nil || !fresh(p.at, now, hookSkew, hookSkew) {
		return p, ErrForged
	}
	return p, nil
}

// fresh reports whether a time in Unix seconds is no further back than past
// and no further ahead than future.
func fresh(unix string, now time.Time, past, future time.Duration) bool {
	seconds, err := strconv.ParseInt(unix, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 || strconv.FormatInt(seconds, 10) != unix {
		return false
	}
	age := now.Sub(time.Unix(seconds, 0))
	return age <= past && age >= -future
}

// Open implements [Hook].
func (r RawHook) Open(_ context.Context, h http.Header, body []byte, now time.Time) (Delivery, error) {
	p, err := rawProofOf(h, now)
	if err != nil {
		return Delivery{}, err
	}
	signed := rawSigned(p.at, p.from, p.to, body)
	if !r.Keys.signed(signed, p.sum) {
		return Delivery{}, ErrForged
	}
	return Delivery{Raw: body, Envelope: Envelope{
		MailFrom: BareAddress(p.from), FromKnown: p.fromKnown, RcptTo: SplitRecipients(p.to),
		ReceivedAt: now, Source: rawSource, SourceEventID: eventID(signed),
	}}, nil
}
