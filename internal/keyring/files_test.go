package keyring_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"

	"habeas/internal/keyring"
)

func TestKeysSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data", "keys")
	before, err := keyring.OpenOrCreate(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	after, err := keyring.OpenOrCreate(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	agree(t, before, after)
}

func TestKeysArePrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := keyring.Create(dir); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{"": 0o700, "kek.json": 0o600, "index.json": 0o600} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %q is %o, want %o", path, got, want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%d files, %v; want the two keysets and no leftovers", len(entries), err)
	}
}

func TestKeysOpenToOthersAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"kek.json", "index.json"} {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o602, 0o644, 0o666} {
			dir := t.TempDir()
			if _, err := keyring.Create(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
				t.Fatal(err)
			}
			if _, err := keyring.Open(dir); err == nil || !strings.Contains(err.Error(), "open to others") {
				t.Errorf("Open with %s of mode %o: %v", name, mode, err)
			}
			if _, err := keyring.OpenOrCreate(dir, true); err == nil {
				t.Errorf("OpenOrCreate with %s of mode %o succeeded", name, mode)
			}
		}
	}
}

// Fault F27: a key that is gone or damaged stops the start, and no new one
// appears over the data.
func TestNoKeyIsMadeOverExistingData(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil   func(dir string) error
		missing bool
	}{
		"no directory":      {os.RemoveAll, true},
		"no kek":            {func(dir string) error { return os.Remove(filepath.Join(dir, "kek.json")) }, true},
		"no index":          {func(dir string) error { return os.Remove(filepath.Join(dir, "index.json")) }, true},
		"an empty file":     {func(dir string) error { return os.Truncate(filepath.Join(dir, "kek.json"), 0) }, false},
		"half a file":       {func(dir string) error { return os.Truncate(filepath.Join(dir, "kek.json"), 60) }, false},
		"the files swapped": {swap, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "keys")
			if _, err := keyring.Create(dir); err != nil {
				t.Fatal(err)
			}
			if err := tc.spoil(dir); err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, dir)
			_, err := keyring.OpenOrCreate(dir, false)
			if err == nil {
				t.Fatal("the keyring opened")
			}
			if got := errors.Is(err, keyring.ErrMissing); got != tc.missing {
				t.Errorf("ErrMissing is %v, want %v: %v", got, tc.missing, err)
			}
			if tc.missing && !strings.Contains(err.Error(), "restore the keys") {
				t.Errorf("the error does not say what to do: %v", err)
			}
			if after := snapshot(t, dir); after != before {
				t.Errorf("the key directory changed:\n%s\nto\n%s", before, after)
			}
		})
	}
}

func TestCreateFinishesWhatACrashLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := keyring.Create(dir); err != nil {
		t.Fatal(err)
	}
	kek, err := os.ReadFile(filepath.Join(dir, "kek.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "index.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.OpenOrCreate(dir, true); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "kek.json")); err != nil || !bytes.Equal(got, kek) {
		t.Errorf("the kek was replaced (%v)", err)
	}
}

func TestStartingTogetherGivesOneKeyring(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	rings := make([]*keyring.Ring, 16)
	errs := make([]error, len(rings))
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range rings {
		wg.Go(func() {
			<-start
			rings[i], errs[i] = keyring.OpenOrCreate(dir, true)
		})
	}
	close(start)
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for _, r := range rings[1:] {
		agree(t, rings[0], r)
	}
}

