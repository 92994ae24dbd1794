package testbed

import (
	"io"
	"os/exec"
	"strconv"
	"testing"
)

// guard ends a server, with all that it started, and removes its folder if the
// test itself is killed and cannot: the kernel then closes the pipe that the
// guard reads from. The server leads a process group. What guard returns lets
// the guard go.
func guard(t testing.TB, pid int, folder string) (release func()) {
	t.Helper()
	const watch = `read -r ok || { kill -TERM -- -"$1"; sleep 1; kill -KILL -- -"$1"; rm -rf "$2"; }`
	c := exec.Command("sh", "-c", watch, "guard", strconv.Itoa(pid), folder) //nolint:noctx,gosec // it outlives the test on purpose
	c.SysProcAttr = inGroup()                                                // else it shares the fate of the test
	pipe, err := c.StdinPipe()
	if err != nil {
		t.Fatalf("starting a guard: %v", err)
	}
	if err := c.Start(); err != nil {
		t.Fatalf("starting a guard: %v", err)
	}
	return func() {
		_, _ = io.WriteString(pipe, "ok\n") // it may have been killed
		_ = c.Wait()
	}
}
