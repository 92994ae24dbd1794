package cases

import (
	"crypto/subtle"
	"encoding/base64"
	"time"

	"habeas/models"
	"habeas/workflows"
)

// What is random and how long it lasts.
const (
	codeLength      = 8 // 40 bits: a guess in a million, with as many tries as there may be
	codeLife        = 24 * time.Hour
	clientTries     = 5         // of one network at one code
	siteTries       = 20        // of all IPv6 networks of one site, which is a /48
	codeTries       = 1_000_000 // of all clients
	sessionLife     = 60 * time.Minute
	sessionIdle     = 15 * time.Minute // of one in a browser
	seenEvery       = 15 * time.Second // noting each page would be a write for each
	sameFormFor     = time.Minute      // a form sent twice opens what it opened
	referenceLength = 10               // 50 bits: a label, never a credential
)

// crockford returns n random characters of Crockford's alphabet.
func (s *core) crockford(n int) string { return s.secrets().Code(models.Crockford, n) }

func (s *core) newReference() string {
	c := s.crockford(referenceLength)
	return "HB-" + c[:4] + "-" + c[4:8] + "-" + c[8:]
}

func (s *core) newChallenge(requestID string) workflows.Challenge {
	plain := s.crockford(codeLength)
	return workflows.Challenge{Plain: plain, Code: models.MailedCode{
		ID: s.NewID(), RequestID: requestID, Digest: s.digest(requestID, plain), ExpiresAt: s.now().Add(codeLife),
	}}
}

// digest binds a code to its request, so that it proves no other mailbox.
func (s *core) digest(requestID, code string) []byte {
	return s.Keys.MAC("code", []byte(requestID+"\x00"+code))
}

// formToken is the secret of the session that a form of a browser opens. The
// same form has the same, so that its second post leads where the first one did
// without the secret being kept anywhere. To make it takes our key, the code and
// the seed of the form, which is 144 random bits.
func (s *core) formToken(requestID, code, form string) string {
	return base64.RawURLEncoding.EncodeToString(s.Keys.MAC("session", []byte(requestID+"\x00"+code+"\x00"+form)))
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
