package keyring

import (
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
)

// keySize is that of AES-256, in bytes.
const keySize = 32

// Key seals what belongs to one request. It exists only in memory; keep it no
// longer than the work on that request takes. Its methods may be called
// concurrently.
type Key struct {
	aead *subtle.AESGCM
}

// Seal encrypts plaintext with AES-256-GCM under a random nonce; the result is
// 28 bytes longer. It opens again only at the same place, by convention
// "table.column:row", so that a value cannot be moved to another person.
func (k *Key) Seal(plaintext []byte, place string) ([]byte, error) {
	ct, err := k.aead.Encrypt(plaintext, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("sealing %s: %w", place, err)
	}
	return ct, nil
}

// Open returns what [Key.Seal] sealed for the same place, or ErrUnreadable.
func (k *Key) Open(ct []byte, place string) ([]byte, error) {
	pt, err := k.aead.Decrypt(ct, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", place, ErrUnreadable)
	}
	return pt, nil
}

func newKey(raw []byte) (*Key, error) {
	if len(raw) != keySize {
		return nil, fmt.Errorf("making a key of %d bytes: %w", len(raw), ErrUnreadable)
	}
	a, err := subtle.NewAESGCM(raw)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return &Key{aead: a}, nil
}
