package main_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The block of the README that is to be pasted into a shell ends in a closed
// request. The program is the one that was built for all tests, on a free port.
func TestReadmeReachesAClosedRequest(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(readme), "```sh\n")
	script, _, found := strings.Cut(script, "```")
	habeas, err := exec.LookPath("habeas")
	if err != nil || !found {
		t.Fatalf("the block is found: %v, %v", found, err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(habeas, filepath.Join(dir, "bin", "habeas")); err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	for old, changed := range map[string]string{
		"go build -o bin/habeas ./cmd/habeas\n": "",
		"127.0.0.1:8080":                        address,
		"$(mktemp -d)":                          filepath.Join(dir, "data"),
	} {
		if strings.Count(script, old) != 1 {
			t.Fatalf("the block has no %q:\n%s", old, script)
		}
		script = strings.Replace(script, old, changed, 1)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "bash", "-c", script)
	c.Dir, c.Env = dir, environ("HABEAS_OPS_LISTEN=127.0.0.1:0")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	closed := said.String()[strings.LastIndex(said.String(), `{"items":`):]
	for _, want := range []string{`"state":"closed"`, `"outcome":"fulfilled"`, "Subject: Done"} {
		if !strings.Contains(closed, want) {
			t.Errorf("it does not end with %s:\n%s", want, said.String())
		}
	}
}
