package keyring

import (
	"bytes"
	"fmt"
	"slices"
)

// proofPlace is where the proof is sealed and what it is the index of.
const proofPlace = "keyring.proof"

// Proof returns something to store beside new data, by which [Ring.Check]
// tells at the next start whether the keys are still the right ones.
func (r *Ring) Proof() ([]byte, error) {
	return r.Seal(r.Index(proofPlace, nil), proofPlace)
}

// Check compares the keys with a proof made earlier. It is an ErrWrongKeys if
// either keyset could not serve the data stored with that proof; rotated keys
// serve as long as the old one is still in the set.
func (r *Ring) Check(proof []byte) error {
	want, err := r.Open(proof, proofPlace)
	if err != nil {
		return fmt.Errorf("kek: %w", ErrWrongKeys)
	}
	if !slices.ContainsFunc(r.Indexes(proofPlace, nil), func(ix []byte) bool { return bytes.Equal(ix, want) }) {
		return fmt.Errorf("index: %w", ErrWrongKeys)
	}
	return nil
}
