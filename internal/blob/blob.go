// Package blob stores files: in a directory or in an S3-compatible bucket. It
// does not know what is in them. Whoever calls it seals the content first, so
// a leaked bucket shows sizes and nothing else, and an old version that a
// bucket or a backup keeps after Delete is unreadable once its key is gone.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

var (
	// ErrNotFound says that there is no blob under a key.
	ErrNotFound = errors.New("no such blob")
	// ErrKey says that a key is not made of segments of a-z, 0-9 and "-",
	// joined by "/".
	ErrKey = errors.New("invalid blob key")
	// ErrSize says that a reader held fewer or more bytes than was announced.
	ErrSize = errors.New("blob is not of the announced size")
)

// Store keeps blobs by key. One key must not be the beginning of another up to
// a "/", as a file cannot be a folder too. Methods may be called concurrently;
// of two Puts under one key either wins, whole.
type Store interface {
	// Put stores the size bytes that r holds, in place of what was there; a size of
	// Unknown is until r ends. When
	// it returns nil they survive a power cut; on an error the old blob, or
	// none, is still there.
	Put(ctx context.Context, key string, r io.Reader, size int64) error
	// Get returns the content, which the caller closes, or ErrNotFound.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete removes a blob. To delete what is not there is no error, so that
	// erasing can be repeated after a crash.
	Delete(ctx context.Context, key string) error
}

const (
	// maxKey is the greatest length of a key in bytes; S3 allows 1024, and a
	// bucket may be copied below a prefix.
	maxKey = 512
	// maxSegment is what file systems allow for one name.
	maxSegment = 255
	alphabet   = "abcdefghijklmnopqrstuvwxyz0123456789-"
)

// check refuses any key that could mean something else to a file system, a URL
// or a person: dots, capitals, empty segments.
func check(key string) error {
	if len(key) > maxKey {
		return fmt.Errorf("%w: %d bytes long", ErrKey, len(key))
	}
	for s := range strings.SplitSeq(key, "/") {
		if s == "" || len(s) > maxSegment || strings.Trim(s, alphabet) != "" {
			return fmt.Errorf("%w: %q", ErrKey, key)
		}
	}
	return nil
}
