package main_test

import (
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// album is a shop database that holds large texts of one person, which no packing
// makes small.
func album(t *testing.T, texts int) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "album.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE picture (id INTEGER PRIMARY KEY, email TEXT, bytes TEXT)"); err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 768<<10)
	for i := range texts {
		_, _ = rand.Read(raw) // never fails
		if _, err := db.ExecContext(t.Context(), "INSERT INTO picture VALUES (?, 'ana@example.org', ?)", i, base64.StdEncoding.EncodeToString(raw)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"shop.yaml": "system: shop\nname: Shop database\nowner: " + eve + "\nkind: sql\nsql: {driver: sqlite, url: '" + path + "'}\ndatasets: [set.yml]\nactions: [find]\n",
		"set.yml": "dataset:\n  - fides_key: shop\n    collections:\n      - name: picture\n        fields:\n" +
			"          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}\n" +
			"          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}\n" +
			"          - {name: bytes, data_categories: [user.content.self_image]}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// inUse is how much memory a program has now, and had at most since it started.
func (p *program) inUse(t *testing.T) (now, most int64) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for what, into := range map[string]*int64{"\nVmRSS:": &now, "\nVmHWM:": &most} {
		var kib int64
		_, rest, _ := strings.Cut(string(status), what)
		if _, err := fmt.Sscan(rest, &kib); err != nil {
			t.Fatalf("no %q in %s", what, status)
		}
		*into = kib << 10
	}
	return now, most
}

// A package of any size is sent in constant memory: one of some 60 MiB takes a
// fraction of that above idle, and is whole.
func TestALargePackageIsSentInConstantMemory(t *testing.T) {
	t.Parallel()
	p := serve(t, dataDir(t), "HABEAS_SYSTEMS_DIR="+album(t, 26))
	s := hire(t, p)
	ref, me := proven(t, p, s, "access", "Ana", "ana@example.org")
	becomes(s, ref, "done")
	file := s.agent.call(201, "POST", "/v1/admin/requests/"+ref+"/package", object{}).text("id")
	conclude(s, ref, object{"outcome": "fulfilled", "message": "Here is your copy.", "files": []string{file}})
	p.stop()
	p.start() // which forgets what making it took
	me.get("/v1/requests/" + ref)
	idle, _ := p.inUse(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.base+"/v1/requests/"+ref+"/package", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+me.token)
	w, err := (&http.Client{Timeout: 5 * time.Minute}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	n, err := io.Copy(io.Discard, w.Body)
	if err != nil || w.StatusCode != http.StatusOK || n != w.ContentLength || n < 50<<20 {
		t.Fatalf("%d: %d bytes of %d, %v", w.StatusCode, n, w.ContentLength, err)
	}
	_, most := p.inUse(t)
	t.Logf("%d MiB were sent with %d MiB above idle", n>>20, (most-idle)>>20)
	if most-idle > 32<<20 {
		t.Errorf("sending %d MiB took %d MiB above idle", n>>20, (most-idle)>>20)
	}
}
