package credential

import (
	"crypto/rand"
	"encoding/base32"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// One-time codes by RFC 6238 as every app makes them: SHA-1, six digits. A code
// is good for its 30 seconds and for the 30 before and after, as clocks differ.
const (
	secretSize = 20 // bytes: the 160 bits of RFC 4226 § 4
	period     = 30 // seconds
	skew       = 1
	digits     = otp.DigitsSix
)

// NewFactor returns the random secret of a second factor.
func NewFactor() []byte {
	b := make([]byte, secretSize)
	rand.Read(b) // never fails: the program crashes instead
	return b
}

// Step returns the time step that a code belongs to, if it is one of now that
// is newer than after: a step opens once. It takes the same time for every
// code of six digits.
func Step(secret []byte, code string, now time.Time, after int64) (step int64, ok bool) {
	typed, text := tidy(code), Typed(secret)
	at := now.Unix() / period
	for s := at - skew; s <= at+skew; s++ {
		right, err := hotp.ValidateCustom(typed, uint64(s), text, hotp.ValidateOpts{Digits: digits, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // after 1970
		if err == nil && right && s > after {
			step, ok = s, true
		}
	}
	return step, ok
}

// Code is the code of a moment. Tests and tools play the app with it.
func Code(secret []byte, at time.Time) (string, error) {
	return hotp.GenerateCodeCustom(Typed(secret), uint64(at.Unix()/period), hotp.ValidateOpts{Digits: digits, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // after 1970
}

// tidy takes out the blanks that apps show in a code.
func tidy(code string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' || r == '-' {
			return -1
		}
		return r
	}, code)
}

// Typed is a secret as it is typed into an app.
func Typed(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// Address is the otpauth address that an app reads from the drawing.
func Address(secret []byte, issuer, account string) string {
	// A colon would end the issuer.
	label := strings.ReplaceAll(issuer, ":", " ") + ":" + account
	q := url.Values{
		"secret": {Typed(secret)}, "issuer": {strings.ReplaceAll(issuer, ":", " ")},
		"algorithm": {"SHA1"}, "digits": {"6"}, "period": {strconv.Itoa(period)},
	}
	// Apps do not read + as a blank.
	return "otpauth://totp/" + url.PathEscape(label) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}
