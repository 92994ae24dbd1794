package blob

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/minio/minio-go/v7"
)

// ErrTooLarge says that an object is longer than is taken.
var ErrTooLarge = errors.New("the object is too large")

// Object returns an object that somebody else put into a bucket, under a name
// of their choice, and its size. Over most bytes it is ErrTooLarge, told before it
// is read.
func Object(ctx context.Context, c S3Config, key string, most int64) (content []byte, size int64, err error) {
	s, err := NewS3(c)
	if err != nil {
		return nil, 0, err
	}
	body, info, _, err := s.core.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return nil, 0, ErrNotFound
	}
	if err != nil {
		return nil, 0, fmt.Errorf("getting an object: %w", err)
	}
	defer body.Close() //nolint:errcheck // it was read
	if info.Size > most {
		return nil, info.Size, ErrTooLarge
	}
	content, err = io.ReadAll(io.LimitReader(body, most+1))
	if err != nil {
		return nil, 0, fmt.Errorf("reading an object: %w", err)
	}
	if int64(len(content)) > most {
		return nil, int64(len(content)), ErrTooLarge
	}
	return content, int64(len(content)), nil
}
