package keyring_test

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"habeas/internal/keyring"
	"habeas/internal/testbed/property"
)

func create(t *testing.T) *keyring.Ring {
	t.Helper()
	r, err := keyring.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sealer is what a Ring and a Key have in common.
type sealer interface {
	Seal(plaintext []byte, place string) ([]byte, error)
	Open(ct []byte, place string) ([]byte, error)
}

func sealers(t *testing.T) map[string]sealer {
	t.Helper()
	r := create(t)
	_, k, err := r.NewKey("R-1")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]sealer{"ring": r, "key": k}
}

// A sealed value opens at its own place, and after any change of one bit, any
// cut or any move it does not open at all.
func TestSealedValueOpensOnlyUnchangedAndInPlace(t *testing.T) {
	t.Parallel()
	for name, s := range sealers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			property.Check(t, func(t *rapid.T) {
				plain := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "plain")
				place := rapid.String().Draw(t, "place")
				ct, err := s.Seal(plain, place)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := s.Open(ct, place); err != nil || !bytes.Equal(got, plain) {
					t.Fatalf("Open = %q, %v; want %q", got, err, plain)
				}
				other := rapid.String().Filter(func(s string) bool { return s != place }).Draw(t, "other place")
				refuses(t, s, ct, other)
				refuses(t, s, ct[:rapid.IntRange(0, len(ct)-1).Draw(t, "cut")], place)
				bit := rapid.IntRange(0, 8*len(ct)-1).Draw(t, "bit")
				ct[bit/8] ^= 1 << (bit % 8)
				refuses(t, s, ct, place)
			})
		})
	}
}

func refuses(t rapid.TB, s sealer, ct []byte, place string) {
	t.Helper()
	if got, err := s.Open(ct, place); !errors.Is(err, keyring.ErrUnreadable) || got != nil {
		t.Fatalf("Open = %q, %v; want ErrUnreadable", got, err)
	}
}

func TestWrappedKeyOpensOnlyForItsID(t *testing.T) {
	t.Parallel()
	r := create(t)
	property.Check(t, func(t *rapid.T) {
		id := rapid.String().Draw(t, "id")
		w, k, err := r.NewKey(id)
		if err != nil {
			t.Fatal(err)
		}
		ct, err := k.Seal([]byte("ada@example.org"), "people.email:1")
		if err != nil {
			t.Fatal(err)
		}
		same, err := r.Unwrap(id, w)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := same.Open(ct, "people.email:1"); err != nil || string(got) != "ada@example.org" {
			t.Fatalf("Open = %q, %v", got, err)
		}
		other := rapid.String().Filter(func(s string) bool { return s != id }).Draw(t, "other")
		bit := rapid.IntRange(0, 8*len(w)-1).Draw(t, "bit")
		flipped := bytes.Clone(w)
		flipped[bit/8] ^= 1 << (bit % 8)
		for name, try := range map[string]func() (*keyring.Key, error){
			"another id":  func() (*keyring.Key, error) { return r.Unwrap(other, w) },
			"changed bit": func() (*keyring.Key, error) { return r.Unwrap(id, flipped) },
		} {
			if _, err := try(); !errors.Is(err, keyring.ErrUnreadable) {
				t.Fatalf("%s: Unwrap = %v, want ErrUnreadable", name, err)
			}
		}
	})
}

func TestWrappedKeyAndSealedValueAreNotInterchangeable(t *testing.T) {
	t.Parallel()
	r := create(t)
	w, _, err := r.NewKey("x")
	if err != nil {
		t.Fatal(err)
	}
	refuses(t, r, w, "x")
	ct, err := r.Seal(make([]byte, 32), "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Unwrap("x", ct); !errors.Is(err, keyring.ErrUnreadable) {
		t.Errorf("Unwrap of a sealed value = %v, want ErrUnreadable", err)
	}
}

func TestOneKeyDoesNotOpenWhatAnotherSealed(t *testing.T) {
	t.Parallel()
	r := create(t)
	_, a, errA := r.NewKey("R-1")
	_, b, errB := r.NewKey("R-1")
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	ct, err := a.Seal([]byte("hello"), "p")
	if err != nil {
		t.Fatal(err)
	}
	refuses(t, b, ct, "p")
	refuses(t, r, ct, "p")
	refuses(t, create(t), ct, "p")
}

func TestNoncesDoNotRepeat(t *testing.T) {
	t.Parallel()
	_, k, err := create(t).NewKey("R-1")
	if err != nil {
		t.Fatal(err)
	}
	const n, nonce = 50_000, 12
	seen := make(map[[nonce]byte]bool, n)
	for range n {
		ct, err := k.Seal(nil, "p")
		if err != nil {
			t.Fatal(err)
		}
		seen[[nonce]byte(ct)] = true
	}
	if len(seen) != n {
		t.Errorf("%d different nonces in %d values", len(seen), n)
	}
}
