package intake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"habeas/models"
)

// Hook proves who posted a message and opens what was posted. A hook that was
// given no key does not exist: nobody makes one.
type Hook interface {
	// Knock judges the header, before a byte of the body is read. known says
	// that it shows the key, so that a stranger did not send it; without it only
	// the body can tell. Its errors are ErrUnsigned and ErrForged.
	Knock(h http.Header, now time.Time) (known bool, err error)
	// Most is how many bytes a body may have.
	Most() int64
	// Open proves the body and takes the message out of it. ErrForged means
	// that the proof fails, whatever about it; TooBig that the mail is too large;
	// a models.Error what else is wrong with a post that is genuine. Nothing of the body is looked at before the proof,
	// except where a provider puts the proof inside.
	Open(ctx context.Context, h http.Header, body []byte, now time.Time) (Delivery, error)
}

// Delivery is what a hook brought.
type Delivery struct {
	Raw      []byte
	Envelope Envelope // ReceivedAt is set, RemoteIP is not
	// Fetch gets Raw from where it lies, which is Most bytes at most; nil where
	// the post brought it.
	Fetch func(ctx context.Context) ([]byte, error)
	Most  int64
	// Notice is what the post was about where it holds no message at all; ""
	// where it does.
	Notice string
}

var (
	// ErrUnsigned says that a post carries no proof at all. Some programs send
	// theirs only after they were refused once.
	ErrUnsigned = errors.New("the post is not signed")
	// ErrForged says that the proof of a post is wrong, old, or of something
	// else.
	ErrForged = errors.New("the signature of the post is wrong")
)

// hookSkew is how far a signed time may be from ours.
const hookSkew = 5 * time.Minute

// ShortestKey is how many bytes a key of a hook has at least.
const ShortestKey = 24

// Keys are the secrets that a hook takes: one, or while it is replaced two.
type Keys [][]byte

// ParseKeys reads keys separated by commas. It reports whether each is long
// enough; without any text there are no keys.
func ParseKeys(s string) (Keys, bool) {
	if s == "" {
		return nil, true
	}
	var keys Keys
	for k := range strings.SplitSeq(s, ",") {
		if k = strings.TrimSpace(k); len(k) < ShortestKey {
			return nil, false
		}
		keys = append(keys, []byte(k))
	}
	return keys, true
}

// signed reports whether sum is the HMAC-SHA256 of message under one of the
// keys. It takes the same time whichever it is.
func (k Keys) signed(message string, sum []byte) bool {
	found := 0
	for _, key := range k {
		found |= subtle.ConstantTimeCompare(macOf(key, message), sum)
	}
	return found == 1
}

func macOf(key []byte, message string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(message))
	return mac.Sum(nil)
}

// holds reports whether given is one of the keys, in the same time for each.
func (k Keys) holds(given string) bool {
	found, sum := 0, sha256.Sum256([]byte(given))
	for _, key := range k {
		own := sha256.Sum256(key)
		found |= subtle.ConstantTimeCompare(own[:], sum[:])
	}
	return found == 1
}

// knock checks the password of HTTP Basic authentication. The name beside it
// may be any: providers put both into one address.
func (k Keys) knock(h http.Header) error {
	given := h.Values("Authorization")
	if len(given) == 0 {
		return ErrUnsigned
	}
	scheme, encoded, _ := strings.Cut(given[0], " ")
	pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	_, password, ok := strings.Cut(string(pair), ":")
	if len(given) > 1 || !strings.EqualFold(scheme, "Basic") || err != nil || !ok || !k.holds(password) {
		return ErrForged
	}
	return nil
}

// single returns the value of a header field that may come once at most.
func single(h http.Header, name string) (value string, given bool, err error) {
	switch values := h.Values(name); len(values) {
	case 0:
		return "", false, nil
	case 1:
		return values[0], true, nil
	}
	return "", true, ErrForged
}

// eventID makes the name of a delivery out of what was signed.
func eventID(signed string) string {
	sum := sha256.Sum256([]byte(signed))
	return hex.EncodeToString(sum[:])
}

// SplitRecipients returns the addresses of an envelope that were written in
// one line: without brackets, the first hundred. A comma between quotes is part
// of an address.
func SplitRecipients(line string) []string {
	var found []string
	add := func(s string) {
		if s = BareAddress(s); s != "" && len(found) < mostRecipients {
			found = append(found, s)
		}
	}
	start := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '"':
			if end := quoted(line, i); end > i+1 {
				i = end - 1
			}
		case ',':
			add(line[start:i])
			start = i + 1
		}
	}
	add(line[start:])
	return found
}

// BareAddress is an envelope address without brackets and blanks; "" is the null one.
func BareAddress(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">") {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}

// lacking is the refusal of a genuine post that holds no whole message, as some
// setting at the provider is wrong. We never had the mail: the provider sends it
// again for some hours, and if nobody mends the setting by then, it is there only.
// SNS would drop its note at once, so its hook refuses with [unready].
func lacking(field, what string) error {
	return models.Invalid(models.FieldError{Field: field, Code: "required", Message: what})
}

// TooBig refuses a genuine mail for good that is over the limit. As its sender
// hears nothing of it, staff are to be told.
type TooBig struct {
	Name string // by which the provider knows it
	Size int64  // in bytes

	refusal error
}

func tooBig(name string, size, limit int64) error {
	return &TooBig{name, size, models.Errorf(models.CodeTooLarge, "a message may have %d MiB at most", limit>>20)}
}

func (t *TooBig) Error() string { return t.refusal.Error() }

// Unwrap returns a CodeTooLarge error.
func (t *TooBig) Unwrap() error { return t.refusal }