func TestRotatedKeysStillServeOldData(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, err := keyring.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	w, _, err := old.NewKey("R-1")
	if err != nil {
		t.Fatal(err)
	}
	proof, err := old.Proof()
	if err != nil {
		t.Fatal(err)
	}
	rotate(t, filepath.Join(dir, "kek.json"), aead.AES256GCMKeyTemplate())
	rotate(t, filepath.Join(dir, "index.json"), prf.HMACSHA256PRFKeyTemplate())
	rotated, err := keyring.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rotated.Unwrap("R-1", w); err != nil {
		t.Errorf("unwrapping an old key: %v", err)
	}
	if err := rotated.Check(proof); err != nil {
		t.Errorf("Check with rotated keys: %v", err)
	}
	was, is := old.Index("email", []byte("ada@example.org")), rotated.Index("email", []byte("ada@example.org"))
	all := rotated.Indexes("email", []byte("ada@example.org"))
	if len(all) != 2 || !bytes.Equal(all[0], is) || !bytes.Equal(all[1], was) || bytes.Equal(is, was) {
		t.Errorf("Indexes = %x, want the new %x, then the old %x", all, is, was)
	}
	newer, _, err := rotated.NewKey("R-2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Unwrap("R-2", newer); !errors.Is(err, keyring.ErrUnreadable) {
		t.Errorf("the old kek still wraps: %v", err)
	}
}

func TestCheckTellsWrongKeysApart(t *testing.T) {
	t.Parallel()
	dir, stranger := t.TempDir(), t.TempDir()
	r, err := keyring.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Create(stranger); err != nil {
		t.Fatal(err)
	}
	proof, err := r.Proof()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Check(proof); err != nil {
		t.Errorf("Check with the right keys: %v", err)
	}
	for _, name := range []string{"kek.json", "index.json"} {
		mixed := t.TempDir()
		for _, n := range []string{"kek.json", "index.json"} {
			from := dir
			if n == name {
				from = stranger
			}
			if err := os.Link(filepath.Join(from, n), filepath.Join(mixed, n)); err != nil {
				t.Fatal(err)
			}
		}
		wrong, err := keyring.Open(mixed)
		if err != nil {
			t.Fatal(err)
		}
		if err := wrong.Check(proof); !errors.Is(err, keyring.ErrWrongKeys) {
			t.Errorf("Check with a foreign %s = %v, want ErrWrongKeys", name, err)
		}
	}
}

// agree fails unless what one ring seals and indexes the other opens and finds.
func agree(t *testing.T, a, b *keyring.Ring) {
	t.Helper()
	ct, err := a.Seal([]byte("hello"), "p")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.Open(ct, "p"); err != nil || string(got) != "hello" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if !bytes.Equal(a.Index("x", nil), b.Index("x", nil)) {
		t.Error("the index keys differ")
	}
}

// rotate adds a key to a keyset file and makes it primary, as tinkey does.
func rotate(t *testing.T, path string, template *tinkpb.KeyTemplate) {
	t.Helper()
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(old)))
	if err != nil {
		t.Fatal(err)
	}
	m := keyset.NewManagerFromHandle(h)
	id, err := m.Add(template)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.SetPrimary(id); err != nil {
		t.Fatal(err)
	}
	if h, err = m.Handle(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func swap(dir string) error {
	kek, index, tmp := filepath.Join(dir, "kek.json"), filepath.Join(dir, "index.json"), filepath.Join(dir, "tmp")
	return errors.Join(os.Rename(kek, tmp), os.Rename(index, kek), os.Rename(tmp, index))
}

// snapshot is the content of a directory in one string.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(e.Name() + ": " + string(content) + "\n")
	}
	return b.String()
}

func TestTheNameOfAKeyStaysWithIt(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	old, err := keyring.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	rotate(t, filepath.Join(dir, "index.json"), prf.HMACSHA256PRFKeyTemplate())
	rotated, err := keyring.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	was, before := old.MACs("p")
	is, after := rotated.MACs("p")
	if was != "v1" || is != "v2" || len(before) != 1 || len(after) != 2 {
		t.Fatalf("the newest was %s of %d and is %s of %d", was, len(before), is, len(after))
	}
	value := []byte("x")
	if !bytes.Equal(before["v1"](value), after["v1"](value)) || bytes.Equal(after["v1"](value), after["v2"](value)) {
		t.Error("v1 is another key than before, or v2 is the same")
	}
	if !bytes.Equal(after["v2"](value), rotated.MAC("p", value)) {
		t.Error("the newest is not what MAC uses")
	}
}
