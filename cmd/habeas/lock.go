package main

import (
	"fmt"
	"os"

	"github.com/gofrs/flock"
)

// lockData keeps a second serve away from the data directory: a SQLite file
// and the queue in the process belong to one of them. The lock ends with the
// process, however that ends. Where both are servers it locks nothing.
func lockData(c config) (unlock func() error, err error) {
	if c.DatabaseURL != "" && c.RedisURL != "" {
		return func() error { return nil }, nil
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	l := flock.New(c.in("serve.lock"), flock.SetPermissions(0o600))
	locked, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking the data directory: %w", err)
	}
	if !locked {
		return nil, fmt.Errorf("another habeas serve already runs on %s: stop it first, or give this one a HABEAS_DATA_DIR of its own", c.DataDir)
	}
	return l.Unlock, nil
}
