package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// Dir is a Store in a directory, which several processes may share.
type Dir struct {
	root *os.Root
}

// NewDir returns the store in the directory at path, which it makes, readable
// only for its owner, if it is not there. Close it after use.
func NewDir(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("making blob directory: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("opening blob directory: %w", err)
	}
	return &Dir{root: root}, nil
}

// Close releases the directory.
func (d *Dir) Close() error {
	return d.root.Close()
}

// Put implements [Store]. A crash may leave a file ".tmp-…" behind, which is
// never read again.
func (d *Dir) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if err := check(key); err != nil {
		return err
	}
	src, err := newExact(ctx, r, size)
	if err != nil {
		return err
	}
	if err := d.root.MkdirAll(path.Dir(key), 0o700); err != nil {
		return fmt.Errorf("making folder of blob %s: %w", key, err)
	}
	tmp := ".tmp-" + rand.Text()
	if err := d.write(tmp, src); err != nil {
		return errors.Join(fmt.Errorf("writing blob %s: %w", key, err), d.root.Remove(tmp))
	}
	if err := d.root.Rename(tmp, key); err != nil {
		return errors.Join(fmt.Errorf("naming blob %s: %w", key, err), d.root.Remove(tmp))
	}
	return d.sync(key)
}

// Get implements [Store].
func (d *Dir) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := errors.Join(ctx.Err(), check(key)); err != nil {
		return nil, err
	}
	f, err := d.root.Open(key)
	if absent(err) {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	if err != nil {
		return nil, fmt.Errorf("opening blob %s: %w", key, err)
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return nil, errors.Join(fmt.Errorf("%w: %s", ErrNotFound, key), err, f.Close())
	}
	return f, nil
}

// Delete implements [Store]. It leaves the folders of the key, since another
// Put may be about to use them.
func (d *Dir) Delete(ctx context.Context, key string) error {
	if err := errors.Join(ctx.Err(), check(key)); err != nil {
		return err
	}
	err := d.root.Remove(key)
	if absent(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("deleting blob %s: %w", key, err)
	}
	return d.sync(key)
}

func (d *Dir) write(name string, src io.Reader) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, src)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// sync makes the name of a blob, and of the folders above it, survive a power
// cut.
func (d *Dir) sync(key string) error {
	for dir := path.Dir(key); ; dir = path.Dir(dir) {
		f, err := d.root.Open(dir)
		if err != nil {
			return fmt.Errorf("syncing blob %s: %w", key, err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("syncing blob %s: %w", key, err)
		}
		if dir == "." {
			return nil
		}
	}
}

// absent reports whether err says that a file, or a folder above it, is not
// there.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
