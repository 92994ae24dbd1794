package api //nolint:testpackage // how decoding is limited is inside

import (
	"context"
	"testing"

	"habeas/models"
)

// Large bodies of strangers keep out neither small ones nor somebody with a
// session, and one that did not come yet keeps out nobody.
func TestDecodingOfLargeBodiesIsLimited(t *testing.T) {
	t.Parallel()
	d := newDecoding(2)
	stranger, person := &call{}, &call{subject: models.Request{ID: "r1"}}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	var release func()
	for range 2 {
		var err error
		if release, err = d.acquire(t.Context(), stranger, 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.acquire(impatient, stranger, 1<<20); models.CodeOf(err) != models.CodeUnavailable {
		t.Errorf("a third large body of strangers: %v", err)
	}
	if _, err := d.acquire(t.Context(), stranger, 2000); err != nil {
		t.Errorf("a small body: %v", err)
	}
	if _, err := d.acquire(t.Context(), person, 1<<20); err != nil {
		t.Errorf("somebody with a session: %v", err)
	}
	release()
	if _, err := d.acquire(t.Context(), stranger, 1<<20); err != nil {
		t.Errorf("once one is done: %v", err)
	}
}
