//go:build linux || darwin || freebsd

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// room is how many bytes we may still write to the disk of a directory.
func freeSpace(dir string) (left uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true //nolint:gosec,unconvert // signed on some systems, and never below zero
}

// ofAnother reports whether a file belongs to another user.
func ofAnother(info fs.FileInfo) bool {
	s, known := info.Sys().(*syscall.Stat_t)
	return known && int(s.Uid) != os.Geteuid()
}
