package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"habeas/internal/blob"
)

// The contract is one; whoever adds a store adds a line here.
func TestStores(t *testing.T) {
	t.Parallel()
	stores := map[string]func(*testing.T) blob.Store{
		"directory": func(t *testing.T) blob.Store { t.Helper(); return newDir(t, t.TempDir()) },
		"S3":        func(t *testing.T) blob.Store { t.Helper(); return newS3(t) },
	}
	contract := map[string]func(*testing.T, blob.Store){
		"round trip":              roundTrip,
		"replaces":                replaces,
		"deletes twice":           deletesTwice,
		"unknown is not found":    unknownIsNotFound,
		"strange keys refused":    strangeKeysRefused,
		"wrong size changes none": wrongSizeChangesNothing,
		"unknown size":            unknownSize,
		"broken reader":           brokenReader,
		"cancelled":               cancelled,
		"either writer wins":      eitherWriterWins,
	}
	for store, open := range stores {
		for name, test := range contract {
			t.Run(store+"/"+name, func(t *testing.T) {
				t.Parallel()
				test(t, open(t))
			})
		}
	}
}

func newDir(t *testing.T, path string) *blob.Dir {
	t.Helper()
	d, err := blob.NewDir(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// fakeS3 starts a server that speaks S3, with an empty bucket "habeas".
func fakeS3(t *testing.T, start func(*httptest.Server)) (*httptest.Server, blob.S3Config) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("habeas"); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(gofakes3.New(backend).Server())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	start(srv)
	t.Cleanup(srv.Close)
	return srv, blob.S3Config{
		Endpoint: srv.Listener.Addr().String(), Bucket: "habeas", Region: "us-east-1",
		AccessKey: "test", SecretKey: "test-secret",
	}
}

func newS3(t *testing.T) *blob.S3 {
	t.Helper()
	srv, c := fakeS3(t, (*httptest.Server).StartTLS)
	c.Transport = srv.Client().Transport
	s, err := blob.NewS3(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func roundTrip(t *testing.T, s blob.Store) {
	// Around the edges, and more than one part of an upload.
	for i, size := range []int{0, 1, 511, 512, 513, 64 << 10, 17 << 20} {
		want := bytes.Repeat([]byte{byte(i), 0, 0xff, '\n'}, size/4+1)[:size]
		key := fmt.Sprintf("r-%d/a/0-9", i)
		put(t, s, key, want)
		if got := get(t, s, key); !bytes.Equal(got, want) {
			t.Errorf("%d bytes came back as %d, or changed", size, len(got))
		}
	}
}

func replaces(t *testing.T, s blob.Store) {
	put(t, s, "k", []byte("a long first version"))
	put(t, s, "k", []byte("second"))
	if got := get(t, s, "k"); string(got) != "second" {
		t.Errorf("got %q, want the second version", got)
	}
}

func deletesTwice(t *testing.T, s blob.Store) {
	put(t, s, "a/b", []byte("x"))
	put(t, s, "a/c", []byte("y"))
	for range 2 {
		if err := s.Delete(t.Context(), "a/b"); err != nil {
			t.Error(err)
		}
	}
	missing(t, s, "a/b")
	if got := get(t, s, "a/c"); string(got) != "y" {
		t.Errorf("its neighbour is %q", got)
	}
	put(t, s, "a/b", []byte("again"))
}

func unknownIsNotFound(t *testing.T, s blob.Store) {
	put(t, s, "a/b", nil)
	for _, key := range []string{"x", "x/y/z", "a/b/c"} {
		missing(t, s, key)
		if err := s.Delete(t.Context(), key); err != nil {
			t.Errorf("Delete(%q) = %v", key, err)
		}
	}
	missing(t, s, "a")
}

func strangeKeysRefused(t *testing.T, s blob.Store) {
	keys := []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", ".tmp-x", "a.b", "A", "é", "a b", "a\\b",
		"a\x00", "a\n", "%2e", "a?b", "a_b", strings.Repeat("a", 256), strings.Repeat("a/", 256) + "a",
	}
	for _, key := range keys {
		_, err := s.Get(t.Context(), key)
		for op, err := range map[string]error{
			"Put":    s.Put(t.Context(), key, strings.NewReader("x"), 1),
			"Get":    err,
			"Delete": s.Delete(t.Context(), key),
		} {
			if !errors.Is(err, blob.ErrKey) {
				t.Errorf("%s(%q) = %v, want ErrKey", op, key, err)
			}
		}
	}
}

func wrongSizeChangesNothing(t *testing.T, s blob.Store) {
	put(t, s, "k", []byte("old"))
	const part = 17 << 20
	for _, tc := range []struct{ announced, held int }{{-2, 0}, {0, 1}, {1, 0}, {3, 2}, {2, 3}, {part, part - 1}, {part, part + 1}} {
		// DataErrReader hides length and methods of the bytes from a clever callee.
		r := iotest.DataErrReader(bytes.NewReader(make([]byte, tc.held)))
		if err := s.Put(t.Context(), "k", r, int64(tc.announced)); !errors.Is(err, blob.ErrSize) {
			t.Errorf("Put of %d bytes announced as %d = %v, want ErrSize", tc.held, tc.announced, err)
		}
		if got := get(t, s, "k"); string(got) != "old" {
			t.Errorf("Put of %d bytes announced as %d left %d bytes", tc.held, tc.announced, len(got))
		}
	}
}

func brokenReader(t *testing.T, s blob.Store) {
	broken := errors.New("the line is cut")
	for _, r := range []io.Reader{
		iotest.ErrReader(broken),
		io.MultiReader(strings.NewReader("four"), iotest.ErrReader(broken)),
		io.MultiReader(strings.NewReader("fully"), iotest.ErrReader(broken)),
	} {
		if err := s.Put(t.Context(), "k", r, 5); !errors.Is(err, broken) {
			t.Errorf("Put = %v, want the error of the reader", err)
		}
		missing(t, s, "k")
	}
}

func cancelled(t *testing.T, s blob.Store) {
	put(t, s, "k", []byte("old"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Get(ctx, "k")
	for op, err := range map[string]error{
		"Put":    s.Put(ctx, "k", strings.NewReader("new"), 3),
		"Get":    err,
		"Delete": s.Delete(ctx, "k"),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s = %v, want context.Canceled", op, err)
		}
	}
	if got := get(t, s, "k"); string(got) != "old" {
		t.Errorf("got %q, want the old version", got)
	}
}

func eitherWriterWins(t *testing.T, s blob.Store) {
	a, b := bytes.Repeat([]byte("a"), 200_000), bytes.Repeat([]byte("b"), 100_000)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { put(t, s, "race/k", a) })
		wg.Go(func() { put(t, s, "race/k", b) })
	}
	wg.Wait()
	if got := get(t, s, "race/k"); !bytes.Equal(got, a) && !bytes.Equal(got, b) {
		t.Errorf("the writers were mixed into %d bytes", len(got))
	}
}

func TestDirectoryIsPrivateAndClean(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "files")
	d := newDir(t, path)
	put(t, d, "r-1/report", []byte("x"))
	if err := d.Put(t.Context(), "r-1/other", strings.NewReader("x"), 2); err == nil {
		t.Error("a short blob was stored")
	}
	files := 0
	err := filepath.WalkDir(path, func(p string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := os.FileMode(0o700)
		if !e.IsDir() {
			files, want = files+1, 0o600
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s is %o, want %o", p, got, want)
		}
		return nil
	})
	if err != nil || files != 1 {
		t.Errorf("%d files, %v; want one blob and no leftovers", files, err)
	}
}

