package keyring_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"habeas/internal/testbed/property"
)

func TestIndexIsStableAndSeparatesPurposes(t *testing.T) {
	t.Parallel()
	r, stranger := create(t), create(t)
	property.Check(t, func(t *rapid.T) {
		purpose, other := rapid.String().Draw(t, "purpose"), rapid.String().Draw(t, "other purpose")
		value, another := rapid.SliceOf(rapid.Byte()).Draw(t, "value"), rapid.SliceOf(rapid.Byte()).Draw(t, "other value")
		ix := r.Index(purpose, value)
		if len(ix) != 16 {
			t.Fatalf("index of %d bytes, want 16", len(ix))
		}
		same := purpose == other && bytes.Equal(value, another)
		if got := bytes.Equal(ix, r.Index(other, another)); got != same {
			t.Fatalf("equal indexes: %v, equal inputs: %v", got, same)
		}
		if bytes.Equal(ix, stranger.Index(purpose, value)) {
			t.Fatal("another keyring gave the same index")
		}
	})
}

func TestPurposeAndValueDoNotRunTogether(t *testing.T) {
	t.Parallel()
	r := create(t)
	if bytes.Equal(r.Index("ab", []byte("c")), r.Index("a", []byte("bc"))) {
		t.Error("moving a letter from purpose to value gave the same index")
	}
}

func TestMACIsNotAnExtendedIndex(t *testing.T) {
	t.Parallel()
	r := create(t)
	mac, ix := r.MAC("code", []byte("7F3K9QXA")), r.Index("code", []byte("7F3K9QXA"))
	if len(mac) != 32 {
		t.Errorf("MAC of %d bytes, want 32", len(mac))
	}
	if bytes.HasPrefix(mac, ix) {
		t.Error("the index gives half of the MAC away")
	}
	if !bytes.Equal(mac, r.MAC("code", []byte("7F3K9QXA"))) {
		t.Error("the same code gave another MAC")
	}
}
