package cases

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strings"
	"time"

	"habeas/models"
)

// ProofOfWork is work for a computer, which shows that it is worth something to
// whoever asks: find a number n so that PBKDF2 with HMAC-SHA-256 of the
// password Text, the salt n in decimal digits and Rounds rounds begins with
// Bits zero bits. The solution is Text, a full stop, and n.
type ProofOfWork struct {
	Text         string
	Rounds, Bits int
	ExpiresAt    time.Time
}

// One try costs a telephone a third of a millisecond, and one in 2,048 fits: a
// second or so. What slow hashing costs is much the same in a browser and in
// the program of somebody who floods us, and checking one try costs us less
// than what else a request does.
const (
	puzzleRounds = 1000
	puzzleBits   = 11
	puzzleLife   = 2 * time.Hour
	puzzleID     = 12           // bytes
	puzzleSeal   = 16           // bytes of its MAC
	puzzleRaw    = puzzleID + 8 // and when it was set
)

// NewProofOfWork sets a puzzle that counts for one form only. Nothing is kept of it.
func (s *Cases) NewProofOfWork(form string) ProofOfWork {
	now := s.now()
	raw := s.secrets().Bytes(puzzleID)
	raw = binary.BigEndian.AppendUint64(raw, uint64(now.Unix())) //nolint:gosec // after 1970
	raw = append(raw, s.challengeSeal(raw, form)...)
	return ProofOfWork{
		Text: base64.RawURLEncoding.EncodeToString(raw), Rounds: puzzleRounds, Bits: puzzleBits, ExpiresAt: now.Add(puzzleLife),
	}
}

// Solved returns the work that a solution of a form's puzzle shows, or nil. That
// it was not used before is for the store to see.
func (s *Cases) Solved(form, solution string) *models.SolvedChallenge {
	text, n, _ := strings.Cut(solution, ".")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != puzzleRaw+puzzleSeal || !isCount(n) {
		return nil
	}
	id, said, seal := raw[:puzzleID], raw[puzzleID:puzzleRaw], raw[puzzleRaw:]
	if subtle.ConstantTimeCompare(seal, s.challengeSeal(raw[:puzzleRaw], form)) != 1 {
		return nil
	}
	at := time.Unix(int64(binary.BigEndian.Uint64(said)), 0).UTC() //nolint:gosec // under our seal
	if !s.now().Before(at.Add(puzzleLife)) || !solves(text, n) {
		return nil
	}
	return &models.SolvedChallenge{ID: hex.EncodeToString(id), At: at}
}

// challengeSeal is the MAC of a puzzle of a form. What precedes the form has one
// length.
func (s *core) challengeSeal(raw []byte, form string) []byte {
	return s.Keys.MAC("puzzle", append(raw[:puzzleRaw:puzzleRaw], form...))[:puzzleSeal]
}

// isCount tells a number in decimal digits, written in one way, of a length
// that nobody has to go beyond.
func isCount(n string) bool {
	return n != "" && len(n) <= 9 && (n == "0" || n[0] != '0') && strings.Trim(n, "0123456789") == ""
}

// solves reports whether n solves a puzzle.
func solves(text, n string) bool {
	key, err := pbkdf2.Key(sha256.New, text, []byte(n), puzzleRounds, sha256.Size)
	return err == nil && bits.LeadingZeros64(binary.BigEndian.Uint64(key)) >= puzzleBits
}
