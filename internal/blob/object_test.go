package blob_test

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"habeas/internal/blob"
)

// Objects of others have any name; ours would not be called so.
func TestObjectsOfOthers(t *testing.T) {
	t.Parallel()
	_, c := fakeS3(t, (*httptest.Server).Start)
	c.Plain = true
	client, err := minio.New(c.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Region: c.Region})
	if err != nil {
		t.Fatal(err)
	}
	const key = "Inbound/O3VRL.Mixed_case=1"
	content := bytes.Repeat([]byte("a\xff"), 500)
	if _, err := client.PutObject(t.Context(), c.Bucket, key, bytes.NewReader(content), 1000, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	if got, size, err := blob.Object(t.Context(), c, key, 1000); err != nil || !bytes.Equal(got, content) || size != 1000 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, size, err := blob.Object(t.Context(), c, key, 999); !errors.Is(err, blob.ErrTooLarge) || size != 1000 {
		t.Errorf("one byte too many: %v", err)
	}
	if _, _, err := blob.Object(t.Context(), c, "absent", 999); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("what is not there: %v", err)
	}
}
