package suggest_test

import (
	"bytes"
	"os"
	"testing"

	"habeas/intake/suggest"
)

// The embedded model is what training gives; else run go generate.
func TestTheModelIsWhatTrainingGives(t *testing.T) {
	t.Parallel()
	files, err := suggest.Train(os.DirFS("training"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is another: run go generate ./intake/suggest", name)
		}
	}
}
