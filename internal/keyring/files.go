package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
)

// The keysets in a key directory, as the tool tinkey reads and rotates them.
const (
	kekFile   = "kek.json"
	indexFile = "index.json"
)

// Open reads the keys in dir. A missing file is an ErrMissing; one that others
// than its owner may read or write is refused.
func Open(dir string) (*Ring, error) {
	kek, err := read(filepath.Join(dir, kekFile))
	if err != nil {
		return nil, err
	}
	index, err := read(filepath.Join(dir, indexFile))
	if err != nil {
		return nil, err
	}
	return newRing(kek, index)
}

// Create makes the keys that dir does not have yet and opens them all. It
// never replaces a key, and of processes that start together all get the same.
// Call it only for an installation without data: what was sealed under lost
// keys is lost too, and new ones beside it would hide that.
func Create(dir string) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the key directory: %w", err)
	}
	kek, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("making the kek keyset: %w", err)
	}
	index, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("making the index keyset: %w", err)
	}
	if err := errors.Join(write(dir, kekFile, kek), write(dir, indexFile, index)); err != nil {
		return nil, err
	}
	return Open(dir)
}

// OpenOrCreate is Open, and Create if there is no data yet, which the caller
// says with fresh. With data and without its keys it is an ErrMissing.
func OpenOrCreate(dir string, fresh bool) (*Ring, error) {
	r, err := Open(dir)
	switch {
	case !errors.Is(err, ErrMissing):
		return r, err
	case fresh:
		return Create(dir)
	}
	return nil, fmt.Errorf("%w; the database already holds data sealed with them: restore the keys "+
		"from their backup, or point the data directory at the right place", err)
}

func read(path string) (*keyset.Handle, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no %s", ErrMissing, path)
	}
	if err != nil {
		return nil, fmt.Errorf("opening keys: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("opening keys: %w", err)
	}
	if m := info.Mode().Perm(); m&0o077 != 0 {
		return nil, fmt.Errorf("keys in %s are open to others (mode %04o): run chmod 600 on it", path, m)
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(f))
	if err != nil {
		return nil, fmt.Errorf("reading keys in %s: %w", path, err)
	}
	return h, nil
}

// write stores a keyset under a name that nobody has taken, whole or not at
// all, and is content if somebody has. It links instead of renaming because a
// rename would replace the key of a process that was faster.
func write(dir, name string, h *keyset.Handle) error {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b)); err != nil {
		return fmt.Errorf("writing keys: %w", err)
	}
	f, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("writing keys: %w", err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // a stray copy is as private as the key itself
	_, err = f.Write(b.Bytes())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing keys: %w", err)
	}
	if err := os.Link(f.Name(), filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("writing keys: %w", err)
	}
	return syncDir(dir)
}

// syncDir makes the names in dir survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("syncing keys: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("syncing keys: %w", err)
	}
	return nil
}
