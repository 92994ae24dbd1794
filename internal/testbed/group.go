package testbed

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inGroup is how a program is started that leads a process group of its own.
func inGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// endGroup kills what is left of a process group and waits until it is gone.
func endGroup(t testing.TB, pgid int) {
	t.Helper()
	_ = syscall.Kill(-pgid, syscall.SIGKILL) // it may be gone
	over := time.After(limit)
	for groupLives(pgid) {
		select {
		case <-over:
			t.Errorf("processes of group %d are still there", pgid)
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// groupLives reports whether a group has a process that still runs; one that
// nobody waited for does not.
func groupLives(pgid int) bool {
	if errors.Is(syscall.Kill(-pgid, 0), syscall.ESRCH) {
		return false
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return true
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && runsIn(pid, pgid) {
			return true
		}
	}
	return false
}

func runsIn(pid, pgid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false // it is gone
	}
	_, rest, _ := strings.Cut(string(raw), ") ") // behind the name, which may hold anything
	fields := strings.Fields(rest)               // state, parent, group …
	return len(fields) > 2 && fields[0] != "Z" && fields[2] == strconv.Itoa(pgid)
}

// ids returns the numbers of a user.
func ids(t testing.TB, name string) (uid, gid int) {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatalf("looking up the user %s: %v", name, err)
	}
	uid, errUID := strconv.Atoi(u.Uid)
	gid, errGID := strconv.Atoi(u.Gid)
	if errUID != nil || errGID != nil {
		t.Fatalf("the user %s has no number: %s:%s", name, u.Uid, u.Gid)
	}
	return uid, gid
}

// group returns the number of a group.
func group(t testing.TB, name string) int {
	t.Helper()
	g, err := user.LookupGroup(name)
	if err != nil {
		t.Fatalf("looking up the group %s: %v", name, err)
	}
	gid, err := strconv.Atoi(g.Gid)
	if err != nil {
		t.Fatalf("the group %s has no number: %s", name, g.Gid)
	}
	return gid
}
