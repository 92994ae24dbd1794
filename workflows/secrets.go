package workflows

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"time"

	"habeas/models"
)

// What is random and how long it lasts (security.md 3b).
const (
	codeLength      = 8 // 40 bits: enough with five tries and 24 hours
	codeLife        = 24 * time.Hour
	codeTries       = 5
	codesPerHour    = 10
	sessionLife     = 60 * time.Minute
	sessionIdle     = 15 * time.Minute // of one in a browser
	sameFormFor     = time.Minute      // a form sent twice opens what it opened
	referenceLength = 10               // 50 bits: a label, never a credential
	tokenPrefix     = "hbt_"
	tokenLife       = 90 * 24 * time.Hour // unless somebody asks for another
	longestToken    = 365 * 24 * time.Hour
)

// crockford returns n random characters of Crockford's alphabet.
func crockford(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	for i := range b {
		b[i] = models.Crockford[b[i]&31]
	}
	return string(b)
}

func newReference() string {
	c := crockford(referenceLength)
	return "HB-" + c[:4] + "-" + c[4:8] + "-" + c[8:]
}

// newSecret returns 256 random bits and the hash under which they are stored.
func newSecret(prefix string) (secret string, hash []byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	secret = prefix + base64.RawURLEncoding.EncodeToString(b)
	return secret, HashSecret(secret)
}

// checksum ends an API token, so that whoever looks for secrets that got out
// knows one when they see it.
func checksum(secret string) string {
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(secret))))
}

// HashSecret is how tokens of 256 random bits are stored: a plain SHA-256, as
// nothing can be guessed about them, and it must cost nothing per call.
func HashSecret(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

func (s *Service) newChallenge(requestID string) Challenge {
	plain := crockford(codeLength)
	return Challenge{Plain: plain, Code: models.MailedCode{
		ID: s.NewID(), RequestID: requestID, Digest: s.digest(requestID, plain), ExpiresAt: s.now().Add(codeLife),
	}}
}

// digest binds a code to its request, so that it proves no other mailbox.
func (s *Service) digest(requestID, code string) []byte {
	return s.Keys.MAC("code", []byte(requestID+"\x00"+code))
}

// formToken is the secret of the session that a form of a browser opens. The
// same form has the same, so that its second post leads where the first one did
// without the secret being kept anywhere. To make it takes our key, the code and
// the seed of the form, which is 144 random bits.
func (s *Service) formToken(requestID, code, form string) string {
	return base64.RawURLEncoding.EncodeToString(s.Keys.MAC("session", []byte(requestID+"\x00"+code+"\x00"+form)))
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
