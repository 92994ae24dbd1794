//go:build !linux && !darwin && !freebsd

package main

import "io/fs"

// room is not known here.
func room(string) (left uint64, known bool) { return 0, false }

// ofAnother is not known here.
func ofAnother(fs.FileInfo) bool { return false }
