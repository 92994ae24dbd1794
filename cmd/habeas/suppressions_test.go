package main

import (
	"errors"
	"strings"
	"testing"
)

// No address is printed unless it is recorded that somebody asked.
func TestWhoWasErasedIsPrintedOnceItIsRecorded(t *testing.T) {
	erased := func(address string) (bool, error) { return strings.HasPrefix(address, "ana"), nil }
	var out strings.Builder
	ask := func(fails error) error {
		return checkSuppressions(strings.NewReader("ana@example.org\n\n bob@example.org\n"), &out, erased, func(asked, found int) error {
			if asked != 2 || found != 1 || out.Len() != 0 {
				t.Errorf("recorded are %d asked and %d found, after %q was printed", asked, found, out.String())
			}
			return fails
		})
	}
	full := errors.New("the disk is full")
	if err := ask(full); !errors.Is(err, full) || out.Len() != 0 {
		t.Errorf("not recorded, it gave %v and printed %q", err, out.String())
	}
	if err := ask(nil); err != nil || out.String() != "ana@example.org\n" {
		t.Errorf("it gave %v and printed %q", err, out.String())
	}
}
