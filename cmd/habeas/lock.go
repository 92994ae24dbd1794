package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gofrs/flock"
)

// lockData keeps a second serve away from the data directory: a SQLite file
// and the queue in the process belong to one of them. The lock ends with the
// process, however that ends. Where both are servers it locks nothing.
func lockData(c config) (unlock func() error, err error) {
	if !c.locks() {
		return func() error { return nil }, nil
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	l := c.lock()
	locked, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the data directory: %w", err)
	}
	if !locked {
		return nil, fmt.Errorf("another habeas serve already runs on %s: stop it first, or give this one a HABEAS_DATA_DIR of its own", c.DataDir)
	}
	return l.Unlock, nil
}

// locks reports whether a serve locks its data directory.
func (c config) locks() bool { return c.DatabaseURL == "" || c.RedisURL == "" }

func (c config) lock() *flock.Flock {
	return flock.New(c.in("serve.lock"), flock.SetPermissions(0o600))
}

// unserved reports that surely no serve runs on the data directory.
func unserved(c config) bool {
	if _, err := os.Stat(c.in("serve.lock")); !c.locks() || err != nil {
		return c.locks() && errors.Is(err, fs.ErrNotExist)
	}
	l := c.lock()
	free, err := l.TryRLock()
	return errors.Join(err, l.Close()) == nil && free
}
