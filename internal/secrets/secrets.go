// Package secrets makes what nobody can guess: tokens, which are stored as their
// hash, and codes that people type. It knows nothing of what they open.
package secrets

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
)

// Source makes secrets of the random bytes of a reader, which has to be safe for
// concurrent use.
type Source struct{ Random io.Reader }

// New returns a token of 256 random bits behind a prefix, and the hash under
// which it is stored.
func (s Source) New(prefix string) (token string, hash []byte) {
	token = prefix + base64.RawURLEncoding.EncodeToString(s.Bytes(32))
	return token, Hash(token)
}

// Code returns n random characters of an alphabet of 32.
func (s Source) Code(alphabet string, n int) string {
	b := s.Bytes(n)
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return string(b)
}

// Bytes returns n random bytes. A source that fails ends the program, as
// crypto/rand does: there is nothing to go on with.
func (s Source) Bytes(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.Random, b); err != nil {
		panic(fmt.Sprintf("secrets: reading random bytes: %v", err))
	}
	return b
}

// Hash is how tokens of 256 random bits are stored: a plain SHA-256, because
// they cannot be guessed and each call looks one up.
func Hash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