// What others put into the directory does not lead out of it.
func TestDirectoryDoesNotFollowLinksOut(t *testing.T) {
	t.Parallel()
	outside, path := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(path, "link")); err != nil {
		t.Fatal(err)
	}
	d := newDir(t, path)
	if r, err := d.Get(t.Context(), "link/secret"); err == nil {
		t.Error("a file outside was opened", r.Close())
	}
	if err := d.Delete(t.Context(), "link/secret"); err == nil {
		t.Error("a file outside was deleted")
	}
	if err := d.Put(t.Context(), "link/new", strings.NewReader("x"), 1); err == nil {
		t.Error("a file outside was written")
	}
}

func TestS3Configuration(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]blob.S3Config{
		"no endpoint":   {Bucket: "b"},
		"wrong scheme":  {Endpoint: "http://s3.example.org", Bucket: "b"},
		"endpoint path": {Endpoint: "s3.example.org/b", Bucket: "b"},
		"no bucket":     {Endpoint: "s3.example.org"},
	} {
		if _, err := blob.NewS3(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestS3WithoutTLSWorksOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	_, c := fakeS3(t, (*httptest.Server).Start)
	for _, plain := range []bool{true, false} {
		c.Plain = plain
		s, err := blob.NewS3(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Put(t.Context(), "k", strings.NewReader("x"), 1); (err == nil) != plain {
			t.Errorf("Plain %v: Put = %v", plain, err)
		}
	}
}

// TLS that nobody vouches for is no TLS.
func TestS3ChecksTheCertificate(t *testing.T) {
	t.Parallel()
	_, c := fakeS3(t, (*httptest.Server).StartTLS)
	s, err := blob.NewS3(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "k"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("Get = %v, want a refused certificate", err)
	}
}

func TestS3ErrorsOtherThanAbsenceAreTold(t *testing.T) {
	t.Parallel()
	srv, c := fakeS3(t, (*httptest.Server).StartTLS)
	c.Transport, c.Bucket = srv.Client().Transport, "another"
	s, err := blob.NewS3(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "k"); err == nil || errors.Is(err, blob.ErrNotFound) {
		t.Errorf("Get from a missing bucket = %v, want another error than ErrNotFound", err)
	}
}

func put(t *testing.T, s blob.Store, key string, content []byte) {
	t.Helper()
	if err := s.Put(t.Context(), key, bytes.NewReader(content), int64(len(content))); err != nil {
		t.Errorf("Put(%q): %v", key, err)
	}
}

func get(t *testing.T, s blob.Store, key string) []byte {
	t.Helper()
	r, err := s.Get(t.Context(), key)
	if err != nil {
		t.Errorf("Get(%q): %v", key, err)
		return nil
	}
	content, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Errorf("reading %q: %v", key, err)
	}
	return content
}

func missing(t *testing.T, s blob.Store, key string) {
	t.Helper()
	r, err := s.Get(t.Context(), key)
	if err == nil {
		t.Errorf("Get(%q) found something", key)
		r.Close()
		return
	}
	if !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("Get(%q) = %v, want ErrNotFound", key, err)
	}
}

// What is of a size that nobody knows before is stored until it ends, and a reader that
// breaks leaves what was there.
func unknownSize(t *testing.T, s blob.Store) {
	for _, size := range []int{1, 70_000, 17 << 20, 40 << 20} {
		content := bytes.Repeat([]byte("habeas!"), size/7+1)[:size]
		r := iotest.DataErrReader(bytes.NewReader(content))
		if err := s.Put(t.Context(), "k", r, blob.Unknown); err != nil {
			t.Fatalf("Put of %d bytes: %v", size, err)
		}
		if got := get(t, s, "k"); !bytes.Equal(got, content) {
			t.Errorf("Put of %d bytes left %d", size, len(got))
		}
	}
	broken := errors.New("the line is cut")
	r := io.MultiReader(bytes.NewReader(make([]byte, 20<<20)), iotest.ErrReader(broken))
	if err := s.Put(t.Context(), "k", r, blob.Unknown); !errors.Is(err, broken) {
		t.Errorf("Put gave %v", err)
	}
	if got := get(t, s, "k"); len(got) != 40<<20 {
		t.Errorf("a broken Put left %d bytes", len(got))
	}
}
