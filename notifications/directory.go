package notifications

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"habeas/models"
)

// Directory keeps every mail as an .eml file instead of sending it: the
// embedded mode. A file is complete or absent, and its name follows from the
// Message-ID, so a second try replaces the first. The files hold personal data
// and live codes; only their owner may read them.
type Directory struct {
	path string
}

// NewDirectory makes the folder if need be.
func NewDirectory(path string) (*Directory, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("making the mail folder: %w", err)
	}
	return &Directory{path: path}, nil
}

// Tidy removes what a crash left half-written: nothing else ever would. Nobody may
// be writing meanwhile.
func (d *Directory) Tidy() error {
	left, err := filepath.Glob(filepath.Join(d.path, ".writing-*"))
	if err != nil {
		return fmt.Errorf("looking at the mail folder: %w", err)
	}
	for _, name := range left {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("tidying the mail folder: %s", rootCause(err))
		}
	}
	return nil
}

// Send implements Sender. Every failure is temporary: a full disk gets room.
func (d *Directory) Send(ctx context.Context, o Outgoing) error {
	if err := ctx.Err(); err != nil {
		return interrupted(err)
	}
	if err := d.write(fileName(o.MailID), o.Raw); err != nil {
		return &SendError{Temporary: true, Words: words("the mail folder: "+rootCause(err), o.To...)}
	}
	return nil
}

// Delete removes the mail with the Message-ID; one that is not there is no error.
func (d *Directory) Delete(mailID string) error {
	err := os.Remove(filepath.Join(d.path, fileName(mailID)))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("deleting a mail: %s", rootCause(err))
	}
	return d.sync()
}

// write makes the file appear at once and survive a crash right after.
func (d *Directory) write(name string, raw []byte) (err error) {
	f, err := os.CreateTemp(d.path, ".writing-*")
	if err != nil {
		return fmt.Errorf("creating: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	if err := os.Rename(f.Name(), filepath.Join(d.path, name)); err != nil {
		return fmt.Errorf("renaming: %w", err)
	}
	return d.sync()
}

// sync makes the renaming itself durable.
func (d *Directory) sync() error {
	dir, err := os.Open(d.path)
	if err != nil {
		return fmt.Errorf("opening: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// fileName is the Message-ID where that is a plain name, and a digest of it
// where it is not: never a path.
func fileName(mailID string) string {
	left, right, _ := strings.Cut(mailID, "@")
	if plainToken(left) && plainToken(right) && len(mailID) <= 200 {
		return mailID + ".eml"
	}
	sum := sha256.Sum256([]byte(mailID))
	return hex.EncodeToString(sum[:]) + ".eml"
}

// rootCause leaves paths out: the log says where the folder is once, at start.
func rootCause(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

// Read returns the mail with the Message-ID as it was written, or CodeNotFound.
func (d *Directory) Read(mailID string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(d.path, fileName(mailID)))
	if errors.Is(err, os.ErrNotExist) {
		return nil, models.Errorf(models.CodeNotFound, "there is no such mail")
	}
	if err != nil {
		return nil, fmt.Errorf("reading a mail: %s", rootCause(err))
	}
	return raw, nil
}
