// Package secrets makes what nobody can guess: tokens, which are stored as their
// hash, and codes that people type. It knows nothing of what they open.
package secrets

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// New returns a token of 256 random bits behind a prefix, and the hash under
// which it is stored.
func New(prefix string) (token string, hash []byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	token = prefix + base64.RawURLEncoding.EncodeToString(b)
	return token, Hash(token)
}

// Hash is how tokens of 256 random bits are stored: a plain SHA-256, because
// they cannot be guessed and each call looks one up.
func Hash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// Code returns n random characters of an alphabet of 32.
func Code(alphabet string, n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return string(b)
}
