package credential

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// ErrBusy says that so many passwords are being hashed that one more would have
// to wait too long. It tells by a method Busy, for those who cannot import it.
var ErrBusy error = busy{}

type busy struct{}

func (busy) Error() string { return "too many passwords are being checked" }

// Busy marks the error.
func (busy) Busy() bool { return true }

// Params is what one hash costs.
type Params struct {
	Passes  uint32
	Memory  uint32 // KiB
	Threads uint8
}

// Strong is the second choice of RFC 9106 § 4: half a second on two cores.
func Strong() Params { return Params{Passes: 3, Memory: 64 << 10, Threads: 4} }

// Floor is the least that OWASP allows, for very small machines.
func Floor() Params { return Params{Passes: 2, Memory: 19 << 10, Threads: 1} }

const (
	saltSize = 16 // bytes
	hashSize = 32
	scheme   = "argon2id"
)

// Hasher hashes passwords with argon2id. At most as many at once as it has
// slots for, so that a crowd that signs in cannot use up the memory. It is safe
// for concurrent use.
type Hasher struct {
	params  Params
	slots   chan struct{}
	waiting atomic.Int64
	queue   int64
	dummy   string
}

// NewHasher returns a Hasher that works on so many passwords at once and lets
// so many more wait.
func NewHasher(p Params, slots, queue int) *Hasher {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails: the program crashes instead
	// Nobody has the password of the dummy: it is no hash of any.
	return &Hasher{params: p, slots: make(chan struct{}, slots), queue: int64(queue), dummy: phc(p, salt, salt[:hashSize/2])}
}

// Hash returns the hash of a password in the PHC format, under a salt of its
// own. ErrBusy, or ctx is over.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails
	sum, err := h.run(ctx, h.params, password, salt)
	if err != nil {
		return "", err
	}
	return phc(h.params, salt, sum), nil
}

// Check reports whether the password is the one of a stored hash, and whether
// that was made at another cost than today's. Without a hash it works as long
// and says no, so that nobody can tell by the time who has an account.
func (h *Hasher) Check(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	known := stored != ""
	if !known {
		stored = h.dummy
	}
	p, salt, want, err := parse(stored)
	if err != nil {
		return false, false, err
	}
	if len(password) > longestBytes { // nobody could have chosen it
		password, known = "", false
	}
	got, err := h.run(ctx, p, password, salt)
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(got, want) == 1
	return same && known, p != h.params, nil
}

func (h *Hasher) run(ctx context.Context, p Params, password string, salt []byte) ([]byte, error) {
	if h.waiting.Add(1) > h.queue+int64(cap(h.slots)) {
		h.waiting.Add(-1)
		return nil, ErrBusy
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	// One spelling, whatever keyboard it was typed on; blanks stay.
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, p.Passes, p.Memory, p.Threads, hashSize), nil
}

func phc(p Params, salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$%s$v=%d$m=%d,t=%d,p=%d$%s$%s", scheme, argon2.Version, p.Memory, p.Passes, p.Threads, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// parse reads a hash in the PHC format.
func parse(stored string) (p Params, salt, sum []byte, err error) {
	wrong := errors.New("a stored password is no argon2id hash")
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != scheme {
		return p, nil, nil, wrong
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, nil, nil, wrong
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.Memory, &p.Passes, &p.Threads); err != nil || p.Passes == 0 || p.Threads == 0 {
		return p, nil, nil, wrong
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, nil, nil, wrong
	}
	if sum, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(sum) < hashSize/2 {
		return p, nil, nil, wrong
	}
	return p, salt, sum, nil
}
