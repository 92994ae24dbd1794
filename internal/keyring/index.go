package keyring

import (
	"encoding/binary"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/prf"
)

// Lengths of digests in bytes. 128 bits keep two addresses apart in any
// register that fits a disk, and tell less than 256 would if a key leaked.
const (
	indexSize = 16
	macSize   = 32
)

// What a digest is for, so that an index is never the beginning of a MAC.
const (
	forIndex = 'i'
	forMAC   = 'm'
)

// Index returns the 16-byte blind index under which to store value: the same
// value and purpose give the same index, and without the key nothing can be
// guessed from it. The caller brings value into one spelling first. Purpose
// names the column, so that one person's rows do not match across tables.
func (r *Ring) Index(purpose string, value []byte) []byte {
	return digest(r.prfs[0], forIndex, purpose, value, indexSize)
}

// Indexes returns the index of value under every key of the set, that of
// [Ring.Index] first. Look up with all of them: while keys are being rotated
// some rows still carry an older one.
func (r *Ring) Indexes(purpose string, value []byte) [][]byte {
	ix := make([][]byte, len(r.prfs))
	for i, p := range r.prfs {
		ix[i] = digest(p, forIndex, purpose, value, indexSize)
	}
	return ix
}

// MAC returns a 32-byte keyed digest of something short and secret, such as a
// mailed code, which a plain hash would let anyone with the database guess.
// Compare in constant time. It uses the newest key only, so a rotation ends
// the codes that are under way.
func (r *Ring) MAC(purpose string, value []byte) []byte {
	return digest(r.prfs[0], forMAC, purpose, value, macSize)
}

// MACs returns a [Ring.MAC] under every key, by a short name that stays with
// the key, and the name of the newest: for what is made under one key and has
// to be recognised after a rotation.
func (r *Ring) MACs(purpose string) (newest string, all map[string]func(value []byte) []byte) {
	all = map[string]func([]byte) []byte{}
	for name, p := range r.named {
		all[name] = func(value []byte) []byte { return digest(p, forMAC, purpose, value, macSize) }
	}
	return r.primary, all
}

func digest(p prf.PRF, kind byte, purpose string, value []byte, size uint32) []byte {
	// The length in front keeps ("ab", "c") and ("a", "bc") apart.
	in := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(purpose))) //nolint:gosec // a purpose is a word
	in = append(append(in, purpose...), value...)
	out, err := p.ComputePRF(in, size)
	if err != nil {
		// newRing has tried the greatest size with every key.
		panic(fmt.Sprintf("keyring: %v", err))
	}
	return out
}
