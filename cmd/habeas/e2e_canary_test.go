package main_test

import (
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// canaryMark is in everything personal that a test types in. No log, figure or
// row may show it; mails and the answers to those concerned may.
const canaryMark = "zebrafinch"

func canary(what string) string { return canaryMark + "-" + strings.ReplaceAll(what, "_", "-") }

const (
	agentName    = canaryMark + " Agnes"
	agentEmail   = canaryMark + "-agnes@staff.example"
	managerName  = canaryMark + " Max"
	managerEmail = canaryMark + "-max@staff.example"
)

func (p *program) metrics(t *testing.T) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.ops+"/metrics", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	w, err := patient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	if err != nil || w.StatusCode != http.StatusOK {
		t.Fatalf("metrics: %d %v", w.StatusCode, err)
	}
	return string(b)
}

// noCanaries looks for personal data in everything that should hold none: what
// the program logged, its figures, and its files but for the mails.
func (p *program) noCanaries(t *testing.T, more ...string) {
	t.Helper()
	for _, text := range append(more, p.stderr.String(), p.stdout.String()) {
		if i := strings.Index(strings.ToLower(text), canaryMark); i >= 0 {
			t.Errorf("personal data in %s", text[max(0, i-200):min(len(text), i+100)])
		}
	}
	looked := 0
	err := filepath.WalkDir(p.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && e.Name() == "mail" {
			return fs.SkipDir
		}
		if e.IsDir() {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		if strings.Contains(strings.ToLower(string(b)), canaryMark) {
			t.Errorf("personal data in %s", e.Name())
		}
		return nil
	})
	if err != nil || looked == 0 && p.dir != "" {
		t.Errorf("looked at %d files: %v", looked, err)
	}
}
