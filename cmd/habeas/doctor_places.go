package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"habeas/internal/blob"
	"habeas/internal/keyring"
)

// elsewhere is what to do where an empty place was not expected.
const elsewhere = ". If there is an installation already, this is not its place: give the same --config or HABEAS_DATA_DIR, or run it where that one runs"

func checkDataDir(_ context.Context, c config) finding {
	f := finding{what: "data directory", note: c.DataDir}
	info, err := os.Stat(c.DataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.production():
		f.note += " is made by the first start"
	case errors.Is(err, fs.ErrNotExist):
		f.warn = absolute(c.DataDir) + " is not there: the first start makes it" + elsewhere
	case err == nil && ofAnother(info):
		f.warn = c.DataDir + " belongs to another user: run this, and every other command, as the user that serve runs as"
	case err == nil && info.Mode().Perm()&0o077 != 0:
		f.warn = fmt.Sprintf("%s is open to others (mode %04o): run chmod 700 on it", c.DataDir, info.Mode().Perm())
	}
	return f.holding("HABEAS_DATA_DIR", c.DataDir)
}

// absolute is the whole path, or the path itself where there is no directory to
// begin from.
func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// holding adds whether the directory can hold anything. What is wrong already
// is more.
func (f finding) holding(variable, dir string) finding {
	f.err = place(variable, dir)
	if f.err == nil && f.warn == "" {
		f.warn = tight(dir)
	}
	return f
}

// place reports why serve could not use a directory, which it makes where there
// is none.
func place(variable, dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if above := filepath.Dir(dir); above != dir {
			dir = standing(above)
		}
		info, err = os.Stat(dir)
	}
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no directory", dir)
	} else if err == nil {
		err = writable(dir)
	}
	if err != nil {
		return fmt.Errorf("%s (%s): %w", dir, variable, reason(err))
	}
	return nil
}

// standing is the directory itself, or the nearest above it that is there.
func standing(dir string) string {
	for {
		_, err := os.Stat(dir)
		above := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || above == dir {
			return dir
		}
		dir = above
	}
}

func writable(dir string) error {
	t, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return fmt.Errorf("cannot be written to: %w", reason(err))
	}
	return errors.Join(t.Close(), os.Remove(t.Name()))
}

// leastRoom is how many bytes a disk should have left: forty mails as large as
// they may be.
const leastRoom = 1 << 30

// tight says that a disk is nearly full, or nothing.
func tight(dir string) string {
	dir = standing(dir)
	if left, known := freeSpace(dir); known && left < leastRoom {
		return fmt.Sprintf("%d MiB are left on the disk of %s: without room nothing can be stored", left>>20, dir)
	}
	return ""
}

// firstKeys looks at the keys of an installation that holds nothing yet: they
// may be there, or the first start makes them.
func firstKeys(c config) error {
	_, err := keyring.Open(c.Keys)
	if errors.Is(err, keyring.ErrMissing) {
		return place("HABEAS_KEYS", c.Keys)
	}
	return err
}

func checkFiles(ctx context.Context, c config) finding {
	f := finding{what: "files", note: "in " + c.FilesDir}
	if c.S3Endpoint != "" {
		f.note, f.err = "in bucket "+c.S3Bucket+" at "+c.S3Endpoint+", which can be written to", tryBucket(ctx, c)
		return f
	}
	if c.production() && c.RedisURL != "" {
		f.note += ", which all processes have to share"
	}
	return f.holding("HABEAS_FILES_DIR", c.FilesDir)
}

// tryBucket stores a small object in the bucket and takes it away again.
func tryBucket(ctx context.Context, c config) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	s, err := blob.NewS3(c.bucket())
	if err == nil {
		err = s.Try(ctx, "doctor/"+newID())
	}
	switch {
	case errors.Is(err, blob.ErrNoBucket):
		return fmt.Errorf("there is no bucket %s at %s: make it, or set HABEAS_S3_BUCKET", c.S3Bucket, c.S3Endpoint)
	case errors.Is(err, blob.ErrRefused):
		return fmt.Errorf("the server %s does not let us use bucket %s: look at HABEAS_S3_ACCESS_KEY, HABEAS_S3_SECRET_KEY and what the key may do (%w)", c.S3Endpoint, c.S3Bucket, err)
	case err != nil:
		return fmt.Errorf("bucket %s at %s cannot be used: look at HABEAS_S3_ENDPOINT, HABEAS_S3_REGION and HABEAS_S3_PLAIN (%w)", c.S3Bucket, c.S3Endpoint, err)
	}
	return nil
}
