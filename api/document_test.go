package api_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"habeas/api"
)

var update = flag.Bool("update", false, "rewrite openapi.yaml")

// TestDocumentIsCommitted keeps the file beside the code the same as what the
// code serves.
func TestDocumentIsCommitted(t *testing.T) {
	t.Parallel()
	want := api.Document()
	if *update {
		if err := os.WriteFile("openapi.yaml", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("openapi.yaml is not what the code says; run go test ./api -run TestDocumentIsCommitted -update and look at the difference")
	}
}
