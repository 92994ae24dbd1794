package intake_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"habeas/intake"
)

// lines decodes one JSON object a line.
func lines[T any](t *testing.T, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []T
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var one T
		if err := json.Unmarshal(s.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// TestTrimCorpus counts how many of the shared reply bodies are cut where
// their origin's tests say; white space aside.
func TestTrimCorpus(t *testing.T) {
	dir := corpus(t)
	if dir == "" {
		return
	}
	bodies := lines[struct{ ID, Body, Expected_trimmed string }](t, filepath.Join(dir, "reply_bodies.jsonl"))
	right := 0
	for _, b := range bodies {
		own, _ := intake.Trim(b.Body)
		if same(own, b.Expected_trimmed) {
			right++
			continue
		}
		t.Logf("%s: %q, want %q", b.ID, own, b.Expected_trimmed)
	}
	t.Logf("%d of %d", right, len(bodies))
	if right*100 < len(bodies)*85 {
		t.Error("fewer than 85 of 100 are trimmed as expected")
	}
}

func same(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}
