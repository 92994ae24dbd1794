package keyring

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	streams "github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

// keySize is that of AES-256, in bytes.
const keySize = 32

// Key seals what belongs to one request. It exists only in memory; keep it no
// longer than the work on that request takes. Its methods may be called
// concurrently.
type Key struct {
	aead   *subtle.AESGCM
	stream *streams.AESGCMHKDF
}

// segment is how many bytes of a stream are sealed, and opened, at a time.
const segment = 64 << 10

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
	main, err := hkdf.Key(sha256.New, raw, nil, "stream", keySize)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	s, err := streams.NewAESGCMHKDF(main, "SHA256", keySize, segment, 0)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return &Key{aead: a, stream: s}, nil
}

// SealStream seals what is written to it, in constant memory, into w. Close seals
// the end: without it the stream does not open. Place is as in [Key.Seal].
func (k *Key) SealStream(w io.Writer, place string) (io.WriteCloser, error) {
	s, err := k.stream.NewEncryptingWriter(w, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("sealing %s: %w", place, err)
	}
	return s, nil
}

// OpenStream opens what [Key.SealStream] sealed for the same place. Its Read fails
// at the first segment that was changed, moved or cut off.
func (k *Key) OpenStream(r io.Reader, place string) (io.Reader, error) {
	s, err := k.stream.NewDecryptingReader(r, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", place, ErrUnreadable)
	}
	return s, nil
}
