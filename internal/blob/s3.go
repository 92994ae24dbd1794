package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Config says where a bucket is and how to enter it.
type S3Config struct {
	Endpoint  string // host or host:port
	Bucket    string // exists already
	Region    string // may be empty if the server has no regions
	AccessKey string
	SecretKey string
	Plain     bool // HTTP instead of HTTPS, for a server on the same machine

	// Transport carries the calls, for one who trusts a private authority. Nil
	// means the defaults of minio-go.
	Transport http.RoundTripper
}

// S3 is a Store in a bucket of an S3-compatible server.
type S3 struct {
	core   minio.Core
	bucket string
}

// NewS3 returns the store in a bucket. It does not call the server; an error
// is one of configuration.
func NewS3(c S3Config) (*S3, error) {
	client, err := minio.New(c.Endpoint, &minio.Options{
		Creds:     credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""),
		Region:    c.Region,
		Secure:    !c.Plain,
		Transport: c.Transport,
		// Of the client's own accord, within seconds. Whoever has more time
		// than that calls again.
		MaxRetries: 3,
	})
	if err != nil {
		return nil, fmt.Errorf("configuring S3: %w", err)
	}
	if c.Bucket == "" {
		return nil, errors.New("configuring S3: the bucket has no name")
	}
	return &S3{core: minio.Core{Client: client}, bucket: c.Bucket}, nil
}

// partSize is how much of a blob of unknown size is in memory at a time; a bucket
// takes 10,000 parts.
const partSize = 16 << 20

// Put implements [Store]. Over 16 MiB it uploads in parts, which a bucket
// shows only when the last has come; a lifecycle rule should remove the parts
// of uploads that a crash interrupted.
func (s *S3) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if err := check(key); err != nil {
		return err
	}
	src, err := newExact(ctx, r, size)
	if err != nil {
		return err
	}
	opts := minio.PutObjectOptions{ContentType: "application/octet-stream"}
	if size == Unknown {
		opts.PartSize = partSize
	}
	if _, err := s.core.Client.PutObject(ctx, s.bucket, key, src, size, opts); err != nil {
		return fmt.Errorf("uploading blob %s: %w", key, err)
	}
	return nil
}

// Get implements [Store].
func (s *S3) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := check(key); err != nil {
		return nil, err
	}
	body, _, _, err := s.core.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	if err != nil {
		return nil, fmt.Errorf("downloading blob %s: %w", key, err)
	}
	return body, nil
}

// Delete implements [Store]. A bucket that keeps versions keeps this one too.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := check(key); err != nil {
		return err
	}
	if err := s.core.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("deleting blob %s: %w", key, err)
	}
	return nil
}

// Why a bucket cannot be used, for one who can do something about it.
var (
	ErrNoBucket = errors.New("no such bucket")
	ErrRefused  = errors.New("the server refuses us")
)

// Try stores a small blob under a key that no other has, reads it and deletes
// it. Where a server says so, the error is an ErrNoBucket or an ErrRefused.
func (s *S3) Try(ctx context.Context, key string) error {
	const content = "written to see whether it can be; may be deleted"
	if err := s.Put(ctx, key, strings.NewReader(content), int64(len(content))); err != nil {
		return explained(err)
	}
	r, err := s.Get(ctx, key)
	if err == nil {
		_, err = io.Copy(io.Discard, r)
		err = errors.Join(err, r.Close())
	}
	return explained(errors.Join(err, s.Delete(ctx, key)))
}

// explained says what an answer of the server means.
func explained(err error) error {
	answer, _ := errors.AsType[minio.ErrorResponse](err)
	switch {
	case answer.Code == minio.NoSuchBucket:
		return fmt.Errorf("%w: %w", ErrNoBucket, err)
	case answer.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}
