// Package keyring seals personal data and makes it findable without being
// readable. It holds two Tink keysets: one that wraps the random key of each
// request, and one for keyed digests. It does not know what it seals, where
// the result is stored, or when a key is to be destroyed: whoever deletes a
// wrapped key has shredded all that was sealed under it.
package keyring

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

var (
	// ErrMissing says that a keyset file is not there.
	ErrMissing = errors.New("no keys")
	// ErrUnreadable says that sealed bytes were changed, moved to another
	// place, or sealed under another key. Which of them cannot be told.
	ErrUnreadable = errors.New("not sealed here under this key")
	// ErrWrongKeys says that the keys are not those the data was sealed with.
	ErrWrongKeys = errors.New("these are not the keys of this data")
)

// The first part of everything the key-encryption key authenticates, so that
// a wrapped key can never be passed off as a sealed value or the reverse.
const (
	wrapped = "key\x00"
	sealed  = "value\x00"
)

// Ring holds the long-lived keys of an installation. Its methods may be called
// concurrently.
type Ring struct {
	kek  tink.AEAD
	prfs []prf.PRF // the primary first
	// By name: the first key that was ever made is v1, the next v2.
	named   map[string]prf.PRF
	primary string
}

// NewKey makes a random key for the thing called id and returns it with its
// wrapped form, the only one that may be stored.
func (r *Ring) NewKey(id string) ([]byte, *Key, error) {
	raw := make([]byte, keySize)
	defer clear(raw)
	rand.Read(raw) // never fails: the program crashes instead
	k, err := newKey(raw)
	if err != nil {
		return nil, nil, err
	}
	w, err := r.kek.Encrypt(raw, []byte(wrapped+id))
	if err != nil {
		return nil, nil, fmt.Errorf("wrapping key of %s: %w", id, err)
	}
	return w, k, nil
}

// Unwrap returns the key that NewKey wrapped for the same id. Any other input
// is an ErrUnreadable.
func (r *Ring) Unwrap(id string, w []byte) (*Key, error) {
	raw, err := r.kek.Decrypt(w, []byte(wrapped+id))
	if err != nil {
		return nil, fmt.Errorf("unwrapping key of %s: %w", id, ErrUnreadable)
	}
	defer clear(raw)
	return newKey(raw)
}

// Seal encrypts what belongs to no request, such as the name of a staff
// member, directly under the key-encryption key. See [Key.Seal] for place.
func (r *Ring) Seal(plaintext []byte, place string) ([]byte, error) {
	ct, err := r.kek.Encrypt(plaintext, []byte(sealed+place))
	if err != nil {
		return nil, fmt.Errorf("sealing %s: %w", place, err)
	}
	return ct, nil
}

// Open returns what [Ring.Seal] sealed for the same place, or ErrUnreadable.
func (r *Ring) Open(ct []byte, place string) ([]byte, error) {
	pt, err := r.kek.Decrypt(ct, []byte(sealed+place))
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", place, ErrUnreadable)
	}
	return pt, nil
}

// newRing checks at start what would otherwise fail at the first use.
func newRing(kek, index *keyset.Handle) (*Ring, error) {
	a, err := aead.New(kek)
	if err != nil {
		return nil, fmt.Errorf("using the kek keyset: %w", err)
	}
	set, err := prf.NewPRFSet(index)
	if err != nil {
		return nil, fmt.Errorf("using the index keyset: %w", err)
	}
	r := &Ring{kek: a, named: map[string]prf.PRF{}, prfs: []prf.PRF{set.PRFs[set.PrimaryID]}}
	for i, info := range index.KeysetInfo().GetKeyInfo() {
		p, enabled := set.PRFs[info.GetKeyId()]
		if !enabled {
			continue
		}
		if _, err := p.ComputePRF(nil, macSize); err != nil {
			return nil, fmt.Errorf("using the index keyset: %w", err)
		}
		name := "v" + strconv.Itoa(i+1)
		r.named[name] = p
		if info.GetKeyId() == set.PrimaryID {
			r.primary = name
			continue
		}
		r.prfs = append(r.prfs, p)
	}
	return r, nil
}
